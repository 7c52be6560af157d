--- How fast one region may be sent to: a set rate, and a found one that follows the service's 429s.
--- Pure: the clock is passed in, monotonic seconds.
---
--- A pace is a virtual schedule: each event moves the time of the next one on by 1/rate. The found
--- rate falls by a share of what was throttled and rises by a fixed step a second (additive
--- increase, multiplicative decrease). A few 429s among many answers are noise and change nothing:
--- their events wait, the others do not.

-- A caller that steps rarely may catch up on so much of its schedule, no more.
local CATCH_UP = 0.05

-- Answers are judged over windows of a second: a decrease shows in the answers of the next one.
local WINDOW = 1

-- Shares of throttled answers up to this are noise; in a window of few answers chance alone makes
-- more of it, so many standard deviations are allowed for.
local NOISE, DEVIATIONS = 0.05, 3

-- The found rate never falls below one event in so many seconds, so that it can be found again.
local SLOWEST = 0.5

-- Rise by this share of the rate at which throttling began, each second, and at least by 1.
local RISE = 0.02

-- The service says "not soon" of its limit on notifications, and no figure is known.
local QUOTA_PAUSE = 3600

---@class proactive.Pace
---@field limit number?   events per second that were asked for
---@field found number?   events per second that the service was found to take
---@field next_at number   when the next event may go
local Pace = {}
Pace.__index = Pace

--- The rate in force, or nil when there is none.
---@return number?
function Pace:rate()
  if self.limit and self.found then return math.min(self.limit, self.found) end
  return self.limit or self.found
end

--- Seconds until the next event may go; 0: now.
---@param now number
---@return number
function Pace:wait(now)
  local wait = self.next_at - now
  return wait > 0 and wait or 0
end

--- How many events may go now.
---@param now number
---@return number
function Pace:room(now)
  if self.stopped_until or self.next_at > now then return 0 end
  local rate, from = self:rate(), math.max(self.next_at, now - CATCH_UP)
  return rate and math.floor((now - from) * rate) + 1 or math.huge
end

--- Notes that events go now.
---@param now number
---@param count integer
function Pace:sent(now, count)
  if self.window_sent == 0 then self.window_start = now end -- not the time when nothing was sent
  self.window_sent = self.window_sent + count
  if self.limit or self.found then
    self.next_at = math.max(self.next_at, now - CATCH_UP) + count / self:rate()
  end
end

local function fall(self, now, share)
  local seen = self.window_sent / math.max(now - self.window_start, 0.001)
  local from = self.found and math.min(self.found, seen) or seen
  self.peak = self.peak and math.max(self.peak * 0.9, from) or from
  self.found = math.max(SLOWEST, from * (1 - share / 2))
  self.next_at = now
end

local function rise(self, seconds)
  if not self.found then return end
  self.found = self.found + math.max(1, RISE * self.peak) * seconds
  -- far beyond where throttling began: the pace is free again
  if self.found > 2 * self.peak + 10 then self.found, self.peak = nil, nil end
end

--- Whether more was throttled in this window than noise explains.
local function is_throttling(self)
  local noise = NOISE * self.window_answers
  return self.window_throttled > noise + DEVIATIONS * math.sqrt(noise)
end

--- Ends a window of answers that is full.
local function judge(self, now, seconds)
  if self.window_sent == 0 then return end
  if is_throttling(self) then
    fall(self, now, self.window_throttled / self.window_answers)
  else
    rise(self, math.min(seconds, 2))
  end
  self.window_start, self.window_sent = now, 0
  self.window_answers, self.window_throttled = 0, 0
end

--- Notes answers.
---@param now number
---@param count integer
function Pace:answered(now, count)
  self.window_answers = self.window_answers + count
  local seconds = now - self.window_start
  if seconds >= WINDOW then judge(self, now, seconds) end
end

--- Notes a 429.
---@param now number
function Pace:throttled(now)
  self.window_throttled = self.window_throttled + 1
  self:answered(now, 1)
end

--- Notes a 432: nothing more goes for a while.
---@param now number
function Pace:stop(now)
  self.stopped_until = now + QUOTA_PAUSE
end

--- Whether a 432 holds it.
---@param now number
---@return boolean
function Pace:is_stopped(now)
  return self.stopped_until ~= nil and now < self.stopped_until
end

--- The pace of one region.
---@param limit number?  events per second
---@param now number
---@return proactive.Pace
local function new(limit, now)
  return setmetatable({
    limit = limit,
    next_at = now,
    window_start = now,
    window_sent = 0,
    window_answers = 0,
    window_throttled = 0,
  }, Pace)
end

return { new = new }
