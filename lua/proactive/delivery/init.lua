--- Jobs in, completions out: what waits in each region's lane, the window of requests in flight,
--- the attempts of each job.
---
--- Everything happens in `step`: nothing here blocks but the wait it is told to make, and no call
--- does unbounded work when a budget is given. The core only fills queues; the callbacks are called
--- from here.

local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local judge = require "proactive.delivery.judge"
local launch = require "proactive.delivery.launch"
local new_lane = require("proactive.delivery.lane").new
local outcome = require "proactive.delivery.outcome"
local tally = require "proactive.delivery.tally"
local timers = require "proactive.timers"
local wave = require "proactive.delivery.wave"

---@class proactive.Job
---@field region string
---@field route integer        the pool's route
---@field timeout number       seconds for one attempt
---@field start fun(job: proactive.Job, pool: table, token: table, now: number): ...
---     begins an attempt, as `pool:start`; the first one, at `now` (Unix seconds), sets body,
---     reference_id and expires_at, which are kept for the others
---@field finish fun(job: proactive.Job, receipt: table?, err: proactive.Error?)
---   called exactly once
---@field behind fun(job: proactive.Job, err: proactive.Error?)?  called after it
---@field is_valid fun(job: proactive.Job): boolean  whether our own validation accepts the body
---@field user string?         the customer, for the log
---@field fixed boolean?       its times were set by the caller
---@field deadline number?     monotonic: no attempt begins later
---@field pace proactive.Pace? a pace of its own, beside its lane's
---@field latency proactive.Histogram?
---   of its run: gets the time from its submission to its acceptance

-- What the pool takes for a time, in seconds; a longer one is as good as for ever.
local LONGEST_WAIT = 86400

---@class proactive.Delivery
local Delivery = {}
Delivery.__index = Delivery

---@class proactive.DeliveryOptions
---@field pool table
---@field source proactive.TokenSource
---@field policy proactive.RetryPolicy?  none: nothing is sent again
---@field clock {wall: fun(): number, monotonic: fun(): number}
---@field concurrency integer
---@field queue integer
---@field connect_burst integer
---@field rate number?                events per second and region
---@field sandbox boolean
---@field latency proactive.Histogram an empty one
---@field observer proactive.Observer gets attempts, outcomes and what callbacks raise

---@param options proactive.DeliveryOptions
---@return proactive.Delivery
local function new(options)
  local now = options.clock.monotonic()
  local self = {
    pool = options.pool,
    source = options.source,
    policy = options.policy,
    clock = options.clock,
    concurrency = options.concurrency,
    queue_limit = options.queue,
    connect_burst = options.connect_burst,
    sandbox = options.sandbox,
    observer = options.observer,
    lanes = {}, -- by region and by number
    turn = 1,
    waiting = 0, -- jobs in lanes and in `delayed`
    delayed = timers.new(), -- jobs that wait for their next attempt
    feeds = {}, -- jobs are pulled from these in turn when the window has room
    feed_turn = 0,
    ending = {}, -- those that take no more and have not shown their end
    running = {}, -- jobs, by transfer id
    begun_job = false, -- one whose attempt is begun, or about to be, and that is not among them yet
    newest = false, -- what the pool had begun last before that
    ended = false, -- nothing is left to be told
    waves = {}, -- of events that have no job, by the group of their transfers
    last_group = 0,
    open_waves = {}, -- those of them that take more, by region
    waits_until = 0, -- so long this step may wait, monotonic seconds
    asked = false, -- the feed that was asked last
    in_hand = false, -- a job that was pulled and is neither in a lane nor among them yet
    jobs_in_flight = 0,
    completed = 0, -- in this step
    passed_over = false, -- the last step's budget left no time to fill the window
    skew = 0, -- the service's clock less ours
    date_due = now,
    latency = options.latency, -- of what was accepted, all of it and nothing else
    counts = { failed = 0, retries = 0 },
    by_kind = tally.new(),
  }
  for i, region in ipairs(endpoints.regions) do
    self.lanes[i] = new_lane(region, options.rate, now)
    self.lanes[region] = self.lanes[i]
  end
  return setmetatable(self, Delivery)
end

--- Events under way, with a job or in a wave.
---@return integer
function Delivery:in_flight()
  return self.jobs_in_flight + self.pool:grouped()
end

--- Whether no more events may be under way.
---@return boolean
function Delivery:is_full()
  return self:in_flight() >= self.concurrency
end

--- Events that are not completed.
---@return integer
function Delivery:pending()
  return self.waiting + self:in_flight() + (self.in_hand and 1 or 0)
end

--- Whether anything is pending, or will be as soon as there is room.
---@return boolean
function Delivery:has_work()
  return #self.feeds > 0 or self:pending() > 0 or next(self.ending) ~= nil
end

--- Whether something is on its way that only the sockets tell of.
---@return boolean
function Delivery:is_on_wire()
  return self:in_flight() > 0 or self.source:is_fetching()
end

--- Our wall clock, corrected by the service's when they differ.
---@return number
function Delivery:now()
  return self.clock.wall() + self.skew
end

--- Whether so many more jobs can be taken in. An event for several regions fits when nothing else
--- is pending, however small window and queue are.
---@param count integer
---@return boolean
function Delivery:has_space(count)
  local pending = self:pending()
  return pending == 0 or pending + count <= self.concurrency + self.queue_limit
end

--- How many jobs a run may have taken: those in flight, and those that wait for their region's pace
--- while the other regions go on. Half of the queue is left to others.
---@return integer
function Delivery:room_for_run()
  return self.concurrency + math.max(self.concurrency, math.floor(self.queue_limit / 2))
end

-- A host that serves its clients says something else.
Delivery.how_to_make_space = "Call step until some are done"

--- The error of a job that was not taken in.
---@return proactive.Error
function Delivery:busy_error()
  return errors.new("busy", {
    message = ("%d events are in flight or waiting, no more are taken"):format(self:pending()),
    fix = self.how_to_make_space .. ", or make the client with a larger queue.",
  })
end

--- Takes jobs in, for which there is space: all of them, or after an error none.
---@param jobs proactive.Job[]
function Delivery:submit(jobs)
  local now = self.clock.monotonic()
  for _, job in ipairs(jobs) do
    job.lane, job.submitted, job.attempts = self.lanes[job.region], now, 0
    self.has_deadlines = self.has_deadlines or job.deadline ~= nil
    job.lane:reserve(#jobs)
  end
  for _, job in ipairs(jobs) do
    job.lane:append(job)
    self.waiting = self.waiting + 1
  end
end

--- Lets a feed be asked for jobs. `feed:pull(now)` returns one, not attempted yet, or true when
--- what it had became no job, false when it has none now. What is raised while `feed.asking` is
--- set, by code of the caller's, is given to `feed:raised(problem)`. `feed:due(now)` gives the
--- seconds until it may have one, or nil; `feed:stop(reason)` ends it; `feed.exhausted` says that
--- it will have no more. While `feed.is_light`, what it has may go without a job: see
--- `proactive.delivery.wave` and `proactive.Many`.
---@param feed table
function Delivery:add_feed(feed)
  self.feeds[#self.feeds + 1] = feed
end

---@param feed table
function Delivery:remove_feed(feed)
  for i, known in ipairs(self.feeds) do
    if known == feed then table.remove(self.feeds, i) end
  end
  wave.sweep(self)
end

--- Notes that a run takes no more: its end is to be shown.
---@param run table
function Delivery:await_end(run)
  self.ending[run] = true
end

---@param run table
function Delivery:forget_run(run)
  self.ending[run] = nil
end

--- Whether a step's budget is used up.
---@param ends number?  monotonic seconds
---@return boolean
function Delivery:past(ends)
  return ends ~= nil and self.clock.monotonic() >= ends
end

--- Forgets which job a transfer is of. Allocates nothing.
---@param id integer
function Delivery:forget(id)
  self.running[id] = nil
  self.jobs_in_flight = self.jobs_in_flight - 1
end

---@class proactive.Histogram  how long things took, in seconds
---@field count integer
---@field sum number
---@field max number
---@field percentile fun(self: proactive.Histogram, share: number): number?
---   the time that a share of all, 0 to 1, did not exceed, right within 10 %; nil: none was counted
---@field cumulative fun(self: proactive.Histogram): {le: number, count: integer}[]
---   counts up to each doubling, as Prometheus takes them
---@field copy fun(self: proactive.Histogram): proactive.Histogram

---@class proactive.Stats
---@field submitted integer
---@field accepted integer
---@field failed integer
---@field by_kind table<string, integer>  of what failed
---@field retries integer
---@field hook_errors integer    hooks and callbacks that raised
---@field token_fetches integer
---@field connections integer    opened
---@field in_flight integer
---@field waiting integer
---@field retry_budget number?   left
---@field lanes table<string, {waiting: integer, rate: number?, stopped: boolean}>
---   by region; rate: in force
---@field latency proactive.Histogram  of accepted attempts, as of now

--- Counters since birth, and what is under way.
---@return proactive.Stats
function Delivery:stats()
  local now, lanes = self.clock.monotonic(), {}
  for _, lane in ipairs(self.lanes) do
    local rate, stopped = lane.pace:rate(), lane.pace:is_stopped(now)
    lanes[lane.region] = { waiting = lane:size(), rate = rate, stopped = stopped }
  end
  return {
    submitted = self.latency.count + self.counts.failed + self:pending(),
    accepted = self.latency.count,
    failed = self.counts.failed,
    by_kind = tally.copy(self.by_kind),
    retries = self.counts.retries,
    hook_errors = self.observer.raised_count,
    token_fetches = self.source.fetches,
    connections = (self.pool:connections()),
    in_flight = self:in_flight(),
    waiting = self.waiting,
    retry_budget = self.policy and self.policy.left,
    lanes = lanes,
    latency = self.latency:copy(),
  }
end

--- Seconds until a job may be begun, beside what the pool waits for.
local function own_due(self)
  if self.doom or self.begun_job or self.in_hand then return 0 end
  local now, next_retry = self.clock.monotonic(), self.delayed:next_at()
  local due = launch.due(self, now)
  if self:is_full() then return due end
  return launch.least(next_retry and math.max(0, next_retry - now), due)
end

--- Seconds until a step has something to do; nil when nothing is pending.
---@return number?
function Delivery:timeout()
  if self.pool:finished() then return 0 end
  return launch.least(self.pool:timeout(), own_due(self))
end

--- Does what is due: serves the connections, judges what has ended, and fills the window again. All
--- connections of one call are opened there, so that connect_burst bounds them.
---@param timeout number   longest wait in seconds; 0 never waits
---@param budget number?
---   after so many seconds no more sockets, callbacks or connections in this call
---@return integer completed
---@return string? message  the pool failed
function Delivery:step(timeout, budget)
  local now = self.clock.monotonic()
  local ends = budget and now + budget
  self.completed, self.waits_until = 0, budget and now or now + timeout
  launch.resume(self)
  -- the pool itself waits no longer than it has something to do
  local wait = math.min(timeout, LONGEST_WAIT, timeout > 0 and own_due(self) or timeout)
  local finished, message = self.pool:step(wait, budget, self.connect_burst)
  if not finished then return 0, message end
  judge.collect(self, ends)
  -- A budget that is used up leaves the rest to the next call, but not twice in a row.
  self.passed_over = self:past(ends) and not self.passed_over
  if not self.passed_over then launch.waiting(self, ends) end
  return self.completed
end

-- Of what is not completed when its client is closed.
local CLOSED = {
  message = "the client was closed before the outcome was known",
  fix = "Call client:flush() before client:close().",
}

--- Ends everything: what is not completed is completed as `cancelled`.
---@param words {message: string, fix: string}?  of those errors
function Delivery:close(words)
  words = words or CLOSED
  while #self.feeds > 0 do
    local feed = self.feeds[#self.feeds]
    feed:stop "closed"
    self:remove_feed(feed)
  end
  launch.resume(self)
  self.closing = false -- the answers that are there are outcomes
  judge.collect(self)
  self.closing = true
  local function cancelled()
    return errors.new("cancelled", { message = words.message, fix = words.fix })
  end
  self.source:close(self.clock.monotonic())
  wave.break_up(self)
  for id, job in pairs(self.running) do
    local err = cancelled()
    err.uncertain = true
    outcome.complete(self, job, nil, err, self.forget, id)
  end
  outcome.doom_waiting(self, cancelled)
  outcome.fail_doomed(self)
  self.ended = true
  self.pool:close()
end

--- Ends everything in a forked child: what is under way is the parent's.
function Delivery:disown()
  self.waves, self.open_waves = {}, {}
  self.pool:close()
end

return { new = new }
