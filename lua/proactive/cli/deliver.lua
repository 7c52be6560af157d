--- How `send` sends: a Multicast at once, customers as one run with a window, and how it ends when
--- it is interrupted.

local body_of = require "proactive.cli.body"
local output = require "proactive.cli.output"
local progress = require "proactive.client.progress"
local stop = require "proactive.cli.stop"

local deliver = {}

-- So many customers are told of one by one to a person; of more, only what went wrong.
local FEW = 20

-- How long Ctrl-C may wait to be seen while nothing happens, in seconds.
local LOOK = 0.2

--- The customers of the targets; a line that names none is reported and passed over.
local function customers(targets, report)
  return function()
    for target in targets.each do
      if not target.problem then return target end
      report:unreadable(target.problem)
    end
  end
end

--- The users of a run; a registry's are marked when the service refuses them.
local function users_of(targets, report)
  local next_one, registry = customers(targets, report), targets.registry
  if not registry then return next_one end
  return require("proactive").audience.subscribers {
    each = function()
      return next_one
    end,
    mark = function(_, ...)
      return registry:mark(...)
    end,
  }
end

local function is_long(targets)
  return not targets.count or targets.count > FEW
end

--- Whether a line for each accepted customer would flood a person.
local function hides_accepted(targets, out)
  return is_long(targets) and not out.as_json and output.is_terminal(1)
end

local function fixed(reference_id)
  if not reference_id then return nil end
  return function()
    return reference_id
  end
end

--- A callback for outcomes; what it raises, as when the output has no room any more, stops the run
--- and is raised after it.
local function teller(report, hidden, failure)
  return function(target, receipt, err)
    if failure.reason or (hidden and not err) then return end
    local ok, reason = pcall(report.outcome, report, target, receipt, err)
    if ok then return end
    failure.reason = reason
    failure.job:stop "output"
  end
end

local function options(args, loaded, targets, out, report, failure)
  local hidden = hides_accepted(targets, out)
  local shows = is_long(targets) and not out.quiet and (hidden or not output.is_terminal(1))
  return {
    expires_in = loaded.opts.expires_in,
    reference_id = fixed(loaded.opts.reference_id),
    validate = not args.no_validate,
    progress = shows,
    total = targets.count,
    on_result = teller(report, hidden, failure),
  }
end

--- Steps until the job is done. The first Ctrl-C takes no more customers and finishes what is in
--- flight; the second ends the process.
local function run(client, job)
  local core = require "proactive.core"
  core.watch_interrupt()
  while not job:done() do
    local _, problem = client:step(LOOK)
    if problem then stop.with(1, problem) end
    if core.interrupted() then job:stop "interrupted" end
  end
  local summary = job:report()
  -- Ctrl-C also ends the wait for a line of standard input, which looks like an error there.
  if summary.problem and core.interrupted() then
    summary.stopped, summary.problem = "interrupted", nil
  end
  return summary
end

local MARKED = "proactive send: %d customers are passed over from now on, since the service "
  .. "refused them; to take that back: proactive subscribers unmark %s"

--- How far a run came, as in "stopped after 2 customers".
local function after(verb, taken)
  return ("%s after %d customer%s"):format(verb, taken, taken == 1 and "" or "s")
end

local ALL_TAKEN = "every customer was sent to, but not every result could be written"

--- Where a run was left.
local function left(verb, taken, targets)
  if taken == targets.count then return ALL_TAKEN end
  local behind = targets.line and (", behind line %d of the list"):format(targets.line()) or ""
  return ("%s; number %d is the next%s"):format(after(verb, taken), taken + 1, behind)
end

--- Why a run ended before its list, and where; nil: it did not.
local function ending(summary, targets)
  local taken, stopped, problem = summary.taken, summary.stopped, summary.problem
  if stopped == "refused" then return "stopped: " .. problem end
  if problem then return after("stopped", taken) .. ": " .. problem end
  if stopped == "at the end" then return ALL_TAKEN end
  return stopped and left(stopped == "output" and "stopped" or "interrupted", taken, targets)
end

--- The end of a run, on standard error, unless the progress has shown it there already.
local function summarise(summary, targets, out, shown)
  local text = ending(summary, targets)
  if text then out:warn("proactive send: %s", text) end
  if not out.quiet and not shown then out:warn("%s", progress.line(summary)) end
end

--- Sends a script's event to customers.
---@param client proactive.Client
---@param args table
---@param loaded proactive.cli.File
---@param targets proactive.cli.Targets
---@param out proactive.cli.Output
---@param report proactive.cli.Report
local function to_customers(client, args, loaded, targets, out, report)
  local failure = {}
  local opts = options(args, loaded, targets, out, report, failure)
  local job, err = client:start_many(loaded.event, users_of(targets, report), opts)
  if not job then return report:refused(err) end
  failure.job = job
  local summary = run(client, job)
  if failure.reason then summary.stopped = summary.stopped or "at the end" end
  if summary.stopped then report.failed = true end
  local shown = opts.progress and output.is_terminal(2)
  if summary.stopped or is_long(targets) then summarise(summary, targets, out, shown) end
  local marked = summary.marked
  if marked and marked.count > 0 then out:warn(MARKED, marked.count, marked.run) end
  if failure.reason then error(failure.reason, 0) end
end

local function to_everyone(client, args, loaded, target, report)
  local opts = { validate = not args.no_validate }
  for name, value in pairs(loaded.opts) do
    opts[name] = value
  end
  report:outcome(target, client:send(loaded.event, target.audience, opts))
end

--- Sends a `.json` body to a target, in each of its regions.
local function body_to(target, client, args, loaded, report)
  local request = body_of.of_json(loaded, target)
  for _, region in ipairs(target.audience.regions or { target.region or client.region }) do
    local opts = { region = region, validate = not args.no_validate }
    report:one(target, region, client:send_request(request, opts))
  end
end

--- Sends a `.json` body to each target, one after the other.
local function body(client, args, loaded, targets, out, report)
  local taken = 0
  local done, thrown = pcall(function()
    for target in customers(targets, report) do
      taken = taken + 1
      body_to(target, client, args, loaded, report)
    end
  end)
  if done then return end
  local is_one = targets.everyone or targets.count == 1
  if not is_one then out:warn("proactive send: %s", left("stopped", taken, targets)) end
  error(thrown, 0)
end

--- Sends to all targets and reports.
---@param client proactive.Client
---@param args table
---@param loaded proactive.cli.File
---@param targets proactive.cli.Targets
---@param out proactive.cli.Output
---@param report proactive.cli.Report
function deliver.all(client, args, loaded, targets, out, report)
  if loaded.body then
    body(client, args, loaded, targets, out, report)
  elseif targets.everyone then
    to_everyone(client, args, loaded, targets.each(), report)
  else
    to_customers(client, args, loaded, targets, out, report)
  end
end

return deliver
