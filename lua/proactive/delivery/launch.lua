--- Starts attempts: which job may go next, when, and what keeps it.

local answer = require "proactive.answer"
local errors = require "proactive.errors"
local outcome = require "proactive.delivery.outcome"

local launch = {}

-- How long to wait for a token that another client of this state is fetching: our descriptor does
-- not wake for it.
local ELSEWHERE = 0.01

--- Moves the first job of a lane, whose transfer has begun, among the running ones. Only the first
--- line needs memory; when there is none, the next step begins here again.
local function register(self)
  local begun = self.begun
  local lane, job = begun.lane, begun.lane:peek()
  self.running[begun.id] = job
  begun.id = false
  self.in_flight = self.in_flight + 1
  job.attempts = job.attempts + 1
  lane:drop()
  self.waiting = self.waiting - 1
  lane.pace:sent(job.started)
  if job.pace then job.pace:sent(job.started) end
end

--- What keeps the first job of a lane from being sent, or nil. Makes its body at the first attempt.
local function obstacle(lane, job, now, wall)
  if lane.pace.stopped_until or job.deadline or job.attempts > 0 or job.fixed then
    local err = outcome.hindrance(lane, job, now, wall)
    if err then return err end
  end
  if not job.body then job:prepare(wall) end
end

--- The error of a body that cannot be sent, or of a pool that takes nothing.
local function start_error(message, part)
  if part == "body" then
    return errors.new("invalid", { message = "the customer or the reference id: " .. message })
  end
  return answer.transport({ cause = "protocol", message = message }, "sending the event")
end

--- Hands the first job of a lane to the pool. Whether another may be tried now.
local function launch_first(self, lane, now, wall)
  local job = lane:peek()
  local err = obstacle(lane, job, now, wall)
  if not err then
    local handle = self.source.handle
    job.generation, job.started = handle:generation(), now
    local id, reason, part = job:start(self.pool, handle)
    if id then
      self.begun.id, self.begun.lane = id, lane
      register(self)
      return true
    end
    if reason == "wait" then return false end
    err = start_error(reason, part)
  end
  outcome.fail_first(self, lane, err)
  return true
end

--- Seconds until the first job of a lane may go by the paces; nil when none waits.
local function wait_of(lane, now)
  local job = lane:peek()
  if not job then return nil end
  local pace = lane.pace
  local wait = pace.stopped_until and pace:is_stopped(now) and 0 or pace:wait(now)
  return job.pace and math.max(wait, job.pace:wait(now)) or wait
end

--- The next lane, in turn, whose first job may go now.
local function ready_lane(self, now)
  if self.waiting == self.delayed.size then return nil end
  local lanes, turn = self.lanes, self.turn
  for offset = 0, #lanes - 1 do
    local place = turn + offset
    if place > #lanes then place = place - #lanes end
    local lane = lanes[place]
    if lane.first <= lane.last and wait_of(lane, now) == 0 then
      self.turn = place < #lanes and place + 1 or 1
      return lane
    end
  end
end

--- Asks the feeds for one more job.
local function pull(self)
  for _, feed in ipairs(self.feeds) do
    if feed:pull() then return true end
  end
  return false
end

--- Puts the jobs whose wait is over before the others of their lanes.
local function wake_delayed(self, now)
  local job = self.delayed:peek(now)
  while job do
    job.lane:prepend(job)
    self.delayed:take(now)
    job = self.delayed:peek(now)
  end
end

--- Whether the token lets a job go; dooms all that wait when there will be none.
local function token_ready(self, now)
  local state, err = self.source:poll(now)
  if not state then
    outcome.doom_waiting(self, function()
      return outcome.copy_of(err)
    end)
  end
  self.awaits_token = state == "wait"
  return state == "ready"
end

--- Tells the first jobs whose deadline is over: a lane that is held up does not hold that up.
local function end_overdue(self, now, wall)
  for _, lane in ipairs(self.lanes) do
    local job = lane:peek()
    while job and job.deadline and now >= job.deadline do
      outcome.fail_first(self, lane, outcome.hindrance(lane, job, now, wall))
      job = lane:peek()
    end
  end
end

--- Starts what the window has room for; with a budget at least one, so that the smallest budget
--- gets on.
---@param self proactive.Delivery
---@param ends number?  monotonic seconds: the end of the budget
function launch.waiting(self, ends)
  if self.begun.id then register(self) end
  if self.doom and not outcome.fail_doomed(self, ends) then return end
  if self.in_flight >= self.concurrency or self.closing then return end
  local now, wall = self.clock.monotonic(), self:now()
  wake_delayed(self, now)
  if self.has_deadlines then end_overdue(self, now, wall) end
  self.awaits_token = false
  local ready = false
  repeat
    local lane = ready_lane(self, now)
    if lane then
      ready = ready or token_ready(self, now)
      if self.doom then
        outcome.fail_doomed(self, ends)
        return
      end
      if not ready or not launch_first(self, lane, now, wall) then return end
    elseif not pull(self) then
      return
    end
  until self.in_flight >= self.concurrency or self.closing or self:past(ends)
end

function launch.least(a, b)
  return a and b and math.min(a, b) or a or b
end

--- Seconds until the deadline of a job that waits first in its lane.
local function deadline_due(self, now)
  local due
  for _, lane in ipairs(self.has_deadlines and self.lanes or {}) do
    local job = lane:peek()
    if job and job.deadline then due = launch.least(due, math.max(0, job.deadline - now)) end
  end
  return due
end

--- Seconds until a job may go; nil when none is waiting for time alone.
function launch.due(self, now)
  if self.in_flight >= self.concurrency then return nil end
  local due
  for _, lane in ipairs(self.lanes) do
    due = launch.least(due, wait_of(lane, now))
  end
  due = launch.least(due, deadline_due(self, now))
  if due == 0 and self.awaits_token then
    return launch.least(self.source:due(now, ELSEWHERE), deadline_due(self, now))
  end
  for _, feed in ipairs(self.feeds) do
    if feed:has_more() then due = launch.least(due, 0) end
  end
  return due
end

return launch
