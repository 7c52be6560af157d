--- The links to the customer: skill events, enablement, region, locale, subscription, and whether a
--- Multicast has anybody to reach.

local endpoints = require "proactive.endpoints"
local finding = require "proactive.doctor.finding"
local letter = require "proactive.doctor.letter"

local customer = {}

local ok, unknown, broken = finding.ok, finding.unknown, finding.broken

local NO_CUSTOMER = "no customer was named (--user ID)"
local NO_WITNESS = "only skill events tell, and no registry was given (--store URL)"

-- Skill events -----------------------------------------------------------------------------------

local SUBSCRIPTION = "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"

local HEARING_FIX = "The manifest's events need an endpoint and " .. SUBSCRIPTION .. " (proactive "
  .. "manifest patch adds them), and what is there must answer each with status 200: proactive "
  .. "serve, or docs/skill.md."

--- Whether the manifest asks for subscription events; nil: not known.
local function is_told(case)
  local held = case:manifest()
  if not held then return nil end
  local events = held.manifest.manifest and held.manifest.manifest.events
  local list = type(events) == "table" and events.subscriptions
  for _, item in ipairs(type(list) == "table" and list or {}) do
    if type(item) == "table" and item.eventName == SUBSCRIPTION then return true end
  end
  return false
end

--- What became of the last skill event that the sandbox sent.
local function of_sandbox(case)
  local last, problem = case.stand_in:last_skill_event()
  if problem then return unknown(problem) end
  if not last then return unknown "the sandbox has sent none" end
  if last.state == "delivered" then return ok("the last one, %s, was acknowledged", last.type) end
  if not last.problem then return unknown("%s is on its way", last.type) end
  return broken(("%s is not acknowledged: %s"):format(last.type, last.problem), HEARING_FIX)
end

--- Whether the skill hears of its customers.
function customer.skill_events(case)
  if is_told(case) == false then
    return broken("the manifest does not ask for " .. SUBSCRIPTION, HEARING_FIX)
  end
  local registry = case.options.registry
  if not registry then
    if case.stand_in and not case:is_unreachable() then return of_sandbox(case) end
    return unknown "no registry was given (--store URL)"
  end
  local count, err = registry:count {}
  if not count then return unknown(err.message) end
  if count == 0 then return broken("the registry has heard of no customer", HEARING_FIX) end
  return ok("the registry has heard of %d customer%s", count, count == 1 and "" or "s")
end

-- One customer -----------------------------------------------------------------------------------

local CUSTOMER_FIX = "Take user id and credentials from the same skill: the id from the skill's "
  .. "latest request. Who disables a skill and enables it again has a new id."

--- What is wrong with a customer by what one witness knows, or nil.
local function trouble(case, witness)
  local known, id = witness.customer, finding.short(case.user)
  if known == nil then return nil end
  if not known then return ("%s knows no customer %s"):format(witness.name, id) end
  if known.enabled == false then return ("%s has the skill disabled"):format(id) end
  local own = known.skill_id and case:skill_id()
  if own and known.skill_id ~= own then
    return ("%s is a customer of %s, and not of %s"):format(id, known.skill_id, own)
  end
end

--- Why nobody knows the customer.
local function ignorance(case)
  for _, witness in ipairs(case:witnesses()) do
    if witness.problem then return witness.problem end
  end
  return NO_WITNESS
end

--- Whether this is a customer of this skill.
function customer.customer(case)
  if not case.user then return unknown(NO_CUSTOMER) end
  local by
  for _, witness in ipairs(case:witnesses()) do
    local wrong = trouble(case, witness)
    if wrong then return broken(wrong, CUSTOMER_FIX) end
    if witness.customer then by = by or witness.name end
  end
  if not by then return unknown(ignorance(case)) end
  return ok("%s has the skill enabled, as %s knows", finding.short(case.user), by)
end

--- Whether the event goes to the region where the customer is.
function customer.region(case)
  if not case.user then return unknown(NO_CUSTOMER) end
  local region, by = case:of_customer "region"
  if not region then return unknown(ignorance(case)) end
  for _, target in ipairs(case.regions) do
    if target == region then return ok("%s, where the event goes", region) end
  end
  local target = table.concat(case.regions, ", ")
  local words = "the customer is in %s, as %s knows, and the event goes to %s%s: it is accepted "
    .. "there and reaches nobody"
  local default = case.region_given and "" or " (the default)"
  return broken(words:format(region, by, target, default),
    ("Send it to the customer's region: --region %s, region = %q."):format(region, region))
end

-- Locale -----------------------------------------------------------------------------------------

--- Whether the manifest has a locale; nil: it does not say.
local function in_manifest(case, locale)
  local held = case:manifest()
  local manifest = held and held.manifest.manifest
  local publishing = type(manifest) == "table" and manifest.publishingInformation
  local locales = type(publishing) == "table" and publishing.locales
  if type(locales) ~= "table" or next(locales) == nil then return nil end
  return locales[locale] ~= nil
end

local LOCALE_FIX = "Add %s to the manifest's locales, with an interaction model of it."

local function no_text(locale, missing, mine)
  local words = "the device speaks %s, and the event has no text in it for %s (only in %s): such a "
    .. "notification is counted and cannot be read"
  local listed = table.concat(letter.locales(mine), ", ")
  return broken(words:format(locale, table.concat(missing, ", "), listed),
    ("Add a text in %s to each localized field, and the locale to the skill."):format(locale))
end

--- Whether the device has something to say in its locale.
function customer.locale(case)
  local mine = case:letter()
  local listed = mine and table.concat(letter.locales(mine), ", ") or ""
  local locale = case.options.locale or case:of_customer "locale"
  if not locale then
    return unknown(
      "the device's locale (--locale)%s",
      listed ~= "" and "; the event has texts in " .. listed or ""
    )
  end
  local missing = mine and letter.missing(mine, locale) or {}
  if #missing > 0 then return no_text(locale, missing, mine) end
  if in_manifest(case, locale) == false then
    local words = "the device speaks %s, and the skill does not: its manifest has no such locale"
    return broken(words:format(locale), LOCALE_FIX:format(locale))
  end
  if not mine then return unknown("the device speaks %s; no event was given", locale) end
  return ok("%s, as the event's texts", locale)
end

-- Subscription -----------------------------------------------------------------------------------

local SUBSCRIPTION_FIX = "The customer allows it in the Alexa app: the skill, Settings, Manage "
  .. "Permissions, notifications. Off and on again after a change of the manifest, or after the "
  .. "skill was enabled again: both may reset it without a word."

local function is_among(list, name)
  for _, known in ipairs(list or {}) do
    if known == name then return true end
  end
  return false
end

--- Why a customer who is known does not get this event, or nil.
local function silence(witness, name)
  local subscriptions = witness.customer.subscriptions or {}
  if #subscriptions == 0 then
    return ("the customer has not allowed notifications, as %s knows"):format(witness.name)
  elseif name and not is_among(subscriptions, name) then
    return ("the customer has not subscribed to %s, as %s knows"):format(name, witness.name)
  end
end

--- Whether the customer wants this event.
function customer.subscription(case)
  if not case.user then return unknown(NO_CUSTOMER) end
  local name, by = case:event_name(), nil
  for _, witness in ipairs(case:witnesses()) do
    if witness.customer then
      local silent = silence(witness, name)
      if silent then return broken(silent, SUBSCRIPTION_FIX) end
      by = by or witness.name
    end
  end
  if not by then return unknown(ignorance(case)) end
  return ok("to %s, as %s knows", name or "some event", by)
end

-- All customers ----------------------------------------------------------------------------------

local AUDIENCE_FIX = "A Multicast with nobody to reach is accepted all the same. Allow the skill's "
  .. "notifications on a device of the same stage; --region says where they are."

--- How many would be reached in each region, or nil and why that is not known.
local function reached(case, name)
  if case.stand_in and case:skill_id() then return case.stand_in:audience(case:skill_id(), name) end
  local registry = case.options.registry
  if not registry then return nil, NO_WITNESS end
  local counts = {}
  for _, region in ipairs(endpoints.regions) do
    local count, err = registry:count { event = name, region = region, stage = case.stage }
    if not count then return nil, err.message end
    counts[region] = count
  end
  return counts
end

local function elsewhere(counts)
  local parts = {}
  for _, region in ipairs(endpoints.regions) do
    if (counts[region] or 0) > 0 then
      parts[#parts + 1] = ("%d in %s"):format(counts[region], region)
    end
  end
  return #parts > 0 and " (but " .. table.concat(parts, ", ") .. ")" or ""
end

--- Whether there is anybody whom a Multicast reaches.
function customer.audience(case)
  if case.user then return ok "one customer" end
  local name = case:event_name()
  if not name then return unknown "no event was given" end
  if case.stand_in and case:is_unreachable() then return unknown "the network is in the way" end
  local counts, why = reached(case, name)
  if not counts then return unknown(why) end
  local total, places = 0, table.concat(case.regions, ", ")
  for _, region in ipairs(case.regions) do
    total = total + (counts[region] or 0)
  end
  if total > 0 then return ok("%d subscribed in %s", total, places) end
  local words = "nobody in %s is subscribed to %s%s"
  return broken(words:format(places, name, elsewhere(counts)), AUDIENCE_FIX)
end

return customer
