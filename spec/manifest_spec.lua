--- The skill's manifest, offline: what is needed, how it is mended, and what is other in another.

local json = require "proactive.json"
local manifest = require "proactive.manifest"
local proactive = require "proactive"
local support = require "spec.support.manifest"

local ARN = support.ARN
local PERMISSION = support.PERMISSION
local EVENTS = support.EVENTS
local BARE = support.BARE
local PATCHED = support.PATCHED
local needs = support.needs
local changed = support.changed
local violations = support.violations
local warnings = support.warnings

describe("manifest.derive", function()
  it("tells what the events need", function()
    local found = needs { events = { EVENTS[1], EVENTS[2], EVENTS[1] } }
    assert.equal(PERMISSION, found.permission)
    assert.same(EVENTS, found.publications)
    assert.equal(5, #found.subscriptions)
    assert.is_nil(found.endpoint)
    assert.is_nil(found.regions)
  end)

  it("takes events as constructors make them", function()
    local event = assert(proactive.events.MessageAlert.Activated {
      state = { status = "UNREAD" },
      messageGroup = { creator = { name = "Ann" }, count = 1 },
    })
    assert.same({ "AMAZON.MessageAlert.Activated" }, needs({ events = { event } }).publications)
  end)

  it("gives an https endpoint the certificate that can be published", function()
    local found = needs { endpoint = "https://skill.example.com/alexa", regions = { "NA", "EU" } }
    assert.same({ uri = "https://skill.example.com/alexa", sslCertificateType = "Trusted" }, found.endpoint)
    assert.same({ NA = found.endpoint, EU = found.endpoint }, found.regions)
    assert.same({ uri = ARN }, needs({ endpoint = ARN }).endpoint)
    assert.same({ FE = { uri = ARN } }, needs({ regions = { FE = ARN } }).regions)
  end)

  it("refuses what there is not, with the nearest name", function()
    local cases = {
      { { events = { "AMAZON.OrderStatus.Update" } }, "did you mean AMAZON.OrderStatus.Updated" },
      { { events = {} }, "no event" },
      { { events = EVENTS, endpoint = "ask-custom-PingMe" }, "an ARN of Lambda or begins with https" },
      { { events = EVENTS, endpoint = "http://x" }, "got http://x" },
      { { events = EVENTS, endpoint = ARN, regions = { "US" } }, "unknown region US" },
      { { events = EVENTS, regions = { "NA" } }, "needs an endpoint" },
    }
    for _, case in ipairs(cases) do
      local found, err = manifest.derive(case[1])
      assert.is_nil(found)
      assert.equal("invalid", err.kind)
      assert.matches(case[2], err.message)
    end
    assert.has_error(function() manifest.derive { event = EVENTS } end)
  end)

  it("takes scripts, and what scripts return", function()
    local script = "examples/events/order_status.lua"
    assert.same({ EVENTS[1] }, needs({ events = { script } }).publications)
    local event = assert(dofile(script))
    for _, given in ipairs {
      { event = event }, { event, { event = event } }, function() return event end,
      { event = function(user) return type(user) == "string" and event end },
    } do
      assert.same({ EVENTS[1] }, needs({ events = { given } }).publications)
    end
    local cases = {
      { "examples/events/none.lua", "cannot be read" },
      { function() error "no luck" end, "no luck" },
      { {}, "no event" },
      { 5, "no event is called 5" },
    }
    for _, case in ipairs(cases) do
      local found, err = manifest.derive { events = { case[1] } }
      assert.is_nil(found, case[2])
      assert.equal("invalid", err.kind)
      assert.matches(case[2], err.message)
    end
  end)

  it("subscribes to nothing that there is not", function()
    local cases = { { "NOPE", "no skill event is called NOPE" }, { 5, "no skill event is called 5" },
      { "SKILL_ENABLE", "did you mean SKILL_ENABLED" }, { EVENTS[1], "no skill event" } }
    for _, case in ipairs(cases) do
      local found, err = manifest.derive { events = EVENTS, subscriptions = { "SKILL_ENABLED", case[1] } }
      assert.is_nil(found)
      assert.equal("invalid", err.kind)
      assert.matches(case[2], err.message)
    end
    assert.same({ "REMINDER_STARTED" }, needs({ subscriptions = { "REMINDER_STARTED" } }).subscriptions)
    assert.same({}, needs({ subscriptions = {} }).subscriptions)
  end)

  it("gives lists that are the caller's own", function()
    table.insert(needs().subscriptions, "ITEMS_CREATED")
    assert.equal(5, #needs().subscriptions)
    local given = { "SKILL_ENABLED" }
    table.insert(needs({ subscriptions = given }).subscriptions, "ITEMS_CREATED")
    assert.equal(1, #given)
  end)
end)

describe("manifest.patch", function()
  it("gives the walkthrough's manifest what it needs, and leaves the rest byte for byte", function()
    local patched, edits = manifest.patch(BARE, needs())
    assert.equal(PATCHED, patched)
    assert.equal(2, #edits)
    assert.is_true(manifest.check(patched, needs()))
  end)

  it("changes nothing that is as it should be", function()
    local patched, edits = manifest.patch(PATCHED, needs())
    assert.equal(PATCHED, patched)
    assert.same({}, edits)
  end)

  it("adds to lists at their end", function()
    local given = changed(function(m)
      m.events.publications[1] = nil
      m.events.publications[2] = nil
      m.events.publications[1] = { eventName = "AMAZON.Occasion.Updated" }
      m.permissions[1].name = "alexa::profile:email:read"
      table.remove(m.events.subscriptions, 2)
    end)
    local patched = assert(manifest.patch(given, needs()))
    local events = patched.manifest.events
    assert.equal("AMAZON.Occasion.Updated", events.publications[1].eventName)
    assert.equal(EVENTS[1], events.publications[2].eventName)
    assert.equal(EVENTS[2], events.publications[3].eventName)
    assert.equal(PERMISSION, patched.manifest.permissions[2].name)
    assert.equal("SKILL_DISABLED", events.subscriptions[5].eventName)
    assert.equal(1, #given.manifest.permissions, "what was given was changed")
    assert.equal(json.encode(patched), json.encode(assert(json.decode(assert(
      manifest.patch(json.encode(given, { pretty = true }), needs()))))))
  end)

  it("moves the endpoint only when one is given", function()
    local other = "arn:aws:lambda:eu-west-1:123456789012:function:other"
    assert.same({}, violations(PATCHED, needs()))
    assert.same({ "$.manifest.events.endpoint.uri conflict" }, violations(PATCHED, needs { endpoint = other }))
    local patched = assert(manifest.patch(PATCHED, needs { endpoint = other }))
    assert.equal(other, json.decode(patched).manifest.events.endpoint.uri)
    assert.equal(ARN, json.decode(patched).manifest.apis.custom.endpoint.uri)
  end)

  it("gives events the regions that the skill itself has, or those given", function()
    local given = changed(function(m)
      m.apis.custom.regions = { EU = { endpoint = { uri = ARN .. "-eu" } } }
    end)
    assert.same({ "$.manifest.events.regions.EU missing" }, violations(given, needs()))
    local patched = assert(manifest.patch(given, needs()))
    assert.same({ EU = { endpoint = { uri = ARN .. "-eu" } } }, patched.manifest.events.regions)
    local wanted = needs { regions = { FE = ARN .. "-fe", EU = ARN .. "-eu2" } }
    assert.same(
      { "$.manifest.events.regions.EU.endpoint.uri conflict", "$.manifest.events.regions.FE missing" },
      violations(patched, wanted))
    patched = assert(manifest.patch(patched, wanted))
    assert.equal(ARN .. "-eu2", patched.manifest.events.regions.EU.endpoint.uri)
    assert.equal(ARN .. "-fe", patched.manifest.events.regions.FE.endpoint.uri)
  end)

  it("keeps to the endpoint that is given, whatever regions there are", function()
    local other = "https://skill.example.com/alexa"
    local given = changed(function(m)
      m.apis.custom.regions = { NA = { endpoint = { uri = ARN .. "-na" } } }
    end, BARE)
    local patched = assert(manifest.patch(given, needs { endpoint = other }))
    assert.equal(other, patched.manifest.events.endpoint.uri)
    assert.is_nil(patched.manifest.events.regions)
    given = changed(function(m)
      m.apis.custom.regions = { NA = { endpoint = { uri = ARN .. "-na" } } }
      m.events.regions = { NA = { endpoint = { uri = ARN .. "-na" } }, EU = "x" }
    end)
    assert.same({ "$.manifest.events.regions.EU INVALID_DATA_TYPE", "$.manifest.events.endpoint.uri conflict",
      "$.manifest.events.regions.EU missing", "$.manifest.events.regions.NA.endpoint.uri conflict" },
      violations(given, needs { endpoint = other }))
    patched = assert(manifest.patch(given, needs { endpoint = other }))
    local expected = { endpoint = { uri = other, sslCertificateType = "Trusted" } }
    assert.same({ NA = expected, EU = expected }, patched.manifest.events.regions)
    assert.same({}, violations(patched, needs { endpoint = other }))
  end)

  it("changes an endpoint's certificate with its address", function()
    local https = needs { endpoint = "https://skill.example.com/alexa" }
    local patched = assert(manifest.patch(PATCHED, https))
    assert.same(https.endpoint, json.decode(patched).manifest.events.endpoint)
    assert.same({}, warnings(patched, https))
    local back = assert(manifest.patch(patched, needs { endpoint = ARN }))
    assert.same({ uri = ARN }, json.decode(back).manifest.events.endpoint)
    assert.same(json.decode(PATCHED), json.decode(back))
  end)

  it("fills an address that is missing, with none that is bad", function()
    local given = changed(function(m)
      m.events.endpoint = {}
      m.events.regions = { EU = { endpoint = {} } }
      m.apis.custom.regions = { EU = { endpoint = { uri = "https://x.example", sslCertificateType = "Wildcard" } } }
    end)
    local patched = assert(manifest.patch(given, needs()))
    assert.same({ uri = ARN }, patched.manifest.events.endpoint)
    assert.same({ uri = "https://x.example", sslCertificateType = "Wildcard" },
      patched.manifest.events.regions.EU.endpoint)
    assert.same({}, violations(patched, needs()))
    for _, text in ipairs { BARE, PATCHED } do
      given = changed(function(m)
        m.apis.custom.endpoint.uri = "PingMe"
        m.apis.custom.regions = { NA = { endpoint = { uri = "PingMe" } } }
        if m.events then m.events.endpoint = {} end
      end, text)
      local none, err = manifest.patch(given, needs())
      assert.is_nil(none)
      assert.matches("where skill events are to go", err.message)
      patched = assert(manifest.patch(given, needs { endpoint = ARN }))
      assert.is_nil(json.encode(patched.manifest.events):find('"PingMe"', 1, true))
    end
  end)

  it("writes in a list of one line as it stands", function()
    local text = '{\n  "manifest": {\n    "permissions": [{"name": "alexa::profile:email:read"}],\n'
      .. '    "apis": {"custom": {"endpoint": {"uri": "' .. ARN .. '"}}}\n  }\n}\n'
    local patched = assert(manifest.patch(text, needs()))
    assert.is_truthy(patched:find('"permissions": [{"name": "alexa::profile:email:read"}, {"name": "' .. PERMISSION
      .. '"}],\n', 1, true), patched)
    text = '{\n "manifest": {\n  "permissions": [{"name":"alexa::profile:email:read"}],\n'
      .. '  "apis": {"custom":{"endpoint":{"uri":"' .. ARN .. '"}}}\n }\n}\n'
    patched = assert(manifest.patch(text, needs()))
    assert.is_truthy(patched:find('[{"name":"alexa::profile:email:read"},{"name":"' .. PERMISSION .. '"}],\n', 1, true),
      patched)
  end)

  it("does the same to a text and to a table, and all at once, whatever stands there", function()
    local state = 7
    local function random(most) -- the same on every Lua
      state = state * 48271 % 2147483647
      return state % most + 1
    end
    local strange = { 5, "x", json.null, {}, json.array {}, true, json.array { 1 }, { endpoint = {} },
      { uri = "PingMe" }, "https://y.example" }
    local wanted = { needs(), needs { endpoint = "https://z.example" }, needs { endpoint = ARN, regions = { "NA" } } }
    local function places(value, list)
      local names = {}
      for key in pairs(value) do names[#names + 1] = key end
      table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
      for _, key in ipairs(names) do
        list[#list + 1] = { value, key }
        if type(value[key]) == "table" then places(value[key], list) end
      end
      return list
    end
    local count = 0
    for _ = 1, 200 do
      local given = changed(function(m)
        m.events.regions = { EU = { endpoint = { uri = ARN .. "-eu" } } }
        for _ = 1, random(3) do
          local list = places(m, {})
          local place = list[random(#list)]
          place[1][place[2]] = strange[random(#strange)]
        end
      end)
      local text, need = assert(json.encode(given, { pretty = random(2) == 1 })), wanted[random(#wanted)]
      local by_text, by_table = manifest.patch(text, need), manifest.patch(given, need)
      assert.equal(by_table == nil, by_text == nil)
      if by_text then
        count = count + 1
        assert.equal(json.encode(by_table), json.encode(json.decode(by_text)))
        assert.equal(by_text, (manifest.patch(by_text, need)))
      end
    end
    assert.is_true(count > 100)
  end)

  it("does not guess where skill events go", function()
    for _, text in ipairs { BARE, PATCHED } do
      local given = changed(function(m)
        m.apis.custom.endpoint = nil
        if m.events then m.events.endpoint = nil end
      end, text)
      local patched, err = manifest.patch(given, needs())
      assert.is_nil(patched)
      assert.matches("where skill events are to go", err.message)
      assert.is_truthy(manifest.patch(given, needs { endpoint = ARN }))
      err = select(2, violations(given, needs()))
      assert.is_truthy(err.fix:find("--endpoint", 1, true), err.fix)
    end
  end)

  it("puts a list in the place of what is none", function()
    local given = changed(function(m) m.events.publications = { eventName = EVENTS[1] } end)
    local patched = assert(manifest.patch(assert(json.encode(given)), needs()))
    assert.same({}, violations(patched, needs()))
  end)
end)

describe("manifest.diff", function()
  it("names each part that is other, whatever the order", function()
    local other = changed(function(m)
      m.events.publications = json.array { m.events.publications[2] }
      m.manifestVersion = "1.1"
      m.events.regions = { NA = { endpoint = { uri = ARN } } }
    end)
    assert.same({
      { path = "$.manifest.events.publications[0]", from = { eventName = EVENTS[1] } },
      { path = "$.manifest.events.regions", to = { NA = { endpoint = { uri = ARN } } } },
      { path = "$.manifest.manifestVersion", from = "1.0", to = "1.1" },
    }, manifest.diff(PATCHED, other))
    assert.same({}, manifest.diff(PATCHED, json.encode(json.decode(PATCHED))))
  end)

  it("compares lists without names by place", function()
    local function phrases(list)
      return changed(function(m) m.publishingInformation.locales["en-US"].examplePhrases = json.array(list) end)
    end
    local path = "$.manifest.publishingInformation.locales.en-US.examplePhrases"
    assert.same({ { path = path .. "[1]", from = "b", to = "c" }, { path = path .. "[2]", to = "d" } },
      manifest.diff(phrases { "a", "b" }, phrases { "a", "c", "d" }))
  end)
end)
