--- Payloads made from the schema: every valid form by chance, and ways to reach into them. The
--- chance is seeded and the same on every Lua.

local compat = require "proactive.compat"

local payloads = {}

--- A generator of whole numbers: `chance(n)` is 1 to n.
---@param seed integer
---@return fun(n: integer): integer
function payloads.chance(seed)
  local state = seed
  return function(n)
    -- The multiplier keeps every product below 2^53.
    state = (state * 16807) % 2147483647
    return state % n + 1
  end
end

local TEXTS = {
  "a",
  "Some event",
  "Grüße",
  "試合",
  "emoji 🎉",
  'quo"te\\',
  "line\nbreak",
  ("x"):rep(300),
}
local TIMES = {
  "2026-01-16T21:00:00Z",
  "2026-01-16T21:00:00.463Z",
  "2026-01-16T21:00:00+05:30",
  "2024-02-29T23:59:59-11:00",
  1768471200,
  1768471200.5,
}
local INTEGERS = { 0, 1, 2, 99, 2147483648, 9007199254740991 }

local make = {}

function make.object(node, chance)
  local object = {}
  for _, field in ipairs(node.fields) do
    local wanted = field.required or chance(2) == 1
    if wanted and not field.misplaced then object[field.name] = make[field.kind](field, chance) end
  end
  return object
end

function make.array(node, chance)
  local list = {}
  for i = 1, node.min + chance(node.max - node.min + 1) - 1 do
    list[i] = make[node.items.kind](node.items, chance)
  end
  return list
end

function make.text(node, chance)
  if node.localizable and chance(2) == 1 then
    return {
      localized = { ["en-US"] = TEXTS[chance(#TEXTS)], ["de-DE"] = TEXTS[chance(#TEXTS)] },
    }
  end
  return TEXTS[chance(#TEXTS)]
end

function make.enum(node, chance)
  return node.values[chance(#node.values)]
end

function make.integer(_, chance)
  return INTEGERS[chance(#INTEGERS)]
end

function make.time(_, chance)
  return TIMES[chance(#TIMES)]
end

--- A payload that a constructor accepts.
---@param node proactive.Node
---@param chance fun(n: integer): integer
---@return table
function payloads.random(node, chance)
  return make.object(node, chance)
end

local function first()
  return 1
end

--- The payload with every field of the documented places, each in its first form.
function payloads.full(node)
  return make.object(node, first)
end

--- A deep copy.
function payloads.copy(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do
    copy[key] = payloads.copy(item)
  end
  return copy
end

--- Calls `visit(path, node)` for every field, `path` a list of keys; fields accepted only in a
--- second place are left out.
function payloads.each_field(node, visit, path)
  path = path or {}
  for _, field in ipairs(node.fields or {}) do
    if not field.misplaced then
      local below = { compat.unpack(path) }
      below[#below + 1] = field.name
      visit(below, field)
      payloads.each_field(field, visit, below)
    end
  end
end

--- A copy of a payload with one value changed (nil: removed).
---@param payload table
---@param path (string|integer)[]
---@param value any
function payloads.with(payload, path, value)
  local copy = payloads.copy(payload)
  local at = copy
  for i = 1, #path - 1 do
    at = at[path[i]]
  end
  at[path[#path]] = value
  return copy
end

return payloads
