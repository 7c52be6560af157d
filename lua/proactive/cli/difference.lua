--- The difference of two manifests, for a person.

local edits = require "proactive.manifest.edits"
local json = require "proactive.json"

local difference = {}

-- A value beside its path; a longer one stands on lines of its own, whole: it is what a person
-- agrees to.
local LONGEST = 60

--- One side of a part, with a sign before each line.
local function block(sign, path, value)
  local text = json.encode(value, { order = edits.ORDER }) or tostring(value)
  if #text <= LONGEST or type(value) ~= "table" then
    return ("%s %s  %s"):format(sign, path, text)
  end
  local pretty = json.encode(value, { pretty = true, order = edits.ORDER })
  local margin = ("\n%s   "):format(sign)
  return ("%s %s%s%s"):format(sign, path, margin, (pretty:gsub("\n", margin)))
end

--- Prints each part that is other.
---@param list proactive.manifest.Difference[]
---@param out proactive.cli.Output
function difference.print(list, out)
  for _, part in ipairs(list) do
    if part.from ~= nil then
      out:print("%s", out:paint("red", block("-", part.path, part.from)))
    end
    if part.to ~= nil then
      out:print("%s", out:paint("green", block("+", part.path, part.to)))
    end
  end
end

--- Each part as a line of JSON.
---@param list proactive.manifest.Difference[]
---@param out proactive.cli.Output
function difference.json(list, out)
  for _, part in ipairs(list) do
    out:json { path = part.path, from = part.from, to = part.to }
  end
end

return difference
