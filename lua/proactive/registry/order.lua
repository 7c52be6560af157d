--- When something was said, as a text: the time in UTC with nine digits of a second, a space, and
--- the id of the request that said it. Texts compare as bytes, so the earlier time comes first, and
--- at the same time the smaller id.
---
--- The empty text is before every other.

local time = require "proactive.time"

local order = {}

local byte = string.byte

--- The key of a request.
---@param timestamp string  ISO 8601 with a zone
---@param id string
---@return string? key
---@return string? message
function order.key(timestamp, id)
  local unix, problem = time.parse(timestamp)
  if not unix then return nil, problem end
  -- already in UTC, as Alexa writes it
  if #timestamp == 20 then return ("%s.000000000Z %s"):format(timestamp:sub(1, 19), id) end
  if not time.is_unix(unix) then return nil, "the time is outside the years 1 to 9999" end
  -- a number has no room for all digits of a fraction, so they stay text
  local fraction = timestamp:match("%.(%d+)") or ""
  local whole = time.format((time.parse((timestamp:gsub("%.%d+", "")))))
  return ("%s.%sZ %s"):format(whole:sub(1, 19), (fraction .. "000000000"):sub(1, 9), id)
end

--- Whether one text comes after another, as bytes: Lua's own comparison follows the host's locale.
---@param one string
---@param other string
---@return boolean
function order.after(one, other)
  if one == other then return false end
  for place = 1, #other do
    local mine, theirs = byte(one, place), byte(other, place)
    if mine ~= theirs then return mine ~= nil and mine > theirs end
  end
  return true
end

--- The later of two keys, of which either may be nil.
---@param one string?
---@param other string?
---@return string?
function order.later(one, other)
  if not one then return other end
  if not other then return one end
  return order.after(other, one) and other or one
end

return order
