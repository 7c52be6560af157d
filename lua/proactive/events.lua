--- Constructors of events, one for each schema of the catalogue.
---
--- `events.MediaContent.Available{…}` and `events["AMAZON.MediaContent.Available"]{…}` are the same
--- entry: callable, and its fields describe the schema. `pairs` lists the catalogue by full name.

local localized = require "proactive.schema.localized"
local nearest = require "proactive.nearest"
local report_of_event = require("proactive.schema.report").of_event
local schema = require "proactive.schema"
local time = require "proactive.time"
local values = require "proactive.schema.value"

---@class proactive.Event
---@field name string     `AMAZON.…`
---@field payload table   as the service knows it, localized texts in place as `{localized = {…}}`

---@class proactive.EventEntry: proactive.EventSchema
---@overload fun(payload: table): proactive.Event?, proactive.Error?

--- A copy of a checked payload: times as text, texts in place. Only what the schema knows is in it,
--- because anything else was refused.
local function copy(value, node)
  if node.kind == "time" and type(value) == "number" then return time.format(value) end
  if type(value) ~= "table" then return value end
  value = values.plain(value)
  local result = {}
  if node.kind == "object" then
    for _, field in ipairs(node.fields) do
      local item = value[field.name]
      if item ~= nil then result[field.name] = copy(item, field) end
    end
  elseif node.kind == "array" then
    for i, item in ipairs(value) do
      result[i] = copy(item, node.items)
    end
  else
    local texts = {}
    for locale, text in next, value.localized do
      texts[locale] = text
    end
    result.localized = texts
  end
  return result
end

--- Makes an event from a payload, or says everything that is wrong with it.
---@param entry proactive.EventEntry
---@param payload table  times as ISO 8601 text or Unix seconds, texts plain or localized
---@return proactive.Event?
---@return proactive.Error?  kind `invalid`, with all violations
local function construct(entry, payload)
  if type(payload) ~= "table" then
    error(("%s: a table expected, got %s"):format(entry.name, type(payload)), 2)
  end
  local report = report_of_event {}
  schema.check(payload, entry.payload, report)
  localized.check_complete(report)
  local ok, err = report:result(entry.name)
  if not ok then return nil, err end
  return { name = entry.name, payload = copy(payload, entry.payload) }
end

local entry_mt = { __call = construct, __name = "proactive.EventEntry" }

local events, by_type = {}, {}

for name, event in pairs(schema.catalogue) do
  local entry = setmetatable({}, entry_mt)
  for key, value in pairs(event) do
    entry[key] = value
  end
  events[name] = entry
  by_type[event.type] = by_type[event.type] or {}
  by_type[event.type][event.state] = entry
end

--- A mistyped name in a script is the programmer's mistake and raises; a full name may come from
--- data, and one that is unknown is nil.
local function unknown(what, known, key)
  if type(key) ~= "string" or key:find(".", 1, true) then return nil end
  error(("no event %s called %s%s"):format(what, key, nearest.hint(key, known)), 3)
end

for _, states in pairs(by_type) do
  setmetatable(states, {
    __index = function(_, key)
      return unknown("state", states, key)
    end,
  })
end

return setmetatable(events, {
  __index = function(_, key)
    return by_type[key] or unknown("type", by_type, key)
  end,
})
