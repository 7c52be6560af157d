--- Reads what came of attempts: accepted, to be sent again, or failed.

local answer = require "proactive.answer"
local outcome = require "proactive.delivery.outcome"
local time = require "proactive.time"
local wave = require "proactive.delivery.wave"

local judge = {}

-- A Date header has whole seconds and was written before it arrived: less is not a difference.
local SKEW_NOISE = 5

-- The service's clock is looked at so often, in seconds.
local DATE_EVERY = 60

--- Follows the service's clock, which judges our expiry times.
local function note_date(self, headers, now)
  self.date_due = now + DATE_EVERY
  local date = answer.header({ headers = headers }, "date")
  local at = date and time.parse_http(date)
  if not at then return end
  local skew = at - self.clock.wall()
  self.skew = math.abs(skew) > SKEW_NOISE and skew or 0
end

---@class proactive.Receipt  what the service accepted
---@field status integer       of its answer
---@field request_id string?   the service's `x-amzn-requestid`
---@field reference_id string? of the event
---@field region string
---@field expires_at number?   Unix seconds
---@field attempts integer     how many requests were sent for it
---@field elapsed number       seconds since it was submitted
---@field presumed boolean
---   an answer was lost, and the refusal of the repeat says that it had been accepted
---@field sandbox boolean      it went to a sandbox
---@field regions table<string, proactive.Receipt>?
---   of a send to several regions, which has this and `sandbox` only

local function receipt_of(self, job, status, request_id, now)
  return {
    status = status,
    request_id = request_id,
    reference_id = job.reference_id,
    region = job.region,
    expires_at = job.expires_at,
    attempts = job.attempts,
    elapsed = now - job.submitted,
    presumed = false,
    sandbox = self.sandbox,
  }
end

--- Whether a refusal says that an earlier attempt, whose answer was lost, had been accepted.
local function is_presumed(job, err)
  if not job.lost then return false end
  return err.kind == "duplicate" or (err.status == 400 and job:is_valid())
end

--- Whether a refused token lets the job go again with another one. One that was replaced while the
--- job was under way does not count: the newer one was never tried.
local function goes_with_new_token(self, job, err, now)
  if err.kind ~= "auth" then return false end
  local verdict = self.source:refused(job.generation, now)
  if verdict == "stale" then return true end
  if verdict == "held" or job.token_retried then return false end
  job.token_retried = true
  return true
end

--- The error of a job that failed: its own, or `expired` when only the time kept it from another
--- attempt. When there is to be another one, nil and the time of it.
local function next_attempt(self, job, err, now)
  local delay, cost
  if self.policy then
    delay, cost = self.policy:delay(job.attempts, err)
  end
  if not delay then return err end
  local late = outcome.too_late(job, now + delay, self:now() + delay)
  if late then return outcome.expired_error(job, err, late) end
  return nil, now + delay, cost
end

--- What became of an attempt, as a plan that `judge` carries out: nothing of the job's is changed
--- here but notes.
local function read_result(self, id, job, now)
  local result = self.pool:result(id)
  if result.status then note_date(self, result.headers, now) end
  local accepted, err = answer.event(result)
  if accepted then return receipt_of(self, job, accepted.status, accepted.request_id, now) end
  job.lost = job.lost or err.uncertain
  if is_presumed(job, err) then
    local receipt = receipt_of(self, job, err.status, err.request_id, now)
    receipt.presumed = true
    return receipt
  end
  return nil, err
end

local function slow_down(pace, err, now)
  if err.kind == "throttled" then return pace:throttled(now) end
  pace:answered(now, 1)
  if err.kind == "quota" then pace:stop(now) end
end

--- Tells of an attempt and lets it count for the pace and the retry budget: once, though the
--- transfer may be judged again.
local function note_attempt(self, id, job, err, now)
  if job.noted == id then return end
  job.noted = job.noted or false -- there is room for the id
  if self.observer.on_attempt then self.observer:attempt(self.pool, id, job, err) end
  job.noted = id
  if err then return slow_down(job.lane.pace, err, now) end
  job.lane.pace:answered(now, 1)
  if self.policy then self.policy:succeeded(job.cost, 1) end
end

--- Sends a job again: at once before the others, or at a time.
local function again(self, id, job, at)
  if at then
    self.delayed:add(at, job)
  else
    job.lane:prepend(job)
  end
  self.waiting = self.waiting + 1
  self:forget(id)
end

--- Completes the job of a finished transfer, or sends it again. All that needs memory is made
--- before the transfer is forgotten: an error on the way leaves it to be judged again by the next
--- step.
local function judge_job(self, id, job, status, now)
  local receipt, err
  if status and now < self.date_due then -- nothing is read that nobody wants
    receipt = receipt_of(self, job, status, self.pool:request_id(id), now)
  else
    receipt, err = read_result(self, id, job, now)
  end
  job.ended = now
  note_attempt(self, id, job, err, now)
  if receipt then return outcome.complete(self, job, receipt, nil, self.forget, id) end
  if goes_with_new_token(self, job, err, now) then return again(self, id, job) end
  local failure, at, cost = next_attempt(self, job, err, now)
  if failure then
    failure.uncertain = failure.uncertain or job.lost or nil
    return outcome.complete(self, job, nil, failure, self.forget, id)
  end
  job.cost, job.last_error = cost, err
  self.counts.retries = self.counts.retries + 1
  again(self, id, job, at)
end

--- Judges a finished transfer by itself. Only when all is told is it released: an error, as of a
--- debug hook, may come back in place of that.
---@return integer? id  the next finished one, as `pool:finished` gives it
---@return integer? status
---@return integer? group
local function judge_one(self, id, job, status, now)
  if not job and self.source:owns(id) then
    note_date(self, self.source:settle(now), now)
    return self.pool:finished()
  end
  if job then judge_job(self, id, job, status, now) end
  return self.pool:release(id)
end

--- Judges finished transfers one after the other until the budget is used up.
function judge.collect(self, ends)
  local pool, running, monotonic = self.pool, self.running, self.clock.monotonic
  local id, status, group = pool:finished()
  local now = monotonic()
  while id do
    local begun = group and self.waves[group]
    if begun and status and now < self.date_due then
      local count
      count, id, status, group = pool:release_row(id, begun.feed.latency, self.latency)
      wave.accept(self, begun, count, now)
    else
      local job = begun and wave.job(self, id, begun) or running[id]
      id, status, group = judge_one(self, id, job, status, now)
      now = monotonic()
    end
    if self.closing or (ends and monotonic() >= ends) then return end
  end
end

return judge
