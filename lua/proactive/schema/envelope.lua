--- The body around an event: identity, times, audience. The payload of each event stands in its own
--- file.

local from = require "proactive.schema.sources"

-- Recorded from the service: https://github.com/satr/java-ask-proactive-api-kit
local EXPIRY_WORDS = "Violations for metadata: [expiryTime should be at least 5 minutes in the "
  .. "future and no more than 24 hours after the current time]"

local function timestamp()
  return { name = "timestamp", kind = "time", required = true, about = "when the event happened" }
end

local function reference_id()
  return {
    -- The SDK documents the characters; running clients send others, hyphens above all.
    name = "referenceId",
    kind = "text",
    required = true,
    max = 100,
    characters = "A-Za-z0-9~",
    about = "the sender's own name for the event; the same again is an update or a duplicate",
    sources = { from.SDK },
  }
end

local function expiry_time()
  return {
    name = "expiryTime",
    kind = "time",
    required = true,
    about = "when a notification that is still waiting is deleted",
    -- Some sources count from `timestamp`; the service's own words say the current time.
    window = { 5 * 60, 24 * 60 * 60 },
    refusal = EXPIRY_WORDS,
    sources = { from.SDK, from.JAVA_KIT, from.ARTICLE },
  }
end

local function event(names, payloads)
  local name = { name = "name", kind = "enum", required = true, values = names }
  name.about = "the schema"
  local payload = { name = "payload", kind = "choice", required = true, by = "name", of = payloads }
  payload.about = "the fields of that schema"
  return {
    name = "event",
    kind = "object",
    required = true,
    about = "what has happened",
    fields = { name, payload },
  }
end

local function localized_attributes(locales)
  return {
    -- One table and the SDK call it required; running clients omit it when nothing is localized.
    name = "localizedAttributes",
    kind = "localizations",
    locales = locales,
    about = "the texts of each locale",
    sources = { from.JOVO, from.SDK, from.HOME_ASSISTANT, from.SILENT_LOCALE },
  }
end

local function user()
  return {
    name = "user",
    kind = "text",
    required = true,
    prefix = "amzn1.ask.account.",
    about = "the user id from a request to the skill",
    sources = { from.SDK, from.ARTICLE },
  }
end

local function relevant_audience()
  local kind = { name = "type", kind = "enum", required = true }
  kind.values = { "Unicast", "Multicast" }
  kind.about = "one customer, or all who subscribed to the event"
  -- Two clients leave it out for a Multicast; whether the service takes that is not known.
  local payload = { name = "payload", kind = "choice", required = true, by = "type" }
  payload.about, payload.left_out_for = "whom", "Multicast"
  payload.of = {
    Multicast = { kind = "object", fields = {} },
    Unicast = { kind = "object", fields = { user() } },
  }
  return {
    name = "relevantAudience",
    kind = "object",
    required = true,
    about = "who is to be told",
    fields = { kind, payload },
  }
end

--- The envelope around the events of a catalogue.
---@param names string[]                          every event name
---@param payloads table<string, proactive.Node>  the payload of each
---@param locales table<string, table>            the locales of each, as list and `set`
---@return proactive.Node
return function(names, payloads, locales)
  return {
    kind = "object",
    sources = { from.REFERENCE, from.SDK, from.JOVO },
    fields = {
      timestamp(),
      reference_id(),
      expiry_time(),
      event(names, payloads),
      localized_attributes(locales),
      relevant_audience(),
    },
  }
end
