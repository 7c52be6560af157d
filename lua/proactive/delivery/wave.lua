--- Events of which nobody wants to hear singly: those of a run that go to one region with one token
--- share an object, a wave, where others have a job each. One that is not accepted at once becomes
--- a job, and goes on as such.
---
--- A million events cost a few calls each here, so that every one counts: the plain ids of a list
--- begin in one call, those that were accepted end in one, and a caller that waits anyway lets the
--- pool do both for a while.

local wave = {}

-- As many groups of transfers as the pool tells apart: LIMIT_GROUP of csrc/limits.h.
local GROUPS = 2 ^ 30

---@class proactive.Wave
---@field feed table          the run
---@field group integer       of its transfers in the pool
---@field lane proactive.Lane
---@field generation integer  of the token
---@field room number|false   so many events may go by the region's pace; false: not being filled
---@field sent integer        events that have begun since it is
---@field open boolean        more may begin

--- The feed whose events may go in waves now: no other has its turn, and the token is as it should.
---@param self proactive.Delivery
---@param now number  monotonic seconds
---@return table? feed
function wave.feed(self, now)
  local feed = self.feeds[1]
  if not feed or not feed.is_light or self.feeds[2] then return nil end
  if self.waiting > self.delayed.size or self.source.handle:ask(now) ~= "use" then return nil end
  return feed
end

--- Forgets a wave that takes no more, once it has no event in flight.
local function drop(self, begun)
  if begun.open or self.pool:next_member(begun.group) then return end
  self.waves[begun.group] = nil
end

--- Ends its being filled: the region's pace is told what it sent.
local function let_go(self, begun)
  if begun.sent > 0 then begun.lane.pace:sent(self.clock.monotonic(), begun.sent) end
  begun.room, begun.sent = false, 0
end

local function close(self, begun)
  begun.open = false
  self.open_waves[begun.lane.region] = nil
  let_go(self, begun)
  drop(self, begun)
end

--- Ends the waves of runs that begin no more events, and forgets what an error left of others.
---@param self proactive.Delivery
function wave.sweep(self)
  for _, begun in pairs(self.waves) do
    if begun.open and begun.feed.exhausted then
      close(self, begun)
    else
      drop(self, begun)
    end
  end
end

--- Lets the waves go that were filled.
---@param self proactive.Delivery
function wave.let_go(self)
  for _, begun in pairs(self.open_waves) do
    let_go(self, begun)
  end
end

local function new_wave(self, feed, region, generation)
  local group = self.last_group % GROUPS + 1
  local begun = {
    feed = feed,
    group = group,
    lane = self.lanes[region],
    generation = generation,
    room = false,
    sent = 0,
    open = true,
  }
  self.last_group, self.waves[group] = group, begun
  self.open_waves[region] = begun
  return begun
end

--- The wave that takes the next event of a region.
local function wave_of(self, feed, region, now)
  local begun, generation = self.open_waves[region], self.source.handle:generation()
  if begun and (begun.feed ~= feed or begun.generation ~= generation) then
    close(self, begun)
    begun = nil
  end
  begun = begun or new_wave(self, feed, region, generation)
  begun.room = begun.room or begun.lane.pace:room(now)
  return begun
end

--- Tells of events of a wave that were accepted. They are counted already, where they ended.
---@param self proactive.Delivery
---@param begun proactive.Wave
---@param count integer
---@param now number  monotonic seconds
function wave.accept(self, begun, count, now)
  drop(self, begun)
  begun.lane.pace:answered(now, count)
  if self.policy then self.policy:succeeded(nil, count) end
  self.completed = self.completed + count
  begun.feed:accepted()
end

--- Starts events for users[first] to users[last], most of them at most, as far as they are plain
--- ids and the pool takes them, which counts them as taken; it may go on with them by itself.
---@return integer begun
---@return integer accepted
local function start(self, begun, wall, route, users, first, last, most, seconds, goes_on)
  local feed = begun.feed
  local count, accepted = self.pool:run_row(
    route, feed.template:body_at(wall), feed.timeout, self.source.handle, begun.group,
    feed.user_prefix, users, first, last, most, seconds, feed.taken,
    goes_on and feed.latency or nil, self.latency
  )
  begun.sent = begun.sent + count
  return count, accepted
end

--- Seconds for which the pool may go on by itself; 0 or less: not at all.
local function patience(self, now, ends)
  ends = math.min(self.waits_until, self.date_due, ends)
  local next_retry = self.delayed:next_at()
  return (next_retry and math.min(next_retry, ends) or ends) - now
end

--- Starts the next events of a list, as far as their users are plain ids.
---@return boolean did_some  begun, or accepted meanwhile
---@return boolean went_on   the pool did, by itself
local function start_listed(self, feed, now, wall, ends, may_go_on)
  local begun = wave_of(self, feed, feed.region, now)
  local most = math.min(self.concurrency - self:in_flight(), begun.room - begun.sent, feed:room())
  local seconds = may_go_on and begun.room == math.huge and patience(self, now, ends) or 0
  local goes_on = seconds > 0
  if not goes_on then seconds = math.max(0, ends - self.clock.monotonic()) end
  local count, accepted = start(
    self, begun, wall, feed.usual_route, feed.list, feed.taken[1] + 1, feed.total, most, seconds,
    goes_on
  )
  if accepted > 0 then wave.accept(self, begun, accepted, now) end
  return count + accepted > 0, goes_on
end

local ONE = {} -- a list of the user who was taken

--- Takes one user of any kind and starts the event. What the pool did not take must be a job; false
--- when there is no user now.
---@return proactive.Job|false|nil
local function start_taken(self, feed, now, wall)
  self.asked = feed
  local entry, user, route, region = feed:next(now)
  if not route then return entry and nil end
  local begun = wave_of(self, feed, region, now)
  ONE[1] = user
  if begun.sent >= begun.room or start(self, begun, wall, route, ONE, 1, 1, 1, 0) == 0 then
    return feed:job(entry, user, route, region)
  end
end

--- Starts events of a feed until the window is full, the time is over or there are no more. After
--- it, and after an error of it, `let_go` is due.
---@param self proactive.Delivery
---@param feed table
---@param now number   monotonic seconds
---@param wall number  Unix seconds
---@param ends number  monotonic seconds
---@return proactive.Job|false|nil job  one that has not begun; false: the feed has none now
function wave.fill(self, feed, now, wall, ends)
  local pool, monotonic = self.pool, self.clock.monotonic
  local went_on = false -- once at most: time is over then, or something has ended, or the row has
  repeat
    local did_some, goes_on = false, false
    if feed.list then
      did_some, goes_on = start_listed(self, feed, now, wall, ends, not went_on)
    end
    went_on = went_on or goes_on
    if not did_some then
      local job = start_taken(self, feed, now, wall)
      if job ~= nil then return job end
    end
  until self:is_full() or self.closing or monotonic() >= ends or feed.exhausted
    or (went_on and pool:finished())
end

--- Makes a job of an event that has begun, of which more is to be told than that it was accepted.
---@param self proactive.Delivery
---@param id integer
---@param begun proactive.Wave
---@return proactive.Job
function wave.job(self, id, begun)
  local job = begun.feed:begun_job(self.pool:request_body(id), begun.lane.region)
  local started = self.clock.monotonic() - self.pool:age(id)
  job.lane, job.attempts, job.generation = begun.lane, 1, begun.generation
  job.submitted, job.started = started, started
  if job.deadline then self.has_deadlines = true end
  self.running[id] = job
  self.jobs_in_flight = self.jobs_in_flight + 1
  self.pool:ungroup(id)
  drop(self, begun)
  return job
end

--- Makes jobs of all events of waves.
---@param self proactive.Delivery
function wave.break_up(self)
  local pool = self.pool
  for group, begun in pairs(self.waves) do
    local id = pool:next_member(group)
    while id do
      wave.job(self, id, begun)
      id = pool:next_member(group, id)
    end
  end
end

return wave
