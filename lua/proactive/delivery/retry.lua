--- Which failures are worth another attempt, and when. Pure: no clock, no I/O; randomness is passed
--- in.
---
--- Full jitter over an exponential, capped delay; a budget as in the standard retry mode of AWS
--- SDKs, so that a sick service is not hammered: a retry costs 5 (10 after a time-out, nothing
--- after a 429), an event accepted at once gives 1 back, one accepted after a retry gives back what
--- the retry cost.
--- Source of the costs: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

local COST, TIMEOUT_COST, REFUND = 5, 10, 1

-- A certificate or a protocol does not become right by asking again.
local RETRIED_CAUSES = { dns = true, connect = true, timeout = true, reset = true, memory = true }

-- A longer wait than this is not for a queue to sit out: the caller is told, with `retry_after`.
local LONGEST = 3600

---@class proactive.RetryPolicy
local Policy = {}
Policy.__index = Policy

--- Whether the same request can succeed later.
---@param err proactive.Error
---@return boolean
function Policy.can_succeed(err)
  if err.kind == "transport" then return RETRIED_CAUSES[err.cause] == true end
  return err.kind == "throttled" or err.kind == "server"
end

--- What another attempt takes from the budget. After a 429 nothing: the service is not sick, it
--- asks for patience, and the pace of the region sees to that.
local function cost_of(err)
  if err.kind == "throttled" then return 0 end
  return err.cause == "timeout" and TIMEOUT_COST or COST
end

--- Seconds to wait before the next attempt, or nil when there is to be none. Takes the attempt's
--- cost.
---@param attempts integer        attempts made so far
---@param err proactive.Error     how the last one ended
---@return number? delay
---@return integer? cost          to be given to `succeeded` when the event is accepted
function Policy:delay(attempts, err)
  if attempts >= self.attempts or not Policy.can_succeed(err) then return nil end
  if err.retry_after and err.retry_after > LONGEST then return nil end
  local cost = cost_of(err)
  if cost > self.left then
    self.exhausted = self.exhausted + 1
    return nil
  end
  local ceiling = math.min(self.cap, self.base * 2 ^ (attempts - 1))
  local delay = self.random() * ceiling
  self.left = self.left - cost
  return err.retry_after and math.max(err.retry_after, delay) or delay, cost
end

--- Gives budget back for accepted events.
---@param cost integer?  what the last retry of each cost; nil when it was accepted at once
---@param count integer
function Policy:succeeded(cost, count)
  self.left = math.min(self.budget, self.left + (cost or REFUND) * count)
end

--- A policy, shared by all events of a client.
---@param options {attempts: integer, base: number, cap: number, budget: integer}
---@param random fun(): number  in [0, 1)
---@return proactive.RetryPolicy
local function new(options, random)
  return setmetatable({
    attempts = options.attempts,
    base = options.base,
    cap = options.cap,
    budget = options.budget,
    left = options.budget,
    exhausted = 0,
    random = random,
  }, Policy)
end

return { new = new }
