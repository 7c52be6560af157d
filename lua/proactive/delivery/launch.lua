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
local function register(self, begun)
  local lane = begun.lane
  local job = lane.jobs[lane.first]
  self.running[begun.id] = job
  begun.id = false
  self.in_flight = self.in_flight + 1
  job.attempts = job.attempts + 1
  lane:drop()
  self.waiting = self.waiting - 1
  lane.pace:sent(job.started)
  if job.pace then job.pace:sent(job.started) end
end

--- The error of a body that cannot be sent, or of a pool that takes nothing.
local function start_error(message, part)
  if part == "body" then
    return errors.new("invalid", { message = "the customer or the reference id: " .. message })
  end
  return answer.transport({ cause = "protocol", message = message }, "sending the event")
end

--- Hands the first job of a lane to the pool; its body is made at the first attempt. Whether
--- another may be tried now.
local function launch_first(self, lane, now, wall, generation)
  local job, err = lane.jobs[lane.first], nil
  if job.attempts > 0 or lane.pace.stopped_until or job.deadline or job.fixed then
    err = outcome.hindrance(lane, job, now, wall)
  end
  if not err then
    if not job.body then job:prepare(wall) end
    job.generation, job.started = generation, now
    local id, reason, part = job:start(self.pool, self.source.handle)
    if id then
      local begun = self.begun
      begun.id, begun.lane = id, lane
      register(self, begun)
      return true
    end
    if reason == "wait" then return false end
    err = start_error(reason, part)
  end
  outcome.fail_first(self, lane, err)
  return true
end

--- Whether the paces let the first job of a lane go now; one that a 432 stopped goes to its end.
local function may_go(lane, now)
  local pace, own = lane.pace, lane.jobs[lane.first].pace
  if own and own.next_at > now then return false end
  return pace.next_at <= now or (pace.stopped_until and pace:is_stopped(now))
end

--- Seconds until the first job of a lane may go by the paces; nil when none waits.
local function wait_of(lane, now)
  local job = lane.jobs[lane.first]
  if not job then return nil end
  local pace = lane.pace
  local wait = pace.stopped_until and pace:is_stopped(now) and 0 or pace:wait(now)
  return job.pace and math.max(wait, job.pace:wait(now)) or wait
end

--- The next lane, in turn, whose first job may go now.
local function ready_lane(self, now)
  local lanes, turn = self.lanes, self.turn
  for offset = 0, #lanes - 1 do
    local place = turn + offset
    if place > #lanes then place = place - #lanes end
    local lane = lanes[place]
    if lane.first <= lane.last and may_go(lane, now) then
      self.turn = place < #lanes and place + 1 or 1
      return lane
    end
  end
end

--- Asks the feeds for one more job: its lane, true when it became none, false when there is none.
local function pull(self, now)
  local feeds = self.feeds
  for place = 1, #feeds do
    local feed = feeds[place] -- one that has no more takes itself out
    local taken = feed and feed:pull(now)
    if taken then return taken end
  end
  return false
end

--- The lane that sends next: one where a job waits, else that of a job pulled now; nil when the job
--- that was pulled must wait as well, false when there is none.
local function next_lane(self, now)
  local lane = self.waiting > self.delayed.size and ready_lane(self, now)
  if lane then return lane end
  lane = pull(self, now)
  return lane and (lane ~= true and may_go(lane, now) and lane or nil)
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
  if self.begun.id then register(self, self.begun) end
  if self.doom and not outcome.fail_doomed(self, ends) then return end
  if self.in_flight >= self.concurrency or self.closing then return end
  local now, wall = self.clock.monotonic(), self:now()
  wake_delayed(self, now)
  if self.has_deadlines then end_overdue(self, now, wall) end
  self.awaits_token = false
  local generation
  repeat
    local lane = next_lane(self, now)
    if lane == false then return end
    if lane and not generation then
      if not token_ready(self, now) then return self.doom and outcome.fail_doomed(self, ends) end
      generation = self.source.handle:generation()
    end
    if lane and not launch_first(self, lane, now, wall, generation) then return end
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
