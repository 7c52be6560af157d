--- The composer of the page: the catalogue its form is made of, and what an event that is being
--- written would be: the request, what is wrong with it, what Alexa would say.

local endpoints = require "proactive.endpoints"
local fields = require "proactive.sandbox.fields"
local json = require "proactive.json"
local preview = require "proactive.preview"
local reply = require "proactive.sandbox.reply"
local request = require "proactive.request"
local schema = require "proactive.schema"
local speech = require "proactive.sandbox.speech"
local validate = require "proactive.validate"

local compose = {}

-- Sentences shown: one for each locale that has a text.
local MOST_SENTENCES = 20

local DRAFT = {
  event = { "string", one_of = schema.names },
  payload = { "object" },
  user = { "string" },
  reference_id = { "string" },
  expires_in = { "number", min = -10 * 366 * 86400, max = 10 * 366 * 86400 },
  text = { "string" },
  locale = { "string", pattern = "^%l%l%-%u%u$", like = "en-US" },
  utc_offset = { "string", pattern = "^[+-][01]%d:[0-5]%d$", like = "+02:00" },
}

local SHOWN = { "name", "kind", "required", "about", "localizable", "expected" }

local function copy(list)
  local copied = json.array {}
  for index, value in ipairs(list) do
    copied[index] = value
  end
  return copied
end

-- A field of the form: what the schema says of it, without its machinery.
local function show_field(node)
  local shown = { values = node.values and copy(node.values) }
  for _, name in ipairs(SHOWN) do
    shown[name] = node[name]
  end
  if node.items then shown.items = show_field(node.items) end
  if node.fields then
    shown.fields = json.array {}
    for _, field in ipairs(node.fields) do
      if not field.misplaced then shown.fields[#shown.fields + 1] = show_field(field) end
    end
  end
  return shown
end

local catalogue

--- All events with their fields and an example.
---@return table answer
function compose.catalogue()
  if not catalogue then
    local list = json.array {}
    for index, name in ipairs(schema.names) do
      local event = schema.catalogue[name]
      list[index] = {
        name = name,
        about = event.about,
        fields = show_field(event.payload).fields,
        example = event.example,
        locales = copy(event.locales),
      }
    end
    catalogue = assert(json.encode { events = list, regions = copy(endpoints.regions) })
  end
  return reply.json(200, catalogue)
end

local function show_violation(violation)
  local expected = violation.expected
  if type(expected) == "table" then
    local parts = {}
    for index, value in ipairs(expected) do
      parts[index] = tostring(value)
    end
    expected = table.concat(parts, ", ")
  end
  return {
    path = violation.path,
    message = violation.message,
    expected = expected and tostring(expected),
    hint = violation.hint,
  }
end

local function show_violations(list)
  local shown = json.array {}
  for index, violation in ipairs(type(list) == "table" and list or {}) do
    shown[index] = show_violation(violation)
  end
  return shown
end

--- The locales in which the event has texts, that of the device first.
local function locales_of(body, own)
  local locales, seen = { own }, { [own] = true }
  local texts = body.localizedAttributes
  for _, entry in ipairs(type(texts) == "table" and texts or {}) do
    local locale = type(entry) == "table" and entry.locale
    if type(locale) == "string" and not seen[locale] and #locales < MOST_SENTENCES then
      seen[locale] = true
      locales[#locales + 1] = locale
    end
  end
  return locales
end

local function say(text, event, locale, utc_offset)
  local said, err = preview(event, locale, { utc_offset = utc_offset })
  if not said then return { locale = locale, readable = false, reason = err.message } end
  return {
    locale = locale,
    readable = said.readable,
    spoken = said.readable and said.text or nil,
    known = said.known,
    reason = not said.readable and speech.reason(locale, speech.missing(text, locale)) or nil,
  }
end

local function sentences(body, text, given)
  local list = json.array {}
  if type(body.event) ~= "table" or type(body.event.payload) ~= "table" then return list end
  local event = request.event(body)
  if not event then return list end
  for index, locale in ipairs(locales_of(body, given.locale or "en-US")) do
    list[index] = say(text, event, locale, given.utc_offset)
  end
  return list
end

--- The text of the request: the one written by hand, or the one the form makes.
local function text_of(world, given)
  if given.text then return given.text end
  local event = { name = given.event or "", payload = given.payload or {} }
  local audience = given.user and { type = "Unicast", user = given.user } or { type = "Multicast" }
  local body, err = request.build(event, audience, {
    now = math.floor(world.clock:now()),
    reference_id = given.reference_id,
    expires_in = given.expires_in,
  })
  if not body then return nil, err end
  return request.encode(body, { pretty = true })
end

--- Judges as the sandbox does what is sent to it.
local function judge(world, given, text)
  world.judging.now = world.clock:now()
  local valid, result = validate(text, world.judging)
  local shown = {
    text = text,
    valid = valid == true,
    violations = show_violations(not valid and (result.violations or { result })),
    warnings = show_violations(valid and result),
    sentences = json.array {},
  }
  local body = json.decode(text)
  if type(body) == "table" and not json.is_array(body) then
    shown.sentences = sentences(body, text, given)
    local id = body.referenceId
    shown.reference_id = type(id) == "string" and id or nil
  end
  return shown
end

--- Answers what a draft would be.
---@param world table
---@param request_of_page table
---@return table answer
function compose.draft(world, request_of_page)
  local given, message = json.decode(request_of_page.body)
  if given == nil then return reply.refusal(400, "the body is not JSON: " .. message) end
  local problem = fields.problem(given, DRAFT, "")
  if problem then return reply.refusal(400, problem) end
  local text, err = text_of(world, given)
  if text then return reply.json(200, json.encode(judge(world, given, text))) end
  return reply.json(200, json.encode {
    valid = false,
    violations = show_violations(err.violations),
    warnings = json.array {},
    sentences = json.array {},
  })
end

return compose
