--- `proactive campaign create`: its options, and what they mean to `campaigns:create`.

local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"
local targets = require "proactive.cli.targets"
local time = require "proactive.time"

local create = {}

local function positive(text)
  local number = text:find "^%d*%.?%d+$" and tonumber(text)
  if number and number > 0 then return number end
  return nil, ("a number above 0 expected, got '%s'"):format(text)
end

--- `10%` or `0.1`.
local function share(text)
  local number, percent = text:match "^(%d*%.?%d+)(%%?)$"
  number = tonumber(number)
  if number and percent == "%" then number = number / 100 end
  if number and number > 0 and number <= 1 then return number end
  return nil, ("a share as 5%% expected, got '%s'"):format(text)
end

--- `10%` for any kind, or `throttled=10%`.
local function stop_on(text)
  local kind, rest = text:match "^([%l_]+)=(.+)$"
  if kind and require("proactive.errors").kinds[kind] == nil then
    return nil, ("'%s' is no kind of failure"):format(kind)
  end
  local number, problem = share(rest or text)
  if not number then return nil, problem end
  return { kind = kind or "any", share = number }
end

--- `1%`, or a number of recipients.
local function canary(text)
  if text:find "%%$" then return share(text) end
  local number = text:find "^%d+$" and tonumber(text)
  if number and number >= 1 then return number end
  return nil, ("a share as 1%% or a number of recipients expected, got '%s'"):format(text)
end

local function deadline(text)
  local at, problem = time.parse(text)
  if at then return at end
  return nil, ("a time as 2026-01-15T18:00:00Z expected, got '%s' (%s)"):format(text, problem)
end

function create.declare(parser)
  parser:argument("FILE"):target("file"):description(
    "A Lua script that returns an event, or a .json request body, of which the event is taken."
  )
  parser:option("--to-file"):argname("F"):target("to_file"):description(
    "The customers of this list, one ID or ID<TAB>REGION a line; - is standard input."
  )
  parser:flag("--subscribers"):description "The store's subscribers to this event."
  parser:option("--region"):argname("REGION"):convert(flags.region):description(
    "With --subscribers: those in NA, EU or FE. With --to-file: of lines that name none."
  )
  parser:option("--stage"):argname("STAGE"):default("development"):convert(flags.stage):description(
    "development or live."
  )
  parser:option("--rate"):argname("N"):convert(positive):description(
    "Events per second, of all workers together."
  )
  parser:option("--deadline"):argname("TIME"):convert(deadline):description "Nothing is sent later."
  parser:option("--stop-on"):argname("SHARE"):count("*"):convert(stop_on):description(
    "Stop when more than this share fails in one way, as 10%, or throttled=5% for one kind."
  )
  parser:option("--canary"):argname("SHARE"):convert(canary):description(
    "Send to so many first, as 1% or 500; to the others if no more than --stop-on (10%) failed."
  )
  parser:flag("--no-validate"):description "Leave the judgement to the service."
end

local function users_of(args, event)
  if (args.subscribers or false) == (args.to_file ~= nil) then
    stop.usage "whom to? either --to-file F or --subscribers"
  end
  if args.subscribers then
    local registry = store.open(args)
    local filter = { event = event.name, region = args.region }
    return require("proactive").audience.subscribers(registry, filter)
  end
  local list = targets.of({ to_file = args.to_file, region = args.region and { args.region } })
  return function()
    local target = list.each()
    if target and target.problem then
      stop.with(2, "%s; no campaign was created", target.problem)
    end
    return target and { user = target.user, region = target.region }
  end
end

local function rule_of(given)
  if #given == 0 then return nil end
  local rule = {}
  for _, entry in ipairs(given) do
    rule[entry.kind] = entry.share
  end
  return rule
end

--- What `campaigns:create` is to be given, or the end of the command.
---@param args table
---@return proactive.campaign.CreateOptions
function create.options(args)
  local loaded, problem, refusal = file.load(args.file)
  if problem then stop.with(2, "%s", file.describe(args.file, problem)) end
  if refusal then stop.with(1, refusal) end
  local event = loaded.event or loaded.body.event
  if type(event) ~= "table" then stop.with(1, "%s has no event", args.file) end
  return {
    name = args.name,
    event = loaded.event,
    request = loaded.body,
    users = users_of(args, event),
    stage = args.stage,
    rate = args.rate,
    deadline = args.deadline,
    expires_in = loaded.opts.expires_in,
    stop_on = rule_of(args.stop_on),
    canary = args.canary,
    validate = not args.no_validate,
  }
end

return create
