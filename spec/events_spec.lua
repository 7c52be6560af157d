--- Constructors of events.

local events = require "proactive.events"
local localized = require "proactive.localized"
local payloads = require "spec.support.payloads"
local schema = require "proactive.schema"

local function media()
  return {
    availability = {
      startTime = 1768471200,
      provider = { name = localized { ["en-US"] = "Sender", ["de-DE"] = "Kanal" } },
      method = "AIR",
    },
    content = {
      name = localized { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
      contentType = "EPISODE",
    },
  }
end

describe("events", function()
  it("lists the catalogue by full name", function()
    local names = {}
    for name, entry in pairs(events) do
      names[#names + 1] = name
      assert.equal(name, entry.name)
    end
    assert.equal(8, #names)
  end)

  it("finds the same entry by type and state", function()
    for _, name in ipairs(schema.names) do
      local type, state = name:match "AMAZON%.(%w+)%.(%w+)"
      assert.equal(events[name], events[type][state])
    end
  end)

  it("describes the schema in the fields of an entry", function()
    local entry = events.MediaContent.Available
    assert.equal("availability", entry.payload.fields[1].name)
    assert.is_string(entry.about)
    assert.is_true(#entry.sources > 0)
  end)

  it("raises on a mistyped name in a script, and knows no unknown full name", function()
    local ok, message = pcall(function()
      return events.MediaContnt.Available
    end)
    assert.is_false(ok)
    assert.matches("did you mean MediaContent?", message, 1, true)
    assert.matches("events_spec.lua", message, 1, true)
    ok, message = pcall(function()
      return events.MediaContent.Availabel
    end)
    assert.is_false(ok)
    assert.matches("did you mean Available?", message, 1, true)
    assert.is_nil(events["AMAZON.No.Such"])
  end)
end)

describe("a constructor", function()
  it("makes a plain table, with times as text and texts in place", function()
    local event = assert(events.MediaContent.Available(media()))
    assert.is_nil(getmetatable(event))
    assert.same({
      name = "AMAZON.MediaContent.Available",
      payload = {
        availability = {
          startTime = "2026-01-15T10:00:00Z",
          provider = { name = { localized = { ["en-US"] = "Sender", ["de-DE"] = "Kanal" } } },
          method = "AIR",
        },
        content = {
          name = { localized = { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" } },
          contentType = "EPISODE",
        },
      },
    }, event)
  end)

  it("keeps a time that is text as it is written", function()
    local payload = media()
    payload.availability.startTime = "2019-06-08T20:00:00-04:00"
    local event = assert(events.MediaContent.Available(payload))
    assert.equal("2019-06-08T20:00:00-04:00", event.payload.availability.startTime)
  end)

  it("neither changes nor keeps the caller's tables", function()
    local payload = media()
    local before = payloads.copy(payload)
    local event = assert(events.MediaContent.Available(payload))
    assert.same(before, payload)
    payload.content.name.localized["en-US"] = "changed"
    payload.availability.provider.name = "changed"
    assert.equal("Some event", event.payload.content.name.localized["en-US"])
    assert.equal("Sender", event.payload.availability.provider.name.localized["en-US"])
  end)

  it("returns every violation at once, with its path in the body", function()
    local payload = media()
    payload.availability.method = "AIRR"
    payload.content.contentType = nil
    payload.content.kind = "EPISODE"
    local event, err = events.MediaContent.Available(payload)
    assert.is_nil(event)
    assert.equal("invalid", err.kind)
    local found = {}
    for i, violation in ipairs(err.violations) do
      found[i] = violation.path .. " " .. violation.rule
    end
    assert.same({
      "event.payload.availability.method enum",
      "event.payload.content.contentType required",
      "event.payload.content.kind unknown",
    }, found)
    assert.matches("breaks 3 rules", tostring(err))
    assert.matches("did you mean AIR?", tostring(err), 1, true)
  end)

  it("wants a text in every locale the event uses", function()
    local payload = media()
    payload.content.name.localized["de-DE"] = nil
    local _, err = events.MediaContent.Available(payload)
    assert.equal(1, #err.violations)
    assert.equal("event.payload.content.name.localized", err.violations[1].path)
    assert.matches("de-DE", err.violations[1].message, 1, true)
  end)

  it("refuses bad locales and texts, which come from databases", function()
    for locale, rule in pairs {
      ["en_US"] = "locale_form",
      ["en"] = "locale_form",
      ["en-us"] = "locale_form",
      [1] = "type",
    } do
      local payload = media()
      payload.availability.provider = nil
      payload.content.name = { localized = { [locale] = "x" } }
      local _, err = events.MediaContent.Available(payload)
      assert.equal(rule, err.violations[1].rule)
    end
    local surrogate = "\237\160\128"
    local bad = { [""] = "empty", ["a\0b"] = "nul", [surrogate] = "utf8", [5] = "type" }
    for text, rule in pairs(bad) do
      local payload = media()
      payload.availability.provider = nil
      payload.content.name = { localized = { ["en-US"] = text } }
      local _, err = events.MediaContent.Available(payload)
      assert.equal(rule, err.violations[1].rule)
    end
    local payload = media()
    payload.content.name = { localized = {} }
    assert.is_nil((events.MediaContent.Available(payload)))
    payload.content.name = { localized = { ["en-US"] = "x", ["de-DE"] = "x" }, extra = 1 }
    local _, err = events.MediaContent.Available(payload)
    assert.equal("event.payload.content.name.extra", err.violations[1].path)
  end)

  it("refuses a reference where the texts themselves belong", function()
    local payload = media()
    payload.content.name = "localizedattribute:contentName"
    local _, err = events.MediaContent.Available(payload)
    assert.equal("attribute", err.violations[1].rule)
    assert.matches("proactive.localized", err.violations[1].hint, 1, true)
  end)

  it("reads what is in a table, not what its metatable would answer", function()
    local payload = media()
    payload.content.contentType = nil
    setmetatable(payload.content, { __index = { contentType = "EPISODE" } })
    local _, err = events.MediaContent.Available(payload)
    assert.equal("event.payload.content.contentType", err.violations[1].path)
  end)

  it("survives hostile tables", function()
    local cyclic = media()
    cyclic.content.self = cyclic
    cyclic.availability.provider.name = cyclic
    local _, err = events.MediaContent.Available(cyclic)
    assert.equal("invalid", err.kind)

    local twice = {}
    for _ = 1, 60 do
      twice = { twice, twice }
    end
    local wide = media()
    wide.extra = twice
    _, err = events.MediaContent.Available(wide)
    assert.equal("invalid", err.kind)

    local many = media()
    for i = 1, 5000 do
      many[("field%d"):format(i)] = i
    end
    _, err = events.MediaContent.Available(many)
    assert.is_true(#err.violations <= 100)
    assert.matches("5000 rules", err.message)
  end)

  it("raises on an argument that is no table, at the caller's line", function()
    local ok, message = pcall(function()
      local event = events.MediaContent.Available "x"
      return event
    end)
    assert.is_false(ok)
    assert.matches("events_spec.lua", message, 1, true)
  end)
end)
