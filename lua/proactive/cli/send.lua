--- `proactive send`: one event to all customers, to some, or to those of a list.

local body_of = require "proactive.cli.body"
local deliver = require "proactive.cli.deliver"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local report_of = require "proactive.cli.report"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"
local targets_of = require "proactive.cli.targets"

local send = {
  summary = "send an event to all customers, to some, or to a list",
  description = "Sends the event of FILE: a Lua script that returns one (or {event=, audience=, "
    .. "expires_in=, reference_id=}), or a .json request body. A script runs with your rights; for "
    .. "what others wrote use .json.",
  example = "proactive send examples/events/media_content.lua --all --region NA,EU\n"
    .. "proactive send order.lua --to amzn1.ask.account.AFE... --sandbox http://127.0.0.1:4380",
}

local function declare_targets(parser)
  parser:flag("--all"):description "To all customers of the skill in the region (Multicast)."
  parser
    :option("--to")
    :argname("USER")
    :args("+")
    :count("*")
    :action("concat")
    :init(nil)
    :description "To these customers, by user id (Unicast)."
  parser
    :option("--to-file")
    :argname("F")
    :description "To the customers of F, one a line: ID or ID<TAB>REGION; - is standard input."
  parser
    :flag("--subscribers")
    :description "To those who subscribed to the event, as proactive subscribers knows them."
  store.declare(parser)
end

function send.declare(parser)
  parser:argument("FILE"):target "file"
  declare_targets(parser)
  flags.service(parser)
  parser:flag("--dry-run"):description "Show the requests and send nothing."
  parser:flag("--no-validate"):description "Leave the judgement to the service."
  parser:flag("--yes"):description "Do not ask before sending to more than one live customer."
  flags.quiet(parser)
  flags.json(parser)
end

local function load(name)
  local loaded, problem, refusal = file.load(name)
  if problem then stop.with(2, "%s", file.describe(name, problem)) end
  if refusal then stop.with(1, refusal) end
  return loaded
end

--- Asks before more than one live customer is reached.
local function confirm(args, targets)
  if args.stage ~= "live" or args.dry_run or args.yes then return end
  if targets.count and targets.count <= 1 then return end
  local word = targets.count and ("%d"):format(targets.count) or "all"
  local whom = "all customers of the list"
  if targets.everyone then whom = "all customers" end
  if targets.count then whom = word .. " customers" end
  if targets.from_stdin or not output.is_terminal(0) then
    stop.with(2, "this sends to %s of the live skill: confirm with --yes; nothing was sent", whom)
  end
  io.stderr:write(("This sends to %s of the live skill. Type %s to go on: "):format(whom, word))
  if io.read("*l") ~= word then stop.with(2, "not confirmed; nothing was sent") end
end

--- Checks a script's event once, ahead of all customers, so that what is wrong with it is said
--- once.
local function preflight(loaded, args)
  if loaded.body or args.no_validate then return end
  local proactive = require "proactive"
  local request, err = proactive.request(loaded.event, proactive.audience.multicast {}, loaded.opts)
  if not request then return err end
  local ok, invalid = proactive.validate(request)
  return not ok and invalid or nil
end

local function show(request, out)
  if out.as_json then return out:json(request) end
  out:print("%s %s", request.method, request.url)
  out:block(body_of.lines(request.body), 0)
end

--- Shows what would be sent to a target, or why nothing would.
local function rehearse(target, args, loaded, out, report)
  if target.problem then return report:unreadable(target.problem) end
  local requests, err = body_of.requests(args, loaded, target)
  if not requests then return report:one(target, target.region, nil, err) end
  for _, request in ipairs(requests) do
    show(request, out)
  end
end

local function dry_run(args, loaded, targets, out)
  local report = report_of.new(out)
  for target in targets.each do
    rehearse(target, args, loaded, out, report)
  end
  return report:status()
end

local function send_all(args, loaded, targets, out)
  local client, err = require("proactive").client(flags.client_options(args))
  if not client then stop.with(2, err) end
  local report = report_of.new(out)
  deliver.all(client, args, loaded, targets, out, report)
  client:close()
  return report:status()
end

function send.run(args, out)
  needs.module("proactive.core")
  local loaded = load(args.file)
  local event = loaded.event or (type(loaded.body.event) == "table" and loaded.body.event) or {}
  local name = type(event.name) == "string" and event.name or nil
  local targets = targets_of.of(args, body_of.audience(loaded), name)
  confirm(args, targets)
  local invalid = preflight(loaded, args)
  if invalid and out.as_json then
    out:json { file = args.file, accepted = false, error = output.error(invalid) }
    return 1
  elseif invalid then
    stop.with(1, invalid)
  end
  if targets.count == 0 and not out.quiet then
    out:warn "proactive send: there is no customer to send to"
  end
  return (args.dry_run and dry_run or send_all)(args, loaded, targets, out)
end

return send
