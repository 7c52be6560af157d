--- What a skill and a customer look like where they are given: on control paths and in saved
--- states.

local endpoints = require "proactive.endpoints"
local fields = require "proactive.sandbox.fields"
local json = require "proactive.json"
local skills = require "proactive.sandbox.skills"

local shapes = {}

local EVENTS = { "array" }

shapes.skill = {
  client_id = { "string" },
  client_secret = { "string" },
  skill_id = { "string" },
  permission = { "boolean" },
  publications = EVENTS,
  endpoint = { "string" },
}

shapes.customer = {
  user = { "string" },
  skill_id = { "string" },
  region = { "string", one_of = endpoints.regions },
  locale = { "string", pattern = "^%l%l%-%u%u$", like = "en-US" },
  utc_offset = { "string", pattern = "^[+-][01]%d:[0-5]%d$", like = "+02:00" },
  enabled = { "boolean" },
  subscriptions = EVENTS,
}

--- What is wrong with a list of event names, each of which must be known; or nil.
---@param list string[]?
---@param name string
---@return string?
function shapes.events_problem(list, name)
  local rule = { "string", one_of = skills.all_events() }
  for index, event in ipairs(list or {}) do
    local problem = fields.problem({ event = event }, { event = rule }, "")
    if problem then return ("%s[%d]: %s"):format(name, index, problem) end
  end
end

--- A skill as it is shown: its secret is not.
---@param skill table
---@return table
function shapes.show_skill(skill)
  return {
    client_id = skill.client_id,
    skill_id = skill.skill_id,
    permission = skill.permission,
    publications = json.array(skill.publications),
    endpoint = skill.endpoint,
  }
end

---@param customer table
---@return table
function shapes.show_customer(customer)
  return {
    user = customer.user,
    skill_id = customer.skill_id,
    region = customer.region,
    locale = customer.locale,
    utc_offset = customer.utc_offset,
    enabled = customer.enabled,
    subscriptions = json.array(customer.subscriptions),
  }
end

return shapes
