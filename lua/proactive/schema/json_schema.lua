--- The schema as JSON Schema (2020-12), for editors and validators of other languages.
---
--- What JSON Schema cannot say is left to `proactive.validate`: the window of expiryTime, and
--- that every `localizedattribute:NAME` has a text in every locale.

local json = require "proactive.json"
local localized = require "proactive.schema.localized"
local schema = require "proactive.schema"
local text = require "proactive.text"

local json_schema = {}

local DIALECT = "https://json-schema.org/draft/2020-12/schema"

-- The profile of `proactive.time`; that the day exists is said by the format.
local TIME = "^(?!0000)\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])"
  .. "T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$"

local NO_NUL = "^[^\\u0000]*$"

local convert = {}

local function of_node(node)
  local result = convert[node.kind](node)
  local about = node.about
  if node.misplaced then
    result.deprecated = true
    about = ("%s; %s"):format(about, node.misplaced)
  end
  result.description = about
  if node.sources then result["$comment"] = table.concat(node.sources, " ") end
  return result
end

local function requires(name)
  return { required = json.array { name } }
end

--- Either the field, or the same in the other place that some use.
local function either(field)
  local alternative
  for i = #field.elsewhere, 1, -1 do
    local name = field.elsewhere[i]
    local outer = requires(name)
    if alternative then outer.properties = { [name] = alternative } end
    alternative = outer
  end
  return json.array { requires(field.name), alternative }
end

function convert.object(node)
  local result = {
    type = "object",
    properties = {},
    required = json.array {},
    additionalProperties = false,
  }
  for _, field in ipairs(node.fields) do
    result.properties[field.name] = of_node(field)
    if field.elsewhere then
      result.anyOf = either(field)
    elseif field.required then
      result.required[#result.required + 1] = field.name
    end
  end
  return result
end

function convert.array(node)
  return {
    type = "array",
    minItems = node.min,
    maxItems = node.max,
    items = of_node(node.items),
  }
end

local function copy(list)
  local result = json.array {}
  for i, item in ipairs(list) do
    result[i] = item
  end
  return result
end

function convert.enum(node)
  return { type = "string", enum = copy(node.values) }
end

function convert.integer(node)
  return { type = "integer", minimum = node.min, maximum = node.max }
end

function convert.time()
  return { type = "string", format = "date-time", pattern = TIME }
end

function convert.text(node)
  local result = { type = "string", minLength = 1, pattern = NO_NUL }
  result.maxLength = math.min(node.max, text.LONGEST)
  if node.attribute then
    -- Every text may refer to one of each locale, but not without a name or by the name of the
    -- locale.
    result.pattern = ("^(?!%s(locale)?$)[^\\u0000]*$"):format(localized.MARK)
  elseif node.prefix then
    result.pattern = "^" .. node.prefix:gsub("%.", "\\.") .. "[^\\u0000-\\u0020\\u007f]+$"
  end
  return result
end

function convert.localizations()
  local entry = {
    type = "object",
    properties = { locale = { type = "string", pattern = "^[a-z][a-z]-[A-Z][A-Z]$" } },
    required = json.array { "locale" },
    additionalProperties = {
      type = "string",
      minLength = 1,
      maxLength = text.LONGEST,
      pattern = NO_NUL,
    },
  }
  return { type = "array", items = entry }
end

function convert.choice()
  return { type = "object" }
end

--- For each value of the deciding sibling, the fields that go with it.
local function choices(node, names)
  local list = json.array {}
  for i, name in ipairs(names) do
    list[i] = {
      ["if"] = { properties = { [node.by] = { const = name } }, required = json.array { node.by } },
      ["then"] = { properties = { [node.name] = of_node(node.of[name]) } },
    }
  end
  return list
end

local function with_choice(result, holder)
  local chosen = holder.by_name.payload
  result.allOf = choices(chosen, holder.by_name[chosen.by].values)
end

--- The schema of one event's payload, as it stands in a request body.
---@param name string  `AMAZON.…`
---@return table       plain data, arrays marked for `json.encode`
function json_schema.payload(name)
  local event = schema.catalogue[name]
  local result = of_node(event.payload)
  result["$schema"] = DIALECT
  result.title = name
  result.description = event.about
  result["$comment"] = table.concat(event.sources, " ")
  return result
end

--- The schema of a whole request body, with the payload of every event.
---@return table
function json_schema.body()
  local envelope = schema.envelope
  local result = of_node(envelope)
  result["$schema"] = DIALECT
  result.title = "Proactive event request"
  for _, name in ipairs { "event", "relevantAudience" } do
    with_choice(result.properties[name], envelope.by_name[name])
  end
  return result
end

-- How schemas are laid out: what it is first, its parts last.
local KEYWORDS = {
  "$schema",
  "title",
  "description",
  "$comment",
  "deprecated",
  "type",
  "format",
  "enum",
  "const",
  "pattern",
}

--- The order of keys for `json.encode`: keywords, then fields as the documentation has them.
---@return table<string, integer>
function json_schema.order()
  local order = {}
  for name, rank in pairs(schema.order) do
    order[name] = rank + #KEYWORDS
  end
  for rank, keyword in ipairs(KEYWORDS) do
    order[keyword] = rank
  end
  return order
end

return json_schema
