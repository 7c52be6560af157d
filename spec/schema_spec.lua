--- The schema against what is not derived from it, and the engine against every field of the schema.

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
    }
  end
  return events
end

describe("the schema", function()
  it("says what the facts say: every field, every enum in full", function()
    assert.same({}, facts.differences(schema.catalogue))
  end)

  it("is noticed to be wrong when one enum value is removed", function()
    local events = fresh_events()
    local removed = table.remove(events[6].payload.fields[1].fields[2].values, 5)
    assert.equal("FRIDAY", removed)
    local altered = schema.make(events)
    assert.equal(1, #facts.differences(altered.catalogue))

    local report = new_report {}
    report.event, report.texts = true, {}
    local friday = { alert = { garbageTypes = { "GLASS" }, collectionDayOfWeek = "FRIDAY" } }
    local name = "AMAZON.TrashCollectionAlert.Activated"
    schema.check(friday, altered.catalogue[name].payload, report)
    assert.equal("enum", report.violations[1].rule)
    local _, count = violations(friday, schema.catalogue[name])
    assert.equal(0, count)
  end)

  it("is noticed to be wrong when a field is added, removed or made optional", function()
    local events = fresh_events()
    table.remove(events[1].payload.fields[1].fields, 1)
    events[2].payload.fields[1].required = true
    table.insert(events[3].payload.fields, { name = "extra", kind = "time" })
    assert.equal(3, #facts.differences(schema.make(events).catalogue))
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

for _, name in ipairs(schema.names) do
  local event = schema.catalogue[name]
  local full = payloads.full(event.payload)

  describe(name, function()
    it("accepts its example and a payload with every field", function()
      for _, payload in ipairs { event.example, full } do
        local found, count = violations(payload, event)
        assert.same({}, found)
        assert.equal(0, count)
      end
    end)

    it("accepts a payload with required fields only", function()
      local least = payloads.copy(full)
      payloads.each_field(event.payload, function(path, node)
        if not node.required and path[#path] then
          local holder = least
          for i = 1, #path - 1 do
            holder = holder and holder[path[i]]
          end
          if holder then holder[path[#path]] = nil end
        end
      end)
      assert.same({}, (violations(least, event)))
    end)

    payloads.each_field(event.payload, function(path, node)
      local where = path_text(path)

      it(where .. ": missing", function()
        local found, count = violations(payloads.with(full, path, nil), event)
        if node.required then
          assert.is_truthy(found[where .. " required"])
          assert.equal(node.expected, found[where .. " required"].expected)
        else
          assert.equal(0, count)
        end
      end)

      it(where .. ": wrong types", function()
        local wrong = { true, print, 0 / 0, 1 / 0, "", "x\0y", "\255", { "x", name = "y" } }
        if node.kind ~= "time" then wrong[#wrong + 1] = 3.5 end
        for _, value in ipairs(wrong) do
          local found, count = violations(payloads.with(full, path, value), event)
          assert.is_true(count > 0, where .. " accepts " .. tostring(value))
          for at in pairs(found) do
            assert.equal(where, at:sub(1, #where))
          end
        end
      end)

      if node.kind == "enum" then
        it(where .. ": every value, a wrong one, a wrong case", function()
          for _, value in ipairs(node.values) do
            assert.same({}, (violations(payloads.with(full, path, value), event)))
            local found = violations(payloads.with(full, path, value:lower()), event)
            local violation = assert(found[where .. " enum"])
            assert.matches(value, violation.hint, 1, true)
            assert.equal(node.expected, violation.expected)
          end
          local found = violations(payloads.with(full, path, "NO_SUCH_VALUE"), event)
          assert.equal('"NO_SUCH_VALUE"', found[where .. " enum"].got)
          found = violations(payloads.with(full, path, { localized = { ["en-US"] = "X" } }), event)
          assert.is_truthy(found[where .. " type"])
        end)
      end

      if node.kind == "integer" then
        it(where .. ": whole numbers from 0 to 2^53", function()
          for _, value in ipairs { 0, 1, 2 ^ 53 } do
            assert.same({}, (violations(payloads.with(full, path, value), event)))
          end
          for value, rule in pairs { [-1] = "range", [2 ^ 53 + 2] = "range", [1.5] = "type", ["3"] = "type" } do
            assert.is_truthy(
              violations(payloads.with(full, path, value), event)[where .. " " .. rule]
            )
          end
          local found = violations(payloads.with(full, path, "3"), event)
          assert.equal("write the number without quotes", found[where .. " type"].hint)
        end)
      end

      if node.kind == "time" then
        it(where .. ": a zone; Unix seconds in an event, text in a body", function()
          local unzoned = payloads.with(full, path, "2026-01-15T10:00:00")
          assert.is_truthy(violations(unzoned, event)[where .. " zone"])
          local day = payloads.with(full, path, "2026-01-15")
          assert.is_truthy(violations(day, event)[where .. " time"])
          local number = payloads.with(full, path, 1768471200)
          assert.same({}, (violations(number, event)))
          assert.is_truthy(violations(number, event, false)[where .. " type"])
          assert.is_truthy(violations(payloads.with(full, path, 1e300), event)[where .. " range"])
        end)
      end

      if node.kind == "text" then
        it(where .. ": plain and localized", function()
          assert.same({}, (violations(payloads.with(full, path, "Grüße"), event)))
          local localized = payloads.with(full, path, { localized = { ["en-US"] = "x" } })
          local _, count, report = violations(localized, event)
          assert.equal(0, count)
          assert.equal(node.localizable and 0 or 1, #report.warnings)
          local huge = payloads.with(full, path, ("x"):rep(10 * 1024 * 1024))
          assert.is_truthy(violations(huge, event)[where .. " length"])
        end)
      end

      if node.kind == "array" then
        it(where .. ": its size, its items, its keys", function()
          local item = node.items.values[1]
          local list = {}
          for count = 0, node.max + 1 do
            local found = violations(payloads.with(full, path, payloads.copy(list)), event)
            local fits = count >= node.min and count <= node.max
            assert.equal(not fits, found[where .. " items"] ~= nil)
            list[#list + 1] = item
          end
          local found = violations(payloads.with(full, path, { item, "X" }), event)
          assert.is_truthy(found[where .. "[2] enum"])
          for _, odd in ipairs { { [2] = item }, { item, nil, item }, { item, x = item }, { [1.5] = item } } do
            assert.is_truthy(violations(payloads.with(full, path, odd), event)[where .. " mixed"])
          end
        end)
      end

      it(where .. ": an extra sibling, with the nearest name", function()
        local sibling = payloads.copy(path)
        local typo = path[#path] .. "x"
        sibling[#sibling] = typo
        local found = violations(payloads.with(full, sibling, "x"), event)
        local violation = assert(found[path_text(sibling) .. " unknown"])
        local near = nearest.name(typo, { path[#path] })
        assert.equal(("did you mean %s?"):format(near), violation.hint)
      end)
    end)
  end)
end
