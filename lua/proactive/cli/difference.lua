--- The difference of two manifests, for a person.

local json = require "proactive.json"

local difference = {}

-- A value on a line; longer ones are cut.
local LONGEST = 160

local function shown(value)
  local text = json.encode(value) or tostring(value)
  if #text <= LONGEST then return text end
  return (text:sub(1, LONGEST):gsub("[\192-\255][\128-\191]*$", "")) .. " …"
end

--- Prints each part that is other.
---@param list proactive.manifest.Difference[]
---@param out proactive.cli.Output
function difference.print(list, out)
  for _, part in ipairs(list) do
    if part.from ~= nil then
      out:print("%s", out:paint("red", ("- %s  %s"):format(part.path, shown(part.from))))
    end
    if part.to ~= nil then
      out:print("%s", out:paint("green", ("+ %s  %s"):format(part.path, shown(part.to))))
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
