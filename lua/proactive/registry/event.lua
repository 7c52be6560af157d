--- What a request from Alexa says about a customer. Pure: no database, no clock.
---
--- The six skill events that say something are told in docs/subscribers.md; any other request says
--- nothing. Lists are whole lists, not changes, and a body that is missing means an empty one.

local customer = require "proactive.registry.customer"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local json = require "proactive.json"
local order = require "proactive.registry.order"
local text = require "proactive.text"

local find = string.find

local event = {}

---@class proactive.registry.Saying
---@field type string
---@field application string
---@field user string
---@field says proactive.registry.Customer

--- JSON's null is nil, a marker of ours, or a light userdata of another decoder.
local function is_null(value)
  return value == nil or rawequal(value, json.null) or type(value) == "userdata"
end

--- Ends the reading with what is wrong; `event.read` catches it.
local function refuse(path, message, got)
  error(errors.new("invalid", {
    message = "the request cannot be understood",
    fix = "Pass the decoded JSON of the request as Alexa sent it.",
    violations = { { path = path, rule = "request", message = message, got = got } },
  }), 0)
end

local function table_at(parent, name, path)
  local value = parent[name]
  if type(value) ~= "table" or is_null(value) then
    refuse(path, "expected an object, got " .. text.show(value), value)
  end
  return value
end

local function check_text(value, path)
  if type(value) ~= "string" or value == "" then
    refuse(path, "expected a text, got " .. text.show(value), value)
  end
  local _, problem = text.problem(value)
  if problem then refuse(path, problem, value) end
  return value
end

local function refuse_element(path, index, field, element)
  path = ("%s[%d]"):format(path, index)
  if type(element) ~= "table" then refuse(path, "expected an object", element) end
  path = ("%s.%s"):format(path, field)
  refuse(path, "a name has no spaces", check_text(element[field], path))
end

--- The names of a list: of objects that each have `field`. One that is missing is empty.
local function names_of(body, name, field)
  if is_null(body) then return {} end
  if type(body) ~= "table" then refuse("request.body", "expected an object", body) end
  local list = body[name]
  if is_null(list) then return {} end
  local path = "request.body." .. name
  if type(list) ~= "table" then refuse(path, "expected a list", list) end
  local names = {}
  for index, element in ipairs(list) do
    local found = type(element) == "table" and element[field]
    local fits = type(found) == "string" and find(found, "^%S+$") and not text.problem(found)
    if not fits then refuse_element(path, index, field, element) end
    names[index] = found
  end
  if #names == 0 and next(list) ~= nil then refuse(path, "expected a list, got an object", list) end
  return names
end

local function permissions(body)
  return "permissions", customer.list(names_of(body, "acceptedPermissions", "scope"))
end

--- By type: the aspect and its text, and whether the customer is to be erased. The type of the last
--- has no "Skill" before it, unlike its name in the manifest.
local TYPES = {
  ["AlexaSkillEvent.SkillEnabled"] = function()
    return "enabled", "yes"
  end,
  ["AlexaSkillEvent.SkillDisabled"] = function(body)
    local status = type(body) == "table" and body.userInformationPersistenceStatus
    return "enabled", "no", status == "NOT_PERSISTED"
  end,
  ["AlexaSkillEvent.SkillPermissionAccepted"] = permissions,
  ["AlexaSkillEvent.SkillPermissionChanged"] = permissions,
  -- the access token in its body is a secret and not kept
  ["AlexaSkillEvent.SkillAccountLinked"] = function()
    return "account_linked", "yes"
  end,
  ["AlexaSkillEvent.ProactiveSubscriptionChanged"] = function(body)
    return "subscriptions", customer.list(names_of(body, "subscriptions", "eventName"))
  end,
}

local function key_of(request)
  local id = check_text(request.requestId, "request.requestId")
  local timestamp = check_text(request.timestamp, "request.timestamp")
  local key, problem = order.key(timestamp, id)
  if not key then refuse("request.timestamp", problem, timestamp) end
  return key
end

local function says(request, system, user)
  local key = key_of(request)
  local aspect, value, erased = TYPES[request.type](request.body)
  if erased then return { erased = key, values = {}, at = {} } end
  local region, locale = endpoints.region_of(system.apiEndpoint), nil
  if not is_null(request.locale) then locale = check_text(request.locale, "request.locale") end
  return {
    user = user,
    values = { [aspect] = value, region = region, locale = locale },
    at = { [aspect] = key, region = region and key, locale = locale and key },
  }
end

local function read(envelope)
  local request = table_at(envelope, "request", "request")
  if not TYPES[request.type] then return { type = request.type } end
  local context = table_at(envelope, "context", "context")
  local system = table_at(context, "System", "context.System")
  local application = table_at(system, "application", "context.System.application")
  local user = table_at(system, "user", "context.System.user")
  local id = check_text(user.userId, "context.System.user.userId")
  local path = "context.System.application.applicationId"
  return {
    type = request.type,
    application = check_text(application.applicationId, path),
    user = id,
    says = says(request, system, id),
  }
end

--- Reads a request.
---@param envelope table  its decoded JSON
---@return proactive.registry.Saying?  without `says` when it says nothing about a customer
---@return proactive.Error?
function event.read(envelope)
  if type(envelope) ~= "table" then
    return nil, select(2, pcall(refuse, "", "expected an object, got " .. text.show(envelope)))
  end
  local done, result = pcall(read, envelope)
  if done then return result end
  if errors.is(result) then return nil, result end
  error(result, 0)
end

return event
