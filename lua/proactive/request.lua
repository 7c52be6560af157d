--- The request body: an event and an audience put into the form the service takes, and its JSON
--- text.
---
--- `build` writes and does not judge: what the service would refuse is for `proactive.validate` to
--- say, so that a refused body can also be sent on purpose.

local errors = require "proactive.errors"
local json = require "proactive.json"
local localized = require "proactive.schema.localized"
local report_of_event = require("proactive.schema.report").of_event
local options = require "proactive.options"
local schema = require "proactive.schema"
local text = require "proactive.text"
local time = require "proactive.time"
local values = require "proactive.schema.value"

local request = {}

--- The service takes at most 24 hours by its own clock; a minute is left for the way and for the
--- clocks.
request.EXPIRES_IN = 86340

--- Puts a localized text among those found so far and returns what stands for it in the payload. A
--- name that is taken by other texts gets a number: the schema's own names never clash, those of
--- unknown fields can.
local function refer(texts, name, found)
  local base, count = name, 1
  while found[name] and found[name] ~= texts do
    count = count + 1
    name = ("%s%d"):format(base, count)
  end
  found[name] = texts
  return localized.MARK .. name
end

--- The name of a localized text: the schema's, else parent and field as the known names are made
--- (provider.name is providerName).
local function attribute_name(node, key, parent_key)
  if node and node.attribute then return node.attribute end
  key = tostring(key)
  if type(parent_key) ~= "string" then return key end
  return parent_key .. key:sub(1, 1):upper() .. key:sub(2)
end

--- A copy of a part of the payload as the service takes it. What can be copied was made sure of
--- before.
local function place(value, node, key, parent_key, found)
  if type(value) == "number" and node and node.kind == "time" and time.is_unix(value) then
    return time.format(value)
  elseif type(value) ~= "table" or rawequal(value, json.null) then
    return value
  end
  local texts = rawget(value, "localized")
  if values.is_object(texts) then
    return refer(texts, attribute_name(node, key, parent_key), found)
  end
  local copy = {}
  for name, item in next, value do
    local below = node and (node.items or (node.by_name and node.by_name[name]))
    copy[name] = place(item, below, name, key, found)
  end
  if json.is_array(value) or (node and node.kind == "array") then json.array(copy) end
  return copy
end

--- The list of locales with their texts, by locale.
local function attributes_of(found)
  local by_locale = {}
  for name, texts in pairs(found) do
    for locale, given in next, texts do
      by_locale[locale] = by_locale[locale] or { locale = locale }
      by_locale[locale][name] = given
    end
  end
  local list = {}
  for i, locale in ipairs(values.sorted_keys(by_locale)) do
    list[i] = by_locale[locale]
  end
  return json.array(list)
end

local function relevant_audience(audience)
  if audience.type == "Unicast" then
    return { type = "Unicast", payload = { user = audience.user } }
  end
  return { type = "Multicast", payload = {} }
end

local function check_arguments(event, audience)
  if type(event) ~= "table" or type(event.payload) ~= "table" or type(event.name) ~= "string" then
    error("request: an event expected, as proactive.events makes it", 3)
  elseif type(audience) ~= "table" then
    error("request: an audience expected, as proactive.audience makes it", 3)
  elseif audience.type == "Subscribers" then
    error("request: a stream of customers is for send_many; one request has one audience", 3)
  elseif audience.type ~= "Unicast" and audience.type ~= "Multicast" then
    error("request: an audience is Unicast or Multicast, got " .. tostring(audience.type), 3)
  end
end

-- Wide enough for any experiment with the service, narrow enough to stay a date.
local CENTURY = 100 * 366 * 86400

local OPTIONS = {
  expires_in = { "number", min = -CENTURY, max = CENTURY },
  reference_id = { "string" },
  now = { "number" },
  timestamp = { "number|string" },
}

local UNWRITABLE = { cycle = true, depth = true, size = true }

--- A table that holds itself, or is too large or too deep, cannot be copied, let alone sent.
local function check_payload(payload)
  local report = report_of_event {}
  values.check(payload, report)
  for _, violation in ipairs(report.violations) do
    if UNWRITABLE[violation.rule] then
      return nil,
        errors.new("invalid", {
          message = "the payload cannot be written",
          violations = report.violations,
        })
    end
  end
  return true
end

---@class proactive.RequestOptions
---@field expires_in number?          seconds until the notification is dropped; default 86,340
---@field reference_id string?        default: a random one, 22 characters
---@field now number?                 Unix seconds; default the machine's clock
---@field timestamp number|string?    when the event happened; default now

--- Sets the times of a body anew: the service judges the expiry by the moment a request arrives.
---@param body table           changed
---@param now number           Unix seconds
---@param expires_in number?   seconds, as for `build`
function request.stamp(body, now, expires_in)
  body.timestamp = time.format(now)
  body.expiryTime = time.format(now + (expires_in or request.EXPIRES_IN))
end

--- Makes the whole request body. Neither argument is changed or kept.
---
--- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
---@param event proactive.Event
---@param audience proactive.Audience   Unicast or Multicast
---@param opts? proactive.RequestOptions
---@return table? request
---@return proactive.Error?             kind `invalid`, when the payload cannot be written at all
function request.build(event, audience, opts)
  check_arguments(event, audience)
  opts = options.check(opts, OPTIONS, "request")
  local writable, err = check_payload(event.payload)
  if not writable then return nil, err end
  local now = opts.now or os.time()
  local timestamp = opts.timestamp or now
  local known = schema.catalogue[event.name]
  local found = {}
  local payload = place(event.payload, known and known.payload, nil, nil, found)
  return {
    timestamp = type(timestamp) == "number" and time.format(timestamp) or timestamp,
    referenceId = opts.reference_id or require("proactive.core").id(),
    expiryTime = time.format(now + (opts.expires_in or request.EXPIRES_IN)),
    event = { name = event.name, payload = payload },
    localizedAttributes = attributes_of(found),
    relevantAudience = relevant_audience(audience),
  }
end

--- A body in which every empty list is marked as one, as the schema says. Only what changes is
--- copied.
local function with_lists(value, node, parent)
  if node.kind == "choice" then node = node.of[parent[node.by]] end
  if not node or not node.has_list or type(value) ~= "table" then return value end
  if node.kind ~= "object" then return next(value) == nil and json.array {} or value end
  if getmetatable(value) ~= nil and values.is_object(value) then value = values.plain(value) end
  local result, lists = value, node.lists
  for i = 1, #lists do
    local field = lists[i]
    local item = value[field.name]
    local marked = item and with_lists(item, field, value)
    if not rawequal(marked, item) then
      if result == value then
        result = {}
        for key, other in next, value do
          result[key] = other
        end
      end
      result[field.name] = marked
    end
  end
  return result
end

local write = json.encoder { order = schema.order }
local write_for_people = json.encoder { order = schema.order, pretty = true }

--- The JSON text of a request body, fields in the order of the documentation; `{}` and `[]` as the
--- schema says.
---@param body table
---@param opts? {pretty: boolean?}
---@return string?
---@return proactive.Error?  kind `invalid`, with the path of what cannot be written
function request.encode(body, opts)
  if type(body) ~= "table" then
    error(("encode: a request body expected, got %s"):format(type(body)), 2)
  end
  local marked = with_lists(body, schema.envelope)
  local written, message, path = (opts and opts.pretty and write_for_people or write)(marked)
  if written then return written end
  return nil,
    errors.new("invalid", {
      message = "the request body cannot be written as JSON",
      violations = { { path = path or "", rule = "json", message = message } },
    })
end

--- The texts of one name by locale. A locale that stands in the list twice is in doubt: it has no
--- text.
local function texts_of(name, attributes)
  local texts, seen = {}, {}
  for i = 1, #attributes do
    local entry = attributes[i]
    local locale = values.is_object(entry) and rawget(entry, "locale")
    if type(locale) == "string" then
      texts[locale] = not seen[locale] and rawget(entry, name) or nil
      seen[locale] = true
    end
  end
  return texts
end

local function with_texts(value, attributes, used)
  if type(value) == "table" and not rawequal(value, json.null) then
    local copy = json.is_array(value) and json.array {} or {}
    for key, item in next, value do
      copy[key] = with_texts(item, attributes, used)
    end
    return copy
  end
  local name = type(value) == "string" and value:match("^localizedattribute:(.+)$")
  if not name then return value end
  used[name] = used[name] or texts_of(name, attributes)
  return { localized = used[name] }
end

--- The list of the texts of each locale, as plain data.
local function attributes_in(body)
  local list = rawget(body, "localizedAttributes")
  if list == nil then return {} end
  local is_list = type(list) == "table" and not rawequal(list, json.null)
  if is_list and values.list_length(list, values.MOST) then return values.plain(list) end
  local message = "must be a list with the texts of each locale, got " .. text.show(list)
  return nil,
    errors.new("invalid", {
      message = "localizedAttributes " .. message,
      violations = {
        { path = "localizedAttributes", rule = "type", message = message, got = text.show(list) },
      },
    })
end

--- The event of a body, its texts put back in place.
---@param body table  with an `event` that is a table; nothing else of it was judged
---@return proactive.Event?
---@return table<string, table<string, string>>|proactive.Error  the texts by the name the payload
---   uses, then by locale; or kind `invalid`, when the body cannot be read
function request.event(body)
  local event = values.plain(rawget(body, "event"))
  local readable, err = check_payload(event.payload)
  if not readable then return nil, err end
  local attributes, problem = attributes_in(body)
  if not attributes then return nil, problem end
  local used = {}
  return { name = event.name, payload = with_texts(event.payload, attributes, used) }, used
end

return request
