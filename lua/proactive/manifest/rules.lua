--- What SMAPI refuses in a manifest, as far as it is known, and what is known to be fragile.
---
--- Codes and words are SMAPI's where they are known; a violation without a code of its own has the
--- rule `refused`.
---
--- Sources: https://developer.amazon.com/en-US/docs/alexa/smapi/error-codes.html (codes), the SMAPI
--- specification in https://github.com/alexa/alexa-apis-for-nodejs (shapes, limits, enumerations),
--- https://github.com/alexa/ask-cli/issues/34 (an empty list of permissions),
--- https://github.com/alexa/skill-sample-nodejs-fact/issues/88 (enabling without an endpoint).

local document = require "proactive.manifest.document"
local interfaces_known = require "proactive.manifest.interfaces"
local json = require "proactive.json"
local nearest = require "proactive.nearest"
local needs = require "proactive.manifest.needs"
local permissions_known = require "proactive.manifest.permissions"
local schema = require "proactive.schema"

local is_list = document.is_list

local rules = {}

local CERTIFICATES = { "Trusted", "Wildcard", "SelfSigned" }
local DISTRIBUTION = { "PRIVATE", "PUBLIC" }
local URI = "^(arn|https://)"

---@class proactive.manifest.Report
---@field violations proactive.Violation[]
---@field warnings proactive.Violation[]
local Report = {}
Report.__index = Report

function Report:violate(path, rule, message, more)
  local violation = more or {}
  violation.path, violation.rule, violation.message = path, rule, message
  self.violations[#self.violations + 1] = violation
end

function Report:warn(path, message, hint)
  local warning = { path = path, rule = "fragile", message = message, hint = hint }
  self.warnings[#self.warnings + 1] = warning
end

-- Values of one kind ------------------------------------------------------------------------------

local function characters(text)
  return #text:gsub("[\128-\191]", "")
end

local function check_type(report, path, value, kind)
  local found = type(value)
  if value == json.null then found = "null" end
  if found == "table" then found = is_list(value) and "array" or "object" end
  if found == kind then return true end
  local words = ("must be of type %s, is of type %s"):format(kind, found)
  report:violate(path, "INVALID_DATA_TYPE", words, { expected = kind, got = found })
  return false
end

local function check_one_of(report, path, value, known)
  for _, word in ipairs(known) do
    if word == value then return end
  end
  local list, near = table.concat(known, ", "), nearest.name(value, known)
  report:violate(path, "INVALID_ENUM_VALUE", ("must be one of %s"):format(list), {
    expected = list,
    got = value,
    hint = near and ("meant is perhaps %s"):format(near),
  })
end

local function check_length(report, path, value, least, most)
  if not check_type(report, path, value, "string") then return end
  local count = characters(value)
  if count >= (least or 0) and count <= (most or count) then return end
  local words = most and ("has %d characters, at most %d are allowed"):format(count, most)
    or ("has %d characters, at least %d are needed"):format(count, least)
  report:violate(path, "INVALID_STRING_LENGTH", words)
end

local SIZE = 'Size of Array instance at property path "%s" is outside the allowed range: '
  .. "Actual number of items: %d, Maximum number of items: %d."

local function check_texts(report, path, list, most, longest)
  if not check_type(report, path, list, "array") then return end
  if #list > most then
    report:violate(path, "INVALID_ARRAY_SIZE", SIZE:format(path, #list, most))
  end
  for index, text in ipairs(list) do
    check_length(report, ("%s[%d]"):format(path, index - 1), text, nil, longest)
  end
end

-- Endpoints ---------------------------------------------------------------------------------------

local function check_uri(report, path, uri)
  if not check_type(report, path, uri, "string") then return false end
  if uri:find "^arn" or uri:find "^https://" then return true end
  local hint = "the whole ARN of the Lambda function, or an https address"
  if uri:find "^http:" then hint = "plain http is refused: the address must begin with https://" end
  local words = 'String instance at property path "%s" does not match the regular expression: "%s"'
  report:violate(path, "INVALID_STRING_PATTERN", words:format(path, URI), {
    got = uri,
    expected = URI,
    hint = hint,
  })
  return false
end

local function check_certificate(report, path, endpoint)
  local kind, is_https = endpoint.sslCertificateType, endpoint.uri:find "^https"
  if kind ~= nil then
    check_one_of(report, path .. ".sslCertificateType", kind, CERTIFICATES)
    if not is_https then
      report:warn(path .. ".sslCertificateType", "means nothing for an ARN", "leave it out")
    elseif kind ~= "Trusted" then
      report:warn(path .. ".sslCertificateType", "a skill can be published with Trusted only")
    end
  elseif is_https then
    report:warn(
      path,
      "an https endpoint without sslCertificateType",
      "SMAPI takes it, and the functional test of the certification fails; say Trusted"
    )
  end
end

local function check_port(report, path, uri)
  local port = uri:match "^https://[^/]-:(%d+)$" or uri:match "^https://[^/]-:(%d+)/"
  if port and port ~= "443" then
    report:warn(path, ("Alexa connects to port 443 only, not to %s"):format(port))
  end
end

local function check_endpoint(report, path, endpoint)
  if not check_type(report, path, endpoint, "object") then return end
  if endpoint.uri == nil then
    report:violate(path, "MISSING_REQUIRED_PROPERTY", "the required property uri is missing", {
      hint = endpoint.sourceDir and "sourceDir is for an old ask-cli: SMAPI wants the uri" or nil,
    })
    return
  end
  if not check_uri(report, path .. ".uri", endpoint.uri) then return end
  check_certificate(report, path, endpoint)
  check_port(report, path .. ".uri", endpoint.uri)
end

local KNOWN_REGION = {}
for _, region in ipairs(needs.REGIONS) do
  KNOWN_REGION[region] = true
end

local function check_region(report, path, region, entry)
  if not check_type(report, path, entry, "object") then return end
  if not KNOWN_REGION[region] then report:warn(path, "the known regions are NA, EU and FE") end
  if entry.endpoint == nil then
    report:violate(path, "MISSING_REQUIRED_PROPERTY", "the required property endpoint is missing")
  else
    check_endpoint(report, path .. ".endpoint", entry.endpoint)
  end
end

local function check_regions(report, path, regions)
  if not check_type(report, path, regions, "object") then return end
  for region, entry in pairs(regions) do
    check_region(report, path .. "." .. region, region, entry)
  end
end

-- Parts of the manifest ---------------------------------------------------------------------------

local function check_locale(report, path, locale)
  if not check_type(report, path, locale, "object") then return end
  if locale.name ~= nil then check_length(report, path .. ".name", locale.name, 2) end
  if locale.summary ~= nil then
    check_length(report, path .. ".summary", locale.summary, nil, 160)
  end
  if locale.description ~= nil then
    check_length(report, path .. ".description", locale.description, nil, 4000)
  end
  if locale.examplePhrases ~= nil then
    check_texts(report, path .. ".examplePhrases", locale.examplePhrases, 4, 200)
  end
  if locale.keywords ~= nil then
    check_texts(report, path .. ".keywords", locale.keywords, 30, 150)
  end
end

local function check_locales(report, path, locales)
  if not check_type(report, path, locales, "object") then return end
  for locale, entry in pairs(locales) do
    check_locale(report, path .. "." .. locale, entry)
  end
end

local WORLDWIDE = 'Instance at "%s.distributionCountries" is not expected when boolean instance '
  .. 'with value "true" at property path "%s.isAvailableWorldwide" is present.'

local function check_publishing(report, path, publishing)
  if not check_type(report, path, publishing, "object") then return end
  if publishing.locales ~= nil then
    check_locales(report, path .. ".locales", publishing.locales)
  end
  if publishing.testingInstructions ~= nil then
    check_length(report, path .. ".testingInstructions", publishing.testingInstructions, nil, 4000)
  end
  if publishing.distributionMode ~= nil then
    check_one_of(report, path .. ".distributionMode", publishing.distributionMode, DISTRIBUTION)
  end
  local countries = publishing.distributionCountries
  if publishing.isAvailableWorldwide == true and is_list(countries) and #countries > 0 then
    report:violate(path .. ".distributionCountries", "CONFLICTING_INSTANCES",
      WORLDWIDE:format(path, path), { hint = "leave the list empty, or say false" })
  end
end

local FLAGS =
  { "allowsPurchases", "usesPersonalInfo", "isChildDirected", "isExportCompliant", "containsAds" }

local function check_privacy(report, path, privacy)
  if not check_type(report, path, privacy, "object") then return end
  for _, name in ipairs(FLAGS) do
    local flag = privacy[name]
    if flag ~= nil then check_type(report, path .. "." .. name, flag, "boolean") end
  end
end

--- The name of an item `{[key] = name}`, when it has one.
local function name_of(report, path, item, key)
  if not check_type(report, path, item, "object") then return nil end
  if item[key] == nil then
    local words = ("the required property %s is missing"):format(key)
    report:violate(path, "MISSING_REQUIRED_PROPERTY", words)
    return nil
  end
  return check_type(report, path .. "." .. key, item[key], "string") and item[key] or nil
end

--- Each name of a list of `{[key] = name}`, once.
local function each_name(report, path, list, key, visit)
  if not check_type(report, path, list, "array") then return end
  local seen = {}
  for index, item in ipairs(list) do
    local at = ("%s[%d]"):format(path, index - 1)
    local name = name_of(report, at, item, key)
    if name then
      if seen[name] then report:warn(at, ("%s stands twice"):format(name)) end
      seen[name] = true
      visit(report, ("%s.%s"):format(at, key), name)
    end
  end
end

local function check_permission(report, path, name)
  for _, known in ipairs(permissions_known) do
    if name == known then return end
  end
  local near = nearest.name(name, permissions_known)
  if near then
    report:warn(path, ("%s is no permission we know"):format(name), "meant is perhaps " .. near)
  elseif not name:find(":", 1, true) then
    local hint = "they are written as " .. needs.PERMISSION
    report:warn(path, ("%s is no name of a permission"):format(name), hint)
  end
end

local function check_permissions(report, path, permissions)
  if is_list(permissions) and #permissions == 0 then
    local words = "an empty list of permissions is answered with status 500"
    report:violate(path, "refused", words, { hint = "leave permissions out" })
    return
  end
  each_name(report, path, permissions, "name", check_permission)
end

local function check_subscription(report, at, name)
  if needs.is_skill_event(name) then return end
  if name == "SKILL_ACCOUNT_UNLINKED" then
    report:violate(at, "INVALID_ENUM_VALUE", "there is no event SKILL_ACCOUNT_UNLINKED", {
      got = name,
    })
  elseif not name:find "^[%u%d_]+$" then
    report:warn(at, ("%s is no name of a skill event"):format(name),
      "they are written as SKILL_ENABLED; events that are sent stand under publications")
  else
    local hint = nearest.hint(name, needs.SKILL_EVENTS)
    report:warn(at, ("%s is unknown here%s"):format(name, hint))
  end
end

local function check_publication(report, at, name)
  if schema.catalogue[name] then return end
  local hint = nearest.hint(name, schema.catalogue)
  report:warn(at, ("no event is called %s%s"):format(name, hint), "proactive events lists them")
end

local function check_names(report, path, list, check)
  if list ~= nil then each_name(report, path, list, "eventName", check) end
end

local function check_events(report, path, events)
  if not check_type(report, path, events, "object") then return end
  if events.endpoint == nil then
    report:violate(path, "MISSING_REQUIRED_PROPERTY", "the required property endpoint is missing", {
      hint = "events wants one of its own, also when it has publications only",
    })
  else
    check_endpoint(report, path .. ".endpoint", events.endpoint)
  end
  if events.regions ~= nil then check_regions(report, path .. ".regions", events.regions) end
  check_names(report, path .. ".publications", events.publications, check_publication)
  check_names(report, path .. ".subscriptions", events.subscriptions, check_subscription)
end

--- A name without what people write otherwise.
local function letters_of(name)
  return name:upper():gsub("[^%u%d]", "")
end

local function check_interface(report, at, name)
  for _, known in ipairs(interfaces_known) do
    if name == known then return end
    if letters_of(name) == letters_of(known) then
      local words = ("there is no interface %s"):format(name)
      local more = { got = name, hint = ("meant is perhaps %s"):format(known) }
      return report:violate(at, "INVALID_ENUM_VALUE", words, more)
    end
  end
  local words = ("%s is unknown here%s"):format(name, nearest.hint(name, interfaces_known))
  report:warn(at, words, "SMAPI refuses what is no interface with INVALID_ENUM_VALUE")
end

local function check_custom(report, path, custom)
  if not check_type(report, path, custom, "object") then return end
  if custom.endpoint ~= nil then
    check_endpoint(report, path .. ".endpoint", custom.endpoint)
  else
    report:warn(path, "there is no endpoint",
      "such a skill cannot be enabled: 403, Skill is not ready for enablement.")
  end
  if custom.regions ~= nil then check_regions(report, path .. ".regions", custom.regions) end
  if custom.interfaces ~= nil then
    each_name(report, path .. ".interfaces", custom.interfaces, "type", check_interface)
  end
end

local function check_apis(report, path, apis)
  if not check_type(report, path, apis, "object") then return end
  if apis.custom ~= nil then check_custom(report, path .. ".custom", apis.custom) end
end

local PARTS = {
  manifestVersion = function(report, path, version)
    check_one_of(report, path, version, { "1.0" })
  end,
  publishingInformation = check_publishing,
  privacyAndCompliance = check_privacy,
  permissions = check_permissions,
  apis = check_apis,
  events = check_events,
}

--- By path; what stands at one path in the same order each time.
local function stands_before(a, b)
  if a.path ~= b.path then return a.path < b.path end
  if a.rule ~= b.rule then return a.rule < b.rule end
  return a.message < b.message
end

--- Judges a manifest.
---@param envelope proactive.Manifest
---@return proactive.Violation[] violations  by path
---@return proactive.Violation[] warnings
function rules.check(envelope)
  local report = setmetatable({ violations = {}, warnings = {} }, Report)
  for name, check in pairs(PARTS) do
    local value = envelope.manifest[name]
    if value ~= nil then check(report, "$.manifest." .. name, value) end
  end
  table.sort(report.violations, stands_before)
  table.sort(report.warnings, stands_before)
  return report.violations, report.warnings
end

return rules
