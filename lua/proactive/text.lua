--- Text as the service can take it: UTF-8 without NUL, and how a value is shown in a message.

local json = require "proactive.json"

local text = {}

local byte, find = string.byte, string.find

--- A guard of ours, not a rule of the service, which documents no limit: nothing spoken is longer,
--- and a value above it is a mistake that should be named instead of sent.
text.LONGEST = 16384

-- How much of a text a message quotes, in bytes.
local QUOTED = 60

--- Length of the UTF-8 sequence that begins with `lead`, and the range of its second byte, which
--- rules out overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629 section 4).
local function sequence(lead)
  if lead < 0x80 then return 1 end
  if lead < 0xC2 or lead > 0xF4 then return nil end
  if lead < 0xE0 then return 2, 0x80, 0xBF end
  if lead < 0xF0 then return 3, lead == 0xE0 and 0xA0 or 0x80, lead == 0xED and 0x9F or 0xBF end
  return 4, lead == 0xF0 and 0x90 or 0x80, lead == 0xF4 and 0x8F or 0xBF
end

--- Where the next character begins, or nil when the bytes at `at` are no character.
local function after(s, at)
  local length, low, high = sequence(byte(s, at))
  if not length then return nil end
  for i = 2, length do
    local continuation = byte(s, at + i - 1)
    if not continuation or continuation < low or continuation > high then return nil end
    low, high = 0x80, 0xBF
  end
  return at + length
end

--- What `is_ascii` finds, for those to whom the call would cost more than the search.
text.ASCII = "^[\1-\127]*$"

--- Whether a text is ASCII without NUL: nearly all are, so this is what decides how fast a body is
--- judged. The pattern matches in one sweep; one that looks for another character begins anew at
--- every byte.
---@param s string
---@return boolean
function text.is_ascii(s)
  return find(s, text.ASCII) ~= nil
end

--- What makes a text impossible to send, or nil.
---@param s string
---@return string? rule     `utf8` or `nul`
---@return string? message
function text.problem(s)
  if text.is_ascii(s) then return nil end
  local nul = find(s, "\0", 1, true)
  if nul then return "nul", ("has a NUL character at byte %d"):format(nul) end
  local at = 1
  while at <= #s do
    local following = after(s, at)
    if not following then return "utf8", ("is not valid UTF-8 at byte %d"):format(at) end
    at = following
  end
  return nil
end

--- A text in which U+FFFD stands for each byte that is no part of a character, and for NUL.
---@param s string
---@return string
function text.mended(s)
  if text.is_ascii(s) then return s end
  local parts, at = {}, 1
  while at <= #s do
    local following = byte(s, at) ~= 0 and after(s, at)
    parts[#parts + 1] = following and s:sub(at, following - 1) or "\239\191\189"
    at = following or at + 1
  end
  return table.concat(parts)
end

--- Number of characters of a valid UTF-8 text.
---@param s string
---@return integer
function text.length(s)
  local _, continuations = s:gsub("[\128-\191]", "")
  return #s - continuations
end

--- The longest beginning of at most `limit` bytes that does not cut a character.
local function cut(s, limit)
  if #s <= limit then return s, "" end
  while limit > 0 and find(s, "^[\128-\191]", limit + 1) do
    limit = limit - 1
  end
  return s:sub(1, limit), "…"
end

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local function escape(letter)
  return ESCAPES[letter] or ("\\x%02X"):format(byte(letter))
end

--- A text in quotes, short, printable and valid UTF-8 whatever it holds.
---@param s string
---@return string
function text.quote(s)
  if #s <= QUOTED and find(s, "^[%w .:_-]*$") then return '"' .. s .. '"' end
  local beginning, rest = cut(s, QUOTED)
  local shown = beginning:gsub('["\\]', escape):gsub("[^\32-\126\128-\255]", escape)
  if text.problem(beginning) then shown = shown:gsub("[^\1-\127]", escape) end
  return '"' .. shown .. '"' .. rest
end

--- A value as a message shows it.
---@param value any
---@return string
function text.show(value)
  local kind = type(value)
  if kind == "string" then return text.quote(value) end
  if kind == "nil" then return "nothing" end
  if kind == "boolean" then return tostring(value) end
  if kind == "table" then
    return rawequal(value, json.null) and "null" or json.is_array(value) and "a list" or "a table"
  end
  if kind ~= "number" then return "a " .. kind end
  if value ~= value then return "NaN" end
  if value % 1 == 0 and value > -2 ^ 63 and value < 2 ^ 63 then return ("%d"):format(value) end
  return ("%.17g"):format(value)
end

return text
