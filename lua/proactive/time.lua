--- Dates and times as the service and HTTP write them, both ways. Pure arithmetic: no clock, no
--- zone database.
---
--- A time is Unix seconds (fractions allowed); an offset is seconds east of UTC.

local time = {}

local function words(text)
  local list = {}
  for word in text:gmatch("%a+") do
    list[#list + 1] = word
  end
  return list
end

local MONTHS = words "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
local WEEKDAYS = words "Sun Mon Tue Wed Thu Fri Sat"
local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local DAY = 86400

-- 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say.
local FIRST, LAST = -62135596800, 253402300799

-- Nanoseconds, the finest that clocks write; a longer fraction is a mistake.
local MOST_DIGITS = 9

local floor, tonumber = math.floor, tonumber
local byte, find, match, sub = string.byte, string.find, string.match, string.sub

--- The form accepted: the one profile of ISO 8601 (that of RFC 3339) that all running clients
--- of the service write.
time.FORM = "YYYY-MM-DDThh:mm:ss, then Z or an offset such as +02:00"

local MONTH_STARTS = { 0 }
for month = 2, 12 do
  MONTH_STARTS[month] = MONTH_STARTS[month - 1] + MONTH_DAYS[month - 1]
end

--- Days from 1970-01-01 to the first day of a year of the Gregorian calendar. Kept: there are
--- 10,000 years at most, and nearly all times are of two or three.
local year_starts = setmetatable({}, {
  __index = function(starts, year)
    local past = year - 1
    local leap_days = floor(past / 4) - floor(past / 100) + floor(past / 400)
    starts[year] = 365 * past + leap_days - 719162
    return starts[year]
  end,
})

--- Days from 1970-01-01 to a date.
local function days_from_date(year, month, day)
  local start = year_starts[year]
  local days = start + MONTH_STARTS[month] + day - 1
  return month > 2 and year_starts[year + 1] - start == 366 and days + 1 or days
end

--- The inverse: year, month, day. Years begin in March here, so that the leap day is a year's last
--- day; 146,097 days are 400 years.
local function date_from_days(days)
  days = days + 719468
  local era = floor(days / 146097)
  local day_of_era = days - era * 146097
  local year = floor(
    (day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524) - floor(day_of_era / 146096))
      / 365
  )
  local day_of_year = day_of_era - (365 * year + floor(year / 4) - floor(year / 100))
  local shifted = floor((5 * day_of_year + 2) / 153)
  local month = shifted < 10 and shifted + 3 or shifted - 9
  local day = day_of_year - floor((153 * shifted + 2) / 5) + 1
  return year + era * 400 + (month <= 2 and 1 or 0), month, day
end

local function month_days(year, month)
  local leap = month == 2 and year_starts[year + 1] - year_starts[year] == 366
  return leap and 29 or MONTH_DAYS[month]
end

--- What is wrong with a text that is not of the form, as exactly as can be told.
local function explain(text)
  if find(text, "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*$") then
    return "the time has no zone: end it with Z or an offset such as +02:00", "zone"
  end
  return "not a time of the form " .. time.FORM, "time"
end

--- Seconds east of UTC of a zone designator.
---@param text string   `Z`, `+02:00` or `-05:30`
---@return integer? offset
---@return string? message
function time.parse_offset(text)
  if text == "Z" then return 0 end
  local sign, hours, minutes = match(text, "^([+-])(%d%d):(%d%d)$")
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then
    return nil, "not an offset of the form +hh:mm or -hh:mm"
  end
  local offset = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "-" and -offset or offset
end

--- The numbers of a text whose shape was checked. Bytes, because captures would make six strings.
local function numbers(text)
  local y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2, _, s1, s2 = byte(text, 1, 19)
  -- 48 is the digit 0.
  return y1 * 1000 + y2 * 100 + y3 * 10 + y4 - 48 * 1111,
    m1 * 10 + m2 - 48 * 11,
    d1 * 10 + d2 - 48 * 11,
    h1 * 10 + h2 - 48 * 11,
    n1 * 10 + n2 - 48 * 11,
    s1 * 10 + s2 - 48 * 11
end

--- Fraction of a second and offset at the end of a text.
---@return number? fraction
---@return integer|string? offset_or_message
local function ending(text)
  if #text == 20 and byte(text, 20) == 90 then return 0, 0 end -- a Z, as most have
  local fraction, zone = 0, sub(text, 20)
  if byte(zone) == 46 then -- a point
    local last = match(zone, "^%.%d+()")
    if not last then return nil end
    if last - 2 > MOST_DIGITS then return nil, "a fraction has at most 9 digits" end
    fraction, zone = sub(zone, 1, last - 1), sub(zone, last)
    fraction = tonumber("0" .. fraction)
  end
  if not find(zone, "^[Z+-]") then return nil end
  local offset, problem = time.parse_offset(zone)
  return offset and fraction, offset or problem
end

--- Reads an ISO 8601 date and time with a zone.
---@param text string
---@return number? unix
---@return integer|string offset_or_message  seconds east of UTC; what is wrong, for a person
---@return string? rule                      `zone` when only the zone is missing, else `time`
function time.parse(text)
  if not find(text, "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d") then return nil, explain(text) end
  local fraction, offset = ending(text)
  if not fraction then
    if offset then return nil, offset, "time" end
    return nil, explain(text)
  end
  local year, month, day, hour, minute, second = numbers(text)
  if year == 0 then
    return nil, "there is no year 0000", "time"
  elseif month < 1 or month > 12 or day < 1 or (day > 28 and day > month_days(year, month)) then
    return nil, "there is no such day", "time"
  elseif hour > 23 or minute > 59 or second > 59 then
    return nil, "there is no such time of day", "time"
  end
  local unix = days_from_date(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset
  return fraction == 0 and unix or unix + fraction, offset
end

---@class proactive.Date
---@field year integer
---@field month integer     1 to 12
---@field day integer       1 to 31
---@field weekday integer   1 is Sunday, as in `os.date`
---@field hour integer
---@field minute integer
---@field second integer
---@field millisecond integer

--- The date and the time of day on a clock that is `offset` seconds ahead of UTC.
---@param unix number
---@param offset number?  default 0
---@return proactive.Date
function time.date(unix, offset)
  local milliseconds = floor(unix * 1000 + 0.5)
  local seconds = floor(milliseconds / 1000)
  milliseconds = milliseconds - seconds * 1000
  seconds = seconds + (offset or 0)
  local days = floor(seconds / DAY)
  local of_day = seconds - days * DAY
  local year, month, day = date_from_days(days)
  return {
    year = year,
    month = month,
    day = day,
    weekday = (days + 4) % 7 + 1,
    hour = floor(of_day / 3600),
    minute = floor(of_day / 60) % 60,
    second = of_day % 60,
    millisecond = milliseconds,
  }
end

--- Whether a number can be written as a time: finite, in the years 1 to 9999.
---@param unix any
---@return boolean
function time.is_unix(unix)
  return type(unix) == "number" and unix >= FIRST and unix <= LAST
end

local function offset_text(offset)
  if offset == 0 then return "Z" end
  local minutes = floor(math.abs(offset) / 60)
  return ("%s%02d:%02d"):format(offset < 0 and "-" or "+", floor(minutes / 60), minutes % 60)
end

--- Writes a time as ISO 8601 text; milliseconds only when there are any.
---@param unix number
---@param offset integer?  seconds east of UTC, whole minutes; default 0, written as `Z`
---@return string
function time.format(unix, offset)
  offset = offset or 0
  if not (time.is_unix(unix) and time.is_unix(unix + offset)) then
    error("a Unix time in the years 1 to 9999 expected", 2)
  end
  local d = time.date(unix, offset)
  local fraction = d.millisecond > 0 and (".%03d"):format(d.millisecond) or ""
  return ("%04d-%02d-%02dT%02d:%02d:%02d%s%s"):format(
    d.year,
    d.month,
    d.day,
    d.hour,
    d.minute,
    d.second,
    fraction,
    offset_text(offset)
  )
end

local function month_number(name)
  for number, known in ipairs(MONTHS) do
    if known == name then return number end
  end
end

--- Reads the date of an HTTP header (RFC 9110 section 5.6.7, the form of RFC 1123).
---@param text string  `Sun, 06 Nov 1994 08:49:37 GMT`
---@return integer? unix
---@return string? message
function time.parse_http(text)
  local day, name, year, hour, minute, second =
    match(text, "^%a%a%a, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  local month = name and month_number(name)
  if not month then return nil, "not a date of the form Sun, 06 Nov 1994 08:49:37 GMT" end
  -- The parts are those of the ISO form, whose reader knows the calendar.
  local iso = ("%s-%02d-%sT%s:%s:%sZ"):format(year, month, day, hour, minute, second)
  local unix, problem = time.parse(iso)
  if not unix then return nil, problem end
  return unix
end

--- Writes the date of an HTTP header.
---@param unix number
---@return string
function time.format_http(unix)
  if not time.is_unix(unix) then error("a Unix time in the years 1 to 9999 expected", 2) end
  local d = time.date(floor(unix))
  return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(
    WEEKDAYS[d.weekday],
    d.day,
    MONTHS[d.month],
    d.year,
    d.hour,
    d.minute,
    d.second
  )
end

return time
