--- `proactive doctor`: why a notification stays silent.

local body_of = require "proactive.cli.body"
local explain = require "proactive.cli.explain"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"

local doctor = {
  summary = "find out why a notification stays silent",
  description = "Walks the chain from the credentials to the ear: a line for each link, and the "
    .. "first broken one with what to do about it. FILE is a script that returns an event, or a "
    .. ".json request body. Asks for a token and sends no event, unless --send is given.",
  example = "proactive doctor order.lua --user amzn1.ask.account.AFE... --region EU\n"
    .. "proactive doctor order.lua --sandbox http://127.0.0.1:4380 --json",
}

function doctor.declare(parser)
  parser:argument("FILE"):target("file"):args "?"
  parser:option("--user"):argname("ID"):description "The customer who hears nothing."
  flags.sandbox(parser)
  parser
    :option("--region")
    :argname("REGION")
    :convert(flags.regions)
    :description "NA (the default), EU or FE: where the event is sent. NA,EU is both."
  parser
    :option("--stage")
    :argname("STAGE")
    :default("development")
    :convert(flags.stage)
    :description "development or live. Live is never the default."
  parser:option("--skill"):argname("ID"):description "Which skill, where that is not known."
  parser
    :option("--store --registry")
    :argname("URL")
    :description "The subscribers: sqlite:FILE or postgresql://…; else PROACTIVE_STORE, else none."
  parser
    :option("--locale")
    :argname("LOCALE")
    :convert(flags.locale)
    :description "The device's, as en-US."
  parser:flag("--send"):description "Send the event, to see what comes of it."
  flags.json(parser)
end

--- FILE; what its constructor refuses is for doctor to say.
local function load(args)
  if not args.file then return { opts = {} } end
  local loaded, problem, refusal = file.load(args.file)
  if problem then stop.with(2, "%s", file.describe(args.file, problem)) end
  return loaded or { event = refusal, opts = {} }
end

--- Where the event goes: FILE's own audience, unless flags say otherwise.
local function audience_of(args, loaded)
  if args.user then return nil end
  local own = body_of.audience(loaded)
  if own then return own end
  return { type = "Multicast", regions = args.region }
end

--- The registry that was named, or none: the default store may be another skill's.
local function registry_of(args)
  if not args.store and (os.getenv "PROACTIVE_STORE" or "") == "" then return nil end
  return store.open(args)
end

local function check(args, loaded)
  if args.send and not args.file then stop.usage "--send needs FILE, the event" end
  if args.user and args.region and #args.region > 1 then
    stop.usage "--user takes one --region"
  end
  local audience = body_of.audience(loaded) or {}
  if args.send and args.stage == "live" and not (args.user or audience.user) then
    stop.usage "--send to live needs --user; to all customers it is proactive send"
  end
end

local function examine(args, loaded)
  local registry = registry_of(args)
  local findings = require("proactive").doctor {
    event = loaded.event or loaded.body,
    expires_in = loaded.opts.expires_in,
    reference_id = loaded.opts.reference_id,
    audience = audience_of(args, loaded),
    user = args.user,
    region = args.region and args.region[1],
    stage = args.stage,
    locale = args.locale,
    skill_id = args.skill,
    registry = registry,
    sandbox = args.sandbox,
    ca_file = flags.ca_file(args),
    send = args.send,
  }
  if registry then registry:close() end
  return findings
end

local WORDS = { ok = "ok", broken = "broken", unknown = "not known" }
local COLOURS = { ok = "green", broken = "red", unknown = "dim" }

local function print_all(findings, out)
  for _, found in ipairs(findings) do
    local word = out:paint(COLOURS[found.state], ("%-9s"):format(WORDS[found.state]))
    out:print("%s  %-12s  %s", word, found.link, found.message)
  end
  local first = findings.broken
  if not first then return end
  out:print()
  out:print("%s: %s", out:paint("bold", first.link), "mend this first")
  if not first.fix then return end
  for index, line in ipairs(explain.fold(first.fix, 85)) do
    out:print("  %-7s%s", index == 1 and "to do" or "", line)
  end
end

function doctor.run(args, out)
  needs.module "proactive.core"
  local loaded = load(args)
  check(args, loaded)
  local findings = examine(args, loaded)
  if out.as_json then
    for _, found in ipairs(findings) do
      out:json(found)
    end
  else
    print_all(findings, out)
  end
  return findings.broken and 1 or 0
end

return doctor
