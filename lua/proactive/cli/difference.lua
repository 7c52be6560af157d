--- The difference of two manifests, for a person or as JSON.

local json = require "proactive.json"
local json_text = require "proactive.json_text"
local management = require "proactive.cli.management"

local difference = {}

-- A value beside its path; a longer one stands on lines of its own, whole: it is what a person
-- agrees to.
local LONGEST = 60

---@class proactive.cli.Difference
---@field list proactive.manifest.Difference[]
---@field from table<string, integer>  the order of keys in the first manifest
---@field to table<string, integer>    and in the second
local Difference = {}
Difference.__index = Difference

--- Whatever is other in the second of two manifests.
---@param from string
---@param to string
---@return proactive.cli.Difference
function difference.of(from, to)
  return setmetatable({
    list = management.must(require("proactive").manifest.diff(from, to)),
    from = json_text.order(from),
    to = json_text.order(to),
  }, Difference)
end

--- One side of a part, with a sign before each line.
local function block(sign, path, value, order)
  local text = json.encode(value, { order = order })
  if #text <= LONGEST or type(value) ~= "table" then
    return ("%s %s  %s"):format(sign, path, text)
  end
  local pretty = json.encode(value, { pretty = true, order = order })
  local margin = ("\n%s   "):format(sign)
  return ("%s %s%s%s"):format(sign, path, margin, (pretty:gsub("\n", margin)))
end

--- Prints each part that is other.
---@param out proactive.cli.Output
function Difference:print(out)
  for _, part in ipairs(self.list) do
    if part.from ~= nil then
      out:print("%s", out:paint("red", block("-", part.path, part.from, self.from)))
    end
    if part.to ~= nil then
      out:print("%s", out:paint("green", block("+", part.path, part.to, self.to)))
    end
  end
end

--- Each part as a line of JSON.
---@param out proactive.cli.Output
function Difference:json(out)
  for _, part in ipairs(self.list) do
    local line = '{"path":' .. json.encode(part.path)
    for _, side in ipairs { "from", "to" } do
      local text = part[side] ~= nil and json.encode(part[side], { order = self[side] })
      if text then line = ('%s,"%s":%s'):format(line, side, text) end
    end
    out:print("%s}", line)
  end
end

return difference
