--- Request bodies and their JSON text.

local audience = require "proactive.audience"
local events = require "proactive.events"
local json = require "proactive.json"
local localized = require "proactive.localized"
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local schema = require "proactive.schema"
local validate = require "proactive.validate"

local NOW = 1768471200 -- 2026-01-15T10:00:00Z

local function media()
  return assert(events.MediaContent.Available {
    availability = {
      startTime = NOW + 3600,
      provider = { name = localized { ["en-US"] = "Sender", ["de-DE"] = "Kanal" } },
      method = "AIR",
    },
    content = {
      name = localized { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
      contentType = "EPISODE",
    },
  })
end

local function messages(count)
  return assert(events.MessageAlert.Activated {
    state = { status = "UNREAD" },
    messageGroup = { creator = { name = "Andy" }, count = count or 1 },
  })
end

describe("request.build", function()
  it("makes the whole body", function()
    local opts = { now = NOW, reference_id = "r1" }
    local body = assert(request.build(media(), audience.multicast(), opts))
    assert.same({
      timestamp = "2026-01-15T10:00:00Z",
      referenceId = "r1",
      expiryTime = "2026-01-16T09:59:00Z",
      event = {
        name = "AMAZON.MediaContent.Available",
        payload = {
          availability = {
            startTime = "2026-01-15T11:00:00Z",
            provider = { name = "localizedattribute:providerName" },
            method = "AIR",
          },
          content = { name = "localizedattribute:contentName", contentType = "EPISODE" },
        },
      },
      localizedAttributes = {
        { locale = "de-DE", contentName = "Ein Ereignis", providerName = "Kanal" },
        { locale = "en-US", contentName = "Some event", providerName = "Sender" },
      },
      relevantAudience = { type = "Multicast", payload = {} },
    }, body)
    assert.is_true(json.is_array(body.localizedAttributes))
  end)

  it("takes expiry, timestamp and customer", function()
    local body = assert(request.build(messages(), audience.unicast "amzn1.ask.account.X", {
      now = NOW,
      expires_in = 3600,
      timestamp = NOW - 60,
      reference_id = "r1",
    }))
    assert.equal("2026-01-15T09:59:00Z", body.timestamp)
    assert.equal("2026-01-15T11:00:00Z", body.expiryTime)
    assert.same(
      { type = "Unicast", payload = { user = "amzn1.ask.account.X" } },
      body.relevantAudience
    )
    assert.same({}, body.localizedAttributes)
    assert.is_true(json.is_array(body.localizedAttributes))
    body = assert(request.build(messages(), audience.multicast(), {
      timestamp = "2026-01-15T10:00:00+01:00",
      reference_id = "r1",
    }))
    assert.equal("2026-01-15T10:00:00+01:00", body.timestamp)
  end)

  it("gives each request its own random reference id", function()
    local seen = {}
    for _ = 1, 100 do
      local id = request.build(messages(), audience.multicast()).referenceId
      assert.matches("^[A-Za-z0-9~]+$", id)
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)

  it("leaves its default expiry inside the service's window", function()
    local body = assert(request.build(messages(), audience.multicast(), { now = NOW }))
    assert.is_true(validate(body, { now = NOW }))
    assert.is_true(validate(body, { now = NOW - 59 }))
  end)

  it("neither changes nor keeps the event", function()
    local event = media()
    local before = payloads.copy(event)
    local body = assert(request.build(event, audience.multicast(), { now = NOW }))
    assert.same(before, event)
    body.event.payload.availability.method = "STREAM"
    body.localizedAttributes[1].contentName = "changed"
    assert.same(before, event)
  end)

  it("writes what is wrong as it stands: judging is for validate", function()
    local event = media()
    event.payload.availability.method = "WRONG"
    event.payload.availability.extra = { deep = { 1, 2 } }
    local body = assert(request.build(event, audience.multicast(), { now = NOW, expires_in = 120 }))
    assert.equal("WRONG", body.event.payload.availability.method)
    assert.same({ deep = { 1, 2 } }, body.event.payload.availability.extra)
    assert.equal("2026-01-15T10:02:00Z", body.expiryTime)
  end)

  it("places localized texts and Unix times of a plain table, too", function()
    local body = assert(request.build({
      name = "AMAZON.MediaContent.Available",
      payload = {
        availability = { startTime = NOW, method = "AIR" },
        content = { name = localized { ["en-US"] = "x" }, contentType = "EPISODE" },
        venue = { name = localized { ["en-US"] = "y" } },
      },
    }, audience.multicast(), { now = NOW }))
    assert.equal("2026-01-15T10:00:00Z", body.event.payload.availability.startTime)
    assert.equal("localizedattribute:venueName", body.event.payload.venue.name)
    assert.same(
      { { locale = "en-US", contentName = "x", venueName = "y" } },
      body.localizedAttributes
    )
  end)

  it("never gives two texts one name", function()
    local body = assert(request.build({
      name = "AMAZON.MediaContent.Available",
      payload = {
        a = { venue = { name = localized { ["en-US"] = "x" } } },
        b = { venue = { name = localized { ["en-US"] = "y" } } },
      },
    }, audience.multicast(), { now = NOW }))
    assert.not_equal(body.event.payload.a.venue.name, body.event.payload.b.venue.name)
    local texts = body.localizedAttributes[1]
    local name = body.event.payload.b.venue.name:match ":(.*)$"
    assert.equal("y", texts[name])
  end)

  it("returns an error for a payload that has no end", function()
    local event = media()
    event.payload.content.self = event.payload
    local body, err = request.build(event, audience.multicast())
    assert.is_nil(body)
    assert.equal("invalid", err.kind)
    assert.equal("cycle", err.violations[1].rule)
  end)

  it("raises on arguments that are none", function()
    for _, case in ipairs {
      { nil, audience.multicast() },
      { "x", audience.multicast() },
      { { name = "AMAZON.X.Y" }, audience.multicast() },
      { messages(), nil },
      { messages(), { type = "Everybody" } },
      { messages(), audience.subscribers { each = print } },
      { messages(), audience.multicast(), { expire_in = 5 } },
      { messages(), audience.multicast(), { expires_in = "5" } },
      { messages(), audience.multicast(), { expires_in = 0 / 0 } },
      { messages(), audience.multicast(), { expires_in = 1e300 } },
      { messages(), audience.multicast(), { reference_id = 17 } },
    } do
      assert.has_error(function()
        request.build(case[1], case[2], case[3])
      end)
    end
  end)
end)

describe("request.encode", function()
  it("writes the fields in the order of the documentation", function()
    local opts = { now = NOW, reference_id = "r1" }
    local body = assert(request.build(media(), audience.multicast(), opts))
    assert.equal(
      '{"timestamp":"2026-01-15T10:00:00Z","referenceId":"r1","expiryTime":"2026-01-16T09:59:00Z",'
        .. '"event":{"name":"AMAZON.MediaContent.Available","payload":{"availability":'
        .. '{"startTime":"2026-01-15T11:00:00Z",'
        .. '"provider":{"name":"localizedattribute:providerName"},"method":"AIR"},'
        .. '"content":{"name":"localizedattribute:contentName","contentType":"EPISODE"}}},'
        .. '"localizedAttributes":['
        .. '{"locale":"de-DE","contentName":"Ein Ereignis","providerName":"Kanal"},'
        .. '{"locale":"en-US","contentName":"Some event","providerName":"Sender"}],'
        .. '"relevantAudience":{"type":"Multicast","payload":{}}}',
      request.encode(body)
    )
  end)

  it("decides {} and [] by the schema, without changing the body", function()
    local body = {
      event = {
        name = "AMAZON.TrashCollectionAlert.Activated",
        payload = { alert = { garbageTypes = {} } },
      },
      localizedAttributes = {},
      relevantAudience = { type = "Multicast", payload = {} },
    }
    local before = payloads.copy(body)
    local text = assert(request.encode(body))
    assert.matches('"garbageTypes":[]', text, 1, true)
    assert.matches('"localizedAttributes":[]', text, 1, true)
    assert.matches('"payload":{}}', text, 1, true)
    assert.same(before, body)
    assert.is_false(json.is_array(body.localizedAttributes))
  end)

  it("returns an error with the path of what cannot be written", function()
    local text, err = request.encode { event = { payload = { count = 0 / 0 } } }
    assert.is_nil(text)
    assert.equal("invalid", err.kind)
    assert.equal("event.payload.count", err.violations[1].path)
  end)

  it("raises on what is no body", function()
    assert.has_error(function()
      request.encode "x"
    end)
  end)
end)

describe("request.event", function()
  it("puts the texts back, so that an event survives the way there and back", function()
    local event = media()
    local body = assert(request.build(event, audience.multicast(), { now = NOW }))
    assert.same(event, request.event(body))
  end)

  it("knows no text of a locale that stands in the list twice", function()
    local event = request.event {
      event = { name = "AMAZON.X.Y", payload = { name = "localizedattribute:n" } },
      localizedAttributes = {
        { locale = "en-US", n = "a" },
        { locale = "de-DE", n = "b" },
        { locale = "en-US", n = "c" },
      },
    }
    assert.same({ localized = { ["de-DE"] = "b" } }, event.payload.name)
  end)
end)

describe("any payload a constructor accepts", function()
  for seed, name in ipairs(schema.names) do
    it("is accepted by validate and survives encode and decode: " .. name, function()
      local chance = payloads.chance(seed)
      for _ = 1, 200 do
        local payload = payloads.random(schema.catalogue[name].payload, chance)
        local event = assert(events[name](payload))
        local to = chance(2) == 1 and audience.multicast() or audience.unicast "amzn1.ask.account.X"
        local body = assert(request.build(event, to, { now = NOW }))
        local ok, err = validate(body, { now = NOW })
        assert.is_true(ok, tostring(err))
        assert.is_true(validate(body, { now = NOW, as = "service" }))
        local text = assert(request.encode(body))
        local decoded = assert(json.decode(text))
        assert.same(body, decoded)
        assert.is_true(validate(text, { now = NOW }))
        assert.equal(text, request.encode(decoded))
        assert.same(event, request.event(decoded))
      end
    end)
  end
end)
