--- What Alexa tells a skill when something changes at a customer, as requests.
---
--- Source: https://developer.amazon.com/en-US/docs/alexa/smapi/skill-events-in-alexa-skills.html

local json = require "proactive.json"
local time = require "proactive.time"

local skill_events = {}

local HOSTS = {
  NA = "https://api.amazonalexa.com",
  EU = "https://api.eu.amazonalexa.com",
  FE = "https://api.fe.amazonalexa.com",
}

local PREFIX = "AlexaSkillEvent."

local function subscriptions_of(customer)
  local list = json.array {}
  for index, name in ipairs(customer and customer.enabled and customer.subscriptions or {}) do
    list[index] = { eventName = name }
  end
  return list
end

local function names_of(customer)
  local names = {}
  for index, entry in ipairs(subscriptions_of(customer)) do
    names[index] = entry.eventName
  end
  table.sort(names)
  return table.concat(names, " ")
end

--- The events by which a skill learns what became of a customer, in the order they happened.
---@param before table?  the customer as it was: `enabled`, `subscriptions`; nil: there was none
---@param after table?   nil: there is none any more
---@return {type: string, body: table?}[]
function skill_events.of(before, after)
  local was, is = before and before.enabled or false, after and after.enabled or false
  if was and not is then
    -- PERSISTED is for customers who bought something, whom the sandbox does not have
    local body = { userInformationPersistenceStatus = "NOT_PERSISTED" }
    return { { type = PREFIX .. "SkillDisabled", body = body } }
  end
  local list = {}
  if is and not was then list[1] = { type = PREFIX .. "SkillEnabled" } end
  if names_of(before) ~= names_of(after) then
    local found = subscriptions_of(after)
    -- without any the body is missing, as it was seen
    list[#list + 1] = {
      type = PREFIX .. "ProactiveSubscriptionChanged",
      body = #found > 0 and { subscriptions = found } or nil,
    }
  end
  return list
end

--- A request as Alexa sends it.
---@param customer table
---@param event {type: string, body: table?}
---@param request_id string
---@param now number
---@return string json
function skill_events.encode(customer, event, request_id, now)
  return assert(json.encode {
    version = "1.0",
    context = {
      System = {
        application = { applicationId = customer.skill_id },
        user = { userId = customer.user },
        apiEndpoint = HOSTS[customer.region],
        apiAccessToken = "of the sandbox",
      },
    },
    request = {
      type = event.type,
      requestId = request_id,
      timestamp = time.format(math.floor(now)),
      body = event.body,
    },
  })
end

return skill_events
