--- The catalogue of events and the envelope around them: the one source that constructors, validation,
--- preview, documentation and sandbox read.

local attributes = require "proactive.schema.attributes"
local envelope = require "proactive.schema.envelope"
local from = require "proactive.schema.sources"
local prepare = require "proactive.schema.prepare"
local values = require "proactive.schema.value"

local schema = {}

---@class proactive.EventSchema
---@field name string        as the service knows it, `AMAZON.MediaContent.Available`
---@field type string        `MediaContent`
---@field state string       `Available`
---@field about string       what the event says, in one sentence
---@field payload proactive.Node
---@field locales string[]   locales the event is known to support; `sources` says who says so
---@field sources string[]   addresses
---@field example table      a payload as a constructor takes it

-- One file an event, in the order of Amazon's catalogue.
local FILES = {
  "weather_alert",
  "sports_event",
  "message_alert",
  "order_status",
  "occasion",
  "trash_collection_alert",
  "media_content",
  "social_game_invite",
}

-- Amazon's list for this field was not found; this is every locale that running clients send.
local DEFAULT_LOCALES = {
  "ar-SA",
  "de-DE",
  "en-AU",
  "en-CA",
  "en-GB",
  "en-IN",
  "en-US",
  "es-ES",
  "es-MX",
  "es-US",
  "fr-CA",
  "fr-FR",
  "hi-IN",
  "it-IT",
  "ja-JP",
  "nl-NL",
  "pt-BR",
  sources = { from.ASK_UTILS, from.HOME_ASSISTANT },
}

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do
    set[value] = true
  end
  return set
end

--- Gives each field name its place in JSON text: the order in which the schema first names it.
local function rank(node, order, last)
  for _, field in ipairs(node.fields or {}) do
    if not order[field.name] then
      last = last + 1
      order[field.name] = last
    end
    last = rank(field, order, last)
  end
  for _, name in ipairs(values.sorted_keys(node.of or {})) do
    last = rank(node.of[name], order, last)
  end
  return last
end

--- Makes a catalogue from event schemas: prepares them and the envelope around them.
---@param events proactive.EventSchema[]  changed in place
---@return {names: string[], catalogue: table<string, proactive.EventSchema>, envelope: proactive.Node, order: table<string, integer>}
function schema.make(events)
  local names, catalogue, payloads, locales = {}, {}, {}, {}
  for i, event in ipairs(events) do
    local name = event.name
    event.type, event.state = name:match("^AMAZON%.(%w+)%.(%w+)$")
    event.locales = event.locales or DEFAULT_LOCALES
    event.locales.set = set_of(event.locales)
    names[i], catalogue[name], payloads[name] = name, event, event.payload
    locales[name] = event.locales
  end
  local body = prepare.node(envelope(names, payloads, locales))
  local order = { locale = 1 }
  rank(body, order, 1)
  return { names = names, catalogue = catalogue, envelope = body, order = order }
end

local function load_all()
  local events = {}
  for i, file in ipairs(FILES) do
    events[i] = require("proactive.schema." .. file)
  end
  return schema.make(events)
end

local made = load_all()

--- Every event name, in the order of Amazon's catalogue.
---@type string[]
schema.names = made.names

--- The schema of each event.
---@type table<string, proactive.EventSchema>
schema.catalogue = made.catalogue

--- The whole request body.
---@type proactive.Node
schema.envelope = made.envelope

--- Rank of each field name in JSON text, for `json.encode`.
---@type table<string, integer>
schema.order = made.order

--- Checks a value against a node; what is found goes into the report, which stands at the value.
---@param value any
---@param node proactive.Node
---@param report proactive.Report
---@param parent table?  the table that holds the value, when there is one
function schema.check(value, node, report, parent)
  node.check(value, node, report, parent)
end

--- Adds what is missing when a body has no localizedAttributes but its payload refers to some.
---@param report proactive.Report
function schema.add_unresolved(report)
  attributes.add_unresolved(report)
end

return schema
