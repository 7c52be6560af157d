--- The catalogue of events and the envelope around them: the one source that constructors,
--- validation, preview, documentation and sandbox read.

local attributes = require "proactive.schema.attributes"
local envelope = require "proactive.schema.envelope"
local from = require "proactive.schema.sources"
local prepare = require "proactive.schema.prepare"

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

-- Far more rounds than there are field names in one chain: two orders that contradict each other
-- never end.
local MOST_RANK_ROUNDS = 100

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do
    set[value] = true
  end
  return set
end

--- Calls `visit` with the fields of every object below a node.
local function each_object(node, visit)
  if node.fields then visit(node.fields) end
  for _, field in ipairs(node.fields or {}) do
    each_object(field, visit)
  end
  for _, chosen in pairs(node.of or {}) do
    each_object(chosen, visit)
  end
end

--- Gives each field name its place in JSON text, so that in every object the fields stand in the
--- order of the schema: a field's rank is greater than that of any it follows somewhere.
local function ranks(root)
  local order = { locale = 0 }
  for _ = 1, MOST_RANK_ROUNDS do
    local changes = 0
    each_object(root, function(fields)
      local last = 0
      for _, field in ipairs(fields) do
        local rank = order[field.name] or 0
        if rank <= last then
          rank, changes = last + 1, changes + 1
          order[field.name] = rank
        end
        last = rank
      end
    end)
    if changes == 0 then return order end
  end
  error("the schema orders two fields both ways")
end

--- Makes a catalogue from event schemas: prepares them and the envelope around them.
---@param events proactive.EventSchema[]  changed in place
---@return {names: string[], catalogue: table, envelope: proactive.Node, order: table}
function schema.make(events)
  local names, catalogue, payloads, locales = {}, {}, {}, {}
  for i, event in ipairs(events) do
    local name = event.name
    event.type, event.state = name:match("^AMAZON%.(%w+)%.(%w+)$")
    event.locales = event.locales or DEFAULT_LOCALES
    event.locales.set = set_of(event.locales)
    event.locales.expected = table.concat(event.locales, ", ")
    names[i], catalogue[name], payloads[name] = name, event, event.payload
    locales[name] = event.locales
  end
  local body = prepare.node(envelope(names, payloads, locales), "")
  return { names = names, catalogue = catalogue, envelope = body, order = ranks(body) }
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
---@param report proactive.CheckReport
---@param parent table?  the table that holds the value, when there is one
function schema.check(value, node, report, parent)
  node.check(value, node, report, parent)
end

--- Adds what is missing when a body has no localizedAttributes but its payload refers to some.
---@param report proactive.CheckReport
function schema.add_unresolved(report)
  attributes.add_unresolved(report)
end

return schema
