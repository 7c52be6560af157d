--- Makes the data of the schema ready for the engine: adds to each node what can be derived from
--- it.

local checks = require "proactive.schema.check"

local prepare = {}

local GREATEST_INTEGER = 2 ^ 53

--- The form of a time, for people.
local TIME = "an ISO 8601 time with a zone, as 2026-01-15T10:00:00Z"

--- What is allowed, in words.
local expected = {
  object = function()
    return "an object"
  end,
  choice = function()
    return "an object"
  end,
  localizations = function()
    return "a list with the texts of each locale"
  end,
  time = function()
    return TIME
  end,
  enum = function(node)
    return (#node.values > 1 and "one of " or "") .. table.concat(node.values, ", ")
  end,
  integer = function(node)
    if node.max == GREATEST_INTEGER then
      return ("a whole number of at least %d"):format(node.min)
    end
    return ("a whole number from %d to %d"):format(node.min, node.max)
  end,
  array = function(node)
    return ("a list of %d to %d, each %s"):format(node.min, node.max, node.items.expected)
  end,
  text = function(node)
    if node.prefix then return "text that begins with " .. node.prefix end
    if node.characters then
      return ("1 to %d of the characters %s"):format(node.max, node.characters)
    end
    return "text"
  end,
}

local function index_fields(node)
  node.by_name, node.names, node.lists = {}, {}, {}
  for i, field in ipairs(node.fields) do
    prepare.node(field, node.path == "" and field.name or node.path .. "." .. field.name)
    node.by_name[field.name] = field
    node.names[i] = field.name
    if field.has_list then node.lists[#node.lists + 1] = field end
  end
  node.has_list = #node.lists > 0
end

--- Prepares a node and all below it, in place.
---@param node proactive.Node
---@param path string            where it stands in the request body
---@return proactive.Node node   the same
function prepare.node(node, path)
  node.path = path
  if node.kind == "object" then
    index_fields(node)
  elseif node.kind == "choice" then
    for _, chosen in pairs(node.of) do
      prepare.node(chosen, path)
      node.has_list = node.has_list or chosen.has_list
    end
  elseif node.kind == "array" then
    prepare.node(node.items, path .. "[]")
    node.has_list = true
  elseif node.kind == "localizations" then
    node.has_list = true
  elseif node.kind == "enum" then
    node.set = {}
    for _, value in ipairs(node.values) do
      node.set[value] = true
    end
  elseif node.kind == "integer" then
    node.max = node.max or GREATEST_INTEGER
  elseif node.kind == "text" then
    node.max = node.max or math.huge
    node.pattern = node.characters and "^[" .. node.characters .. "]*$"
  end
  node.expected = expected[node.kind](node)
  node.check = checks[node.kind]
  return node
end

return prepare
