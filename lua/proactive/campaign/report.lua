--- What a worker says of its campaign: how the whole of it is going, not only its own share.

local core = require "proactive.core"

---@class proactive.campaign.Report: proactive.Report
---@field state string     of the campaign
---@field reason string?   why it is in this state
---@field stopped string?  why this worker ended before the end: `paused`, `stop`, `error`, …
---@field problem any      what went wrong with this worker
---@field left integer     recipients without outcome
---@field marked {run: string, count: integer}?  who is passed over from now on

--- Adds up outcomes by what they mean for the recipient.
local function sum(totals)
  local accepted, failed, by_kind = 0, 0, {}
  for outcome, count in pairs(totals) do
    if outcome == "accepted" or outcome == "presumed" then
      accepted = accepted + count
    else
      failed = failed + count
      by_kind[outcome] = count
    end
  end
  return accepted, failed, by_kind
end

---@param worker proactive.campaign.Worker
---@return proactive.campaign.Report
local function report_of(worker)
  local accepted, failed, by_kind = sum(worker.totals)
  local written = accepted + failed
  local elapsed = (worker.ended or core.monotonic()) - worker.began
  return {
    accepted = accepted,
    failed = failed,
    by_kind = by_kind,
    retries = 0,
    elapsed = elapsed,
    rate = elapsed > 0 and (written - worker.before) / elapsed or 0,
    total = worker.campaign.recipients,
    left = worker.campaign.recipients - written,
    done = worker:done(),
    state = worker.state,
    reason = worker.reason,
    stopped = worker.halted ~= "done" and worker.halted or nil,
    problem = worker.problem,
    marked = worker.marks and { run = worker.campaign.name, count = worker.marked } or nil,
  }
end

return report_of
