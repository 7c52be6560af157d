--- Says an event in the words of a language file.

local template = require "proactive.template"
local time = require "proactive.time"

local language = {}

local loaded = {}

--- The language file of two letters, or nil. A file that is there and broken raises.
local function load(code)
  if loaded[code] == nil then
    local name = "proactive.language." .. code
    local ok, result = pcall(require, name)
    if not ok and not result:find(("module '%s' not found"):format(name), 1, true) then
      error(result, 0)
    end
    loaded[code] = ok and result or false
  end
  return loaded[code]
end

--- The language a device of a locale speaks.
---@param locale string  as `en-US`
---@return table words   English when there is none for the locale
---@return boolean is_own
function language.of(locale)
  local code = locale:match("^([a-z][a-z])%-[A-Z][A-Z]$")
  local words = code and load(code)
  return words or load("en"), words and true or false
end

--- The value at a path of the payload, its node, and its path in the request body.
local function find(payload, node, path)
  local value = payload
  for key in path:gmatch("[^.]+") do
    local field = node and node.by_name and node.by_name[key]
    if not field then error("a sentence names a field that is not in the schema: " .. path) end
    local holder = value
    value, node = value and value[key], field
    if value == nil and holder and field.elsewhere then
      value = holder
      for _, step in ipairs(field.elsewhere) do
        value = value and value[step]
      end
    end
  end
  return value, node, "event.payload." .. path
end

local function word_of(words, name, value)
  local known = words.words[name] and words.words[name][value]
  if not known then error(("a language file has no word for %s %s"):format(name, value)) end
  return template.word(known)
end

--- Several words as one: "a, b and c".
local function join(words, list)
  local text, composed = list[1], false
  for i = 2, #list do
    local between, ours = template.word(i == #list and words.list.last or words.list.between)
    text, composed = text .. between .. list[i], composed or ours
  end
  return text, composed
end

local function say_list(words, name, values)
  local list, composed = {}, false
  for i, value in ipairs(values) do
    local ours
    list[i], ours = word_of(words, name, value)
    composed = composed or ours
  end
  local text, ours = join(words, list)
  return text, composed or ours
end

local function say_number(words, slot, value)
  if slot.one then
    for _, singular in ipairs(words.singular) do
      if value == singular then return slot.one, false end
    end
    return slot.many, false
  end
  local word = slot.form == "number" and words.numbers[value]
  return word or ("%d"):format(value), false
end

--- A date's part of a pattern; other patterns can be named in it, too.
local function say_date(words, pattern, date)
  local hour12 = date.hour % 12
  local parts = {
    year = ("%d"):format(date.year),
    month = words.months[date.month],
    day = ("%d"):format(date.day),
    hour = ("%d"):format(date.hour),
    hour12 = ("%d"):format(hour12 == 0 and 12 or hour12),
    half = words.halves[date.hour < 12 and 1 or 2],
    minute = date.minute > 0 and ("%02d"):format(date.minute) or nil,
  }
  return template.fill(words[pattern], function(slot)
    if slot.name == "date" or slot.name == "clock" then
      return say_date(words, slot.name, date)
    end
    return parts[slot.name], false
  end)
end

local function say_time(words, slot, value, path, how, said_as_written)
  local unix, written = value, 0
  if type(value) == "string" then
    unix, written = time.parse(value)
  end
  if not how.offset then said_as_written[#said_as_written + 1] = { path = path, value = value } end
  return say_date(words, slot.form or "date", time.date(unix, how.offset or written))
end

--- A text with the article that its first letter asks for.
local function say_article(words, text)
  local article, ours = template.word(words.article[text:find(words.article.vowel) and 2 or 1])
  return article .. text, ours
end

local function say_value(words, slot, payload, node, how, said_as_written)
  if slot.name == "skill" then return how.skill, false end
  local value, field, path = find(payload, node, slot.name)
  if value == nil then return nil end
  if field.kind == "enum" then return word_of(words, field.name, value) end
  if field.kind == "integer" then return say_number(words, slot, value) end
  if field.kind == "time" then
    return say_time(words, slot, value, path, how, said_as_written)
  end
  if field.kind == "array" then return say_list(words, field.name, value) end
  local text = type(value) == "table" and value.localized[how.locale] or value
  if slot.form == "article" then return say_article(words, text) end
  return text, false
end

--- The sentences to try in turn.
local function sentences(words, event, payload)
  local given = words.events[event.name]
  if type(given) == "table" and given.choose then
    given = given[(find(payload, event.payload, given.choose))]
  end
  return type(given) == "string" and { given } or given
end

---@class proactive.Manner
---@field locale string      whose texts are said
---@field offset integer?    seconds east of UTC in which times are said; default: as written
---@field skill string?      the skill's name

--- Says an event. What it needs was checked before.
---@param words table                  a language file
---@param event proactive.EventSchema
---@param payload table                as in an event, texts in place
---@param how proactive.Manner
---@return string sentence
---@return boolean composed            some of the wording is ours
---@return {path: string, value: any}[] said_as_written  times said in the zone they were written in
function language.say(words, event, payload, how)
  for _, source in ipairs(sentences(words, event, payload)) do
    local said_as_written = {}
    local sentence, composed = template.fill(source, function(slot)
      return say_value(words, slot, payload, event.payload, how, said_as_written)
    end)
    if sentence then return sentence, composed or words.composed or false, said_as_written end
  end
  error(("a language file has no sentence for this %s"):format(event.name))
end

return language
