--- The exported JSON Schemas against our own judgement: ajv, a stock validator, judges the same
--- random and mutated request bodies and payloads, and any disagreement is a failure.
---
---     lua5.4 spec/interop/json_schema.lua [SEED]
---
--- The schemas are those that `proactive events NAME --json` prints, and the one of the whole body.
--- `make interop` installs ajv; Node looks for it in $NODE_PATH.

local audience = require "proactive.audience"
local events = require "proactive.events"
local json = require "proactive.json"
local json_schema = require "proactive.schema.json_schema"
local new_report = require("proactive.schema.report").new
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local schema = require "proactive.schema"
local validate = require "proactive.validate"

local SEED = tonumber(arg[1]) or 1
local EACH = 1500
local NOW = 1768471200 -- 2026-01-15T10:00:00Z

-- What JSON Schema cannot express, and ajv must therefore accept: how far expiryTime is from the
-- current time, that a reference has its text in every locale, that no locale stands there twice.
local BEYOND = { expiry = true, text = true, locale_twice = true }

local function encode(value)
  return assert(json.encode(value))
end

--- Values that fit some field, and values that fit none.
local function odd_values()
  return {
    json.null,
    true,
    0, 1, -1, 3.5, 2 ^ 53,
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
    "en-US", "en_us",
    "Unicast",
    "Multicast",
    "AMAZON.WeatherAlert.Activated",
    "amzn1.ask.account.X",
    "amzn1-ask.account.X",
    "試合",
    ("é"):rep(100),
    ("é"):rep(101),
    ("x"):rep(16384),
    ("x"):rep(16385),
    ("é"):rep(16384),
    ("é"):rep(16385),
    ("試"):rep(16384),
    ("試"):rep(16385),
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

--- Every table inside a value, and every key of it.
local function places(value, list)
  for _, key in ipairs(require("proactive.schema.value").sorted_keys(value)) do
    list[#list + 1] = { value, key }
    local item = value[key]
    if type(item) == "table" and item ~= json.null then places(item, list) end
  end
  return list
end

--- Changes one place: removed, an extra field beside it, the wrong case, or an odd value.
local function mutate(body, chance)
  local list = places(body, {})
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
end

local function random_body(name, chance)
  local event = assert(events[name](payloads.random(schema.catalogue[name].payload, chance)))
  local whom = chance(2) == 1 and audience.multicast() or audience.unicast "amzn1.ask.account.X"
  return copy(assert(request.build(event, whom, { reference_id = "r", now = NOW })))
end

--- The first violation that JSON Schema can express.
local function first_of(violations)
  for _, violation in ipairs(violations) do
    if not BEYOND[violation.rule] then return violation end
  end
end

local function judge_body(text)
  local ok, found = validate(text, { now = NOW })
  return not ok and first_of(found.violations) or nil
end

local function judge_payload(text, name)
  local report = new_report {}
  report.decoded = true
  schema.check(assert(json.decode(text)), schema.catalogue[name].payload, report)
  return first_of(report.violations)
end

local function case_of(name, value, judge)
  local text = encode(value)
  return { name = name, text = text, violation = judge(text, name) }
end

--- The cases, one line each, as ajv is given them; `{name, text, violation}`, none when valid.
local function make_cases()
  local cases, chance = {}, payloads.chance(SEED)
  for _, name in ipairs(schema.names) do
    for i = 1, EACH do
      local body = random_body(name, chance)
      for _ = 1, i % 4 do
        mutate(body, chance)
      end
      cases[#cases + 1] = case_of("body", body, judge_body)
      local payload = type(body.event) == "table" and body.event.payload
      if payload then cases[#cases + 1] = case_of(name, payload, judge_payload) end
    end
  end
  return cases
end

--- The schemas by name, as JSON text: of the whole body, and of each event as a user gets it.
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
  local violation = case.violation
  accepted = accepted + (violation and 0 or 1)
  if verdicts[i] == (violation ~= nil) then
    failed = failed + 1
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
