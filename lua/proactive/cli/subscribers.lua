--- `proactive subscribers`: who has the skill enabled and wants which events.

local lines = require "proactive.cli.lines"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"

local subscribers = {
  summary = "who wants which events: count, list, take in skill events",
  description = "Keeps what skill events say of the customers of a skill. apply takes requests as "
    .. "Alexa sends them; export and import move everything from one store to another.",
  example = "proactive subscribers apply events.ndjson\n"
    .. "proactive subscribers count --event AMAZON.OrderStatus.Updated --region EU",
}

local function declare_action(parser, name, summary)
  local action = parser:command(name):summary(summary):description(summary)
  action:flag("--json"):description "One JSON object per line on standard output."
  store.declare(action)
  return action
end

function subscribers.declare(parser)
  parser:command_target "action"
  store.declare_filter(declare_action(parser, "count", "How many there are."))
  store.declare_filter(declare_action(parser, "list", "Each of them, one a line: ID<TAB>REGION."))
  local get = declare_action(parser, "get", "All that is known of one.")
  get:argument("USER"):target "user"
  local forget = declare_action(parser, "forget", "Erases what is known of some.")
  forget:argument("USER"):target("users"):args "+"
  local unmark = declare_action(parser, "unmark", "Takes back what a run noted of 403s.")
  unmark:argument("RUN"):target("run"):args("?"):description(
    "Customers whom the service refused are passed over; without RUN, the runs that noted some."
  )
  local import = declare_action(parser, "import", "Takes over an export, or a list of your own.")
  import:argument("FILE"):target("file"):args("?"):description "Default: standard input."
  declare_action(parser, "export", "Writes everything, one JSON object a line.")
  local apply = declare_action(parser, "apply", "Takes in requests from Alexa.")
  apply:argument("FILE"):target("files"):args("+"):description(
    "A request as JSON, or one a line; - is standard input."
  )
end

local actions = {}

--- The first of two results, or the end of the command.
local function must(result, err)
  if result == nil then stop.with(1, err) end
  return result
end

-- What is read -----------------------------------------------------------------------------------

function actions.count(args, out, registry)
  local count = must(registry:count(store.filter(args)))
  if out.as_json then
    out:json { count = count }
  else
    out:print("%d", count)
  end
  return 0
end

function actions.list(args, out, registry)
  for customer in registry:each(store.filter(args)) do
    if out.as_json then
      out:json(customer)
    else
      out:print("%s%s", customer.user, customer.region and "\t" .. customer.region or "")
    end
  end
  return 0
end

local SHOWN = { "enabled", "subscriptions", "permissions", "account_linked", "locale", "region" }

local function show(value)
  if type(value) == "table" then return #value > 0 and table.concat(value, ", ") or "none" end
  if type(value) == "boolean" then return value and "yes" or "no" end
  return value or "not said"
end

function actions.get(args, out, registry)
  local customer, err = registry:get(args.user)
  if err then stop.with(1, err) end
  if not customer then stop.with(1, "nothing is known of %s", args.user) end
  if out.as_json then
    out:json(customer)
    return 0
  end
  out:print("%s", customer.user)
  for _, name in ipairs(SHOWN) do
    local at = customer.at[name] and "  (" .. customer.at[name]:match "^%S*" .. ")" or ""
    out:print("  %-16s%s%s", name:gsub("_", " "), show(customer[name]), at)
  end
  return 0
end

function actions.export(_, out, registry)
  for line in registry:export() do
    out:print("%s", line)
  end
  return 0
end

-- What is written --------------------------------------------------------------------------------

function actions.forget(args, out, registry)
  for _, user in ipairs(args.users) do
    local done, known = registry:forget(user)
    if not done then stop.with(1, known) end
    if out.as_json then
      out:json { user = user, erased = known }
    else
      out:print(known and "erased: %s" or "nothing was known of %s; older events stay out", user)
    end
  end
  return 0
end

function actions.unmark(args, out, registry)
  if args.run then
    local count = must(registry:unmark(args.run))
    if out.as_json then
      out:json { run = args.run, count = count }
    else
      out:print("%d customers are no longer passed over", count)
    end
    return 0
  end
  for _, run in ipairs(must(registry:marked())) do
    if out.as_json then
      out:json(run)
    else
      out:print("%s  %d customers, %s", run.run, run.marks, run.at)
    end
  end
  return 0
end

function actions.import(args, out, registry)
  local handle = lines.open(args.file or "-")
  local done, count = registry:import(function()
    return handle:read "*l"
  end)
  if not done then stop.with(1, count) end
  if out.as_json then
    out:json { count = count }
  else
    out:print("%d customers imported", count)
  end
  return 0
end

local BATCH = 2000

--- Takes in a batch; when one of it is wrong, each by itself, to find out which.
local function take_in(registry, batch, tally, out)
  local done, changes = registry:apply_many(batch.envelopes)
  if not done and changes.kind ~= "invalid" then stop.with(1, changes) end
  for index, envelope in ipairs(batch.envelopes) do
    local applied, change = done, done and changes[index]
    if not done then
      applied, change = registry:apply(envelope)
    end
    if not applied then
      tally.refused = tally.refused + 1
      out:refusal(batch.places[index], change)
    elseif #change.changed > 0 or change.erased then
      tally.changed = tally.changed + 1
    else
      tally.unchanged = tally.unchanged + 1
    end
    if out.as_json then
      local said = applied and change or { error = output.error(change) }
      said.file = batch.places[index]
      out:json(said)
    end
  end
end

local function new_batch()
  return { envelopes = {}, places = {} }
end

local function apply_file(path, registry, tally, out)
  local handle, name = lines.open(path)
  local batch = new_batch()
  for envelope, number, problem in lines.values(handle) do
    local place = ("%s:%d"):format(name, number)
    if problem then
      tally.unread = tally.unread + 1
      out:warn("%s: %s", place, problem)
    else
      local count = #batch.envelopes + 1
      batch.envelopes[count], batch.places[count] = envelope, place
    end
    if #batch.envelopes == BATCH then
      take_in(registry, batch, tally, out)
      batch = new_batch()
    end
  end
  if #batch.envelopes > 0 then take_in(registry, batch, tally, out) end
end

function actions.apply(args, out, registry)
  local tally = { changed = 0, unchanged = 0, refused = 0, unread = 0 }
  for _, path in ipairs(args.files) do
    apply_file(path, registry, tally, out)
  end
  local summary = "%d changed something, %d changed nothing, %d refused, %d not JSON"
  if not out.as_json then
    out:print(summary, tally.changed, tally.unchanged, tally.refused, tally.unread)
  end
  return tally.unread > 0 and 2 or tally.refused > 0 and 1 or 0
end

-- Those that may begin a new store.
local CREATES = { import = true, apply = true }

function subscribers.run(args, out)
  local registry = store.open(args, CREATES[args.action])
  local status = actions[args.action](args, out, registry)
  registry:close()
  return status
end

return subscribers
