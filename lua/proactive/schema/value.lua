--- What every value must be to be written as JSON at all, whatever the schema says about it.

local json = require "proactive.json"
local text = require "proactive.text"

local value = {}

local getmetatable, next, rawequal, rawget, type = getmetatable, next, rawequal, rawget, type
local find, show = string.find, text.show
local ASCII, LONGEST = text.ASCII, text.LONGEST

-- Deeper than any body of the service, and as deep as JSON text is read and written.
local DEEPEST = 64
-- How many values of unknown tables are looked at: a table that holds itself twice has no end.
local MOST_VALUES = 10000
value.MOST = MOST_VALUES
local GREATEST = 2 ^ 53

--- Whether a value can be an object: a table that is neither JSON's null nor marked as an array.
---@param given any
---@return boolean
function value.is_object(given)
  if type(given) ~= "table" then return false end
  return getmetatable(given) == nil or not (rawequal(given, json.null) or json.is_array(given))
end

--- A table without its metatable, so that what is checked is what will be written: the table
--- itself when it has none, else a copy.
---@param given table
---@return table
function value.plain(given)
  if getmetatable(given) == nil then return given end
  local copy = {}
  for key, item in next, given do
    copy[key] = item
  end
  return copy
end

local function precedes(a, b)
  if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then return a < b end
  return type(a) < type(b)
end

--- Sorts the keys and leaves the first `most`.
local function keep_first(keys, most)
  table.sort(keys, precedes)
  for i = #keys, most + 1, -1 do
    keys[i] = nil
  end
end

--- The keys of a table in a fixed order: all, or the first `most` of them. Only about so many are
--- ever sorted: a key that comes after those kept costs one comparison.
---@param map table
---@param most integer?
---@return any[] keys
---@return integer count  of all keys of the table
function value.sorted_keys(map, most)
  local keys, count, last = {}, 0, nil
  most = most or math.huge
  for key in next, map do
    count = count + 1
    if last == nil or precedes(key, last) then
      keys[#keys + 1] = key
      if #keys >= 2 * most then
        keep_first(keys, most)
        last = keys[most]
      end
    end
  end
  keep_first(keys, most)
  return keys, count
end

--- Number of items when the keys are exactly 1, 2, … n, else nil. Stops counting above `most`.
---@param list table
---@param most integer
---@return integer?
function value.list_length(list, most)
  local count = 0
  for key in next, list do
    if type(key) ~= "number" or key % 1 ~= 0 or key < 1 then return nil end
    count = count + 1
    if count > most then return count end
  end
  for i = 1, count do
    if rawget(list, i) == nil then return nil end
  end
  return count
end

--- Whether a text is surely sendable, judged by a glance; others are for `check_text`.
---@param given string
---@return boolean
function value.is_sendable(given)
  return #given <= LONGEST and find(given, ASCII) ~= nil
end

local function add_length(length, unit, given, report)
  local message = "is %d %s long, more than %d characters"
  report:add("length", message:format(length, unit, LONGEST), {
    got = show(given),
    expected = ("at most %d characters, a guard of this library"):format(LONGEST),
  })
  return false
end

--- Checks that a text can be sent; the report stands at it.
---@param given string
---@param report proactive.CheckReport
---@return boolean ok
function value.check_text(given, report)
  -- No character has more than four bytes, so that a huge text need not be read.
  if #given > 4 * LONGEST then return add_length(#given, "bytes", given, report) end
  local rule, message = text.problem(given)
  if rule then
    report:add(rule, message, { got = show(given), expected = "UTF-8 text" })
    return false
  end
  local length = #given > LONGEST and text.length(given) or 0
  if length > LONGEST then return add_length(length, "characters", given, report) end
  return true
end

local function check_table(given, report)
  local within = report.within or {}
  report.within = within
  if within[given] then
    return report:add("cycle", "is a table that holds itself", { got = "a cycle" })
  elseif report.depth >= DEEPEST then
    return report:add("depth", ("is nested more than %d levels deep"):format(DEEPEST))
  end
  within[given] = true
  local names, others = false, false
  for _, key in ipairs((value.sorted_keys(given, MOST_VALUES + 1))) do
    names = names or type(key) == "string"
    others = others or type(key) ~= "string"
    value.check_member(key, rawget(given, key), report)
    if report.seen > MOST_VALUES then return end
  end
  within[given] = nil
  if others and (names or not value.list_length(given, MOST_VALUES)) then
    report:add("mixed", "is neither a list nor a table with names", { got = "a mixed table" })
  end
end

--- Checks a member of a table the schema knows nothing about; the report stands at the table.
---@param key any
---@param given any
---@param report proactive.CheckReport
function value.check_member(key, given, report)
  report:enter(key)
  if type(key) == "string" then value.check_text(key, report) end
  value.check(given, report)
  report:leave()
end

--- Checks a value the schema knows nothing about; the report stands at it.
---@param given any
---@param report proactive.CheckReport
function value.check(given, report)
  report.seen = report.seen + 1
  if report.seen > MOST_VALUES then
    if report.seen == MOST_VALUES + 1 then
      report:add("size", ("holds more than %d values"):format(MOST_VALUES))
    end
    return
  end
  local kind = type(given)
  if kind == "table" then
    if not rawequal(given, json.null) then check_table(given, report) end
  elseif kind == "string" then
    value.check_text(given, report)
  elseif kind == "number" then
    if given ~= given or given > GREATEST or given < -GREATEST then
      report:add("range", ("%s cannot be written exactly in JSON"):format(show(given)), {
        got = show(given),
        expected = "a finite number of at most 2^53",
      })
    end
  elseif kind ~= "boolean" then
    report:add("type", ("%s cannot be written in JSON"):format(show(given)), { got = show(given) })
  end
end

return value
