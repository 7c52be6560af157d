--- The sandbox's wall clock: the real one, put ahead by `POST /sandbox/clock`. Token life, expiry
--- and the states of notifications follow it; delays of faults are real time.

local core = require "proactive.core"
local time = require "proactive.time"

local Clock = {}
Clock.__index = Clock

local clock = {}

--- A clock that shows the real time.
---@param wall? fun(): number  Unix seconds; default: the system's clock
---@return table
function clock.new(wall)
  return setmetatable({ wall = wall or core.wall, ahead = 0 }, Clock)
end

--- Unix seconds with fractions.
---@return number
function Clock:now()
  return self.wall() + self.ahead
end

--- Puts the clock ahead. It never goes back but by `reset`: tokens would live twice.
---@param seconds number  not negative
function Clock:advance(seconds)
  self.ahead = self.ahead + seconds
end

--- Shows the real time again.
---@return number seconds  that it went back
function Clock:reset()
  local ahead = self.ahead
  self.ahead = 0
  return ahead
end

--- The value of a `Date` header, or nil while the clock shows real time: the server adds that one
--- itself.
---@return string?
function Clock:date()
  if self.ahead == 0 then return nil end
  return time.format_http(self:now())
end

return clock
