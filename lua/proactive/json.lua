--- JSON text out and in, over cJSON in the core. The only file that calls `core.encode` and
--- `core.decode`.
---
--- An empty table is ambiguous in Lua, so arrays are marked: decoded arrays carry the metatable
--- `json.array` gives, and an empty table without it is written as `{}`.

local json = {}

local Array = { __name = "proactive.array" }
local null = setmetatable({}, {
  __name = "proactive.null",
  __tostring = function()
    return "null"
  end,
})

--- The value that stands for JSON's null.
json.null = null

--- Marks a table as an array, so that an empty one is written as `[]`.
---@generic T: table
---@param list T
---@return T list  the same table
function json.array(list)
  return setmetatable(list, Array)
end

--- Whether a table is marked as an array.
---@param value any
---@return boolean
function json.is_array(value)
  return getmetatable(value) == Array
end

local core

--- A function that writes values in one way, for what is written again and again.
---@param opts? {pretty: boolean?, order: table<string, integer>?}
---   order: keys are written by rank, then bytewise
---@return fun(value: any): string?, string?, string?  as `json.encode`
function json.encoder(opts)
  local order, pretty = opts and opts.order, opts and opts.pretty
  local options = { array = Array, null = null, order = order, pretty = pretty }
  return function(value)
    core = core or require "proactive.core"
    return core.encode(value, options)
  end
end

--- A table's JSON text.
---@param value any
---@param opts? {pretty: boolean?, order: table<string, integer>?} as for `json.encoder`
---@return string? text
---@return string? message  what cannot be written, and why
---@return string? path     where it stands
function json.encode(value, opts)
  return json.encoder(opts)(value)
end

local decode_options = { array = Array, null = null }

--- The value of a JSON text. Duplicate keys, trailing text and integers beyond 2^53 are refused.
---@param text string
---@return any? value      `json.null` for null
---@return string? message
---@return integer? line   where, counted from 1
---@return integer? column in bytes, counted from 1
---@return string? path    where in the value
---@return boolean? unsafe whether it is JSON all the same, and only cannot be kept as it is
function json.decode(text)
  return require("proactive.core").decode(text, decode_options)
end

return json
