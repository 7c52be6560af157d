--- The links at the service: the skill and its stage, the manifest, the token, the event endpoint.

local answer = require "proactive.answer"
local endpoints = require "proactive.endpoints"
local finding = require "proactive.doctor.finding"
local manifest = require "proactive.manifest"
local schema = require "proactive.schema"

local service = {}

local ok, unknown, broken = finding.ok, finding.unknown, finding.broken

-- Skill and stage --------------------------------------------------------------------------------

local NO_SKILL = "Check the id (proactive skill list) and the stage: a skill is live once it was "
  .. "certified; until then only development works."

--- Whether the skill is enabled for its owner, in another stage only, or nowhere.
local function enablement(case)
  return case:ask_smapi("enablement", function(smapi, id)
    local here, err = smapi:is_enabled(id, case.stage)
    if here or err then return here, err end
    local other = case.stage == "live" and "development" or "live"
    local elsewhere
    elsewhere, err = smapi:is_enabled(id, other)
    if err then return nil, err end
    return elsewhere and other or "nowhere"
  end)
end

local function not_enabled(case, where)
  local words = "%s is not enabled for its owner in development, which reaches nobody else"
  if where == "live" then words = words .. "; it is in live, and one takes the other's place" end
  return broken(words:format(case:skill_id()),
    "proactive skill enable, then allow its notifications again in the Alexa app.")
end

--- Whether there is such a skill in the stage, and whether it is enabled where that can be told.
function service.skill(case)
  local held, why, err = case:manifest()
  if err and err.kind == "not_found" then
    return broken(("SMAPI knows no %s in %s"):format(case:skill_id(), case.stage), NO_SKILL)
  end
  if not held then return unknown("in %s: %s", case.stage, why) end
  if case.stage ~= "development" then return ok("%s, %s", case:skill_id(), case.stage) end
  local where = enablement(case)
  -- The customers of a sandbox have the skill enabled or not each for themselves.
  if where == "live" or (where == "nowhere" and not case.sandbox) then
    return not_enabled(case, where)
  end
  return ok("%s, %s", case:skill_id(), case.stage)
end

-- Manifest ---------------------------------------------------------------------------------------

--- What a notification cannot do without; of the rest `proactive manifest check` tells.
local function matters(violation)
  if violation.path:find("regions", 1, true) then return false end
  return violation.rule == "missing" or violation.path == "$.manifest.events"
end

--- The names of events that the manifest publishes and that there are.
local function published(envelope)
  local events = envelope.manifest and envelope.manifest.events
  local list, names = type(events) == "table" and events.publications, {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    local name = type(item) == "table" and item.eventName
    if schema.catalogue[name] then names[#names + 1] = name end
  end
  return names
end

-- Stands for an event where none is known: a manifest that publishes none lacks this one too.
local ANY = "AMAZON.OrderStatus.Updated"

local function lacks(held, event)
  local wanted = event and schema.catalogue[event] and { event } or published(held.manifest)
  local is_any = #wanted == 0
  if is_any then wanted = { ANY } end
  local needs = assert(manifest.derive { events = wanted, subscriptions = {} })
  local good, found = manifest.check(held.manifest, needs)
  local list = {}
  for _, violation in ipairs(good and {} or found.violations or {}) do
    local is_event = violation.path:find("publications", 1, true)
    if matters(violation) then
      list[#list + 1] = is_any and is_event and "no event is published" or violation.message
    end
  end
  return list
end

local MANIFEST_FIX = "proactive manifest get, patch --for the event, push. Afterwards enable the "
  .. "skill again and allow its notifications again: both may have been reset."

--- What became of the last update, when it failed.
local function last_update(case)
  local status = case:ask_smapi("status", function(smapi, id)
    return smapi:status(id)
  end)
  return status and status.state == "FAILED" and " (and its last update failed)" or ""
end

--- Whether the manifest has the permission, publishes the event, and says where skill events go.
function service.manifest(case)
  local held, why = case:manifest()
  if not held then return unknown(why) end
  local missing, event = lacks(held, case:event_name()), case:event_name()
  if #missing > 0 then
    return broken(table.concat(missing, "; ") .. last_update(case), MANIFEST_FIX)
  end
  return ok("permission, publications%s and endpoint", event and " of " .. event or "")
end

-- Token ------------------------------------------------------------------------------------------

--- Whether there is a token for sending events.
function service.token(case)
  if not case.pair then return unknown "there are no credentials" end
  if case:is_unreachable() then return unknown "the network is in the way" end
  local exchange = case:first_exchange()
  if exchange.refused then return finding.of(answer.token(exchange.refused)) end
  local life = finding.span(exchange.token.expires_in)
  return ok("granted for %s, good for %s", endpoints.scope, life)
end

-- Endpoint ---------------------------------------------------------------------------------------

local function endpoint_of(case, region)
  local url = endpoints.events_url(region, case.stage, case.hosts)
  local exchange, status = case.probe:reach(url)
  if exchange.problem then return broken(("%s: %s"):format(url, exchange.problem)), url end
  if exchange.refused then
    local err = answer.transport(exchange.refused, "asking " .. url)
    return broken(("%s (%s)"):format(err.message, err.cause), err.fix), url
  elseif status >= 500 then
    return broken(("%s answers %d"):format(url, status), "The service fails; try again later."), url
  end
  return nil, url
end

--- Whether the hosts of the regions answer. No event is sent to find out.
function service.endpoint(case)
  if case:is_unreachable() and case.sandbox then return unknown "the network is in the way" end
  local urls = {}
  for index, region in ipairs(case.regions) do
    local problem
    problem, urls[index] = endpoint_of(case, region)
    if problem then return problem end
  end
  return ok("%s answers", table.concat(urls, ", "))
end

return service
