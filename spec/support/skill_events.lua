--- Requests as Alexa sends them, decoded.

local skill_events = {}

local HOSTS = {
  NA = "https://api.amazonalexa.com",
  EU = "https://api.eu.amazonalexa.com",
  FE = "https://api.fe.amazonalexa.com",
}

--- One request.
---@param kind string  without `AlexaSkillEvent.`
---@param fields {user: string?, at: string?, id: string?, body: any, region: string?, locale: string?, skill: string?}
---@return table
function skill_events.new(kind, fields)
  fields = fields or {}
  return {
    version = "1.0",
    context = {
      System = {
        application = { applicationId = fields.skill or "amzn1.ask.skill.one" },
        user = { userId = fields.user or "amzn1.ask.account.ONE" },
        apiEndpoint = HOSTS[fields.region or "NA"],
        apiAccessToken = "secret of the request",
      },
    },
    request = {
      type = "AlexaSkillEvent." .. kind,
      requestId = fields.id or "1016f2af",
      timestamp = fields.at or "2026-01-15T10:00:00Z",
      locale = fields.locale,
      body = fields.body,
    },
  }
end

--- A ProactiveSubscriptionChanged for these events.
function skill_events.subscribed(names, fields)
  local list = {}
  for index, name in ipairs(names) do
    list[index] = { eventName = name }
  end
  local copy = { body = { subscriptions = list } }
  for name, value in pairs(fields or {}) do
    copy[name] = value
  end
  return skill_events.new("ProactiveSubscriptionChanged", copy)
end

--- A SkillDisabled that asks to erase.
function skill_events.erased(fields)
  local copy = { body = { userInformationPersistenceStatus = "NOT_PERSISTED" } }
  for name, value in pairs(fields or {}) do
    copy[name] = value
  end
  return skill_events.new("SkillDisabled", copy)
end

return skill_events
