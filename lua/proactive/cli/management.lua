--- What the commands that manage skills have in common: whom to ask, and of which skill.

local credentials = require "proactive.credentials"
local endpoints = require "proactive.endpoints"
local flags = require "proactive.cli.flags"
local nearest = require "proactive.nearest"
local stop = require "proactive.cli.stop"

local management = {}

local STAGES = { "development", "certified", "live" }

--- Whether a value names a stage.
---@return boolean
function management.is_stage(value)
  for _, known in ipairs(STAGES) do
    if value == known then return true end
  end
  return false
end

--- Whether a value can be the id of a skill.
---@return boolean
function management.is_skill_id(value)
  return type(value) == "string" and value ~= "" and #value <= 255
end

local function skill_id(text)
  if management.is_skill_id(text) then return text end
  return nil, "a skill id has 1 to 255 characters; proactive skill list shows them"
end

local function stage(text)
  if management.is_stage(text) then return text end
  local hint = nearest.hint(text, STAGES)
  return nil, ("unknown stage '%s': development, certified or live%s"):format(text, hint)
end

local function seconds(text)
  local number = text:find "^%d+%.?%d*$" and tonumber(text)
  if number and number > 0 then return number end
  return nil, ("a number of seconds expected, got '%s'"):format(text)
end

--- Whom to ask.
function management.declare(parser)
  flags.sandbox(parser)
  flags.json(parser)
end

--- Whom to ask, and of which skill and stage.
---@param is_of_file boolean?  FILE may know both
function management.declare_skill(parser, is_of_file)
  local first = is_of_file and "the one FILE is of, else " or ""
  local unless = is_of_file and ", unless FILE is of another" or ""
  management.declare(parser)
  parser
    :option("--skill")
    :argname("ID")
    :convert(skill_id)
    :description(("The skill (default: %sthat of the credentials file)."):format(first))
  parser
    :option("--stage")
    :argname("STAGE")
    :convert(stage)
    :description(("development (the default%s), certified or live."):format(unless))
end

--- A client of SMAPI.
---@return proactive.Smapi
function management.open(args)
  local smapi, err = require("proactive").smapi {
    sandbox = args.sandbox,
    ca_file = flags.ca_file(args),
  }
  if not smapi then stop.with(2, err) end
  return smapi
end

local function default_skill(args)
  if endpoints.sandbox(args.sandbox) then return credentials.sandbox_skill_id end
  local id, err = credentials.only_skill()
  if err then stop.with(2, err) end
  if not management.is_skill_id(id) then
    stop.usage "which skill? Give --skill ID; proactive skill list shows them"
  end
  return id
end

--- The skill and the stage that are meant.
---@param origin proactive.cli.Origin?  of the file that the command is about
---@return string skill_id
---@return string stage
function management.target(args, origin)
  local id = args.skill or origin and origin.skill_id or default_skill(args)
  local is_same = origin and origin.skill_id == id
  return id, args.stage or is_same and origin.stage or "development"
end

--- Seconds to wait for an update.
function management.declare_timeout(parser)
  parser
    :option("--timeout")
    :argname("SECONDS")
    :convert(seconds)
    :description "How long to wait for what comes of an update (default: 300)."
end

local NOT_KEPT = "not kept, since it is the sandbox's: name a file for it in PROACTIVE_CREDENTIALS"

--- Whether what was got may be kept; if not, the person is told.
---@return boolean
function management.may_keep(args, out)
  if not endpoints.sandbox(args.sandbox) or credentials.keeps_sandbox() then return true end
  out:warn(NOT_KEPT)
  return false
end

--- The first of two results, or the end of the command.
function management.must(result, err)
  if result == nil then stop.with(1, err) end
  return result
end

return management
