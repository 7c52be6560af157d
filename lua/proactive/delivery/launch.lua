--- Starts attempts: which job may go next, when, and what keeps it.

local answer = require "proactive.answer"
local errors = require "proactive.errors"
local outcome = require "proactive.delivery.outcome"
local wave = require "proactive.delivery.wave"

local launch = {}

-- How long to wait for a token that another client of this state is fetching: our descriptor does
-- not wake for it.
local ELSEWHERE = 0.01

-- So long the window is filled at one go, in seconds: users that come slowly, or that are refused,
-- must not keep the connections waiting.
local SLICE = 0.01

--- Puts the job in hand behind those that wait for its region.
---@param self proactive.Delivery
function launch.put_by(self)
  local job = self.in_hand
  job.lane:append(job)
  self.waiting = self.waiting + 1
  self.in_hand = false
end

--- Moves a job whose transfer has begun among the running ones. Only its entry there needs memory;
--- when there is none, the next step resumes here.
local function register(self, id, job)
  self.running[id] = job
  self.begun_job = false
  self.jobs_in_flight = self.jobs_in_flight + 1
  job.attempts = job.attempts + 1
  local lane, own = job.lane, job.pace
  if self.in_hand then
    self.in_hand = false
  else
    lane:drop()
    self.waiting = self.waiting - 1
  end
  lane.pace:sent(job.started, 1)
  if own then own:sent(job.started, 1) end
end

--- Registers a job of which an error kept us from hearing whether it has begun.
local function find_begun(self)
  local id = self.pool:newest()
  if id and id ~= self.newest then return register(self, id, self.begun_job) end
  self.begun_job = false
end

--- A run that is done and has not shown it.
local function ended_run(self)
  for run in pairs(self.ending) do
    if run:done() then return run end
  end
end

--- Finishes what an error left undone in the last step, before anything moves in the lanes: a lack
--- of memory, or one of a debug hook.
---@param self proactive.Delivery
function launch.resume(self)
  if self.begun_job then find_begun(self) end
  if not self.feeds[1] and next(self.waves) then wave.sweep(self) end
  local run = ended_run(self)
  if run then run:accepted() end
  if self.in_hand then launch.put_by(self) end
end

--- The error of a body that cannot be sent, or of a pool that takes nothing.
local function start_error(message, part)
  if part == "body" then
    return errors.new("invalid", { message = "cannot be sent: " .. message })
  end
  return answer.transport({ cause = "protocol", message = message }, "sending the event")
end

local function leave_hand(self)
  self.in_hand = false
end

--- Completes the job that was to go next.
local function fail(self, job, err)
  if not self.in_hand then return outcome.fail_first(self, job.lane, err) end
  outcome.complete(self, job, nil, err, leave_hand)
end

--- A job that the pool did not take: it waits when there is no room, else it has failed. Whether
--- another may be tried now.
local function not_started(self, job, reason, part)
  if reason ~= "wait" then
    fail(self, job, start_error(reason, part))
    return true
  end
  if self.in_hand then launch.put_by(self) end
  self.awaits_room = part == "full"
  return false
end

--- Hands a job to the pool, the one in hand or else the first of its lane; its body is made at the
--- first attempt. Whether another may be tried now.
local function launch_one(self, job, now, wall, generation)
  local err
  if job.attempts > 0 or job.lane.pace.stopped_until or job.deadline or job.fixed then
    err = outcome.hindrance(job.lane, job, now, wall)
  end
  if err then
    fail(self, job, err)
    return true
  end
  job.generation, job.started = generation, now
  self.newest, self.begun_job = self.pool:newest(), job
  local id, reason, part = job:start(self.pool, self.source.handle, wall)
  if id then
    register(self, id, job)
    return true
  end
  self.begun_job = false
  return not_started(self, job, reason, part)
end

--- Whether the paces let a job of a lane go now; one that a 432 stopped goes to its end.
local function may_go(pace, job, now)
  local own = job.pace
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
    if lane.first <= lane.last and may_go(lane.pace, lane.jobs[lane.first], now) then
      self.turn = place < #lanes and place + 1 or 1
      return lane
    end
  end
end

--- Asks the feeds for one more job; true when what one had became none, false when none has any.
local function pull(self, now)
  local feeds, count = self.feeds, #self.feeds
  for _ = 1, count do
    local place = self.feed_turn % count + 1
    self.feed_turn = place
    local feed = feeds[place] -- one that has no more takes itself out
    self.asked = feed
    local taken = feed and feed:pull(now)
    if taken then return taken end
  end
  return false
end

local function take_in_hand(self, job, now)
  job.lane, job.submitted = self.lanes[job.region], now
  if job.deadline then self.has_deadlines = true end
  self.in_hand = job
end

--- The job that goes next: the first of a lane, else one that is pulled now and then in hand; nil
--- when what was pulled must wait or became no job, false when there is none. A job in hand need
--- not go through its lane.
local function next_job(self, now)
  local waiting = self.waiting > self.delayed.size and ready_lane(self, now)
  if waiting then return waiting.jobs[waiting.first] end
  local job = pull(self, now)
  if job == false or job == true then return job and nil end
  take_in_hand(self, job, now)
  if may_go(job.lane.pace, job, now) then return job end
  launch.put_by(self)
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
local function end_overdue(self, now, wall, ends)
  for _, lane in ipairs(self.lanes) do
    local job = lane:peek()
    while job and job.deadline and now >= job.deadline do
      outcome.fail_first(self, lane, outcome.hindrance(lane, job, now, wall))
      if self:past(ends) then return end
      job = lane:peek()
    end
  end
end

--- Starts events of a feed in waves, and what they do not take as a job. Whether others may be
--- tried now.
local function in_waves(self, feed, now, wall, ends)
  local job = wave.fill(self, feed, now, wall, ends)
  if job then take_in_hand(self, job, now) end
  wave.let_go(self)
  if not job then return false end
  if may_go(job.lane.pace, job, now) then
    return launch_one(self, job, now, wall, self.source.handle:generation())
  end
  launch.put_by(self)
  return true
end

--- Starts the next job, the first one when the token is there. Whether others may be tried now.
---@param generation integer?  of the token, when it was there in this call already
---@return boolean
---@return integer? generation
local function in_job(self, now, wall, ends, generation)
  local job = next_job(self, now)
  if job == false then return false end
  if job and not generation then
    if self.in_hand then launch.put_by(self) end
    if not token_ready(self, now) then
      if self.doom then outcome.fail_doomed(self, ends) end
      return false
    end
    generation = self.source.handle:generation()
    job = next_job(self, now)
  end
  return not job or launch_one(self, job, now, wall, generation), generation
end

--- Starts what may go, as events of a wave or one job after the other.
local function fill(self, now, wall, ends)
  local monotonic, goes_on, generation = self.clock.monotonic
  repeat
    local feed = wave.feed(self, now)
    if feed then
      goes_on = in_waves(self, feed, now, wall, ends)
    else
      goes_on, generation = in_job(self, now, wall, ends, generation)
    end
    if not goes_on then return end
  until self:is_full() or self.closing or monotonic() >= ends
end

--- What code of a run's caller raises ends that run; every other error ends this step.
local function interrupted(self, problem)
  local feed = self.asked
  wave.let_go(self)
  if not (feed and feed.asking) then error(problem, 0) end
  feed:raised(problem)
end

--- Starts what the window has room for; with a budget at least one, so that the smallest budget
--- gets on.
---@param self proactive.Delivery
---@param ends number?  monotonic seconds: the end of the budget
function launch.waiting(self, ends)
  if self.doom and not outcome.fail_doomed(self, ends) then return end
  if self.closing or (self:is_full() and not self.has_deadlines) then return end
  local now, wall = self.clock.monotonic(), self:now()
  if self.has_deadlines then end_overdue(self, now, wall, ends or now + SLICE) end
  if self:is_full() then return end
  wake_delayed(self, now)
  self.awaits_token, self.awaits_room = false, false
  ends = math.min(ends or math.huge, now + SLICE)
  repeat
    local ok, problem = pcall(fill, self, now, wall, ends)
    if not ok then interrupted(self, problem) end
  until ok
  self.asked = false -- what has ended is let go
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
  local deadline, due = deadline_due(self, now), nil
  if self:is_full() or self.awaits_room then return deadline end
  for _, lane in ipairs(self.lanes) do
    due = launch.least(due, wait_of(lane, now))
  end
  if due == 0 and self.awaits_token then
    return launch.least(self.source:due(now, ELSEWHERE), deadline)
  end
  due = launch.least(due, deadline)
  for _, feed in ipairs(self.feeds) do
    due = launch.least(due, feed:due(now))
  end
  return due
end

return launch
