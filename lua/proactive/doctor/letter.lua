--- The event as it would be sent, judged by the service's clock: a body, and what is wrong with it,
--- sorted by the link it breaks.

local errors = require "proactive.errors"
local request = require "proactive.request"
local validate = require "proactive.validate"

---@class proactive.doctor.Letter
---@field body table?
---@field err proactive.Error?  there is no body: the event was refused before
---@field wrong table<"event"|"expiry"|"reference", proactive.Violation[]>
---@field texts table<string, table<string, string>>  by name, then by locale

local letter = {}

local LINKS = { expiryTime = "expiry", referenceId = "reference" }

--- The violations of each link, as lists.
local function sorted(violations)
  local wrong = { event = {}, expiry = {}, reference = {} }
  for _, violation in ipairs(violations) do
    local list = wrong[LINKS[violation.path] or "event"]
    list[#list + 1] = violation
  end
  return wrong
end

local function relevant_audience(user)
  if user then return { type = "Unicast", payload = { user = user } } end
  return { type = "Multicast", payload = {} }
end

--- A whole body as it stands, with the audience that was named where it has none.
local function of_body(given, user)
  if given.relevantAudience ~= nil and not user then return given end
  local copy = {}
  for name, value in pairs(given) do
    copy[name] = value
  end
  copy.relevantAudience = relevant_audience(user)
  return copy
end

local function build(case)
  local given, options = case.options.event, case.options
  if errors.is(given) then return nil, given end
  if given.payload == nil then return of_body(given, case.user) end
  local audience = { type = case.user and "Unicast" or "Multicast", user = case.user }
  return request.build(given, audience, {
    now = case:now(),
    expires_in = options.expires_in,
    reference_id = options.reference_id,
  })
end

--- Whom a body names.
---@param given any
---@return string?
function letter.user(given)
  local node = type(given) == "table" and given.payload == nil and given.relevantAudience
  local payload = type(node) == "table" and node.payload
  local user = type(payload) == "table" and payload.user
  return type(user) == "string" and user or nil
end

local function texts_of(body)
  if type(body.event) ~= "table" then return {} end
  local event, texts = request.event(body)
  return event and texts or {}
end

---@param case proactive.doctor.Case
---@return proactive.doctor.Letter
function letter.of(case)
  local body, err = build(case)
  if not body then return { err = err, wrong = sorted {}, texts = {} } end
  local valid, refusal = validate(body, { now = case:now() })
  return {
    body = body,
    wrong = sorted(valid and {} or refusal.violations),
    texts = texts_of(body),
  }
end

--- The texts that a device of a locale would need and not find.
---@param self proactive.doctor.Letter
---@param locale string
---@return string[] names
function letter.missing(self, locale)
  local names = {}
  for name, by_locale in pairs(self.texts) do
    local text = by_locale[locale]
    if type(text) ~= "string" or text == "" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- The locales that some text is in.
---@param self proactive.doctor.Letter
---@return string[]
function letter.locales(self)
  local seen, list = {}, {}
  for _, by_locale in pairs(self.texts) do
    for locale in pairs(by_locale) do
      if not seen[locale] then list[#list + 1] = locale end
      seen[locale] = true
    end
  end
  table.sort(list)
  return list
end

return letter
