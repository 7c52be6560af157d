--- The engine: checks a value against a node of the schema. The nodes are data; what each kind of
--- node means stands here and nowhere else.
---
--- A check is `function(value, node, report, parent)`; the report stands at the value. It adds what
--- it finds and returns nothing. Nothing is built for a value that is right: a valid body costs
--- look-ups only.

local attributes = require "proactive.schema.attributes"
local json = require "proactive.json"
local localized = require "proactive.schema.localized"
local nearest = require "proactive.nearest"
local text = require "proactive.text"
local time = require "proactive.time"
local values = require "proactive.schema.value"

local find, getmetatable, next, type = string.find, getmetatable, next, type
local rawequal, rawget = rawequal, rawget
local is_object = values.is_object
local show = text.show

---@class proactive.Node
---@field kind "object"|"array"|"text"|"enum"|"integer"|"time"|"choice"|"localizations"
---@field name string?             the field's name in its parent
---@field about string?            what the field is for
---@field required boolean?
---@field left_out_for string?  for this kind (see `by`) clients of others leave it out
---@field elsewhere string[]?      another place, from the parent, that makes up for a missing field
---@field misplaced string?        the field is accepted here, with this warning
---@field fields proactive.Node[]? object: its fields, in the order they are written
---@field items proactive.Node?    array: what it holds
---@field min integer?             array: least number of items; integer: least value
---@field max integer?             array: most items; integer: greatest value; text: most characters
---@field values string[]?         enum: every value
---@field disputed table<string, string>?  enum: values the sources disagree about, and how
---@field attribute string?        text: its name in localizedAttributes
---@field localizable boolean?     text: the sources show it localized
---@field prefix string?           text: how it begins
---@field characters string?       text: the documented characters, as the inside of a pattern's set
---@field window integer[]?        time: how many seconds from now it must be at least and at most
---@field refusal string?          time: the service's words when it is not
---@field by string?               choice: the sibling that decides
---@field of table<string, proactive.Node>? choice: the node for each value of that sibling
---@field locales table?           localizations: the known locales of each event, as list and `set`
---@field sources string[]?        addresses that say so, where they are not the event's own
---@field expected string          (prepared) what is allowed, in words
---@field path string              (prepared) where it stands in the request body
---@field pattern string?          (prepared) text: a pattern of `characters` only
---@field lists proactive.Node[]   (prepared) object: the fields that are a list or hold one
---@field has_list boolean?        (prepared) it is a list, or one stands below it
---@field check function           (prepared) the check of its kind

local checks = {}

local function add(rule, message, value, node, report)
  report:add(rule, message, { got = show(value), expected = node.expected })
end

local function add_type(value, node, report)
  local hint
  if node.kind == "integer" and type(value) == "string" and find(value, "^%-?%d+$") then
    hint = "write the number without quotes"
  elseif node.kind == "time" and type(value) == "number" then
    hint = "in a request body a time is text; constructors and proactive.request take Unix seconds"
  end
  report:add_type(value, node.expected, hint)
end

local function describe_unknown(name, value, node, report)
  local near = nearest.name(name, node.names)
  report:enter(name)
  report:add("unknown", "is not a field the service knows", {
    got = show(value),
    expected = #node.names > 0 and table.concat(node.names, ", ") or "no field",
    hint = near and ("did you mean %s?"):format(near),
  })
  report:leave()
end

local function add_unknown(name, value, node, report)
  if report:has_room "unknown" then
    describe_unknown(name, value, node, report)
  else
    report:count("unknown", 1)
  end
  values.check_member(name, value, report)
end

--- Adds what is wrong with the keys of an object that are none of its fields.
local function add_other_keys(value, node, report)
  local others, has_items = {}, false
  for key in next, value do
    if type(key) ~= "string" then
      has_items = true
    elseif node.by_name[key] == nil then
      others[key] = true
    end
  end
  -- One more than are looked at, so that the rest does not go unnoticed.
  local keys, count = values.sorted_keys(others, values.MOST + 1)
  for _, key in ipairs(keys) do
    add_unknown(key, value[key], node, report)
  end
  report:count("unknown", count - #keys)
  if has_items then report:add("mixed", "has list items where only named fields can be") end
end

--- Whether a missing field is given in the other place where some put it.
local function stands_elsewhere(field, value)
  if not field.elsewhere then return false end
  for _, key in ipairs(field.elsewhere) do
    if type(value) ~= "table" then return false end
    value = rawget(value, key)
  end
  return value ~= nil
end

function checks.object(value, node, report)
  if type(value) ~= "table" then return add_type(value, node, report) end
  if getmetatable(value) ~= nil then
    if not is_object(value) then return add_type(value, node, report) end
    value = values.plain(value)
  end
  local depth, keys, fields, by_name = report.depth + 1, report.keys, node.fields, node.by_name
  report.depth = depth
  for i = 1, #fields do
    local field = fields[i]
    local name = field.name
    local item = value[name]
    keys[depth] = name
    if item ~= nil then
      if field.misplaced then report:add("misplaced", field.misplaced, { got = show(item) }) end
      field.check(item, field, report, value)
    elseif field.required and not stands_elsewhere(field, value) then
      local rule = report:takes_without(field, value) and "unneeded" or "required"
      report:add(rule, "is missing", { expected = field.expected })
    end
  end
  report.depth = depth - 1
  for key in next, value do
    if by_name[key] == nil then return add_other_keys(value, node, report) end
  end
end

function checks.array(value, node, report)
  -- In JSON text `{}` and `[]` differ; a Lua table that is empty can be either.
  local wrong_mark = report.decoded and not json.is_array(value)
  if type(value) ~= "table" or rawequal(value, json.null) or wrong_mark then
    return add_type(value, node, report)
  end
  value = values.plain(value)
  local count = values.list_length(value, node.max)
  if not count then
    return report:add("mixed", "must be a list with the keys 1, 2, 3 … and no gap", {
      got = "a table with other keys",
      expected = node.expected,
    })
  elseif count < node.min or count > node.max then
    local got = count > node.max and "more" or ("%d"):format(count)
    local message = ("must have %d to %d items, got %s"):format(node.min, node.max, got)
    report:add("items", message, { got = got, expected = node.expected })
  end
  for i = 1, math.min(count, node.max) do
    report:enter(i)
    node.items.check(value[i], node.items, report, value)
    report:leave()
  end
end

local function add_enum(value, node, report)
  local near = nearest.name(value, node.values)
    or nearest.name(value:sub(1, 64):upper(), node.values)
  local hint
  if near and near:lower() == value:lower() then
    hint = ("case matters: write %s"):format(near)
  elseif near then
    hint = ("did you mean %s?"):format(near)
  end
  local message = ("%s is not %s"):format(show(value), node.expected)
  report:add("enum", message, { got = show(value), expected = node.expected, hint = hint })
end

function checks.enum(value, node, report)
  if not node.set[value] then
    local add_it = type(value) == "string" and add_enum or add_type
    return add_it(value, node, report)
  end
  local dispute = node.disputed and node.disputed[value]
  if dispute then add("disputed", dispute, value, node, report) end
end

function checks.integer(value, node, report)
  -- NaN and the infinities fail the test for a whole number, too.
  if type(value) ~= "number" or value % 1 ~= 0 then return add_type(value, node, report) end
  if value < node.min or value > node.max then
    add("range", ("must be %s, got %s"):format(node.expected, show(value)), value, node, report)
  end
end

--- A time that must be a certain way ahead of the current time.
local function check_window(unix, value, node, report)
  local now, earliest, latest = report.now, node.window[1], node.window[2]
  local ahead = unix - now
  if ahead >= earliest and ahead <= latest then return end
  report:add("expiry", node.refusal, {
    got = ("%s, %d seconds from now"):format(show(value), math.floor(ahead)),
    expected = ("from %s to %s"):format(
      time.format(math.ceil(now + earliest)),
      time.format(math.floor(now + latest))
    ),
    hint = ahead < earliest and "let it expire later" or "let it expire sooner",
  })
end

function checks.time(value, node, report)
  if report.event and type(value) == "number" then
    if time.is_unix(value) then return end
    local message = ("%s is no Unix time of the years 1 to 9999"):format(show(value))
    return add("range", message, value, node, report)
  elseif type(value) ~= "string" then
    return add_type(value, node, report)
  end
  local unix, problem, rule = time.parse(value)
  if not unix then return add(rule, problem, value, node, report) end
  if node.window then check_window(unix, value, node, report) end
end

--- The rules that only the texts of the envelope have.
local function check_form(value, node, report)
  if #value > node.max and text.length(value) > node.max then
    local message = "must have at most %d characters, got %d"
    add("length", message:format(node.max, text.length(value)), value, node, report)
  end
  if node.prefix and find(value, node.prefix, 1, true) ~= 1 then
    add("user", ("must begin with %s"):format(node.prefix), value, node, report)
  elseif node.prefix and not find(value, "^[^\1-\32\127]+$", #node.prefix + 1) then
    local message = ("must have an id without white space behind %s"):format(node.prefix)
    add("user", message, value, node, report)
  end
  if node.pattern and not find(value, node.pattern) then
    add("characters", "has other characters than the documented ones", value, node, report)
  end
end

function checks.text(value, node, report)
  if type(value) ~= "string" then
    local takes_texts = report.event and node.attribute and is_object(value)
    if takes_texts and rawget(value, "localized") ~= nil then
      return localized.check(value, node, report)
    end
    return add_type(value, node, report)
  elseif value == "" then
    return add(node.attribute and "empty" or "length", "is empty", value, node, report)
  elseif not values.is_sendable(value) and not values.check_text(value, report) then
    return
  elseif not node.attribute then
    return check_form(value, node, report)
  elseif localized.is_reference(value) then
    localized.note_use(value, node, report)
  end
end

--- A value whose kind is decided by a sibling: the payload by the event's name. When the sibling
--- itself is wrong, only what holds for every value is checked.
function checks.choice(value, node, report, parent)
  local chosen = node.of[parent[node.by]]
  if chosen then return chosen.check(value, chosen, report, parent) end
  if not is_object(value) then return add_type(value, node, report) end
  values.check(value, report)
end

checks.localizations = attributes.check

return checks
