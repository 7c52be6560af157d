--- What the commands that manage skills have in common: whom to ask, and of which skill.

local credentials = require "proactive.credentials"
local endpoints = require "proactive.endpoints"
local flags = require "proactive.cli.flags"
local nearest = require "proactive.nearest"
local stop = require "proactive.cli.stop"

local management = {}

local STAGES = { "development", "certified", "live" }

local function stage(text)
  for _, known in ipairs(STAGES) do
    if text == known then return known end
  end
  local hint = nearest.hint(text, STAGES)
  return nil, ("unknown stage '%s': development, certified or live%s"):format(text, hint)
end

--- Whom to ask.
function management.declare(parser)
  flags.sandbox(parser)
  flags.json(parser)
end

--- Whom to ask, and of which skill and stage.
function management.declare_skill(parser)
  management.declare(parser)
  parser
    :option("--skill")
    :argname("ID")
    :description "The skill (default: the one of the credentials file)."
  parser
    :option("--stage")
    :argname("STAGE")
    :default("development")
    :convert(stage)
    :description "development (the default), certified or live."
end

--- A client of SMAPI.
---@return proactive.Smapi
function management.open(args)
  local smapi, err = require("proactive").smapi { sandbox = args.sandbox }
  if not smapi then stop.with(2, err) end
  return smapi
end

--- The id of the skill that is meant.
---@return string
function management.skill_id(args)
  if args.skill then return args.skill end
  if endpoints.sandbox(args.sandbox) then return credentials.sandbox_skill_id end
  local id, err = credentials.only_skill()
  if err then stop.with(2, err) end
  if not id then stop.usage "which skill? Give --skill ID; proactive skill list shows them" end
  return id
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
