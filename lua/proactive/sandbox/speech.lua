--- What a device says of a notification, in its own locale. Worked out when somebody asks, not when
--- the event comes: most events of a load test are never listened to.

local json = require "proactive.json"
local preview = require "proactive.preview"
local request = require "proactive.request"
local validate = require "proactive.validate"

local speech = {}

-- The names whose text a device of the locale would need and not find, in a fixed order.
local function missing_names(texts, locale)
  local names = {}
  for name, by_locale in pairs(texts) do
    local text = by_locale[locale]
    if type(text) ~= "string" or text == "" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function notes_of(body, received_at, out)
  local _, warnings = validate(body, { as = "service", now = received_at })
  for _, warning in ipairs(type(warnings) == "table" and warnings or {}) do
    out[#out + 1] = ("%s: %s"):format(warning.path, warning.message)
  end
end

--- Why a device is silent, in words.
---@param locale string
---@param missing string[]  as `speech.missing` gives them
---@return string
function speech.reason(locale, missing)
  return ("no text for the device's locale %s: %s"):format(locale, table.concat(missing, ", "))
end

--- What a device of a locale would need a text for and not find.
---@param text string  the request body as it came
---@param locale string
---@return string[] names  of localized texts
function speech.missing(text, locale)
  local _, texts = request.event(json.decode(text))
  return missing_names(texts, locale)
end

---@param text string        the request body as it came
---@param locale string      the device's
---@param utc_offset string  the device's
---@param received_at number
---@return {spoken: string?, known: boolean?, readable: boolean, reason: string?, notes: string[]}
function speech.of(text, locale, utc_offset, received_at)
  local body = json.decode(text)
  local event, texts = request.event(body)
  local result = { readable = true, notes = json.array {} }
  notes_of(body, received_at, result.notes)
  local missing = missing_names(texts, locale)
  if #missing > 0 then
    result.readable = false
    result.reason = speech.reason(locale, missing)
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
