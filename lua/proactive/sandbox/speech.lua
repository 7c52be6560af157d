--- What a device says of a notification, in its own locale. Worked out when somebody asks, not when
--- the event comes: most events of a load test are never listened to.

local json = require "proactive.json"
local preview = require "proactive.preview"
local validate = require "proactive.validate"

local speech = {}

-- The texts of one name by locale. A locale that comes twice is in doubt: it counts as missing.
local function texts_of(attributes, name)
  local texts, seen = {}, {}
  for _, entry in ipairs(attributes) do
    local locale = type(entry) == "table" and entry.locale
    if locale then
      texts[locale] = not seen[locale] and entry[name] or nil
      seen[locale] = true
    end
  end
  return texts
end

-- The payload with its texts put back where `localizedattribute:NAME` stands, as the constructors
-- give it.
local function with_texts(value, attributes, missing, locale)
  if type(value) == "table" then
    local copy = json.is_array(value) and json.array {} or {}
    for key, field in pairs(value) do
      copy[key] = with_texts(field, attributes, missing, locale)
    end
    return copy
  end
  local name = type(value) == "string" and value:match("^localizedattribute:(.+)$")
  if not name then return value end
  local texts = texts_of(attributes, name)
  if type(texts[locale]) ~= "string" or texts[locale] == "" then missing[#missing + 1] = name end
  return { localized = texts }
end

local function notes_of(request, received_at, out)
  local _, warnings = validate(request, { as = "service", now = received_at })
  for _, warning in ipairs(type(warnings) == "table" and warnings or {}) do
    out[#out + 1] = ("%s: %s"):format(warning.path, warning.message)
  end
end

---@param text string        the request body as it came
---@param locale string      the device's
---@param utc_offset string  the device's
---@param received_at number
---@return {spoken: string?, known: boolean?, readable: boolean, reason: string?, notes: string[]}
function speech.of(text, locale, utc_offset, received_at)
  local request = json.decode(text)
  local attributes = request.localizedAttributes
  if type(attributes) ~= "table" then attributes = {} end
  local missing, result = {}, { readable = true, notes = json.array {} }
  local event = {
    name = request.event.name,
    payload = with_texts(request.event.payload, attributes, missing, locale),
  }
  notes_of(request, received_at, result.notes)
  if #missing > 0 then
    table.sort(missing)
    result.readable = false
    local names = table.concat(missing, ", ")
    result.reason = ("no text for the device's locale %s: %s"):format(locale, names)
    return result
  end
  local sentence, err = preview(event, locale, { utc_offset = utc_offset })
  if sentence then
    result.spoken, result.known = sentence.text, sentence.known
  else
    result.readable, result.reason = false, err.message
  end
  return result
end

return speech
