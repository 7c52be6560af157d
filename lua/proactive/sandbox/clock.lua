--- The sandbox's wall clock: the real one, put ahead by `POST /sandbox/clock`; or one that stands,
--- and goes on only when it is put ahead. Token life, expiry and the states of notifications follow
--- it; delays of faults are real time.

local core = require "proactive.core"
local time = require "proactive.time"

local Clock = {}
Clock.__index = Clock

local clock = {}

--- What a clock does at the start: runs with the real one, or stands at a moment.
---@param text string?  "run", "stand" (at the moment it is made), or ISO 8601: stands then
---@return "run"|"stand"|number?
---@return string? message
function clock.start(text)
  if text == nil or text == "run" or text == "stand" then return text or "run" end
  local at, problem = time.parse(text)
  if at then return at end
  return nil, ("clock must be run, stand, or a time it stands at: %s"):format(problem)
end

---@param wall? fun(): number          Unix seconds; default: the system's clock
---@param start "run"|"stand"|number?  as `clock.start` gives it; default "run"
---@return table
function clock.new(wall, start)
  local self = setmetatable({ wall = wall or core.wall, start = start or "run", ahead = 0 }, Clock)
  self:reset()
  return self
end

--- Unix seconds with fractions.
---@return number
function Clock:now()
  return self.stands_at or self.wall() + self.ahead
end

--- Puts the clock ahead. It never goes back but by `reset`: tokens would live twice.
---@param seconds number  not negative
function Clock:advance(seconds)
  if self.stands_at then
    self.stands_at = self.stands_at + seconds
  else
    self.ahead = self.ahead + seconds
  end
end

--- Lets it stand where it is.
function Clock:stand()
  self.stands_at = self:now()
end

--- Lets it go on from where it is.
function Clock:run()
  if not self.stands_at then return end
  self.ahead, self.stands_at = self.stands_at - self.wall(), nil
end

--- As at the start: at the real time, or where it stood.
---@return number seconds  that it went back
function Clock:reset()
  local before = self:now()
  self.ahead, self.stands_at = 0, nil
  if self.start == "stand" then
    self:stand()
  elseif self.start ~= "run" then
    self.stands_at = self.start
  end
  return before - self:now()
end

--- What the control path shows of it.
---@return {now: number, ahead: number, stands: boolean}
function Clock:view()
  local ahead = self.stands_at and self.stands_at - self.wall() or self.ahead
  return { now = self:now(), ahead = ahead, stands = self.stands_at ~= nil }
end

--- The value of a `Date` header, or nil while the clock shows real time: the server adds that one
--- itself.
---@return string?
function Clock:date()
  if self.ahead == 0 and not self.stands_at then return nil end
  return time.format_http(self:now())
end

return clock
