--- The list `localizedAttributes` of a request body, checked against what the payload refers to.

local json = require "proactive.json"
local localized = require "proactive.schema.localized"
local nearest = require "proactive.nearest"
local text = require "proactive.text"
local values = require "proactive.schema.value"

local attributes = {}

local is_sendable, show = values.is_sendable, text.show

local MOST_LOCALES = localized.MOST_LOCALES

--- Name -> where the payload first refers to it.
local function used_names(uses)
  local names = {}
  for i = 1, #uses do
    local use = uses[i]
    names[use.name] = names[use.name] or use.path
  end
  return names
end

local function add_locale(locale, seen, known, report)
  if not localized.check_locale(locale, report) then return end
  if seen[locale] then
    report:add("locale_twice", ("%s stands in the list twice"):format(show(locale)), {
      got = show(locale),
      expected = "each locale once",
    })
  elseif known and not known.set[locale] then
    local got = show(locale)
    report:add("locale_known", ("the event is not known to support %s"):format(got), {
      got = got,
      expected = known.expected,
    })
  end
end

local function check_locale(entry, seen, known, report)
  local locale = entry.locale
  if known and known.set[locale] and not seen[locale] then
    seen[locale] = true
    return
  end
  report:enter("locale")
  if locale == nil then
    report:add("required", "is missing", { expected = "language and country, as en-US" })
  else
    add_locale(locale, seen, known, report)
  end
  report:leave()
  if type(locale) == "string" then seen[locale] = true end
end

local function check_text(name, given, names, report)
  if type(name) ~= "string" then
    return report:add("mixed", "has list items where only named texts can be")
  end
  values.check_text(name, report)
  localized.check_text(given, report)
  if names[name] then return end
  if not report:has_room "unused" then return report:count("unused", 1) end
  local near = nearest.name(name, names)
  report:add("unused", "nothing in the payload refers to it", {
    got = show(given),
    hint = near and ("did you mean %s?"):format(near),
  })
end

--- Checks the texts of one locale. An order matters only for what is reported.
local function check_texts(entry, names, report)
  local fine = true
  for name, given in next, entry do
    if name ~= "locale" then
      fine = fine and names[name] and type(given) == "string" and given ~= "" and is_sendable(given)
    end
  end
  if fine then return end
  local keys, count = values.sorted_keys(entry, values.MOST)
  if count > #keys then report:add("size", ("holds more than %d texts"):format(values.MOST)) end
  for _, name in ipairs(keys) do
    if name ~= "locale" then
      report:enter(name)
      check_text(name, entry[name], names, report)
      report:leave()
    end
  end
end

local function check_missing(entry, names, report)
  local uses = report.uses
  for i = 1, #uses do
    local name, path = uses[i].name, uses[i].path
    -- A name that is used twice is missing once.
    if entry[name] == nil and names[name] == path then
      report:enter(name)
      report:add("text", ("is missing, but %s refers to it"):format(path), {
        expected = "text",
        hint = ("devices in %s would say nothing"):format(
          type(entry.locale) == "string" and entry.locale or "this locale"
        ),
      })
      report:leave()
    end
  end
end

--- Adds every reference of the payload for which no locale has a text.
---@param report proactive.CheckReport
function attributes.add_unresolved(report)
  for _, use in ipairs(report.uses) do
    report:add("text", ("no locale has a text for %s"):format(use.name), {
      path = use.path,
      got = show(localized.MARK .. use.name),
      expected = "an entry in localizedAttributes for each locale",
    })
  end
end

--- A check as in `proactive.schema.check`; `parent` is the request body. The payload was checked
--- before, so `report.uses` is complete.
function attributes.check(list, node, report, parent)
  local wrong_mark = report.decoded and not json.is_array(list)
  if type(list) ~= "table" or rawequal(list, json.null) or wrong_mark then
    return report:add_type(list, node.expected)
  end
  list = values.plain(list)
  local count = values.list_length(list, MOST_LOCALES)
  if not count or count > MOST_LOCALES then
    local message = "must be a list with one entry for each locale, at most %d"
    return report:add("items", message:format(MOST_LOCALES), {
      got = count and "a longer list" or "a table with other keys",
      expected = node.expected,
    })
  end
  if count == 0 then return attributes.add_unresolved(report) end
  local names, seen = used_names(report.uses), {}
  local event = parent.event
  local known = type(event) == "table" and node.locales[rawget(event, "name")]
  for i = 1, count do
    local entry = list[i]
    report:enter(i)
    if values.is_object(entry) then
      entry = values.plain(entry)
      check_locale(entry, seen, known, report)
      check_texts(entry, names, report)
      check_missing(entry, names, report)
    else
      report:add_type(entry, "an object with a locale and its texts")
    end
    report:leave()
  end
end

return attributes
