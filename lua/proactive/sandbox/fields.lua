--- Checks the bodies of control calls: known names, right types. They come from outside, so nothing
--- raises; the first problem comes back as a sentence, with the nearest known name for an unknown
--- one.

local json = require "proactive.json"
local nearest = require "proactive.nearest"

local fields = {}

---@class proactive.sandbox.Field
---@field [1] string     "string", "number", "boolean", "array", "object"; several separated by `|`
---@field one_of string[]?
---@field pattern string?   Lua pattern a text must match, with `like` as its description
---@field like string?
---@field min number?
---@field max number?
---@field above number?
---@field integer boolean?
---@field required boolean?

local function type_of(value)
  if type(value) ~= "table" then return type(value) end
  if value == json.null then return "null" end
  return json.is_array(value) and "array" or "object"
end

local function number_problem(value, rule)
  if rule.integer and value % 1 ~= 0 then return "must be a whole number" end
  if rule.min and value < rule.min then return ("must be at least %.14g"):format(rule.min) end
  if rule.max and value > rule.max then return ("must be at most %.14g"):format(rule.max) end
  if rule.above and value <= rule.above then
    return ("must be more than %.14g"):format(rule.above)
  end
end

local function text_problem(value, rule)
  if rule.pattern and not value:find(rule.pattern) then return "must look like " .. rule.like end
  if not rule.one_of then return nil end
  for _, known in ipairs(rule.one_of) do
    if value == known then return nil end
  end
  local list = table.concat(rule.one_of, ", ")
  return ("must be one of %s%s"):format(list, nearest.hint(value, rule.one_of))
end

local function value_problem(value, rule)
  local kind = type_of(value)
  if not ("|" .. rule[1] .. "|"):find("|" .. kind .. "|", 1, true) then
    return ("must be a JSON %s, got %s"):format(rule[1]:gsub("|", " or "), kind)
  elseif kind == "number" then
    return number_problem(value, rule)
  elseif kind == "string" then
    return text_problem(value, rule)
  end
end

--- The first problem of an object, or nil.
---@param given any     decoded from JSON
---@param spec table<string, proactive.sandbox.Field>
---@param where string  what stands before a field's name in the sentence; "" at the top
---@return string?
function fields.problem(given, spec, where)
  local prefix = where == "" and "" or where .. ": "
  if type_of(given) ~= "object" then return prefix .. "a JSON object is expected" end
  local names = {}
  for name in pairs(given) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local rule = spec[name]
    if not rule then
      return ("%sunknown field %s%s"):format(prefix, name, nearest.hint(name, spec))
    end
    local problem = value_problem(given[name], rule)
    if problem then return ("%s%s %s"):format(prefix, name, problem) end
  end
  for name, rule in pairs(spec) do
    if rule.required and given[name] == nil then
      return ("%s%s is required"):format(prefix, name)
    end
  end
end

return fields
