--- What a manifest must have for the events that a project sends.
---
--- Source: https://developer.amazon.com/en-US/docs/alexa/smapi/
--- add-events-to-your-skill-with-smapi.html, Amazon's sample skill-demo-proactive-events
--- (alexa-cookbook), and the SMAPI specification in
--- https://github.com/alexa/alexa-apis-for-nodejs (names of skill events).

local errors = require "proactive.errors"
local nearest = require "proactive.nearest"
local options = require "proactive.options"
local sources = require "proactive.manifest.sources"

local needs = {}

needs.PERMISSION = "alexa::devices:all:notifications:write"

--- The regions a manifest may name.
needs.REGIONS = { "NA", "EU", "FE" }

--- What tells a skill who its customers are and what they want. A customer who disables the skill
--- causes no subscription event.
needs.SUBSCRIPTIONS = {
  "SKILL_ENABLED",
  "SKILL_DISABLED",
  "SKILL_PERMISSION_ACCEPTED",
  "SKILL_PERMISSION_CHANGED",
  "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED",
}

--- What a skill may be told of. There are many more in the specification, all called Legacy.
needs.SKILL_EVENTS = {
  "SKILL_ENABLED",
  "SKILL_DISABLED",
  "SKILL_PERMISSION_ACCEPTED",
  "SKILL_PERMISSION_CHANGED",
  "SKILL_ACCOUNT_LINKED",
  "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED",
  "SKILL_NOTIFICATION_SUBSCRIPTION_CHANGED",
  "ITEMS_CREATED",
  "ITEMS_UPDATED",
  "ITEMS_DELETED",
  "LIST_CREATED",
  "LIST_UPDATED",
  "LIST_DELETED",
  "ALL_LISTS_CHANGED",
  "REMINDER_STARTED",
  "REMINDER_CREATED",
  "REMINDER_UPDATED",
  "REMINDER_DELETED",
  "REMINDER_STATUS_CHANGED",
  "AUDIO_ITEM_PLAYBACK_STARTED",
  "AUDIO_ITEM_PLAYBACK_FINISHED",
  "AUDIO_ITEM_PLAYBACK_STOPPED",
  "AUDIO_ITEM_PLAYBACK_FAILED",
  "IN_SKILL_PRODUCT_SUBSCRIPTION_STARTED",
  "IN_SKILL_PRODUCT_SUBSCRIPTION_RENEWED",
  "IN_SKILL_PRODUCT_SUBSCRIPTION_ENDED",
}

---@class proactive.manifest.Endpoint
---@field uri string                  an ARN of Lambda, or an https address
---@field sslCertificateType string?  of https: Trusted, Wildcard or SelfSigned

---@class proactive.manifest.Needs
---@field permission string
---@field publications string[]
---@field subscriptions string[]
---@field endpoint proactive.manifest.Endpoint?  nil: that of apis.custom
---@field regions table<string, proactive.manifest.Endpoint>?  nil: those of apis.custom

---@class proactive.manifest.DeriveOptions
---@field events (string|table|function)[]
---   names, events as `proactive.events` makes them, paths of scripts, or what scripts return
---@field endpoint string|table|nil where skill events go: an ARN, an https address, or a table
---@field regions table|nil         a list of NA, EU, FE; or an endpoint for each
---@field subscriptions string[]?   default: the five that the registry reads; empty for none

---@type table<string, proactive.Option>
local OPTIONS = {
  events = { "table", required = true },
  endpoint = { "string|table" },
  regions = { "table" },
  subscriptions = { "table" },
}

local function refuse(message, fix)
  return nil, errors.new("invalid", { message = message, fix = fix })
end

local function is_among(names, name)
  for _, known in ipairs(names) do
    if known == name then return true end
  end
  return false
end

local function copy(list)
  local result = {}
  for index, value in ipairs(list) do
    result[index] = value
  end
  return result
end

local function subscriptions_of(given)
  for _, name in ipairs(given) do
    if not needs.is_skill_event(name) then
      local hint = nearest.hint(tostring(name), needs.SKILL_EVENTS)
      return refuse(
        ("no skill event is called %s%s"):format(tostring(name), hint),
        "They are written as SKILL_ENABLED."
      )
    end
  end
  return copy(given)
end

--- Whether a manifest may subscribe to a name.
---@param name any
---@return boolean
function needs.is_skill_event(name)
  if type(name) ~= "string" then return false end
  return name:find "^Legacy%." ~= nil or is_among(needs.SKILL_EVENTS, name)
end

--- Whether a value is an address that skill events can go to.
---@param uri any
---@return boolean
function needs.is_uri(uri)
  return type(uri) == "string" and (uri:find "^arn:" or uri:find "^https://") ~= nil
end

--- An endpoint as the manifest has it. An https address gets the one kind of certificate that can
--- be published.
---@return proactive.manifest.Endpoint?
---@return proactive.Error?
local function endpoint_of(given)
  local uri = type(given) == "table" and given.uri or given
  if not needs.is_uri(uri) then
    return refuse(
      ("an endpoint is an ARN of Lambda or begins with https://, got %s"):format(tostring(uri)),
      "A bare function name and plain http are refused by SMAPI."
    )
  end
  local certificate = type(given) == "table" and given.sslCertificateType or nil
  if not certificate and uri:find "^https" then certificate = "Trusted" end
  return { uri = uri, sslCertificateType = certificate }
end

local function region_problem(region)
  if is_among(needs.REGIONS, region) then return nil end
  local hint = nearest.hint(tostring(region), needs.REGIONS)
  return ("unknown region %s: NA, EU or FE%s"):format(tostring(region), hint)
end

--- A list of regions, which all have the one endpoint, or an endpoint for each.
local function regions_of(given, endpoint)
  local regions = {}
  for key, value in pairs(given) do
    local is_list = type(key) == "number"
    local region = is_list and value or key
    local problem = region_problem(region)
    if problem then return refuse(problem) end
    if is_list and not endpoint then
      return refuse "a list of regions needs an endpoint, which all of them have"
    end
    local one, err = endpoint_of(is_list and endpoint or value)
    if not one then return nil, err end
    regions[region] = one
  end
  return next(regions) and regions or nil
end

--- What the manifest needs.
---@param given proactive.manifest.DeriveOptions
---@return proactive.manifest.Needs?
---@return proactive.Error?  kind `invalid`
function needs.derive(given)
  options.check(given, OPTIONS, "proactive.manifest.derive", 2)
  local err
  local result = { permission = needs.PERMISSION }
  result.publications, err = sources.names(given.events)
  if not result.publications then return nil, err end
  result.subscriptions, err = subscriptions_of(given.subscriptions or needs.SUBSCRIPTIONS)
  if not result.subscriptions then return nil, err end
  if given.endpoint then
    result.endpoint, err = endpoint_of(given.endpoint)
    if not result.endpoint then return nil, err end
  end
  if given.regions then
    result.regions, err = regions_of(given.regions, result.endpoint)
    if err then return nil, err end
  end
  return result
end

return needs
