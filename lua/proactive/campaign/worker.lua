--- A worker of a campaign: claims batches, sends them with a client, and writes down what became of
--- them. Any number of them, on any number of machines, share a campaign.
---
--- An outcome is written after the service gave it, never before: what a crash leaves unwritten is
--- sent again under the same reference id.

local batches = require "proactive.campaign.batches"
local core = require "proactive.core"
local marker_of = require "proactive.registry.marker"
local marks = require "proactive.registry.marks"
local outcomes = require "proactive.campaign.outcomes"
local recipients = require "proactive.campaign.recipients"
local reference_of = require "proactive.campaign.reference"
local report_of = require "proactive.campaign.report"
local slots = require "proactive.campaign.slots"
local work = require "proactive.campaign.work"

-- Seconds between two looks at the campaign: others may pause it, and leases must not end.
local LOOK = 1

-- Seconds between two attempts to find a batch while others hold what is left.
local POLL = 0.25

-- Seconds between attempts when the database fails, doubled up to the second.
local BACKOFF, LONGEST_BACKOFF = 0.2, 5

--- Failures that say nothing about the recipient: they get no outcome and are sent to another time.
local NOT_TOLD = { auth = true, quota = true, cancelled = true, forked = true, busy = true }

---@class proactive.campaign.Held  a batch of ours
---@field batch proactive.campaign.Batch
---@field queue proactive.campaign.Recipient[]  without outcome when it was claimed
---@field at integer      the next one to send to
---@field open integer    without outcome now

---@class proactive.campaign.Worker
---@field private db proactive.Storage
---@field private campaign proactive.campaign.Row
---@field private held table<string, proactive.campaign.Held>
---@field private feeding boolean  a run of the client takes recipients
---@field private halted string?   why no more are taken: a state of the campaign, `stop` or `error`
local Worker = {}
Worker.__index = Worker

-- Writing ----------------------------------------------------------------------------------------

--- Writes what is there to write, and does `also` in the same transaction.
local function write_all(self, session, also)
  local now = session:now()
  self.buffer:write(session, now)
  for _, held in pairs(self.held) do
    if held.touched then batches.settle(session, held.batch) end
    batches.renew(session, held.batch, self.owner, now, self.lease)
  end
  if self.marks and #self.marker.ready > 0 then
    local definition = self.campaign.definition
    local found = recipients.marks(session, self.marker.ready)
    marks.put(session, found, definition.stage, self.campaign.name, now)
  end
  return also and also(session, now)
end

--- What was written need not be kept any longer.
local function forget_written(self)
  self.buffer:clear()
  if self.marks then self.marked = self.marked + #self.marker.ready end
  self.marker.ready = {}
  for first, held in pairs(self.held) do
    held.touched = false
    if held.open == 0 and held ~= self.current then self.held[first] = nil end
  end
end

--- Notes that the database failed; gives up when that lasts.
local function note_trouble(self, err)
  local now = core.monotonic()
  self.backoff = math.min(LONGEST_BACKOFF, self.backoff and self.backoff * 2 or BACKOFF)
  self.retry_at, self.trouble = now + self.backoff, err
  self.trouble_since = self.trouble_since or now
  if not err.retryable or now - self.trouble_since > self.patience then
    self.halted, self.problem, self.given_up = "error", err, true
  end
end

--- One commit for all that is to be written and asked.
---@return any result of `also`; true without one; nil: the database failed
local function commit(self, also)
  local result, err = self.db:transaction(function(session)
    return write_all(self, session, also)
  end)
  if result == nil then
    note_trouble(self, err)
    return nil
  end
  self.backoff, self.retry_at, self.trouble, self.trouble_since = nil, nil, nil, nil
  self.committed_at = core.monotonic()
  forget_written(self)
  return result
end

--- Follows a state that others, or we, gave the campaign.
local function follow(self, task)
  if task.state == "running" then return end
  self.halted = self.halted or task.state
  self.reason = self.reason or task.reason
end

local function look(self)
  local totals
  local task = commit(self, function(session, now)
    local found
    found, totals = work.judge(session, self.campaign, now)
    return found
  end)
  if not task then return end
  self.totals = totals
  follow(self, task)
end

-- Taking -----------------------------------------------------------------------------------------

--- Notes the outcome of a recipient.
local function note(self, entry, outcome, detail)
  self.buffer:add(entry.place, outcome, detail)
  local held = entry.held
  held.open, held.touched = held.open - 1, true
end

--- Claims the next batch; nil when there is none now.
local function claim(self)
  local task = commit(self, function(session, now)
    return work.claim(session, self.campaign, self.owner, now, self.lease)
  end)
  if not task then return nil end
  follow(self, task)
  if not task.batch then
    self.poll_at = core.monotonic() + POLL
    return nil
  end
  local held = { batch = task.batch, queue = {}, at = 1, open = #task.left, touched = false }
  for _, entry in ipairs(task.left) do
    entry.held, entry.region = held, entry.region or self.client.region
    if entry.user then
      held.queue[#held.queue + 1] = entry
    else
      note(self, entry, "erased")
    end
  end
  -- a crash may have come between the last outcome and the note that the batch is done
  if #task.left == 0 then held.touched = true end
  self.held[task.batch.first] = held
  return held
end

--- The next recipient, for the run of the client that is under way.
local function next_recipient(self)
  local held = self.current
  if self.halted or self.allowance <= 0 then held = nil end
  while held and held.at > #held.queue do
    self.current = false
    held = claim(self)
    self.current = held or false
  end
  if not held then
    self.feeding = false
    return nil
  end
  local entry = held.queue[held.at]
  held.at = held.at + 1
  self.allowance, self.in_flight = self.allowance - 1, self.in_flight + 1
  return entry
end

--- Whether a refusal says that a worker before us, who died, had sent this very event: the
--- reference id is nobody else's. A service that says so with a 400 is believed where only that
--- explains it.
local function is_presumed(self, entry, err)
  if err.kind == "duplicate" then return true end
  local fits = self.campaign.definition.validate ~= false
  return err.status == 400 and fits and entry.held.batch.again
end

local function outcome_of(self, entry, receipt, err)
  if err and not is_presumed(self, entry, err) then return err.kind end
  return (err or receipt.presumed) and "presumed" or "accepted"
end

--- Notes a failure that is not the recipient's.
local function note_fault(self, err)
  self.halted, self.problem = self.halted or "error", self.problem or err
  self.unsure = self.unsure or err.uncertain
  if err.kind == "quota" then self.stop_reason = err.message end
end

--- Takes in what became of a recipient.
local function on_result(self, entry, receipt, err)
  self.in_flight = self.in_flight - 1
  if err and NOT_TOLD[err.kind] then return note_fault(self, err) end
  local outcome = outcome_of(self, entry, receipt, err)
  note(self, entry, outcome, outcomes.detail(entry.user, receipt, err))
  if self.marker:saw(entry.region, entry.place, err) then
    self.halted, self.stop_reason = "stopped", marker_of.REASON
  end
end

--- Begins a run of the client, which asks for recipients until there are none for now.
local function feed(self)
  local definition, id = self.campaign.definition, self.campaign.id
  local deadline = definition.deadline and definition.deadline - core.wall()
  if deadline and deadline <= 0 then deadline = 0.001 end
  self.feeding = true
  local job, err = self.client:start_many(definition.event, function()
    return next_recipient(self)
  end, {
    expires_in = definition.expires_in,
    deadline = deadline,
    rate = definition.rate,
    validate = definition.validate,
    reference_id = function(entry)
      return reference_of(id, entry.user)
    end,
    on_result = function(entry, receipt, problem)
      on_result(self, entry, receipt, problem)
    end,
  })
  if job then
    self.job = job
  else
    self.feeding, self.halted, self.problem = false, "error", err
  end
end

--- Takes the next slot of the campaign's rate.
local function take_slot(self, now)
  local rate = self.campaign.definition.rate
  if not rate then
    self.allowance = math.huge
    return
  end
  local slot = commit(self, function(session)
    local count, delay = slots.take(session, self.campaign.number, rate)
    return { count = count, delay = delay }
  end)
  if slot then
    self.allowance, self.begin_at = slot.count, now + slot.delay
  end
end

--- Ensures that a run takes recipients, when some may be taken now.
local function keep_feeding(self, now)
  if self.feeding or self.halted or now < self.poll_at then return end
  if self.allowance <= 0 then take_slot(self, now) end
  if self.allowance <= 0 or now < self.begin_at then return end
  if not self.current then self.current = claim(self) or false end
  if self.current and not self.halted then feed(self) end
end

-- Ending -----------------------------------------------------------------------------------------

--- Gives back what is not done, when nothing is in flight any more.
local function finish(self)
  local totals
  local done = commit(self, function(session, now)
    if self.stop_reason then work.stop(session, self.campaign, self.stop_reason) end
    batches.release(session, self.campaign.number, self.owner, not self.unsure)
    local found
    found, totals = work.judge(session, self.campaign, now)
    return found
  end)
  if done then
    self.totals, self.state = totals, done.state
    self.reason = done.reason or self.reason
  elseif not self.given_up then
    return -- again, when the database is there
  end
  self.ended = core.monotonic()
end

--- Does what is due in the database.
local function tend(self)
  local now = core.monotonic()
  if self.retry_at and now < self.retry_at then return end
  local over = self.feeding and self.job:done() -- it ended by itself: the deadline
  if over then self.feeding = false end
  local due = now - self.committed_at >= self.look_every
  if over or due or self.buffer.count >= recipients.BATCH then look(self) end
  if not self.trouble then keep_feeding(self, now) end
  if self.halted and not self.feeding and self.in_flight == 0 then finish(self) end
end

--- Seconds until the database is to be asked, at most so many.
local function due(self, most)
  local now = core.monotonic()
  local at = self.committed_at + self.look_every
  if self.retry_at then
    at = self.retry_at
  elseif not self.feeding and not self.halted then
    at = math.min(at, math.max(self.poll_at, self.begin_at))
  end
  return math.max(0, math.min(most, at - now))
end

--- The client is of no use any more, and tells nothing of what is in flight.
local function lose_client(self, problem)
  self.halted, self.problem = self.halted or "error", self.problem or problem
  self.feeding, self.in_flight, self.unsure = false, 0, true
end

--- Does what is due, and waits by `wait(seconds)`, which gives what went wrong with the client.
local function advance(self, timeout, wait)
  if self.ended then return true end
  tend(self)
  if self.ended then return true end
  local problem = wait(due(self, timeout))
  if problem then lose_client(self, problem) end
  return false
end

--- Does what is due. Steps the client too.
---@param timeout number   longest wait in seconds; 0 never waits for the service
---@param budget number?   as for `client:step`
---@return boolean done
function Worker:step(timeout, budget)
  return advance(self, timeout, function(seconds)
    return (select(2, self.client:step(seconds, budget)))
  end)
end

--- The same in the way of the client's host, where others run meanwhile: in OpenResty and in loops.
---@param timeout number  longest wait in seconds
---@return boolean done
function Worker:rest(timeout)
  return advance(self, timeout, function(seconds)
    return self.client:rest(seconds)
  end)
end

--- Takes no more recipients; what is in flight is finished and written.
---@param reason string?  default "stop"
function Worker:stop(reason)
  self.halted = self.halted or reason or "stop"
  if self.job then self.job:stop(self.halted) end
  self.feeding = false
end

--- Whether it has ended.
---@return boolean
function Worker:done()
  return self.ended ~= nil
end

--- How the whole campaign is going, as far as it was written.
---@return proactive.campaign.Report
function Worker:report()
  return report_of(self)
end

--- Begins to work; the campaign is `running`.
---@param db proactive.Storage
---@param campaign proactive.campaign.Row
---@param client proactive.Client
---@param totals table<string, integer>  outcomes so far
---@param opts {lease: number?, patience: number?}
---@return proactive.campaign.Worker
local function new(db, campaign, client, totals, opts)
  local now, lease, before = core.monotonic(), opts.lease or 30, 0
  for _, count in pairs(totals) do
    before = before + count
  end
  return setmetatable({
    db = db,
    campaign = campaign,
    client = client,
    owner = core.id(),
    lease = lease,
    look_every = math.min(LOOK, lease / 3),
    patience = opts.patience or 60,
    buffer = outcomes.buffer(),
    marker = marker_of.new(campaign.definition.event.name),
    marks = campaign.definition.subscribers,
    totals = totals,
    before = before,
    state = "running",
    held = {},
    current = false,
    feeding = false,
    allowance = 0,
    in_flight = 0,
    marked = 0,
    began = now,
    committed_at = now,
    begin_at = now,
    poll_at = now,
  }, Worker)
end

return new
