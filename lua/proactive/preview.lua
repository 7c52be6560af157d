--- What Alexa will say of an event on a device of one locale.

local errors = require "proactive.errors"
local language = require "proactive.language"
local report_of_event = require("proactive.schema.report").of_event
local options = require "proactive.options"
local request = require "proactive.request"
local schema = require "proactive.schema"
local text = require "proactive.text"
local time = require "proactive.time"

---@class proactive.Preview
---@field text string       the sentence; empty when the device would say nothing
---@field known boolean     every word is Amazon's; otherwise some are composed in the same manner
---@field readable boolean  false when the device's locale has no text: the notification is silent
---@field warnings proactive.Violation[]

---@class proactive.PreviewOptions
---@field utc_offset string?  `+02:00`, the zone times are said in; default: as they are written
---@field skill_name string?  what the skill is called, which some sentences mention

local OPTIONS = { utc_offset = { "string" }, skill_name = { "string" } }

local function refuse(message, violations)
  return nil, errors.new("invalid", { message = message, violations = violations })
end

--- The offset is a device's, and so may come from data: a wrong one is refused, not raised.
local function read_offset(given)
  local offset, problem = time.parse_offset(given)
  if offset then return offset end
  return refuse("utc_offset is " .. problem, {
    { path = "utc_offset", rule = "zone", message = problem, got = text.show(given) },
  })
end

--- Checks what the sentence is made of; unknown fields and doubts do not matter to it.
local function examine(event)
  local known = schema.catalogue[event.name]
  if not known then
    return refuse("the event has no sentence", {
      {
        path = "event.name",
        rule = "enum",
        message = ("%s is no event the service knows"):format(text.show(event.name)),
        got = text.show(event.name),
        expected = table.concat(schema.names, ", "),
      },
    })
  end
  local report = report_of_event { as = "service" }
  schema.check(event.payload, known.payload, report)
  local ok, err = report:result(event.name)
  if not ok then return nil, err end
  return known, report.texts
end

--- Every text that a device of the locale would need and not find.
local function add_missing_texts(texts, locale, warnings)
  for _, entry in ipairs(texts) do
    local given = entry.texts[locale]
    if type(given) ~= "string" or given == "" then
      warnings[#warnings + 1] = {
        path = entry.path,
        rule = "text",
        message = ("has no text in %s: the notification is silent there"):format(locale),
        expected = "a text in the device's locale",
      }
    end
  end
end

local function add_language_warning(locale, warnings)
  warnings[#warnings + 1] = {
    path = "",
    rule = "language",
    message = ("no wording is known for %s: this is the English one around its texts"):format(
      locale
    ),
    got = text.show(locale),
    expected = "a language file for it",
  }
end

--- The sources disagree: one says times are spoken in the customer's zone, another heard another
--- one.
local function add_zone_warning(path, given, warnings)
  warnings[#warnings + 1] = {
    path = path,
    rule = "zone",
    message = "is said in the zone it is written in; in which one Alexa says it is disputed",
    got = text.show(given),
    hint = "give utc_offset to hear it in the customer's zone",
  }
end

--- Makes the sentence an event becomes on a device.
---
--- Sources: https://developer.amazon.com/docs/smapi/schemas-for-proactive-events.html and
--- https://developer.amazon.com/ja/docs/smapi/schemas-for-proactive-events.html (sentences)
---@param event proactive.Event|table  an event, or a request body that `proactive.validate` accepts
---@param locale string                the device's, as `en-US`
---@param opts? proactive.PreviewOptions
---@return proactive.Preview?
---@return proactive.Error?            kind `invalid`, when the event cannot be said at all
return function(event, locale, opts)
  if type(event) ~= "table" then
    error(("preview: an event expected, got %s"):format(type(event)), 2)
  elseif type(locale) ~= "string" then
    error(("preview: a locale expected, got %s"):format(type(locale)), 2)
  end
  opts = options.check(opts, OPTIONS, "preview")
  local offset, problem
  if opts.utc_offset then
    offset, problem = read_offset(opts.utc_offset)
    if not offset then return nil, problem end
  end
  if type(rawget(event, "event")) == "table" then
    event, problem = request.event(event)
    if not event then return nil, problem end
  end
  local known, texts = examine(event)
  if not known then return nil, texts end

  local warnings = {}
  add_missing_texts(texts, locale, warnings)
  if #warnings > 0 then
    return { text = "", known = false, readable = false, warnings = warnings }
  end
  local words, is_own = language.of(locale)
  if not is_own then add_language_warning(locale, warnings) end
  local manner = { locale = locale, offset = offset, skill = opts.skill_name }
  local sentence, composed, said_as_written = language.say(words, known, event.payload, manner)
  for _, at in ipairs(said_as_written) do
    add_zone_warning(at.path, at.value, warnings)
  end
  return {
    text = sentence,
    known = is_own and not composed,
    readable = true,
    warnings = warnings,
  }
end
