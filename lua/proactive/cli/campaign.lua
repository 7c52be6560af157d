--- `proactive campaign`: one event to many, written down, so that it survives anything.

local create = require "proactive.cli.campaign_create"
local run = require "proactive.cli.campaign_run"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"
local values = require "proactive.schema.value"

local campaign = {
  summary = "send to many in a run that can be stopped, resumed and shared",
  description = "A campaign is kept in a store with all its recipients and what became of each. "
    .. "Several machines may run it at once; whatever crashes, nobody is told twice.",
  example = "proactive campaign create parcels order.lua --subscribers --canary 1%\n"
    .. "proactive campaign run parcels\n"
    .. "proactive campaign report parcels --csv >parcels.csv",
}

local function declare_action(parser, name, summary)
  local action = parser:command(name):summary(summary):description(summary)
  action:flag("--json"):description "One JSON object per line on standard output."
  store.declare(action)
  return action
end

local function named(action)
  action:argument("NAME"):target "name"
  return action
end

function campaign.declare(parser)
  parser:command_target "action"
  create.declare(named(declare_action(parser, "create", "Writes down whom it is for.")))
  run.declare(named(declare_action(parser, "run", "Sends, until it is done or told to stop.")))
  local status = declare_action(parser, "status", "How one is, or all are.")
  status:argument("NAME"):target("name"):args "?"
  named(declare_action(parser, "pause", "Lets the workers finish what is in flight and stop."))
  named(declare_action(parser, "resume", "Lets one that was paused or stopped be run again."))
  named(declare_action(parser, "cancel", "Ends it for good and keeps the report."))
  named(declare_action(parser, "remove", "Removes it with its report."))
  local report = named(declare_action(parser, "report", "What became of the recipients, by kind."))
  report:flag("--csv"):description "Each recipient, as CSV; --json writes each as JSON."
end

--- The result, or the end of the command.
local function must(result, err)
  if result == nil then stop.with(1, err) end
  return result
end

local actions = {}

function actions.create(args, out)
  local campaigns = store.campaigns(args, true)
  local status = must(campaigns:create(create.options(args)))
  campaigns:close()
  if out.as_json then
    out:json(status)
  else
    local text = "%s: %d recipients, nothing sent yet; next: proactive campaign run %s"
    out:print(text, args.name, status.recipients, args.name)
  end
  return 0
end

function actions.run(args, out)
  local campaigns = store.campaigns(args)
  local status = run.run(args, out, campaigns)
  campaigns:close()
  return status
end

-- What is read -----------------------------------------------------------------------------------

local function kinds(status)
  local list = {}
  for kind, count in pairs(status.by_kind) do
    list[#list + 1] = ("%d %s"):format(count, kind)
  end
  table.sort(list)
  return #list > 0 and " (" .. table.concat(list, ", ") .. ")" or ""
end

local function show(status, out)
  if out.as_json then return out:json(status) end
  local state = status.state .. (status.reason and " (" .. status.reason .. ")" or "")
  out:print("%s: %s", status.name, state)
  out:print("  %s to %s", status.event, status.target or "the stage " .. status.stage)
  out:print(
    "  %d recipients: %d accepted, %d failed%s, %d erased, %d left",
    status.recipients,
    status.accepted,
    status.failed,
    kinds(status),
    status.erased,
    status.left
  )
end

function actions.status(args, out)
  local campaigns = store.campaigns(args)
  if args.name then
    show(must(campaigns:status(args.name)), out)
  else
    for _, status in ipairs(must(campaigns:list())) do
      show(status, out)
    end
  end
  campaigns:close()
  return 0
end

local COLUMNS = {
  "user", "customer", "region", "outcome", "at", "status", "request_id", "attempts", "message",
}

--- A field of CSV as RFC 4180 says.
local function cell(value)
  if value == nil then return "" end
  if type(value) == "number" then return (("%.3f"):format(value):gsub("%.?0+$", "")) end
  local text = tostring(value)
  -- a spreadsheet must not take a stranger's words for a formula
  if text:find "^[=+@\t\r-]" then text = "'" .. text end
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function write_csv(next_outcome, out)
  out:print("%s\r", table.concat(COLUMNS, ","))
  for outcome in next_outcome do
    local cells = {}
    for index, column in ipairs(COLUMNS) do
      cells[index] = cell(outcome[column])
    end
    out:print("%s\r", table.concat(cells, ","))
  end
end

local LINE = "%-16s%d"

function actions.report(args, out)
  local campaigns = store.campaigns(args)
  if args.csv or out.as_json then
    if args.csv and out.as_json then stop.usage "--csv and --json exclude each other" end
    local next_outcome = must(campaigns:outcomes(args.name))
    if args.csv then
      write_csv(next_outcome, out)
    else
      for outcome in next_outcome do
        out:json(outcome)
      end
    end
  else
    local status = must(campaigns:status(args.name))
    out:print(LINE, "accepted", status.accepted)
    if status.presumed > 0 then
      out:print("  (%d of these presumed: an answer was lost before)", status.presumed)
    end
    for _, kind in ipairs(values.sorted_keys(status.by_kind)) do
      out:print(LINE, kind, status.by_kind[kind])
    end
    out:print(LINE, "erased", status.erased)
    out:print(LINE, "left", status.left)
  end
  campaigns:close()
  return 0
end

-- What is changed --------------------------------------------------------------------------------

local DONE = {
  pause = "%s is paused; what is in flight is being finished",
  resume = "%s is ready; proactive campaign run goes on",
  cancel = "%s is cancelled",
  remove = "%s is removed",
}

local function change(args, out)
  local campaigns = store.campaigns(args)
  must(campaigns[args.action](campaigns, args.name))
  if out.as_json then
    out:json { name = args.name, changed = args.action }
  else
    out:print(DONE[args.action], args.name)
  end
  campaigns:close()
  return 0
end

for name in pairs(DONE) do
  actions[name] = change
end

function campaign.run(args, out)
  return actions[args.action](args, out)
end

return campaign
