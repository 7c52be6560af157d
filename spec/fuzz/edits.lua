--- What the fuzzers change in a body that is right: they choose places of it, and what is put there.
--- That way come the values that no JSON text has.

local json = require "proactive.json"
local value = require "proactive.schema.value"

local edits = {}

local MOST = 4

local function cyclic()
  local holder = {}
  holder[1], holder.again = holder, holder
  return holder
end

local function deep()
  local holder = {}
  for _ = 1, 100 do
    holder = { holder }
  end
  return holder
end

--- A table whose metamethods must never be called.
local function guarded()
  return setmetatable({ name = "x" }, {
    __index = error,
    __newindex = error,
    __pairs = error,
    __len = error,
    __eq = error,
    __tostring = error,
  })
end

-- What is put in. A table is made anew each time, because further edits may go into it.
local TABLES = {
  cyclic,
  deep,
  guarded,
  function()
    return {}
  end,
  function()
    return json.array {}
  end,
  function()
    return { "x", name = "y" }
  end,
  function()
    return { [0.5] = 1, [-1] = 2, [true] = 3 }
  end,
  function(body)
    return body
  end,
}
local SCALARS = {
  json.null,
  print,
  0 / 0,
  1 / 0,
  -1,
  2 ^ 53,
  2 ^ 53 + 2,
  "",
  "\255",
  "a\0b",
  ("x"):rep(16385),
  "localizedattribute:",
  "localizedattribute:providerName",
  "2026-01-15T20:00:00",
  "2026-01-16T09:00:00Z",
  "amzn1.ask.account.X",
  true,
}

local function odd_value(byte, body)
  local which = byte % (#TABLES + #SCALARS) + 1
  if which > #TABLES then return SCALARS[which - #TABLES] end
  return TABLES[which](body)
end

--- Every place of a body: a table and a key of it. A table that stands in several places, or around
--- itself, is entered once.
local function places(body)
  local list, seen = {}, {}
  local function enter(holder)
    if type(holder) ~= "table" or rawequal(holder, json.null) or seen[holder] then return end
    seen[holder] = true
    for _, key in ipairs(value.sorted_keys(holder)) do
      list[#list + 1] = { holder, key }
      enter(rawget(holder, key))
    end
  end
  enter(body)
  return list
end

--- Three bytes an edit: where, how, and with what.
local function edit(body, bytes, at)
  local where, how, what = bytes:byte(at, at + 2)
  if not what then return false end
  local list = places(body)
  if #list == 0 then return false end
  local place, item = list[where % #list + 1], odd_value(what, body)
  local holder, key = place[1], place[2]
  if how % 4 == 0 then
    rawset(holder, key, nil)
  elseif how % 4 == 1 and type(key) == "string" then
    rawset(holder, key .. "x", item)
  elseif how % 4 == 2 and how >= 128 then
    rawset(holder, how, item)
  else
    rawset(holder, key, item)
  end
  return true
end

--- Changes a body in place.
---@param body table
---@param bytes string  those from the second on choose
function edits.make(body, bytes)
  for i = 1, MOST do
    if not edit(body, bytes, 3 * i - 1) then break end
  end
end

return edits
