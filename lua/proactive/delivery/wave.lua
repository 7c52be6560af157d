--- Events of which nobody wants to hear singly: those of a run that begin at one time in one
--- region share an object, a wave, where others have a job each. One that is not accepted at once
--- becomes a job, and goes on as such.
---
--- A million events cost a few calls each here, so that every one counts.

local wave = {}

---@class proactive.Wave
---@field is_wave true
---@field feed table          the run
---@field lane proactive.Lane
---@field body table          prepared: takes reference id and user
---@field timeout number      seconds for one attempt
---@field started number      monotonic seconds
---@field generation integer  of the token
---@field room number         so many events may go by the region's pace
---@field sent integer        events that have begun
---@field accepted integer    events that were accepted and are not counted yet

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

--- Notes an event that has begun. Only its entry needs memory; when there is none, the next step
--- calls this again.
---@param self proactive.Delivery
---@param id integer
---@param begun proactive.Wave
function wave.register(self, id, begun)
  self.running[id] = begun
  self.begun_id = false
  self.in_flight = self.in_flight + 1
end

local function new_wave(self, feed, region, now, wall, generation)
  local begun, lane = feed:wave(wall), self.lanes[region]
  begun.lane, begun.started, begun.generation = lane, now, generation
  begun.room, begun.sent, begun.accepted = lane.pace:room(now), 0, 0
  self.waves[region] = begun
  return begun
end

--- Lets the waves go that were filled: their regions' paces are told what they sent.
---@param self proactive.Delivery
function wave.let_go(self)
  local waves = self.waves
  for region, begun in pairs(waves) do
    waves[region] = nil
    begun.lane.pace:sent(begun.started, begun.sent)
  end
end

--- Starts events of a feed until the window is full, the time is over or there are no more. After
--- it, and after an error of it, `let_go` is due.
---@param self proactive.Delivery
---@param feed table
---@param now number   monotonic seconds
---@param wall number  Unix seconds
---@param ends number  monotonic seconds
---@return proactive.Job? job  one that could not be started
---@return string? reason      as `pool:start` gives it; nil: its region's pace holds it back
---@return string? part
function wave.fill(self, feed, now, wall, ends)
  local pool, token, monotonic = self.pool, self.source.handle, self.clock.monotonic
  local generation, waves = token:generation(), self.waves
  repeat
    self.asked = feed -- until what it gave is somewhere: an error before that is for it to settle
    local entry, user, route, region = feed:next(now)
    if route then
      local begun = waves[region] or new_wave(self, feed, region, now, wall, generation)
      local sent = begun.sent
      if sent >= begun.room then return feed:job(entry, user, route, region) end
      local id, reason, part = pool:start(
        route, begun.body, begun.timeout, token, nil --[[ a new reference id ]], user
      )
      if not id then return feed:job(entry, user, route, region), reason, part end
      begun.sent = sent + 1
      self.asked, self.begun_id, self.begun_job = false, id, begun
      wave.register(self, id, begun)
    end
  until not entry or self.in_flight >= self.concurrency or self.closing or monotonic() >= ends
end

--- Makes a job of an event that has begun, of which more is to be told than that it was accepted.
---@param self proactive.Delivery
---@param id integer
---@param begun proactive.Wave
---@return proactive.Job
function wave.job(self, id, begun)
  local job = begun.feed:begun_job(self.pool:request_body(id), begun.lane.region)
  job.lane, job.attempts, job.generation = begun.lane, 1, begun.generation
  job.submitted, job.started = begun.started, begun.started
  if job.deadline then self.has_deadlines = true end
  self.running[id] = job
  return job
end

return wave
