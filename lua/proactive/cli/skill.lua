--- `proactive skill`: the skills of an account, whether one is enabled, and its credentials.

local credentials = require "proactive.credentials"
local management = require "proactive.cli.management"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local command = {
  summary = "list skills, enable one, fetch its credentials",
  description = "list shows the skills of the account that is logged in. enable and disable do "
    .. "what the Alexa app does, for the skill's owner. credentials puts the skill's own client id "
    .. "and secret into the credentials file, from where send and token take them.",
  example = "proactive skill list\nproactive skill credentials --skill amzn1.ask.skill.…",
}

local must = management.must

function command.declare(parser)
  parser:command_target "action"
  local function action(name, summary)
    return parser:command(name):summary(summary):description(summary)
  end
  local list = action("list", "The skills: ID<TAB>STAGE<TAB>NAME.")
  list:option("--vendor"):argname("ID"):description "Another vendor than the account's first."
  management.declare(list)
  management.declare_skill(action("enable", "Enables the skill for its owner, in one stage."))
  management.declare_skill(action("disable", "Disables it for its owner."))
  local pair = action("credentials", "Keeps the skill's client id and secret, and shows the id.")
  pair:flag("--reveal"):description "Print the secret instead: to a terminal, or with --yes."
  pair:flag("--yes"):description "Reveal it though the output is no terminal."
  management.declare_skill(pair)
end

local actions = {}

function actions.list(args, out)
  local smapi = management.open(args)
  local list = must(smapi:skills(args.vendor))
  smapi:close()
  for _, skill in ipairs(list) do
    if out.as_json then
      out:json { skill_id = skill.id, stage = skill.stage, name = skill.name, at = skill.updated }
    else
      out:print("%s\t%s\t%s", skill.id, skill.stage or "", skill.name or "")
    end
  end
  return 0
end

local function set_enablement(args, out, method, word)
  local skill_id, stage = management.target(args)
  if stage == "certified" then stop.usage "a skill is enabled in development or live" end
  local smapi = management.open(args)
  must(smapi[method](smapi, skill_id, stage))
  smapi:close()
  if out.as_json then
    out:json { skill_id = skill_id, stage = stage, state = word }
  else
    out:print("%s is %s (%s)", skill_id, word, stage)
  end
  return 0
end

function actions.enable(args, out)
  return set_enablement(args, out, "enable", "enabled")
end

function actions.disable(args, out)
  return set_enablement(args, out, "disable", "disabled")
end

local function reveal(skill_id, pair, out)
  if not out.as_json then return out:print("%s", pair.client_secret) end
  out:json {
    skill_id = skill_id,
    client_id = pair.client_id,
    client_secret = pair.client_secret,
  }
end

function actions.credentials(args, out)
  if args.reveal and not args.yes and not output.is_terminal(1) then
    stop.with(2, "--reveal prints a secret: only to a terminal, or with --yes")
  end
  local skill_id, smapi = management.target(args), management.open(args)
  local pair = must(smapi:credentials(skill_id))
  smapi:close()
  if args.reveal then
    reveal(skill_id, pair, out)
    return 0
  end
  local keeps = management.may_keep(args, out)
  local path = keeps and must(credentials.keep_skill(skill_id, pair)) or nil
  if out.as_json then
    out:json { skill_id = skill_id, client_id = pair.client_id, file = path }
  else
    out:print("%s", pair.client_id)
    if path then out:warn("kept with its secret in %s", path) end
  end
  return 0
end

function command.run(args, out)
  needs.module "proactive.core"
  return actions[args.action](args, out)
end

return command
