--- JSON schemas of a manifest and of a skill package, as far as they are known.

local json = require "proactive.json"
local needs = require "proactive.manifest.needs"
local skills = require "proactive.sandbox.skills"

local DRAFT = "https://json-schema.org/draft/2020-12/schema"

local ENDPOINT = {
  type = "object",
  required = json.array { "uri" },
  properties = {
    uri = { type = "string", pattern = "^(arn|https://)" },
    sslCertificateType = { enum = json.array { "Trusted", "Wildcard", "SelfSigned" } },
  },
}

local function regional()
  local properties = {}
  for _, region in ipairs(needs.REGIONS) do
    properties[region] = { type = "object", properties = { endpoint = ENDPOINT } }
  end
  return { type = "object", properties = properties }
end

--- A list of objects that name something.
local function names(key, name)
  return {
    type = "array",
    items = { type = "object", required = json.array { key }, properties = { [key] = name } },
  }
end

local EVENTS = {
  type = "object",
  required = json.array { "endpoint" },
  properties = {
    publications = names("eventName", { enum = json.array(skills.all_events()) }),
    subscriptions = names("eventName", { type = "string" }),
    endpoint = ENDPOINT,
    regions = regional(),
  },
}

local CUSTOM = {
  type = "object",
  properties = {
    endpoint = ENDPOINT,
    regions = regional(),
    interfaces = names("type", { type = "string" }),
  },
}

local permissions = names("name", { type = "string" })
permissions.minItems = 1

return {
  manifest = {
    ["$schema"] = DRAFT,
    type = "object",
    required = json.array { "manifest" },
    properties = {
      manifest = {
        type = "object",
        properties = {
          manifestVersion = { type = "string" },
          apis = { type = "object", properties = { custom = CUSTOM } },
          permissions = permissions,
          events = EVENTS,
        },
      },
    },
  },
  skillPackageStructure = {
    ["$schema"] = DRAFT,
    description = "How a package must look is not known here: all is allowed.",
    type = "object",
  },
}
