--- What fuzz_validate.c does with each input: a function of the bytes that raises when a promise is
--- broken. As text they are judged as a request body. Then they choose what is put in the place of
--- what in a body that is right: that way come the values that no JSON text has.

local facts = require "spec.support.facts"
local json = require "proactive.json"
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local validate = require "proactive.validate"
local value = require "proactive.schema.value"

local MOST_EDITS = 4

-- Ways of judging; the first byte chooses.
local OPTIONS = {
  { now = facts.NOW },
  { now = facts.NOW, strict = true },
  { now = facts.NOW, unknown_fields = "warn" },
  { now = facts.NOW, as = "service" },
}

local function check_found(list)
  for _, violation in ipairs(list) do
    assert(type(violation.path) == "string" and type(violation.rule) == "string")
    assert(type(violation.message) == "string" and #violation.message > 0)
    -- Whatever was found can be shown: it is short, and JSON can say it.
    assert(#violation.path < 10000 and json.encode(violation))
  end
end

--- What is accepted can be written, and is accepted again when it is read.
local function check_accepted(body, opts)
  local text = assert(request.encode(body))
  local again = assert(json.decode(text))
  assert(validate(text, opts))
  assert(request.encode(again) == text)
end

local function judge(body, opts)
  local ok, found, read = validate(body, opts)
  if ok then
    check_found(found)
    check_accepted(read or body, opts)
  else
    assert(found.kind == "invalid" and #found.violations > 0)
    check_found(found.violations)
    check_found(found.warnings)
  end
end

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

return function(bytes)
  local first = bytes:byte() or 0
  local opts = OPTIONS[first % #OPTIONS + 1]
  judge(bytes, opts)
  local body = payloads.copy(json.decode(facts.bodies[first % #facts.bodies + 1]))
  for i = 1, MOST_EDITS do
    if not edit(body, bytes, 3 * i - 1) then break end
  end
  judge(body, opts)
end
