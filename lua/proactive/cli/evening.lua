--- The times of the demo's event, in the machine's zone.

local evening = {}

local EIGHT_PM, TWO_PM = 20, 14
local LONGEST = 86340 -- 24 hours less a minute: the service refuses more than 24 hours

--- The next time after `now` at which clocks here show this hour.
---@param now integer   Unix seconds
---@param hour integer
---@return integer
function evening.next(now, hour)
  local today = os.date("*t", now)
  for days = 0, 2 do
    local fields = { year = today.year, month = today.month, day = today.day + days, hour = hour }
    local at = os.time(fields)
    if at > now then return at end
  end
  error("no such hour in the next two days")
end

--- The machine's offset from UTC at a time, in seconds. A clock change may lie between now and
--- then.
---@param at integer  Unix seconds
---@return integer
function evening.utc_offset(at)
  local sign, hours, minutes = os.date("%z", at):match("^([+-])(%d%d)(%d%d)$")
  local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "-" and -seconds or seconds
end

--- The next 8 pm, and the 2 pm after it or 24 hours less a minute from now, whichever is earlier.
---@param now integer   Unix seconds
---@return integer starts
---@return integer expires
function evening.times(now)
  local starts = evening.next(now, EIGHT_PM)
  return starts, math.min(evening.next(starts, TWO_PM), now + LONGEST)
end

return evening
