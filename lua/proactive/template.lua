--- The small template language of the language files (explained in `language/en.lua`).

local template = {}

local find = string.find

---@class proactive.Slot
---@field name string      what stands there: a field's path
---@field form string?     how it is said
---@field one string?      said when the number is a singular one …
---@field many string?     … and otherwise

--- Plain text, a slot, or an optional part.
---@alias proactive.Part string|proactive.Slot|proactive.Part[]

---@class proactive.Template
---@field composed boolean  the wording is ours
---@field parts proactive.Part[]

local function slot(source)
  local name, one, many = source:match("^([^|]+)|([^|]*)|([^|]*)$")
  if name then return { name = name, one = one, many = many } end
  local path, form = source:match("^([^:]+):(%a+)$")
  return { name = path or source, form = form }
end

--- Reads the parts from `at` up to the end or an unmatched `]`; returns them and where it stopped.
local function read(source, at)
  local parts = {}
  while true do
    local from, to, mark = find(source, "([%[%]{])", at)
    if (from or #source + 1) > at then parts[#parts + 1] = source:sub(at, (from or 0) - 1) end
    if not from or mark == "]" then return parts, to end
    if mark == "[" then
      parts[#parts + 1], at = read(source, to + 1)
      if not at then error("a [ is not closed in: " .. source) end
    else
      local close = find(source, "}", to, true)
      if not close then error("a { is not closed in: " .. source) end
      parts[#parts + 1], at = slot(source:sub(to + 1, close - 1)), close
    end
    at = at + 1
  end
end

local cache = {}

--- A template in parts. Templates are few and constant, so each is read once.
---@param source string
---@return proactive.Template
function template.read(source)
  local known = cache[source]
  if not known then
    local composed = source:sub(1, 1) == "~"
    local parts, stopped = read(source, composed and 2 or 1)
    if stopped then error("a ] has no [ in: " .. source) end
    known = { composed = composed, parts = parts }
    cache[source] = known
  end
  return known
end

--- Takes the mark of our own wording off a word.
---@param word string
---@return string word
---@return boolean composed
function template.word(word)
  if word:sub(1, 1) == "~" then return word:sub(2), true end
  return word, false
end

local function is_optional(part)
  return part.name == nil
end

--- Fills the parts in. `fill(slot)` gives the text and whether its wording is ours, or nil when
--- there is none.
---@return string? text    nil when a slot outside brackets cannot be filled
---@return boolean composed
local function render(parts, fill, is_inner)
  local texts, composed = {}, false
  for i, part in ipairs(parts) do
    local text, ours
    if type(part) == "string" then
      text = part
    elseif is_optional(part) then
      text, ours = render(part, fill, true)
      text = text or ""
    else
      text, ours = fill(part)
      if not text or (is_inner and text == "") then return nil, false end
    end
    texts[i] = text
    composed = composed or ours or false
  end
  return table.concat(texts), composed
end

--- Fills a template in.
---@param source string
---@param fill fun(slot: proactive.Slot): string?, boolean?
---@return string? text       nil when a slot outside brackets has no text
---@return boolean composed   whether any of the wording is ours
function template.fill(source, fill)
  local known = template.read(source)
  local text, composed = render(known.parts, fill, false)
  return text, known.composed or composed
end

return template
