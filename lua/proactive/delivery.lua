--- Jobs in, completions out: the queue, the window of requests in flight, and the attempts of each
--- job.
---
--- Everything happens in `step`: nothing here blocks but the wait it is told to make, and no call
--- does unbounded work
--- when a budget is given. The core only fills queues; the callbacks are called from here.

local answer = require "proactive.answer"
local errors = require "proactive.errors"

---@class proactive.Job
---@field route integer                    the pool's route
---@field region string
---@field prepare fun(now: number): {body: string, reference_id: string?, expires_at: number?}
---     called at the first attempt, so that the times in the body are those of the attempt; the
---     result is kept
---@field finish fun(receipt: table?, err: proactive.Error?)  called exactly once
---@field timeout number                   seconds for one attempt
---@field submitted number                 monotonic seconds
---@field attempts integer

---@class proactive.Delivery
local Delivery = {}
Delivery.__index = Delivery

-- How long to wait for a token that another client of this state is fetching: our descriptor does
-- not wake for it.
local ELSEWHERE = 0.01

-- A Date header has whole seconds and was written before it arrived: less is not a difference.
local SKEW_NOISE = 5

---@class proactive.DeliveryOptions
---@field pool table
---@field source proactive.TokenSource
---@field clock {wall: fun(): number, monotonic: fun(): number}
---@field concurrency integer
---@field queue integer
---@field connect_burst integer
---@field sandbox boolean
---@field on_error fun(problem: any)   gets what a callback raised

---@param options proactive.DeliveryOptions
---@return proactive.Delivery
local function new(options)
  return setmetatable({
    pool = options.pool,
    source = options.source,
    clock = options.clock,
    concurrency = options.concurrency,
    queue_limit = options.queue,
    connect_burst = options.connect_burst,
    sandbox = options.sandbox,
    on_error = options.on_error,
    waiting = {}, -- jobs by place; `first` moves on, and back for a job that goes first again
    first = 1,
    last = 0,
    running = {}, -- jobs by transfer id
    in_flight = 0,
    completed = 0, -- in this step
    skew = 0, -- the server's clock less ours
    counts = { submitted = 0, accepted = 0, failed = 0, hook_errors = 0 },
  }, Delivery)
end

--- Jobs that are not completed.
---@return integer
function Delivery:pending()
  return self.last - self.first + 1 + self.in_flight
end

--- Our wall clock, corrected by the service's when they differ.
---@return number
function Delivery:now()
  return self.clock.wall() + self.skew
end

--- Whether so many more jobs can be taken in.
---@param count integer
---@return boolean
function Delivery:has_space(count)
  return self:pending() + count <= self.concurrency + self.queue_limit
end

--- The error of a job that was not taken in.
---@return proactive.Error
function Delivery:busy_error()
  return errors.new("busy", {
    message = ("%d events are in flight or waiting, no more are taken"):format(self:pending()),
    fix = "Call step until some are done, or make the client with a larger queue.",
  })
end

--- Takes a job in.
---@param job proactive.Job
---@return boolean?
---@return proactive.Error?  kind `busy`: window and queue are full
function Delivery:submit(job)
  if not self:has_space(1) then return nil, self:busy_error() end
  job.submitted = self.clock.monotonic()
  job.attempts = 0
  self.waiting[self.last + 1] = job
  self.last = self.last + 1
  self.counts.submitted = self.counts.submitted + 1
  return true
end

--- Counters since birth.
---@return table<string, integer>
function Delivery:stats()
  local stats = { token_fetches = self.source.fetches, connections = (self.pool:connections()) }
  for name, value in pairs(self.counts) do
    stats[name] = value
  end
  return stats
end

--- Puts a job before all that wait.
local function requeue(self, job)
  self.first = self.first - 1
  self.waiting[self.first] = job
end

--- Takes the first job out of the queue. Allocates nothing, so that a job is in the queue or
--- elsewhere, never nowhere.
local function drop_first(self)
  self.waiting[self.first] = nil
  self.first = self.first + 1
end

--- Tells a job's owner what became of it; an error in the callback ends there.
local function complete(self, job, receipt, err)
  self.completed = self.completed + 1
  local outcome = receipt and "accepted" or "failed"
  self.counts[outcome] = self.counts[outcome] + 1
  if err then err.attempts = job.attempts end
  local ok, problem = pcall(job.finish, receipt, err)
  if not ok then
    self.counts.hook_errors = self.counts.hook_errors + 1
    self.on_error(problem)
  end
end

local function complete_all_waiting(self, err_of)
  while self.first <= self.last do
    local job, err = self.waiting[self.first], err_of()
    drop_first(self)
    complete(self, job, nil, err)
  end
end

--- A copy for one job: an error object belongs to whoever gets it.
local function copy_of(err)
  local fields = {}
  for name, value in pairs(err) do
    fields[name] = value
  end
  return errors.new(err.kind, fields)
end

--- Notes a transfer as a job's. When there is no memory for that, the transfer must not run:
--- nothing has left yet.
local function register(self, id, job)
  local ok, problem = pcall(rawset, self.running, id, job)
  if not ok then
    self.pool:release(id)
    error(problem, 0)
  end
  self.in_flight = self.in_flight + 1
  job.attempts = job.attempts + 1
  job.generation = self.source.handle:generation()
end

--- Hands the first waiting job to the pool. Whether another may be tried now.
local function launch_first(self)
  local job = self.waiting[self.first]
  job.prepared = job.prepared or job.prepare(self:now())
  local id, reason = self.pool:start(job.route, job.prepared.body, job.timeout, self.source.handle)
  if not id and reason == "wait" then return false end
  local err
  if id then
    register(self, id, job)
  else
    err = answer.transport({ cause = "protocol", message = reason }, "sending the event")
  end
  drop_first(self)
  if err then complete(self, job, nil, err) end
  return true
end

local function past(self, ends)
  return ends ~= nil and self.clock.monotonic() >= ends
end

local function has_room(self)
  return self.first <= self.last and self.in_flight < self.concurrency
end

--- Starts what the window has room for; with a budget at least one, so that the smallest budget gets on.
local function launch_waiting(self, ends)
  self.awaits_token = false
  while has_room(self) and not self.closing do
    local state, err = self.source:poll(self.clock.monotonic())
    if not state then
      return complete_all_waiting(self, function()
        return copy_of(err)
      end)
    end
    self.awaits_token = state == "wait"
    if self.awaits_token or not launch_first(self) or past(self, ends) then return end
  end
end

--- Follows the service's clock, which judges our expiry times.
local function note_date(self, result)
  local date = answer.header(result, "date")
  local at = date and require("proactive.time").parse_http(date)
  if not at then return end
  local skew = at - self.clock.wall()
  self.skew = math.abs(skew) > SKEW_NOISE and skew or 0
end

--- Whether a refused token lets the job go again with another one.
local function retry_with_new_token(self, job, err)
  if err.kind ~= "auth" then return false end
  local verdict = self.source.handle:refused(job.generation, self.clock.monotonic())
  return verdict ~= "held" and not job.token_retried
end

local function receipt_of(self, job, accepted)
  return {
    status = accepted.status,
    request_id = accepted.request_id,
    reference_id = job.prepared.reference_id,
    region = job.region,
    expires_at = job.prepared.expires_at,
    attempts = job.attempts,
    elapsed = self.clock.monotonic() - job.submitted,
    presumed = false,
    sandbox = self.sandbox,
  }
end

--- Completes the job of a finished transfer, or sends it again. All that needs memory is made
--- before the transfer is
--- forgotten: an error on the way leaves it to be judged again by the next step.
local function judge(self, id, job)
  local result = self.pool:result(id)
  if result.status then note_date(self, result) end
  local accepted, err = answer.event(result)
  local receipt = accepted and receipt_of(self, job, accepted)
  local again = err and retry_with_new_token(self, job, err)
  if again then requeue(self, job) end
  self.pool:release(id)
  self.running[id] = nil
  self.in_flight = self.in_flight - 1
  if again then
    job.token_retried = true
  else
    complete(self, job, receipt, err)
  end
end

--- Judges finished transfers one after the other until the budget is used up.
local function collect(self, ends)
  local id = self.pool:finished()
  while id do
    if self.source:owns(id) then
      note_date(self, { headers = self.source:settle(self.clock.monotonic()) })
    else
      judge(self, id, self.running[id])
    end
    if self.closing or past(self, ends) then return end
    id = self.pool:finished()
  end
end

--- Seconds until a step has something to do; nil when nothing is pending.
---@return number?
function Delivery:timeout()
  if self.pool:finished() then return 0 end
  local due = self.pool:timeout()
  if not has_room(self) then return due end
  local fetching = self.awaits_token and self.source:under_way()
  if not fetching then return 0 end
  if fetching == "elsewhere" then return math.min(due or ELSEWHERE, ELSEWHERE) end
  return due
end

--- Does what is due.
---@param timeout number   longest wait in seconds; 0 never waits
---@param budget number?
---   after so many seconds no more sockets, callbacks or connections in this call
---@return integer completed
---@return string? message  the pool failed
function Delivery:step(timeout, budget)
  local ends = budget and self.clock.monotonic() + budget
  self.completed = 0
  launch_waiting(self, ends)
  local wait = 0
  if timeout > 0 and self.completed == 0 then
    wait = math.min(timeout, self:timeout() or timeout)
  end
  local left = ends and math.max(0, ends - self.clock.monotonic())
  local finished, message = self.pool:step(wait, left, self.connect_burst)
  if not finished then return self.completed, message end
  collect(self, ends)
  if not past(self, ends) then launch_waiting(self, ends) end
  return self.completed
end

--- Ends everything: what is not completed is completed as `cancelled`.
function Delivery:close()
  collect(self)
  self.closing = true
  local function cancelled()
    return errors.new("cancelled", {
      message = "the client was closed before the outcome was known",
      fix = "Call client:flush() before client:close().",
    })
  end
  self.source:close(self.clock.monotonic())
  for id, job in pairs(self.running) do
    local err = cancelled()
    self.pool:release(id)
    self.running[id] = nil
    self.in_flight = self.in_flight - 1
    complete(self, job, nil, err)
  end
  complete_all_waiting(self, cancelled)
  self.pool:close()
end

return { new = new }
