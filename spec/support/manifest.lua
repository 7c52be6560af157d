--- Manifests that the specs of `proactive.manifest` start from, and how they ask.

local json = require "proactive.json"
local manifest = require "proactive.manifest"

local ARN = "arn:aws:lambda:us-east-1:123456789012:function:ask-custom-PingMe"
local PERMISSION = "alexa::devices:all:notifications:write"
local EVENTS = { "AMAZON.OrderStatus.Updated", "AMAZON.MediaContent.Available" }

-- As the walkthrough begins: neither permission nor events. Order and look are a person's own.
local BARE = [[
{
    "manifest": {
        "publishingInformation": {
            "locales": { "en-US": { "name": "Simple Alexa Skill" } },
            "category": "EDUCATION_AND_REFERENCE"
        },
        "apis": {
            "custom": {"endpoint": {"uri": "]] .. ARN .. [["}, "interfaces": []}
        },
        "manifestVersion": "1.0"
    }
}
]]

-- What the walkthrough ends with.
local PATCHED = [[
{
    "manifest": {
        "publishingInformation": {
            "locales": { "en-US": { "name": "Simple Alexa Skill" } },
            "category": "EDUCATION_AND_REFERENCE"
        },
        "apis": {
            "custom": {"endpoint": {"uri": "]] .. ARN .. [["}, "interfaces": []}
        },
        "manifestVersion": "1.0",
        "permissions": [
            {
                "name": "alexa::devices:all:notifications:write"
            }
        ],
        "events": {
            "publications": [
                {
                    "eventName": "AMAZON.OrderStatus.Updated"
                },
                {
                    "eventName": "AMAZON.MediaContent.Available"
                }
            ],
            "endpoint": {
                "uri": "]] .. ARN .. [["
            },
            "subscriptions": [
                {
                    "eventName": "SKILL_ENABLED"
                },
                {
                    "eventName": "SKILL_DISABLED"
                },
                {
                    "eventName": "SKILL_PERMISSION_ACCEPTED"
                },
                {
                    "eventName": "SKILL_PERMISSION_CHANGED"
                },
                {
                    "eventName": "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"
                }
            ]
        }
    }
}
]]

-- What it lacks.
local MISSING = {
  "$.manifest.permissions[0] missing",
  "$.manifest.events.publications[0] missing",
  "$.manifest.events.publications[1] missing",
  "$.manifest.events MISSING_REQUIRED_PROPERTY",
  "$.manifest.events.subscriptions[0] missing",
  "$.manifest.events.subscriptions[1] missing",
  "$.manifest.events.subscriptions[2] missing",
  "$.manifest.events.subscriptions[3] missing",
  "$.manifest.events.subscriptions[4] missing",
}

local function needs(options)
  local given = { events = EVENTS }
  for name, value in pairs(options or {}) do given[name] = value end
  return assert(manifest.derive(given))
end

--- A decoded manifest with changes made by a function.
local function changed(change, text)
  local envelope = assert(json.decode(text or PATCHED))
  change(envelope.manifest)
  return envelope
end

--- Violations as `path rule`, and the error.
local function violations(given, wanted)
  local good, err = manifest.check(given, wanted)
  local list = {}
  for _, violation in ipairs(good and {} or err.violations or {}) do
    list[#list + 1] = violation.path .. " " .. violation.rule
  end
  return list, err
end

local function warnings(given, wanted)
  local good, found = manifest.check(given, wanted)
  local list = {}
  for _, warning in ipairs(good and found or found.warnings) do
    list[#list + 1] = warning.path .. " " .. warning.message
  end
  return list
end

return {
  ARN = ARN,
  PERMISSION = PERMISSION,
  EVENTS = EVENTS,
  BARE = BARE,
  PATCHED = PATCHED,
  MISSING = MISSING,
  needs = needs,
  changed = changed,
  violations = violations,
  warnings = warnings,
}
