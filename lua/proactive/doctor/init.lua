--- Doctor: why a notification stays silent. It walks the chain from the credentials to the ear, and
--- says of each link whether it holds, is broken, or cannot be known from here.
---
---   local findings = proactive.doctor { event = event, user = user_id, region = "EU" }
---   if findings.broken then print(findings.broken.link, findings.broken.fix) end
---
--- It asks for a token, looks at the hosts, reads the manifest where somebody is logged in, and
--- sends no event unless `send` is set. What goes wrong and why is from
--- https://github.com/alexa/alexa-cookbook/issues/188 and the other sources of docs/doctor.md.

local case_of = require "proactive.doctor.case"
local customer = require "proactive.doctor.customer"
local endpoints = require "proactive.endpoints"
local event = require "proactive.doctor.event"
local letter = require "proactive.doctor.letter"
local options_of = require "proactive.options"
local outcome = require "proactive.doctor.outcome"
local service = require "proactive.doctor.service"
local setup = require "proactive.doctor.setup"

---@class proactive.DoctorOptions
---@field event table?
---   an event, a whole request body, or the error its constructor gave; without it what concerns
---   the event is not known
---@field user string?           whom it is for; default: the audience's, else everybody
---@field audience proactive.Audience?  Unicast or Multicast
---@field region "NA"|"EU"|"FE"|nil  where it goes, default NA
---@field stage "development"|"live"|nil  default development
---@field locale string?         the device's, where nobody else knows it
---@field registry table?        of `proactive.registry.open`, or with the same functions
---@field skill_id string?       default: that of the credentials
---@field expires_in number?     as for `client:send`
---@field reference_id string?   as for `client:send`
---@field send boolean?          send the event, to see what comes of it
---@field client_id string?      default: as for `proactive.client`
---@field client_secret string?
---@field sandbox string|false|nil
---@field token_host string?
---@field event_host string?
---@field ca_file string?
---@field proxy string?
---@field timeout number?        seconds for one request, default 30
---@field clock {wall: fun(): number}?

---@class proactive.Findings: proactive.Finding[]  in the order of the chain
---@field broken proactive.Finding?  the first that is broken

---@type table<string, proactive.Option>
local OPTIONS = {
  event = { "table" },
  user = { "string" },
  audience = { "table" },
  region = { "string", one_of = endpoints.regions },
  stage = { "string", one_of = endpoints.stages },
  locale = { "string" },
  registry = { "table" },
  skill_id = { "string" },
  expires_in = { "number" },
  reference_id = { "string" },
  send = { "boolean" },
  client_id = { "string" },
  client_secret = { "string" },
  sandbox = { "string|boolean" },
  token_host = { "string" },
  event_host = { "string" },
  ca_file = { "string" },
  proxy = { "string" },
  timeout = { "number", above = 0, max = 3600 },
  clock = { "table" },
}

-- In the order of cause and effect: the first broken one is what to mend first.
local LINKS = {
  { "credentials", setup.credentials },
  { "pair", setup.pair },
  { "network", setup.network },
  { "clock", setup.clock },
  { "skill", service.skill },
  { "manifest", service.manifest },
  { "token", service.token },
  { "endpoint", service.endpoint },
  { "event", event.event },
  { "skill-events", customer.skill_events },
  { "customer", customer.customer },
  { "region", customer.region },
  { "locale", customer.locale },
  { "subscription", customer.subscription },
  { "expiry", event.expiry },
  { "reference", event.reference },
  { "audience", customer.audience },
  { "last-request", outcome.last_request },
  { "sending", outcome.sending },
  { "device", outcome.device },
}

local function check(given)
  local options = options_of.check(given, OPTIONS, "proactive.doctor", 2)
  if (options.client_id == nil) ~= (options.client_secret == nil) then
    error("proactive.doctor: client_id and client_secret must be given together", 3)
  end
  local copy = {}
  for name, value in pairs(options) do
    copy[name] = value
  end
  copy.user = copy.user or letter.user(copy.event)
  local named = copy.user or (copy.audience and copy.audience.user)
  if copy.send and copy.stage == "live" and not named then
    error("proactive.doctor: a send to all live customers is for client:send", 3)
  end
  return copy
end

--- Examines the chain.
---@param options proactive.DoctorOptions?
---@return proactive.Findings
return function(options)
  local given = check(options)
  local case = case_of.new(given, endpoints.sandbox(given.sandbox, "proactive.doctor", 2))
  local findings = {}
  for index, link in ipairs(LINKS) do
    local found = link[2](case)
    found.link = link[1]
    findings[index] = found
    if found.state == "broken" then findings.broken = findings.broken or found end
  end
  case:close()
  return findings
end
