--- Where a manifest's file came from: skill, stage and ETag, kept beside it as FILE.origin, so that
--- a push overwrites neither another skill nor a change that somebody made meanwhile.

local files = require "proactive.files"
local json = require "proactive.json"

local origin = {}

local ORDER = { skill_id = 1, stage = 2, etag = 3 }

local function path_of(file)
  return file .. ".origin"
end

---@class proactive.cli.Origin
---@field skill_id string
---@field stage string
---@field etag string?

--- Nil when nothing is known.
---@param file string
---@return proactive.cli.Origin?
function origin.read(file)
  local text = files.read(path_of(file))
  local found = text and json.decode(text)
  local good = type(found) == "table" and type(found.skill_id) == "string"
  return good and found or nil
end

--- A file whose origin cannot be kept is still good; then a push compares with what it finds.
---@param file string
---@param found proactive.cli.Origin
function origin.write(file, found)
  files.replace(path_of(file), json.encode(found, { order = ORDER }) .. "\n")
end

return origin
