--- The schema against what is not derived from it, and the engine against every field of the
--- schema.

local facts = require "spec.support.facts"
local new_report = require("proactive.schema.report").new
local nearest = require "proactive.nearest"
local payloads = require "spec.support.payloads"
local schema = require "proactive.schema"

--- The violations of a payload as `{["path rule"] = violation}`.
local function violations(payload, event, as_event)
  local report = new_report {}
  report.event, report.texts = as_event ~= false, {}
  schema.check(payload, event.payload, report)
  local found = {}
  for _, violation in ipairs(report.violations) do
    found[violation.path .. " " .. violation.rule] = violation
  end
  return found, #report.violations, report
end

local function path_text(path)
  return (table.concat(path, "."):gsub("%.(%d+)", "[%1]"))
end

--- Fresh copies of the eight schemas, as their files hold them.
local function fresh_events()
  local events = {}
  for i, name in ipairs(schema.names) do
    local event = schema.catalogue[name]
    events[i] = payloads.copy {
      name = name,
      payload = event.payload,
      about = event.about,
      sources = event.sources,
      locales = event.locales,
    }
  end
  return events
end

local function differences(events)
  local made = schema.make(events)
  return facts.differences(made.catalogue, made.envelope)
end

--- Calls `visit(path, values)` for every enum of a payload, in either place.
local function each_enum(node, visit, path)
  for _, field in ipairs(node.fields or {}) do
    local at = path and path .. "." .. field.name or field.name
    local enum = field.items or field
    if enum.values then visit(at, enum.values) end
    each_enum(field, visit, at)
  end
end

local function node_at(node, path)
  for key in path:gmatch "[^.]+" do
    local found
    for _, field in ipairs(node.fields) do
      if field.name == key then found = field end
    end
    node = found
  end
  return node
end

describe("the schema", function()
  it("says what the facts say: every field, every enum in full", function()
    assert.same({}, facts.differences(schema.catalogue, schema.envelope))
  end)

  it("is noticed to be wrong when any one enum value is removed", function()
    local removed = 0
    for at, name in ipairs(schema.names) do
      each_enum(schema.catalogue[name].payload, function(path, values)
        for i, value in ipairs(values) do
          local events = fresh_events()
          local node = node_at(events[at].payload, path)
          assert.equal(value, table.remove((node.items or node).values, i))
          assert.equal(1, #differences(events), path .. " " .. value)
          removed = removed + 1
        end
      end)
    end
    assert.is_true(removed > 60)
  end)

  it("is noticed to be wrong when a field is added, removed or made optional", function()
    local events = fresh_events()
    table.remove(events[1].payload.fields[1].fields, 1)
    events[2].payload.fields[1].required = true
    table.insert(events[3].payload.fields, { name = "extra", kind = "time" })
    assert.equal(3, #differences(events))
  end)

  it("is noticed to be wrong when a limit, the prefix or a locale is another", function()
    local events = fresh_events()
    events[6].payload.fields[1].fields[1].max = 6
    assert.equal(1, #differences(events))

    local made = schema.make(fresh_events())
    made.envelope.by_name.referenceId.max = 99
    made.envelope.by_name.relevantAudience.by_name.payload.of.Unicast.by_name.user.prefix = "amzn1."
    assert.equal(2, #facts.differences(made.catalogue, made.envelope))

    events = fresh_events()
    table.remove(events[1].locales, 14)
    assert.equal(1, #differences(events))
  end)

  it("is spoken in words of Amazon only where Amazon's are known", function()
    for code, known in pairs(facts.amazon_words) do
      local language = require("proactive.language." .. code)
      assert.same(known, facts.claimed_words(language))
      local altered = { words = payloads.copy(language.words) }
      altered.words.alertType.HURRICANE = "hurricane"
      assert.equal(#known + 1, #facts.claimed_words(altered))
    end
  end)

  it("says of every event where it comes from and what it is, field by field", function()
    for _, name in ipairs(schema.names) do
      local event = schema.catalogue[name]
      assert.is_true(#event.sources > 0)
      assert.is_string(event.about)
      for _, url in ipairs(event.sources) do
        assert.matches("^https://", url)
      end
      payloads.each_field(event.payload, function(path, node)
        assert.is_string(node.about, name .. " " .. path_text(path))
      end)
    end
  end)

  it("uses each attribute name once in an event", function()
    for _, name in ipairs(schema.names) do
      local seen = {}
      payloads.each_field(schema.catalogue[name].payload, function(path, node)
        if node.attribute then
          assert.is_nil(seen[node.attribute], name .. " " .. path_text(path))
          seen[node.attribute] = true
        end
      end)
    end
  end)

  it("ranks the fields of every object in the order they are documented", function()
    local function follow(node)
      local last = 0
      for _, field in ipairs(node.fields or {}) do
        assert.is_true(schema.order[field.name] > last, field.name)
        last = schema.order[field.name]
        follow(field)
      end
      for _, chosen in pairs(node.of or {}) do
        follow(chosen)
      end
    end
    follow(schema.envelope)
    assert.is_true(schema.order.locale < schema.order.name)
  end)
end)

--- The payload that has only what must be there.
local function least(event, full)
  local payload = payloads.copy(full)
  payloads.each_field(event.payload, function(path, node)
    local holder = payload
    for i = 1, #path - 1 do
      holder = holder and holder[path[i]]
    end
    if holder and not node.required then holder[path[#path]] = nil end
  end)
  return payload
end

--- What is tested of a field of each kind. A field is `{event=, full=, path=, node=, where=}`;
--- `judge(value)` gives the violations of the full payload with that value in the field's place.
local tests = {}

local function test(field, what, run)
  it(("%s: %s"):format(field.where, what), function()
    run(field, function(value, as_event)
      return violations(payloads.with(field.full, field.path, value), field.event, as_event)
    end)
  end)
end

local function missing(field, judge)
  local found, count = judge(nil)
  if not field.node.required then return assert.equal(0, count) end
  assert.equal(field.node.expected, assert(found[field.where .. " required"]).expected)
end

local function wrong_type(field, judge)
  local wrong = { true, print, 0 / 0, 1 / 0, "", "x\0y", "\255", { "x", name = "y" } }
  if field.node.kind ~= "time" then wrong[#wrong + 1] = 3.5 end
  for _, value in ipairs(wrong) do
    local found, count = judge(value)
    assert.is_true(count > 0, field.where .. " accepts " .. tostring(value))
    for at in pairs(found) do
      assert.equal(field.where, at:sub(1, #field.where))
    end
  end
end

local function extra_sibling(field)
  local path = payloads.copy(field.path)
  local typo = path[#path] .. "x"
  path[#path] = typo
  local found = violations(payloads.with(field.full, path, "x"), field.event)
  local near = nearest.name(typo, { field.node.name })
  assert.equal(("did you mean %s?"):format(near), found[path_text(path) .. " unknown"].hint)
end

function tests.enum(field, judge)
  local rule = field.where .. " enum"
  for _, value in ipairs(field.node.values) do
    assert.same({}, (judge(value)))
    local violation = assert(judge(value:lower())[rule])
    assert.matches(value, violation.hint, 1, true)
    assert.equal(field.node.expected, violation.expected)
  end
  assert.equal('"NO_SUCH_VALUE"', judge("NO_SUCH_VALUE")[rule].got)
  assert.is_truthy(judge({ localized = { ["en-US"] = "X" } })[field.where .. " type"])
end

function tests.integer(field, judge)
  for _, value in ipairs { 0, 1, 2 ^ 53 } do
    assert.same({}, (judge(value)))
  end
  local above = 2 ^ 53 + 2
  for value, rule in pairs { [-1] = "range", [above] = "range", [1.5] = "type", ["3"] = "type" } do
    assert.is_truthy(judge(value)[field.where .. " " .. rule])
  end
  assert.equal("write the number without quotes", judge("3")[field.where .. " type"].hint)
end

function tests.time(field, judge)
  assert.is_truthy(judge("2026-01-15T10:00:00")[field.where .. " zone"])
  assert.is_truthy(judge("2026-01-15")[field.where .. " time"])
  assert.same({}, (judge(1768471200)))
  assert.is_truthy(judge(1768471200, false)[field.where .. " type"])
  assert.is_truthy(judge(1e300)[field.where .. " range"])
end

function tests.text(field, judge)
  assert.same({}, (judge("Grüße")))
  local _, count, report = judge { localized = { ["en-US"] = "x" } }
  assert.equal(0, count)
  assert.equal(field.node.localizable and 0 or 1, #report.warnings)
  assert.is_truthy(judge(("x"):rep(10 * 1024 * 1024))[field.where .. " length"])
end

function tests.array(field, judge)
  local node, list = field.node, {}
  local item = node.items.values[1]
  for count = 0, node.max + 1 do
    local fits = count >= node.min and count <= node.max
    assert.equal(not fits, judge(payloads.copy(list))[field.where .. " items"] ~= nil)
    list[#list + 1] = item
  end
  assert.is_truthy(judge({ item, "X" })[field.where .. "[2] enum"])
  local odd = { { [2] = item }, { item, nil, item }, { item, x = item }, { [1.5] = item } }
  for _, value in ipairs(odd) do
    assert.is_truthy(judge(value)[field.where .. " mixed"])
  end
end

local WHAT = {
  enum = "every value, a wrong one, a wrong case",
  integer = "whole numbers from 0 to 2^53",
  time = "a zone; Unix seconds in an event, text in a body",
  text = "plain and localized",
  array = "its size, its items, its keys",
}

for _, name in ipairs(schema.names) do
  local event = schema.catalogue[name]
  local full = payloads.full(event.payload)

  describe(name, function()
    it("accepts its example, every field, and the required fields only", function()
      for _, payload in ipairs { event.example, full, least(event, full) } do
        assert.same({}, (violations(payload, event)))
      end
    end)

    payloads.each_field(event.payload, function(path, node)
      local field = { event = event, full = full, path = path, node = node }
      field.where = path_text(path)
      test(field, "missing", missing)
      test(field, "wrong types", wrong_type)
      test(field, "an extra sibling, with the nearest name", extra_sibling)
      if WHAT[node.kind] then test(field, WHAT[node.kind], tests[node.kind]) end
    end)
  end)
end
