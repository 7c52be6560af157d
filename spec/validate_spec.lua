--- The judgement of whole request bodies.

local audience = require "proactive.audience"
local events = require "proactive.events"
local facts = require "spec.support.facts"
local json = require "proactive.json"
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local validate = require "proactive.validate"

local NOW = facts.NOW

local function places(list)
  local found = {}
  for i, violation in ipairs(list) do
    found[i] = violation.path .. " " .. violation.rule
  end
  table.sort(found)
  return found
end

--- The verdict on a body: `{violations=, warnings=}` as sorted "path rule", and the error.
local function verdict(body, opts)
  opts = opts or {}
  opts.now = opts.now or NOW
  local ok, found = validate(body, opts)
  if ok then return { violations = {}, warnings = places(found) } end
  assert.equal("invalid", found.kind)
  return { violations = places(found.violations), warnings = places(found.warnings) }, found
end

local function violations(body, opts)
  return verdict(body, opts).violations
end

--- A correct body; `change` may alter it.
local function correct(change)
  local body = json.decode(facts.bodies[7])
  if change then change(body) end
  return body
end

local function find(err, path)
  for _, violation in ipairs(err.violations) do
    if violation.path == path then return violation end
  end
end

describe("validate", function()
  it("refuses a locale that no JSON can say, also where the service takes any word", function()
    local body = correct(function(body)
      body.localizedAttributes[1].locale = "\255"
    end)
    assert.same({ "localizedAttributes[1].locale utf8" }, violations(body))
    assert.same({ "localizedAttributes[1].locale utf8" }, violations(body, { as = "service" }))
  end)

  it("accepts the eight documented bodies, as text and as tables", function()
    for _, text in ipairs(facts.bodies) do
      assert.same({}, violations(text))
      assert.same({}, violations(json.decode(text)))
    end
  end)

  it("has no warning for them, but for a locale an event is not known to support", function()
    for i, text in ipairs(facts.bodies) do
      local expected = i == 4 and { "localizedAttributes[2].locale locale_known" } or {}
      assert.same(expected, verdict(text).warnings)
    end
  end)

  it("accepts the bodies of Amazon's two sample scripts", function()
    assert.same(
      { violations = {}, warnings = { "localizedAttributes[2].locale locale_known" } },
      verdict(facts.sample_scripts.order)
    )
    assert.same({ violations = {}, warnings = {} }, verdict(facts.sample_scripts.media))
  end)

  for _, case in ipairs(facts.others) do
    it("judges what other libraries send: " .. case[1], function()
      local expected = { violations = case.violations or {}, warnings = case.warnings or {} }
      table.sort(expected.violations)
      local found, err = verdict(case[2])
      assert.same(expected, found)
      if not case.hint then return end
      local hints = {}
      for _, violation in ipairs(err.violations) do
        hints[violation.hint or ""] = true
      end
      assert.is_true(hints[case.hint])
    end)
  end

  it("never changes what it is given", function()
    local body = correct()
    local before = payloads.copy(body)
    validate(body, { now = NOW })
    assert.same(before, body)
  end)

  it("returns the body that a text holds", function()
    local ok, _, body = validate(facts.bodies[1], { now = NOW })
    assert.is_true(ok)
    assert.equal("TORNADO", body.event.payload.weatherAlert.alertType)
    assert.is_nil(select(3, validate(correct(), { now = NOW })))
  end)

  it("judges by the machine's clock unless one is given", function()
    local event = assert(events.WeatherAlert.Activated { weatherAlert = { alertType = "TORNADO" } })
    local body = assert(request.build(event, audience.multicast()))
    assert.is_true((validate(body)))
    assert.is_nil((validate(body, { now = os.time() + 90000 })))
  end)
end)

describe("validate: the envelope", function()
  it("wants every part", function()
    assert.same({
      "event required",
      "expiryTime required",
      "referenceId required",
      "relevantAudience required",
      "timestamp required",
    }, violations {})
  end)

  it("knows an event that is not yet a body", function()
    local event = assert(events.WeatherAlert.Activated { weatherAlert = { alertType = "TORNADO" } })
    local _, err = validate(event)
    assert.equal(1, #err.violations)
    assert.matches("proactive.request(event, audience)", err.violations[1].hint, 1, true)
  end)

  it("refuses an expiry outside the window, in the service's own words", function()
    local words = "Violations for metadata: [expiryTime should be at least 5 minutes in the future "
      .. "and no more than 24 hours after the current time]"
    local cases = { [299] = false, [300] = true, [86400] = true, [86401] = false, [-60] = false }
    for offset, fits in pairs(cases) do
      local body = correct(function(b)
        b.expiryTime = require("proactive.time").format(NOW + offset)
      end)
      local ok, err = validate(body, { now = NOW })
      assert.equal(fits or nil, ok)
      if not ok then
        assert.same({ "expiryTime expiry" }, places(err.violations))
        assert.equal(words, err.violations[1].message)
        local expected = "from 2026-01-15T10:05:00Z to 2026-01-16T10:00:00Z"
        assert.equal(expected, err.violations[1].expected)
      end
    end
  end)

  it("wants times with a zone", function()
    for _, name in ipairs { "timestamp", "expiryTime" } do
      local body = correct()
      body[name] = "2026-01-15T20:00:00"
      assert.same({ name .. " zone" }, violations(body))
      body[name] = 1768471200
      assert.same({ name .. " type" }, violations(body))
    end
  end)

  it("counts a reference id in characters", function()
    local body = correct()
    for id, rule in pairs {
      [""] = "length",
      [("x"):rep(101)] = "length",
      [("ü"):rep(101)] = "length",
      ["\255"] = "utf8",
      ["a\0b"] = "nul",
    } do
      body.referenceId = id
      assert.same({ "referenceId " .. rule }, violations(body))
    end
    body.referenceId = ("x"):rep(100)
    assert.same({ violations = {}, warnings = {} }, verdict(body))
    body.referenceId = ("ü"):rep(100)
    assert.same({ violations = {}, warnings = { "referenceId characters" } }, verdict(body))
    assert.same({ "referenceId characters" }, violations(body, { strict = true }))
  end)

  it("wants an event name the service knows, and then judges its payload", function()
    local body = correct()
    body.event.name = "AMAZON.MediaContent.available"
    local _, err = verdict(body)
    assert.same({ "event.name enum" }, places(err.violations))
    assert.equal("case matters: write AMAZON.MediaContent.Available", err.violations[1].hint)
    body.event.name = "AMAZON.WeatherAlert.Activated"
    assert.same({
      "event.payload.availability unknown",
      "event.payload.content unknown",
      "event.payload.weatherAlert required",
    }, violations(body))
  end)

  it("judges the audience by its type", function()
    local body = correct()
    body.relevantAudience = { type = "Unicast", payload = {} }
    assert.same({ "relevantAudience.payload.user required" }, violations(body))
    body.relevantAudience.payload.user = "somebody"
    assert.same({ "relevantAudience.payload.user user" }, violations(body))
    body.relevantAudience.payload.user = "amzn1.ask.account.X"
    assert.same({}, violations(body))
    body.relevantAudience.type = "Multicast"
    assert.same({ "relevantAudience.payload.user unknown" }, violations(body))
    body.relevantAudience.type = "unicast"
    local _, err = verdict(body)
    assert.equal("case matters: write Unicast", err.violations[1].hint)
  end)
end)

describe("validate: localized texts", function()
  local function with(attributes, opts)
    return verdict(
      correct(function(body)
        body.localizedAttributes = attributes
      end),
      opts
    )
  end

  local function entry(locale, extra)
    local texts = { locale = locale, providerName = "P", contentName = "C" }
    for name, text in pairs(extra or {}) do
      texts[name] = text
    end
    return texts
  end

  it("wants a text for every name in every locale", function()
    local gap = entry "de-DE"
    gap.contentName = nil
    local found, err = with { entry "en-US", gap }
    assert.same({ "localizedAttributes[2].contentName text" }, found.violations)
    assert.matches("de-DE", err.violations[1].hint, 1, true)
    assert.matches("event.payload.content.name", err.violations[1].message, 1, true)
  end)

  it("wants at least one locale when a name is used", function()
    local expected = {
      "event.payload.availability.provider.name text",
      "event.payload.content.name text",
    }
    assert.same(expected, with({}).violations)
    assert.same(expected, with(nil).violations)
  end)

  it("warns of a name nothing uses, with the nearest", function()
    local attributes = { entry("en-US", { contentNam = "x" }) }
    assert.same({
      violations = {},
      warnings = { "localizedAttributes[1].contentNam unused" },
    }, with(attributes))
    local found, err = with(attributes, { strict = true })
    assert.same({ "localizedAttributes[1].contentNam unused" }, found.violations)
    assert.equal("did you mean contentName?", err.violations[1].hint)
  end)

  it("refuses a locale twice, missing or malformed", function()
    assert.same(
      { "localizedAttributes[2].locale locale_twice" },
      with({ entry "en-US", entry "en-US" }).violations
    )
    assert.same({ "localizedAttributes[1].locale required" }, with({ entry(nil) }).violations)
    for _, locale in ipairs { 0 / 0, 7, true, json.null } do
      assert.same({ "localizedAttributes[1].locale type" }, with({ entry(locale) }).violations)
    end
    local found, err = with { entry "EN_us" }
    assert.same({ "localizedAttributes[1].locale locale_form" }, found.violations)
    assert.equal("write en-US", err.violations[1].hint)
  end)

  it("warns of a locale the event is not known to support", function()
    assert.same({
      violations = {},
      warnings = { "localizedAttributes[1].locale locale_known" },
    }, with { entry "sv-SE" })
    assert.same(
      { "localizedAttributes[1].locale locale_known" },
      with({ entry "sv-SE" }, { strict = true }).violations
    )
  end)

  it("warns of a localized text where the sources show plain text", function()
    local body = json.decode(facts.bodies[3])
    body.event.payload.messageGroup.creator.name = "localizedattribute:creatorName"
    body.localizedAttributes = { { locale = "en-US", creatorName = "Andy" } }
    local place = "event.payload.messageGroup.creator.name literal"
    assert.same({ violations = {}, warnings = { place } }, verdict(body))
    assert.same({ place }, violations(body, { strict = true }))
  end)

  it("refuses a reference without a name, and texts that are none", function()
    local body = correct()
    body.event.payload.content.name = "localizedattribute:"
    assert.same({ "event.payload.content.name attribute" }, violations(body))
    for text, rule in pairs { [""] = "empty", [7] = "type", ["\255"] = "utf8" } do
      assert.same(
        { "localizedAttributes[1].contentName " .. rule },
        with({ entry("en-US", { contentName = text }) }).violations
      )
    end
  end)

  it("refuses what is no list of objects", function()
    assert.same({ "localizedAttributes type" }, with("x").violations)
    assert.same({ "localizedAttributes items" }, with({ a = 1 }).violations)
    assert.same({ "localizedAttributes[1] type" }, with({ "en-US" }).violations)
  end)
end)

describe("validate: unknown fields", function()
  it("are violations wherever they stand, unless they are to be warned of", function()
    local body = correct(function(b)
      b.priority = 1
      b.event.id = 1
      b.event.payload.content.isbn = "x"
      b.relevantAudience.region = "EU"
    end)
    local expected = {
      "event.id unknown",
      "event.payload.content.isbn unknown",
      "priority unknown",
      "relevantAudience.region unknown",
    }
    assert.same({ violations = expected, warnings = {} }, verdict(body))
    assert.same(
      { violations = {}, warnings = expected },
      verdict(body, { unknown_fields = "warn" })
    )
  end)

  it("must still be what JSON can say", function()
    local opts = { unknown_fields = "warn" }
    local cyclic = {}
    cyclic.again = { cyclic }
    for rule, value in pairs {
      cycle = cyclic,
      range = 0 / 0,
      utf8 = "\255",
      nul = "\0",
      mixed = { "x", y = 1 },
      type = print,
      length = ("x"):rep(10 * 1024 * 1024),
    } do
      local body = correct()
      body.event.payload.extra = { here = value }
      local found, err = verdict(body, opts)
      assert.equal(1, #found.violations, rule)
      assert.equal(rule, err.violations[1].rule)
      assert.matches("^event%.payload%.extra%.here", err.violations[1].path)
    end
  end)
end)

describe("validate as the service judges", function()
  it("takes what the service is not known to refuse, with a note", function()
    local body = correct(function(b)
      b.referenceId = "has-hyphens"
      b.event.payload.content.extra = 1
      b.localizedAttributes[2] = { locale = "en-US", contentName = "again" }
      b.localizedAttributes[3] = { locale = "xx", contentName = "", providerName = "P" }
      b.relevantAudience = { type = "Unicast", payload = { user = "somebody" } }
    end)
    local expected = {
      "event.payload.content.extra unknown",
      "localizedAttributes[2].locale locale_twice",
      "localizedAttributes[2].providerName text",
      "localizedAttributes[3].contentName empty",
      "localizedAttributes[3].locale locale_form",
      "referenceId characters",
      "relevantAudience.payload.user user",
    }
    assert.same({ violations = {}, warnings = expected }, verdict(body, { as = "service" }))
    assert.same(
      { violations = expected, warnings = {} },
      verdict(body, { as = "service", strict = true })
    )
  end)

  it("takes a Multicast without payload, and no Unicast", function()
    local body = correct(function(b) b.relevantAudience = { type = "Multicast" } end)
    local rules = { "relevantAudience.payload unneeded" }
    assert.same({ violations = {}, warnings = rules }, verdict(body, { as = "service" }))
    assert.same({ "relevantAudience.payload required" }, violations(body))
    body.relevantAudience.type = "Unicast"
    assert.same({ "relevantAudience.payload required" }, violations(body, { as = "service" }))
  end)

  it("refuses what it is known or presumed to refuse", function()
    local body = correct(function(b)
      b.timestamp = nil
      b.expiryTime = "2026-01-15T10:02:00Z"
      b.event.payload.availability.method = "WRONG"
      b.event.payload.content.contentType = nil
    end)
    assert.same({
      "event.payload.availability.method enum",
      "event.payload.content.contentType required",
      "expiryTime expiry",
      "timestamp required",
    }, violations(body, { as = "service" }))
  end)
end)

describe("validate: bad input", function()
  it("says where a text is no JSON", function()
    local _, err = validate '{"timestamp":1,\n"timestamp":2}'
    assert.equal("json", err.violations[1].rule)
    assert.equal(2, err.violations[1].line)
    assert.is_number(err.violations[1].column)
    assert.matches("line 2", err.violations[1].message)
  end)

  it("refuses text and tables that are no body", function()
    for _, text in ipairs { "", "x", "null", "[]", "1", '"x"', "true", "{} {}" } do
      local ok, err = validate(text)
      assert.is_nil(ok, text)
      assert.equal("invalid", err.kind)
      assert.is_true(#err.violations > 0)
    end
    assert.is_nil((validate(json.null)))
    assert.is_nil((validate { 1, 2, 3 }))
  end)

  it("tells {} from [] in text", function()
    local text = facts.bodies[3]:gsub('"localizedAttributes":%[%]', '"localizedAttributes":{}')
    assert.same({ "localizedAttributes type" }, violations(text))
    text = facts.bodies[1]:gsub('"payload":{}', '"payload":[]')
    assert.same({ "relevantAudience.payload type" }, violations(text))
  end)

  it("refuses null, numbers as text and integers beyond 2^53", function()
    local text = facts.bodies[3]
    assert.same({ "event.payload.state.freshness type" }, violations((text:gsub('"NEW"', "null"))))
    assert.same(
      { "event.payload.messageGroup.count type" },
      violations((text:gsub('"count":5', '"count":"5"')))
    )
    assert.same(
      { "event.payload.messageGroup.count range" },
      violations((text:gsub('"count":5', '"count":-1')))
    )
    assert.is_nil((validate((text:gsub('"count":5', '"count":9007199254740993')), { now = NOW })))
    assert.same({}, violations((text:gsub('"count":5', '"count":9007199254740992'))))
  end)

  it("survives 1,000 levels, 10 MB and tables that hold themselves", function()
    local deep = ("["):rep(1000) .. ("]"):rep(1000)
    local _, err = validate(deep)
    assert.equal("json", err.violations[1].rule)

    local nested = {}
    for _ = 1, 1000 do
      nested = { nested }
    end
    local body = correct()
    body.event.payload.content.extra = nested
    _, err = validate(body, { now = NOW, unknown_fields = "warn" })
    assert.equal("depth", err.violations[1].rule)

    body = correct()
    body.event.payload.content.name = ("x"):rep(10 * 1024 * 1024)
    _, err = validate(body, { now = NOW })
    local violation = find(err, "event.payload.content.name")
    assert.equal("length", violation.rule)
    assert.is_true(#violation.got < 100)

    body = correct()
    body.event.payload.content = body
    body.event.payload.availability.provider = body.event
    assert.is_nil((validate(body, { now = NOW })))

    body = correct()
    body[1] = "x"
    assert.same({ " mixed" }, violations(body))
  end)

  it("shows nothing unprintable or endless of what it found", function()
    local body = correct()
    body.event.payload.content.contentType = ("\27[31m\255"):rep(1000)
    local _, err = validate(body, { now = NOW })
    local got = find(err, "event.payload.content.contentType").got
    assert.is_true(#got < 300)
    assert.is_nil(got:find "%c")
    assert.is_string(json.encode { got = got })
  end)

  it("raises on arguments that are none", function()
    local function raises(...)
      local ok = pcall(validate, ...)
      assert.is_false(ok)
    end
    raises(5)
    raises({}, { now = "x" })
    raises({}, { now = 1e300 })
    raises({}, { strikt = true })
    raises({}, { as = "Amazon" })
  end)
end)
