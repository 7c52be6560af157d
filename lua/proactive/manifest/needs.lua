--- What a manifest must have for the events that a project sends.
---
--- Source: https://developer.amazon.com/en-US/docs/alexa/smapi/
--- add-events-to-your-skill-with-smapi.html and Amazon's sample skill-demo-proactive-events
--- (alexa-cookbook).

local errors = require "proactive.errors"
local nearest = require "proactive.nearest"
local options = require "proactive.options"
local schema = require "proactive.schema"

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
---@field events (string|table)[]   names, or events as `proactive.events` makes them
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

--- Adds to a list what is not in it.
local function add(list, name)
  for _, known in ipairs(list) do
    if known == name then return end
  end
  list[#list + 1] = name
end

local function publications_of(events)
  local names = {}
  for _, event in ipairs(events) do
    local name = type(event) == "table" and event.name or event
    if not schema.catalogue[name] then
      local words = tostring(name)
      local hint = nearest.hint(words, schema.catalogue)
      return refuse(("no event is called %s%s"):format(words, hint), "proactive events lists them.")
    end
    add(names, name)
  end
  if #names == 0 then return refuse "no event: name at least one that the skill sends" end
  return names
end

--- An endpoint as the manifest has it. An https address gets the one kind of certificate that can
--- be published.
---@return proactive.manifest.Endpoint?
---@return proactive.Error?
local function endpoint_of(given)
  local uri = type(given) == "table" and given.uri or given
  if type(uri) ~= "string" or not (uri:find "^arn:" or uri:find "^https://") then
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
  for _, known in ipairs(needs.REGIONS) do
    if region == known then return nil end
  end
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
  local result = {
    permission = needs.PERMISSION,
    subscriptions = given.subscriptions or needs.SUBSCRIPTIONS,
  }
  local err
  result.publications, err = publications_of(given.events)
  if not result.publications then return nil, err end
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
