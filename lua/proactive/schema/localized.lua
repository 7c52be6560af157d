--- Localized texts: what a locale looks like, the texts an event holds, and the attributes that
--- stand for them in a request body.

local text = require "proactive.text"
local value = require "proactive.schema.value"

local localized = {}

local byte, find = string.byte, string.find
local show = text.show

--- How a payload refers to a localized text.
localized.MARK = "localizedattribute:"

--- Far more locales than there are; more are a mistake that need not be read to its end.
localized.MOST_LOCALES = 200

--- Whether a text refers to one of each locale.
---@param given string
---@return boolean
function localized.is_reference(given)
  -- The first letter tells nearly all others apart.
  return byte(given) == 108 and find(given, localized.MARK, 1, true) == 1
end

local function add_literal(node, report)
  report:add("literal", "the sources show plain text here, never a localized one", {
    got = "a localized text",
    expected = node.expected,
    hint = "nobody has reported what the service makes of it",
  })
end

local FORM = "language and country, as en-US"

--- Checks the name of a locale; the report stands at it.
---@param locale any
---@param report proactive.CheckReport
---@return true?  it has the right form
function localized.check_locale(locale, report)
  if type(locale) ~= "string" then return report:add_type(locale, FORM) end
  if find(locale, "^[a-z][a-z]%-[A-Z][A-Z]$") then return true end
  if not value.check_text(locale, report) then return end
  local hint
  local language, country = locale:match("^(%a%a)[-_](%a%a)$")
  if language then hint = ("write %s-%s"):format(language:lower(), country:upper()) end
  report:add("locale_form", ("%s is not a locale such as en-US"):format(show(locale)), {
    got = show(locale),
    expected = FORM,
    hint = hint,
  })
end

--- Checks one text of one locale; the report stands at it.
---@param given any
---@param report proactive.CheckReport
function localized.check_text(given, report)
  if type(given) ~= "string" then
    report:add_type(given, "text")
  elseif given == "" then
    report:add("empty", "is empty", { got = '""', expected = "text" })
  else
    value.check_text(given, report)
  end
end

local function check_texts(texts, report)
  if not value.is_object(texts) or next(texts) == nil then
    return report:add_type(texts, 'a table with a text for each locale, {["en-US"] = "…"}')
  end
  texts = value.plain(texts)
  local locales, count = value.sorted_keys(texts, localized.MOST_LOCALES)
  if count > #locales then
    local message = "must have texts in at most %d locales, got %d"
    return report:add("items", message:format(localized.MOST_LOCALES, count))
  end
  for _, locale in ipairs(locales) do
    report:enter(locale)
    localized.check_locale(locale, report)
    localized.check_text(texts[locale], report)
    report:leave()
  end
  report.texts[#report.texts + 1] = { path = report:path(), texts = texts }
end

--- Checks the localized text of an event, `{localized = {["en-US"] = "…"}}`.
---@param given table
---@param node proactive.Node
---@param report proactive.CheckReport
function localized.check(given, node, report)
  if not node.localizable then add_literal(node, report) end
  given = value.plain(given)
  report:enter("localized")
  check_texts(given.localized, report)
  report:leave()
  for _, key in ipairs(value.sorted_keys(given)) do
    if key ~= "localized" then
      report:enter(key)
      report:add("unknown", "does not belong beside localized", { got = show(given[key]) })
      report:leave()
    end
  end
end

--- Every locale in which at least one text of an event is given, in a fixed order.
---@param texts table[]  `report.texts`
---@return string[]
function localized.locales(texts)
  local all = {}
  for _, entry in ipairs(texts) do
    for locale in pairs(entry.texts) do
      all[locale] = true
    end
  end
  return value.sorted_keys(all)
end

--- Adds each locale that one text of an event has and another lacks: a customer there would hear
--- nothing.
---@param report proactive.CheckReport
function localized.check_complete(report)
  for _, locale in ipairs(localized.locales(report.texts)) do
    for _, entry in ipairs(report.texts) do
      if entry.texts[locale] == nil then
        local message = "has no text in %s, which another text of the event has"
        report:add("text", message:format(show(locale)), {
          path = entry.path,
          expected = "a text in every locale the event uses",
        })
      end
    end
  end
end

--- Remembers a reference to a localized text, whose text is looked for later.
---@param given string  begins with `localizedattribute:`
---@param node proactive.Node
---@param report proactive.CheckReport
function localized.note_use(given, node, report)
  if report.event then
    return report:add("attribute", "an event holds the texts themselves", {
      got = show(given),
      expected = node.expected,
      hint = 'write proactive.localized{["en-US"] = "…"}; the request makes the reference',
    })
  end
  local name = given:sub(#localized.MARK + 1)
  if name == "" or name == "locale" then
    return report:add("attribute", ("%s names no localized text"):format(show(given)), {
      got = show(given),
      expected = localized.MARK .. "NAME",
    })
  end
  if not node.localizable then add_literal(node, report) end
  report.uses[#report.uses + 1] = { name = name, path = node.path }
end

return localized
