--- Where a manifest's file came from: skill, stage and ETag, kept beside it as FILE.origin, so that
--- a push overwrites neither another skill nor a change that somebody made meanwhile.

local core = require "proactive.core"
local files = require "proactive.files"
local json = require "proactive.json"
local management = require "proactive.cli.management"
local stop = require "proactive.cli.stop"

local origin = {}

local ORDER = { skill_id = 1, stage = 2, etag = 3, sent = 4 }

local function path_of(file)
  return file .. ".origin"
end

---@class proactive.cli.Origin
---@field skill_id string
---@field stage string
---@field etag string?
---@field sent string?  what was sent last, as `digest` has it

local function is_text(value)
  return value == nil or type(value) == "string"
end

local function is_good(found)
  return type(found) == "table"
    and management.is_skill_id(found.skill_id)
    and management.is_stage(found.stage)
    and is_text(found.etag)
    and is_text(found.sent)
end

--- Nil when nothing is known. Ends the command when it cannot be known: a push could overwrite what
--- it should not.
---@param file string
---@return proactive.cli.Origin?
function origin.read(file)
  local text = files.read(path_of(file))
  if not text then return nil end
  local found = json.decode(text)
  if is_good(found) then return found end
  stop.with(2, "%s is damaged: get the manifest again, or remove it if %s is what you mean; "
    .. "nothing was sent", path_of(file), file)
end

--- Of which skill a file is that may be overwritten; nil when nobody can tell.
---@param file string
---@return proactive.cli.Origin?
function origin.look(file)
  local found = json.decode(files.read(path_of(file)) or "")
  return is_good(found) and found or nil
end

--- A file whose origin cannot be kept is still good; then a push compares with what it finds.
---@param file string
---@param found proactive.cli.Origin
---@return true?
---@return string? message
function origin.write(file, found)
  return files.replace(path_of(file), json.encode(found, { order = ORDER }) .. "\n")
end

--- Keeps a file's origin, or tells the person that it is not kept.
---@param file string
---@param found proactive.cli.Origin
---@param out proactive.cli.Output
function origin.keep(file, found, out)
  local written, message = origin.write(file, found)
  if written then return end
  out:warn("%s; the next push cannot tell your change from somebody else's", message)
end

--- What stands for a manifest, whatever its order and look.
---@param text string  known to be JSON
---@return string
function origin.digest(text)
  return core.sha256(json.encode((json.decode(text))))
end

return origin
