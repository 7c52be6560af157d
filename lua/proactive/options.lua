--- Checks of arguments. A wrong argument is the programmer's mistake, so everything here raises.

local nearest = require "proactive.nearest"

local options = {}

---@class proactive.Option
---@field [1] string    the type's name as `type` gives it; several separated by `|`
---@field min number?   least number
---@field above number? the number must be greater than this
---@field max number?   greatest number
---@field integer boolean?
---@field one_of string[]?
---@field required boolean?

local function fail(what, name, problem, level)
  error(("%s: option %s %s"):format(what, name, problem), level + 1)
end

local function number_problem(value, rule)
  if value ~= value or value == math.huge or value == -math.huge then
    return "must be a finite number"
  elseif rule.integer and value % 1 ~= 0 then
    return ("must be a whole number, got %.14g"):format(value)
  elseif rule.min and value < rule.min then
    return ("must be at least %.14g, got %.14g"):format(rule.min, value)
  elseif rule.above and value <= rule.above then
    return ("must be more than %.14g, got %.14g"):format(rule.above, value)
  elseif rule.max and value > rule.max then
    return ("must be at most %.14g, got %.14g"):format(rule.max, value)
  end
end

local function contains(list, value)
  for _, known in ipairs(list) do
    if known == value then return true end
  end
  return false
end

--- What is wrong with one value, or nil. The value itself is named only when it is one of a few
--- words: an option may be a secret.
local function problem_of(value, rule)
  local kind = type(value)
  if not ("|" .. rule[1] .. "|"):find("|" .. kind .. "|", 1, true) then
    return ("must be a %s, got %s"):format(rule[1]:gsub("|", " or a "), kind)
  end
  if kind == "number" then return number_problem(value, rule) end
  if kind == "string" and rule.one_of and not contains(rule.one_of, value) then
    return ("must be one of %s, got %q%s"):format(
      table.concat(rule.one_of, ", "),
      value,
      nearest.hint(value, rule.one_of)
    )
  end
end

--- Raises unless `given` is a table (or nil) that fits `spec`: known names, right types, numbers in
--- range.
---@param given table?                          never changed
---@param spec table<string, proactive.Option>  every name that is allowed
---@param what string                           the function the options are for, for the message
---@param level integer?
---   as for `error`, who is blamed; default 1: the caller of the function that checks
---@return table given                          an empty table for nil
function options.check(given, spec, what, level)
  level = (level or 1) + 2
  if given == nil then given = {} end
  if type(given) ~= "table" then
    error(("%s: a table of options expected, got %s"):format(what, type(given)), level)
  end
  for name, value in pairs(given) do
    local rule = spec[name]
    if not rule then
      error(
        ("%s: unknown option %s%s"):format(what, tostring(name), nearest.hint(name, spec)),
        level
      )
    end
    local problem = problem_of(value, rule)
    if problem then fail(what, name, problem, level) end
  end
  for name, rule in pairs(spec) do
    if rule.required and given[name] == nil then fail(what, name, "is required", level) end
  end
  return given
end

return options
