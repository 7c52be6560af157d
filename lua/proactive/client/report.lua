--- What a run says of itself.

local tally = require "proactive.delivery.tally"

---@class proactive.Report  what became of a run
---@field accepted integer
---@field failed integer
---@field by_kind table<string, integer>  of what failed
---@field retries integer
---@field elapsed number   seconds
---@field rate number      completed a second
---@field latency {p50: number?, p95: number?, p99: number?, max: number?}
---   seconds, of what was accepted
---@field taken integer    users taken from `users`; after a stop the next one is number taken + 1
---@field total integer?   users, when their number is known
---@field stopped string?  why users were left: what `stop` was given, "deadline", "users" or
---   "event" when one of these raised, or "refused": the first answers were all 403s
---@field problem string?  what `users` or `event` raised
---@field marked {run: string, count: integer}?
---   of a registry's subscribers: how many are passed over from now on, see `registry:unmark`
---@field done boolean

---@param many proactive.Many
---@param elapsed number  seconds since it began, or between its begin and its end
---@return proactive.Report
return function(many, elapsed)
  local latency, accepted = many.latency, many.latency.count
  return {
    accepted = accepted,
    failed = many.failed,
    by_kind = tally.copy(many.by_kind),
    retries = many.retries,
    elapsed = elapsed,
    rate = elapsed > 0 and (accepted + many.failed) / elapsed or 0,
    latency = {
      p50 = latency:percentile(0.5),
      p95 = latency:percentile(0.95),
      p99 = latency:percentile(0.99),
      max = accepted > 0 and latency.max or nil,
    },
    taken = many.taken[1],
    total = many.total,
    stopped = many.stopped,
    problem = many.problem,
    marked = many.marking and many.marking:report(),
    done = many:done(),
  }
end
