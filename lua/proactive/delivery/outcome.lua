--- How jobs end: what their owners are told, and when it is too late to begin an attempt.

local core = require "proactive.core"
local errors = require "proactive.errors"
local tally = require "proactive.delivery.tally"

local outcome = {}

local add_time = core.histogram().add

-- The service refuses an expiry less than 5 minutes ahead; some seconds are for the way and the
-- clocks.
-- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
local LEAST_LEFT = 300 + 10

local function take_out(self, leave, place)
  leave(self, place)
  self.completed = self.completed + 1
end

--- Counts a job that was accepted, here and in its run.
---@return boolean
---@return any problem  false: all is counted, and an error came back in place of it
local function count_accepted(self, job)
  local ok, problem = pcall(add_time, self.latency, job.ended - job.started, 1)
  if not job.latency then return ok, problem end
  local also_ok, also = pcall(add_time, job.latency, job.ended - job.submitted, 1)
  return ok and also_ok, problem or also
end

--- Takes a job from its place and tells its owner what became of it; an error in the callback ends
--- there. A lack of memory before that leaves the job in its place, to be completed by a later
--- step. From then on it goes to the end, whatever a debug hook raises.
---@param self proactive.Delivery
---@param job proactive.Job
---@param receipt table?
---@param err proactive.Error?
---@param leave fun(self: proactive.Delivery, place: any)
---   takes it from there; allocates nothing, and calls nothing of the core
---@param place any
function outcome.complete(self, job, receipt, err, leave, place)
  if err then
    err.attempts = job.attempts
    err.uncertain = err.uncertain or job.lost or nil
  end
  if self.observer.logger then self.observer:outcome(job, receipt, err) end
  local left, trouble = pcall(take_out, self, leave, place)
  if not left then error(trouble, 0) end
  local counted, interruption = true, nil
  if receipt then
    counted, interruption = count_accepted(self, job)
  else
    self.counts.failed = self.counts.failed + 1
    tally.add(self.by_kind, err.kind)
  end
  local told, problem = pcall(job.finish, job, receipt, err)
  if not told then self.observer:raised(problem) end
  if job.behind then job:behind(err) end
  if not counted then error(interruption, 0) end
end

--- A copy for one job: an error object belongs to whoever gets it.
function outcome.copy_of(err)
  local fields = {}
  for name, value in pairs(err) do
    fields[name] = value
  end
  return errors.new(err.kind, fields)
end

local function leave_lane(self, lane)
  lane:drop()
  self.waiting = self.waiting - 1
end

--- Completes the first job of a lane.
---@param self proactive.Delivery
---@param lane proactive.Lane
---@param err proactive.Error
function outcome.fail_first(self, lane, err)
  outcome.complete(self, lane:peek(), nil, err, leave_lane, lane)
end

--- Decides that all that wait now will fail; `fail_doomed` tells them, as far as the budget goes.
---@param self proactive.Delivery
---@param err_of fun(): proactive.Error  an error of its own for each
function outcome.doom_waiting(self, err_of)
  local job = self.delayed:peek(math.huge)
  while job do
    job.lane:append(job)
    self.delayed:take(math.huge)
    job = self.delayed:peek(math.huge)
  end
  for _, lane in ipairs(self.lanes) do
    lane.doomed = lane:size()
  end
  self.doom = err_of
end

--- Completes doomed jobs, at least one.
---@param self proactive.Delivery
---@param ends number?  monotonic seconds: the end of the budget
---@return boolean done  none is left
function outcome.fail_doomed(self, ends)
  for _, lane in ipairs(self.lanes) do
    while lane.doomed > 0 and lane:peek() do
      outcome.fail_first(self, lane, self.doom())
      lane.doomed = lane.doomed - 1
      if self:past(ends) then return false end
    end
  end
  self.doom = nil
  return true
end

--- The error of a job whose time is over, with what held it up.
function outcome.expired_error(job, last, what)
  return errors.new("expired", {
    message = last and ("%s; the last attempt: %s"):format(what, last.message) or what,
    fix = "Send earlier, or give a later expiry or deadline.",
    status = last and last.status,
    request_id = last and last.request_id,
    cause = last and last.cause,
    uncertain = job.lost or nil,
  })
end

--- Why no attempt may begin at a time, or nil.
---@param job proactive.Job
---@param now number   monotonic seconds
---@param wall number  Unix seconds
---@return string?
function outcome.too_late(job, now, wall)
  if job.deadline and now >= job.deadline then return "the deadline is over" end
  local was_set = job.attempts > 0 or job.fixed
  if was_set and job.expires_at and job.expires_at - wall < LEAST_LEFT then
    return "the event expires in less than 5 minutes: the service would refuse it"
  end
end

local function quota_error()
  return errors.new("quota", {
    message = "not sent: the service said that the skill's limit of notifications is reached (432)",
    fix = "Wait, and send less: the limit applies to live skills and its figure is not published.",
  })
end

--- The error of a job that must not be sent now, or nil.
---@param lane proactive.Lane
---@param job proactive.Job
---@param now number   monotonic seconds
---@param wall number  Unix seconds
---@return proactive.Error?
function outcome.hindrance(lane, job, now, wall)
  if lane.pace:is_stopped(now) then return quota_error() end
  local late = outcome.too_late(job, now, wall)
  return late and outcome.expired_error(job, job.last_error, late)
end

return outcome
