--- Customers as JSON objects, for people and for `import` and `export`.
---
--- Of an export the first line is about the store, each other one about a customer. A line that
--- somebody wrote needs no times: it is then older than every event.

local customer = require "proactive.registry.customer"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local json = require "proactive.json"
local options = require "proactive.options"
local text = require "proactive.text"

local line = {}

line.FORMAT = "proactive subscribers 1"

local order = { format = 1, user = 2, customer = 3, erased = 4, enabled = 5, subscriptions = 6 }
local encode = json.encoder { order = order }

local function boolean(value)
  return value == "yes"
end

local function list(value)
  return json.array(customer.names(value))
end

local function same(value)
  return value
end

-- How the text of an aspect is shown.
local SHOWN = {
  enabled = boolean,
  subscriptions = list,
  permissions = list,
  account_linked = boolean,
  locale = same,
  region = same,
}

--- What is known of a customer as an object; of what nobody said there is nothing.
---@param known proactive.registry.Customer
---@return table
function line.object(known)
  local object = { user = known.user, erased = known.erased, at = {} }
  for _, aspect in ipairs(customer.aspects) do
    local value = known.values[aspect]
    if value then object[aspect] = SHOWN[aspect](value) end
    object.at[aspect] = known.at[aspect]
  end
  return object
end

--- A line about the store.
---@param about {application_id: string?, key: string?}
---@return string
function line.header(about)
  local object = { format = line.FORMAT, application_id = about.application_id, key = about.key }
  return assert(encode(object))
end

--- A line about a customer; only that of a tombstone has the hash.
---@param key string
---@param known proactive.registry.Customer
---@return string
function line.write(key, known)
  local object = line.object(known)
  if not known.user then
    object.customer, object.at = key, nil
  end
  return assert(encode(object))
end

---@type table<string, proactive.Option>
local FIELDS = {
  user = { "string" },
  customer = { "string" },
  erased = { "string" },
  enabled = { "boolean" },
  subscriptions = { "table" },
  permissions = { "table" },
  account_linked = { "boolean" },
  locale = { "string" },
  region = { "string", one_of = endpoints.regions },
  at = { "table" },
}

---@type table<string, proactive.Option>
local TIMES = {}
for _, aspect in ipairs(customer.aspects) do
  TIMES[aspect] = { "string" }
end

---@type table<string, proactive.Option>
local HEADER = {
  format = { "string", one_of = { line.FORMAT }, required = true },
  application_id = { "string" },
  key = { "string" },
}

local function check_names(names)
  for _, name in ipairs(names) do
    if type(name) ~= "string" or not name:find "^%S+$" then
      error("a name in a list is a text without spaces", 0)
    end
  end
  return customer.list(names)
end

local function stored(value)
  if type(value) == "boolean" then return value and "yes" or "no" end
  return type(value) == "table" and check_names(value) or value
end

local function check_texts(texts)
  for _, value in pairs(texts) do
    local _, problem = text.problem(value)
    if problem then error("a text " .. problem, 0) end
  end
end

local KEY = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%d%d%d%d%d%d%dZ "

local function check_key(key)
  if key and key ~= "" and not key:find(KEY) then
    error("a time is one that an export wrote, as 2026-01-15T10:00:00.000000000Z ID", 0)
  end
  return key
end

local function check_complete(object, known)
  local says = next(known.values) ~= nil
  if not object.user and (says or not (object.customer and object.erased)) then
    error("a line names its customer in the field user", 0)
  elseif not says and not object.erased then
    error("a line says something of its customer, as enabled or subscriptions", 0)
  end
end

local function read_customer(object)
  options.check(object, FIELDS, "the line", 0)
  local at = options.check(object.at, TIMES, "at", 0)
  local known = { user = object.user, erased = check_key(object.erased), values = {}, at = {} }
  for _, aspect in ipairs(customer.aspects) do
    if object[aspect] ~= nil then
      known.values[aspect] = stored(object[aspect])
      known.at[aspect] = check_key(at[aspect] or "")
    end
  end
  check_complete(object, known)
  check_texts(known.values)
  check_texts(known.at)
  check_texts { known.user, known.erased }
  return { key = object.customer, known = known }
end

local function read(written)
  local object, problem = json.decode(written)
  if problem then error(problem, 0) end
  if type(object) ~= "table" or json.is_array(object) then error("not an object", 0) end
  if not object.format then return read_customer(object) end
  return { about = options.check(object, HEADER, "the line", 0) }
end

--- Reads a line.
---@param written string
---@param number integer  which one, for the error
---@return {about: table?, key: string?, known: proactive.registry.Customer?}?
---@return proactive.Error?
function line.read(written, number)
  local done, result = pcall(read, written)
  if done then return result end
  return nil, errors.new("invalid", {
    message = ("line %d cannot be imported: %s"):format(number, result),
    fix = "Correct this line; the lines before it are imported, and may be again.",
  })
end

return line
