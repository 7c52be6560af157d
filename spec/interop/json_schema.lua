--- The exported JSON Schemas against our own judgement: ajv, a stock validator, judges the same
--- random and mutated payloads, and any disagreement is a failure.
---
---     lua5.4 spec/interop/json_schema.lua [SEED]
---
--- The schemas are those that `proactive events NAME --json` prints. `make interop` installs ajv;
--- Node looks for it in $NODE_PATH.

local audience = require "proactive.audience"
local events = require "proactive.events"
local json = require "proactive.json"
local json_schema = require "proactive.schema.json_schema"
local new_report = require("proactive.schema.report").new
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local schema = require "proactive.schema"

local SEED = tonumber(arg[1]) or 1
local EACH = 1500

local function encode(value)
  return assert(json.encode(value))
end

--- Values that fit some field, and values that fit none.
local function odd_values()
  return {
    json.null,
    true,
    0,
    1,
    -1,
    3.5,
    2 ^ 53,
    "",
    "x",
    "3",
    "tornado",
    "TORNADO",
    "GLASS",
    "FRIEND",
    "localizedattribute:",
    "localizedattribute:locale",
    "localizedattribute:x",
    "2026-01-15T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2024-02-29T10:00:00.5+05:30",
    "2026-01-15T10:00:00",
    "2026-01-15t10:00:00z",
    "2026-01-15T10:00:00+24:00",
    "2026-01-15T24:00:00Z",
    "2026-01-15T10:00Z",
    "試合",
    ("x"):rep(16384),
    ("x"):rep(16385),
    {},
    json.array {},
    json.array { "GLASS" },
    json.array { "GLASS", "GLASS", "CANS", "CANS", "CANS" },
    json.array { "GLASS", "GLASS", "GLASS", "GLASS", "GLASS", "GLASS" },
    json.array { 1 },
    { name = "x" },
    { name = "x", relationshipToInvitee = "FRIEND" },
    { extra = 1 },
  }
end

local function copy(value)
  if type(value) ~= "table" or value == json.null then return value end
  local result = json.is_array(value) and json.array {} or {}
  for key, item in pairs(value) do
    result[key] = copy(item)
  end
  return result
end

--- Every table inside a payload, and every key of it.
local function places(value, list)
  for _, key in ipairs(require("proactive.schema.value").sorted_keys(value)) do
    list[#list + 1] = { value, key }
    local item = value[key]
    if type(item) == "table" and item ~= json.null then places(item, list) end
  end
  return list
end

local function mutate(payload, chance)
  local list = places(payload, {})
  if #list == 0 then return payload end
  local at = list[chance(#list)]
  local holder, key = at[1], at[2]
  local odd = odd_values()
  local kind = chance(4)
  if kind == 1 and type(key) == "string" then
    holder[key] = nil
  elseif kind == 2 and type(key) == "string" then
    holder[key .. "x"] = odd[chance(#odd)]
  elseif kind == 3 and type(holder[key]) == "string" then
    holder[key] = holder[key]:lower()
  else
    holder[key] = odd[chance(#odd)]
  end
  return payload
end

local function random_payload(name, chance)
  local event = assert(events[name](payloads.random(schema.catalogue[name].payload, chance)))
  local body = assert(request.build(event, audience.multicast(), { reference_id = "r" }))
  return body.event.payload
end

local function judge(name, text)
  local report = new_report {}
  report.decoded = true
  schema.check(assert(json.decode(text)), schema.catalogue[name].payload, report)
  return #report.violations == 0, report.violations[1]
end

--- The cases, one line each, as ajv is given them; `{name, text, valid, violation}`.
local function make_cases()
  local cases, chance = {}, payloads.chance(SEED)
  for _, name in ipairs(schema.names) do
    for i = 1, EACH do
      local payload = copy(random_payload(name, chance))
      for _ = 1, i % 4 do
        payload = mutate(payload, chance)
      end
      local text = encode(payload)
      local valid, violation = judge(name, text)
      cases[#cases + 1] = { name = name, text = text, valid = valid, violation = violation }
    end
  end
  return cases
end

--- The schemas by name, as JSON text: of each event as a user gets it, and of the whole body.
local function schemas_text()
  local members = { ('"body":%s'):format(encode(json_schema.body())) }
  for _, name in ipairs(schema.names) do
    local pipe = assert(io.popen(("bin/proactive events %s --json"):format(name)))
    local printed = pipe:read "*a"
    pipe:close()
    assert(json.decode(printed).title == name)
    members[#members + 1] = ('"%s":%s'):format(name, printed:gsub("\n$", ""))
  end
  return ("{%s}"):format(table.concat(members, ","))
end

--- What ajv says of each case.
local function ajv_verdicts(cases)
  local input, output = os.tmpname(), os.tmpname()
  local file = assert(io.open(input, "w"))
  file:write(schemas_text(), "\n")
  for _, case in ipairs(cases) do
    file:write(('["%s",%s]\n'):format(case.name, case.text))
  end
  file:close()
  local status = os.execute(("node spec/interop/json_schema.js <%s >%s"):format(input, output))
  assert(status == true or status == 0, "node failed")
  local verdicts = {}
  for line in io.lines(output) do
    verdicts[#verdicts + 1] = line == "true"
  end
  os.remove(input)
  os.remove(output)
  assert(#verdicts == #cases, "ajv did not judge every case")
  return verdicts
end

local cases = make_cases()
local verdicts = ajv_verdicts(cases)
local failed, accepted = 0, 0
for i, case in ipairs(cases) do
  accepted = accepted + (case.valid and 1 or 0)
  if verdicts[i] ~= case.valid then
    failed = failed + 1
    local violation = case.violation
    io.stderr:write(("%s: ajv says %s, we say %s\n  %s\n"):format(
      case.name,
      tostring(verdicts[i]),
      violation and violation.path .. " " .. violation.rule or "valid",
      case.text:sub(1, 400)
    ))
  end
end
-- Both kinds must have been judged in number, or nothing was compared.
assert(accepted > #cases / 10 and accepted < #cases * 9 / 10, "the cases are of one kind")
print(("json_schema: %d cases, %d of them valid"):format(#cases, accepted))
print(("%d passed, %d failed"):format(#cases - failed, failed))
os.exit(failed == 0 and 0 or 1)
