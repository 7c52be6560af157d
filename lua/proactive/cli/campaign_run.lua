--- `proactive campaign run`: one worker, with its progress, until it is done or interrupted.

local flags = require "proactive.cli.flags"
local output = require "proactive.cli.output"
local progress = require "proactive.client.progress"
local stop = require "proactive.cli.stop"

local run = {}

-- How long Ctrl-C may wait to be seen while nothing happens, in seconds.
local LOOK = 0.2

function run.declare(parser)
  flags.endpoint(parser)
  parser:option("--lease"):argname("S"):default("30"):convert(flags.whole(1, 3600)):description(
    "Seconds after which the others take over what a worker that died has claimed."
  )
  parser:flag("--yes"):description "Do not ask before sending to live customers."
  flags.quiet(parser)
end

--- Asks before live customers are reached.
local function confirm(args, status)
  if status.stage ~= "live" or args.yes or status.left == 0 then return end
  if not output.is_terminal(0) then
    local text = "this sends to %d live customers: confirm with --yes; nothing was sent"
    stop.with(2, text, status.left)
  end
  local ask = "This sends to %d live customers. Type %d to go on: "
  io.stderr:write(ask:format(status.left, status.left))
  if io.read "*l" ~= ("%d"):format(status.left) then
    stop.with(2, "not confirmed; nothing was sent")
  end
end

--- Steps until the worker is done. The first Ctrl-C finishes what is in flight; the second ends the
--- process, and the next run goes on from what was written.
local function work(worker, args)
  local core = require "proactive.core"
  local draw = not args.quiet and progress.on_terminal()
  core.watch_interrupt()
  local drawn = 0
  while not worker:step(LOOK) do
    if core.interrupted() then worker:stop "interrupted" end
    local now = core.monotonic()
    if draw and now >= drawn + progress.EVERY then
      drawn = now
      draw(worker:report())
    end
  end
  local report = worker:report()
  if draw then draw(report) end
  return report, draw
end

local WHY = {
  interrupted = "interrupted; proactive campaign run goes on",
  paused = "paused",
  cancelled = "cancelled",
}

local MARKED = "proactive campaign: %d customers are passed over from now on, since the service "
  .. "refused them; to take that back: proactive subscribers unmark %s"

local function tell(report, name, out, drawn)
  if not drawn and not out.quiet then out:warn("%s", progress.line(report)) end
  if report.reason then
    out:warn("proactive campaign: %s is %s: %s", name, report.state, report.reason)
  elseif report.stopped then
    local why = WHY[report.stopped] or report.stopped
    out:warn("proactive campaign: %s: %s, %d left", name, why, report.left)
  end
  local marked = report.marked
  if marked and marked.count > 0 then out:warn(MARKED, marked.count, marked.run) end
  if type(report.problem) == "table" then
    out:refusal("proactive campaign", report.problem)
  elseif report.problem then
    out:warn("proactive campaign: %s", report.problem)
  end
end

---@param args table
---@param out proactive.cli.Output
---@param campaigns proactive.Campaigns
---@return integer status
function run.run(args, out, campaigns)
  local status, err = campaigns:status(args.name)
  if not status then stop.with(1, err) end
  confirm(args, status)
  args.stage = status.stage
  local client, worker
  client, err = require("proactive").client(flags.client_options(args))
  if not client then stop.with(2, err) end
  worker, err = campaigns:start(args.name, client, { lease = args.lease })
  if not worker then stop.with(1, err) end
  local report, drawn = work(worker, args)
  client:close()
  tell(report, args.name, out, drawn)
  if out.as_json then out:json(assert(campaigns:status(args.name))) end
  return report.state == "done" and report.failed == 0 and 0 or 1
end

return run
