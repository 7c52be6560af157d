--- A manifest as text or as a table: the envelope `{"manifest": {…}}` that SMAPI and ask-cli
--- exchange.

local errors = require "proactive.errors"
local json = require "proactive.json"

local document = {}

---@class proactive.Manifest
---@field manifest table

local function refuse(message, fix)
  return nil, errors.new("invalid", { message = message, fix = fix })
end

--- Whether a value is a JSON array: one that was decoded, or a table that has a first element.
---@param value any
---@return boolean
function document.is_list(value)
  return type(value) == "table" and (json.is_array(value) or value[1] ~= nil)
end

--- Whether a value is a JSON object.
---@param value any
---@return boolean
function document.is_object(value)
  return type(value) == "table" and value ~= json.null and not document.is_list(value)
end

local is_object = document.is_object

--- A list of objects, `{{[key] = name}, …}`, as manifests name permissions and events.
---@param key "name"|"eventName"
---@param names string[]
---@return table[]
function document.list_of(key, names)
  local list = json.array {}
  for index, name in ipairs(names) do
    list[index] = { [key] = name }
  end
  return list
end

local FIX = "A manifest is what proactive manifest get writes, and ask smapi get-skill-manifest: "
  .. '{"manifest": {"manifestVersion": "1.0", …}}.'

--- What a JSON text is that is no manifest, as far as can be told.
local function other_kind(value)
  if value.interactionModel then return "this is an interaction model and no manifest" end
  if value.publishingInformation or value.apis then
    return 'the manifest stands bare: it belongs into {"manifest": …}'
  elseif value.relevantAudience then
    return "this is the body of an event and no manifest"
  end
  return 'this is no manifest: the object "manifest" is missing'
end

--- The envelope, when it is one.
---@param value any
---@return proactive.Manifest?
---@return proactive.Error?  kind `invalid`
function document.envelope(value)
  if not is_object(value) then return refuse("this is no manifest: an object is expected", FIX) end
  if not is_object(value.manifest) then return refuse(other_kind(value), FIX) end
  return value
end

--- Whether a text is one of the two kinds of UTF-16, by its mark or by the look of its first
--- character.
local function is_utf_16(text)
  local first, second = text:byte(1, 2)
  return first == 0xFF and second == 0xFE
    or first == 0xFE and second == 0xFF
    or first == 0
    or second == 0
end

-- Bytes of a path that is shown whole, and of what is shown of both ends of a longer one.
local LONGEST, ENDS = 80, 24

--- A path that can be read: of a long one whole steps of its beginning and of its end.
local function shortened(path)
  if #path <= LONGEST then return path end
  local beginning = path:sub(1, ENDS):match "^(.+)[.%[]" or ""
  local ending = path:sub(-ENDS):match "[.%[].+$" or ""
  return beginning .. ".…" .. ending
end

local NO_JSON, NO_JSON_FIX = "is not JSON", "Correct it there; nothing was changed or sent."
local UNSAFE = "cannot be read safely"
local UNSAFE_FIX = "Correct it there if it is a mistake; if it is meant so, another tool must send "
  .. "this manifest. Nothing was changed or sent."

--- Reads a manifest's text. Duplicate keys and typographic quotation marks are refused.
---@param text string
---@return proactive.Manifest?
---@return proactive.Error?  kind `invalid`, with `line` and `column` when it is not JSON
function document.decode(text)
  if is_utf_16(text) then
    return refuse(
      "the manifest is a file in UTF-16",
      "Save it in UTF-8; nothing was changed or sent."
    )
  end
  local value, message, line, column, path, unsafe = json.decode(text)
  if value ~= nil then return document.envelope(value) end
  local where = ("line %d, column %d"):format(line or 1, column or 1)
  if path and path ~= "" then where = ("%s, in %s"):format(where, shortened(path)) end
  local err = errors.new("invalid", {
    message = ("the manifest %s: %s (%s)"):format(unsafe and UNSAFE or NO_JSON, message, where),
    fix = unsafe and UNSAFE_FIX or NO_JSON_FIX,
  })
  err.line, err.column = line, column
  return nil, err
end

return document
