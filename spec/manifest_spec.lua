--- The skill's manifest, offline: what is needed, what is wrong, and how it is mended.

local json = require "proactive.json"
local manifest = require "proactive.manifest"
local proactive = require "proactive"

local ARN = "arn:aws:lambda:us-east-1:123456789012:function:ask-custom-PingMe"
local PERMISSION = "alexa::devices:all:notifications:write"
local EVENTS = { "AMAZON.OrderStatus.Updated", "AMAZON.MediaContent.Available" }

-- As the walkthrough begins: neither permission nor events. Order and look are a person's own.
local BARE = [[
{
    "manifest": {
        "publishingInformation": {
            "locales": { "en-US": { "name": "Simple Alexa Skill" } },
            "category": "EDUCATION_AND_REFERENCE"
        },
        "apis": {
            "custom": {"endpoint": {"uri": "]] .. ARN .. [["}, "interfaces": []}
        },
        "manifestVersion": "1.0"
    }
}
]]

-- What the walkthrough ends with.
local PATCHED = [[
{
    "manifest": {
        "publishingInformation": {
            "locales": { "en-US": { "name": "Simple Alexa Skill" } },
            "category": "EDUCATION_AND_REFERENCE"
        },
        "apis": {
            "custom": {"endpoint": {"uri": "]] .. ARN .. [["}, "interfaces": []}
        },
        "manifestVersion": "1.0",
        "permissions": [
            {
                "name": "alexa::devices:all:notifications:write"
            }
        ],
        "events": {
            "publications": [
                {
                    "eventName": "AMAZON.OrderStatus.Updated"
                },
                {
                    "eventName": "AMAZON.MediaContent.Available"
                }
            ],
            "endpoint": {
                "uri": "]] .. ARN .. [["
            },
            "subscriptions": [
                {
                    "eventName": "SKILL_ENABLED"
                },
                {
                    "eventName": "SKILL_DISABLED"
                },
                {
                    "eventName": "SKILL_PERMISSION_ACCEPTED"
                },
                {
                    "eventName": "SKILL_PERMISSION_CHANGED"
                },
                {
                    "eventName": "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"
                }
            ]
        }
    }
}
]]

-- What it lacks.
local MISSING = {
  "$.manifest.permissions[0] missing",
  "$.manifest.events.publications[0] missing",
  "$.manifest.events.publications[1] missing",
  "$.manifest.events MISSING_REQUIRED_PROPERTY",
  "$.manifest.events.subscriptions[0] missing",
  "$.manifest.events.subscriptions[1] missing",
  "$.manifest.events.subscriptions[2] missing",
  "$.manifest.events.subscriptions[3] missing",
  "$.manifest.events.subscriptions[4] missing",
}

local function needs(options)
  local given = { events = EVENTS }
  for name, value in pairs(options or {}) do given[name] = value end
  return assert(manifest.derive(given))
end

--- A decoded manifest with changes made by a function.
local function changed(change, text)
  local envelope = assert(json.decode(text or PATCHED))
  change(envelope.manifest)
  return envelope
end

--- Violations as `path rule`, and the error.
local function violations(given, wanted)
  local good, err = manifest.check(given, wanted)
  local list = {}
  for _, violation in ipairs(good and {} or err.violations or {}) do
    list[#list + 1] = violation.path .. " " .. violation.rule
  end
  return list, err
end

local function warnings(given, wanted)
  local good, found = manifest.check(given, wanted)
  local list = {}
  for _, warning in ipairs(good and found or found.warnings) do
    list[#list + 1] = warning.path .. " " .. warning.message
  end
  return list
end

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

describe("manifest.check", function()
  it("names what is missing, with what comes of it", function()
    local list, err = violations(BARE, needs())
    assert.same(MISSING, list)
    assert.matches("invalid_scope", tostring(err))
    assert.equal("AMAZON.OrderStatus.Updated is not published", err.violations[2].message)
    assert.equal("AMAZON.MediaContent.Available is not published", err.violations[3].message)
    assert.equal("proactive manifest patch adds what is missing.", err.fix)
  end)

  it("names the same parts whether events is there or empty", function()
    local given = changed(function(m)
      m.permissions = json.array { { name = "alexa::profile:email:read" } }
      m.apis.custom.regions = { NA = { endpoint = { uri = ARN } }, EU = { endpoint = { uri = ARN } } }
    end, BARE)
    local list = violations(given, needs())
    assert.equal("$.manifest.permissions[1] missing", list[1])
    assert.equal("$.manifest.events.regions.EU missing", list[#list - 1])
    assert.equal("$.manifest.events.regions.NA missing", list[#list])
    given.manifest.events = {}
    local others = violations(given, needs())
    table.sort(list)
    table.sort(others)
    assert.same(list, others)
    given.manifest.events = { publications = json.array {}, endpoint = { uri = ARN } }
    others = violations(given, needs())
    assert.same({ "$.manifest.events.publications[0] missing", "$.manifest.events.publications[1] missing" },
      { others[2], others[3] })
  end)

  it("says what else is wrong when not all can be mended", function()
    local _, err = violations(changed(function(m) m.manifestVersion = "2" end, BARE), needs())
    assert.equal("proactive manifest patch adds what is missing; correct the rest by hand.", err.fix)
  end)

  it("knows what SMAPI refuses", function()
    local long = ("x"):rep(4001)
    local cases = {
      { "$.manifest.events MISSING_REQUIRED_PROPERTY", function(m) m.events.endpoint = nil end },
      { "$.manifest.events.endpoint MISSING_REQUIRED_PROPERTY", function(m) m.events.endpoint.uri = nil end },
      { "$.manifest.events.endpoint.uri INVALID_STRING_PATTERN", function(m) m.events.endpoint.uri = "PingMe" end },
      { "$.manifest.apis.custom.endpoint.uri INVALID_STRING_PATTERN",
        function(m) m.apis.custom.endpoint.uri = "http://x" end },
      { "$.manifest.events.regions.EU MISSING_REQUIRED_PROPERTY", function(m) m.events.regions = { EU = {} } end },
      { "$.manifest.events.endpoint.sslCertificateType INVALID_ENUM_VALUE",
        function(m) m.events.endpoint = { uri = "https://x", sslCertificateType = "trusted" } end },
      { "$.manifest.permissions refused", function(m) m.permissions = json.array {} end },
      { "$.manifest.permissions[0] MISSING_REQUIRED_PROPERTY", function(m) m.permissions[1].name = nil end },
      { "$.manifest.manifestVersion INVALID_ENUM_VALUE", function(m) m.manifestVersion = "1.1" end },
      { "$.manifest.publishingInformation.distributionMode INVALID_ENUM_VALUE",
        function(m) m.publishingInformation.distributionMode = "public" end },
      { "$.manifest.publishingInformation.distributionCountries CONFLICTING_INSTANCES", function(m)
        m.publishingInformation.isAvailableWorldwide = true
        m.publishingInformation.distributionCountries = json.array { "US" }
      end },
      { "$.manifest.publishingInformation.testingInstructions INVALID_STRING_LENGTH",
        function(m) m.publishingInformation.testingInstructions = long end },
      { "$.manifest.publishingInformation.locales.en-US.name INVALID_STRING_LENGTH",
        function(m) m.publishingInformation.locales["en-US"].name = "é" end },
      { "$.manifest.publishingInformation.locales.en-US.examplePhrases INVALID_ARRAY_SIZE",
        function(m) m.publishingInformation.locales["en-US"].examplePhrases = { "a", "b", "c", "d", "e" } end },
      { "$.manifest.publishingInformation.locales.en-US.keywords[1] INVALID_STRING_LENGTH",
        function(m) m.publishingInformation.locales["en-US"].keywords = { "a", long } end },
      { "$.manifest.privacyAndCompliance.containsAds INVALID_DATA_TYPE",
        function(m) m.privacyAndCompliance = { containsAds = "no" } end },
      { "$.manifest.events.subscriptions[1].eventName INVALID_ENUM_VALUE",
        function(m) m.events.subscriptions[2].eventName = "SKILL_ACCOUNT_UNLINKED" end },
      { "$.manifest.events INVALID_DATA_TYPE", function(m) m.events = json.array {} end },
      { "$.manifest.publishingInformation.locales INVALID_DATA_TYPE",
        function(m) m.publishingInformation.locales = 5 end },
      { "$.manifest.publishingInformation.locales INVALID_DATA_TYPE",
        function(m) m.publishingInformation.locales = json.array {} end },
      { "$.manifest.permissions[0].name INVALID_DATA_TYPE", function(m) m.permissions[1].name = 5 end },
      { "$.manifest.permissions[0] INVALID_DATA_TYPE", function(m) m.permissions[1] = "x" end },
    }
    for _, case in ipairs(cases) do
      assert.same({ case[1] }, (violations(changed(case[2]))))
    end
  end)

  it("knows what a list of interfaces is", function()
    local cases = {
      { " INVALID_DATA_TYPE", {} },
      { "[1] INVALID_DATA_TYPE", { { type = "AUDIO_PLAYER" }, "VIDEO_APP" } },
      { "[1] MISSING_REQUIRED_PROPERTY", { { type = "AUDIO_PLAYER" }, {} } },
      { "[0].type INVALID_DATA_TYPE", { { type = 5 } } },
      { "[1].type INVALID_ENUM_VALUE", { { type = "VIDEO_APP" }, { type = "AudioPlayer" } } },
    }
    for _, case in ipairs(cases) do
      local given = changed(function(m) m.apis.custom.interfaces = case[2] end)
      assert.same({ "$.manifest.apis.custom.interfaces" .. case[1] }, (violations(given)))
    end
  end)

  it("names every region that is bad", function()
    local given = changed(function(m) m.events.regions = { NA = 1, EU = 2, FE = 3 } end)
    assert.same({ "$.manifest.events.regions.EU INVALID_DATA_TYPE", "$.manifest.events.regions.FE INVALID_DATA_TYPE",
      "$.manifest.events.regions.NA INVALID_DATA_TYPE" }, (violations(given)))
  end)

  it("names what is wrong at one place in the same order each time", function()
    for number = 1, 40 do
      local name = "l" .. number
      local path = "$.manifest.publishingInformation.locales." .. name .. ".name "
      local given = changed(function(m)
        m.publishingInformation.locales = { [name] = { name = "x" }, [name .. ".name"] = 5 }
      end)
      assert.same({ path .. "INVALID_DATA_TYPE", path .. "INVALID_STRING_LENGTH" }, (violations(given)))
    end
  end)

  it("knows the permission for what is urgent, and skill events of old", function()
    assert.same({}, warnings(changed(function(m)
      m.permissions[2] = { name = "alexa::devices:all:notifications:urgent:write" }
      m.permissions[3] = { name = "payments:autopay_consent" }
      m.events.subscriptions[6] = { eventName = "Legacy.AudioPlayer.PlaybackStarted" }
    end)))
  end)

  it("says what SMAPI says where that is known", function()
    local _, err = violations(changed(function(m)
      m.apis.custom.endpoint.uri = "PingMe"
      m.publishingInformation.locales["en-US"].examplePhrases = { "a", "b", "c", "d", "e" }
    end))
    assert.equal('String instance at property path "$.manifest.apis.custom.endpoint.uri" does not match the '
      .. 'regular expression: "^(arn|https://)"', err.violations[1].message)
    assert.equal('Size of Array instance at property path "$.manifest.publishingInformation.locales.en-US.'
      .. 'examplePhrases" is outside the allowed range: Actual number of items: 5, Maximum number of items: 4.',
      err.violations[2].message)
  end)

  it("warns of what is fragile", function()
    local cases = {
      { "without sslCertificateType", function(m) m.events.endpoint = { uri = "https://x.example" } end },
      { "published with Trusted only",
        function(m) m.events.endpoint = { uri = "https://x.example", sslCertificateType = "Wildcard" } end },
      { "port 443 only",
        function(m) m.events.endpoint = { uri = "https://x.example:8443/a", sslCertificateType = "Trusted" } end },
      { "means nothing for an ARN", function(m) m.events.endpoint.sslCertificateType = "Trusted" end },
      { "NA, EU and FE", function(m) m.events.regions = { JP = { endpoint = { uri = ARN } } } end },
      { "no endpoint", function(m) m.apis.custom.endpoint = nil end },
      { "stands twice", function(m) m.events.publications[2].eventName = EVENTS[1] end },
      { "no event is called AMAZON.OrderStatus.Update", function(m)
        m.events.publications[1].eventName = "AMAZON.OrderStatus.Update" end },
      { "no permission we know", function(m) m.permissions[1].name = PERMISSION .. "s" end },
      { "foo is no name of a permission", function(m) m.permissions[2] = { name = "foo" } end },
      { "SKILL_ENABLE is unknown", function(m) m.events.subscriptions[1].eventName = "SKILL_ENABLE" end },
      { "no name of a skill event", function(m) m.events.subscriptions[1].eventName = EVENTS[1] end },
      { "interfaces[1].type AUDIO_PLAYERS is unknown here (did you mean AUDIO_PLAYER?)", function(m)
        m.apis.custom.interfaces = { { type = "VIDEO_APP" }, { type = "AUDIO_PLAYERS" } }
      end },
    }
    for _, case in ipairs(cases) do
      local list = warnings(changed(case[2]))
      assert.equal(1, #list, case[1] .. ": " .. table.concat(list, "; "))
      assert.is_truthy(list[1]:find(case[1], 1, true), list[1])
    end
    assert.same({ "$.manifest.events.publications published, and not among the events given: "
      .. "AMAZON.MediaContent.Available" }, warnings(PATCHED, needs { events = { EVENTS[1] } }))
    assert.same({}, warnings(PATCHED, needs()))
  end)

  it("finds no fault with the documented examples", function()
    for _, name in ipairs { "lambda", "https" } do
      local file = assert(io.open(("spec/support/manifests/%s.json"):format(name)))
      local text = file:read "*a"
      file:close()
      assert.same({}, (violations(text)))
      assert.same({}, warnings(text))
    end
  end)

  it("refuses what is no manifest in a clear sentence", function()
    local cases = {
      { "x", "is not JSON" },
      { '{"manifest": {\n"a": 1,}}', "line 2, column 7" },
      { "{\226\128\156manifest\226\128\157: {}}", "typographic quotation marks" },
      { "\255\254{\0}\0", "UTF-16" },
      { "\254\255\0{\0}", "UTF-16" },
      { "{\0\n\0}\0", "UTF-16" },
      { "{\226\128\156manifest\226\128\157: {}}", "the manifest is not JSON: " },
      { "[]", "an object is expected" },
      { '{"manifest": []}', 'the object "manifest" is missing' },
      { '{"publishingInformation": {}}', "stands bare" },
      { '{"interactionModel": {}}', "interaction model" },
      { '{"relevantAudience": {}}', "body of an event" },
    }
    for _, case in ipairs(cases) do
      for _, call in ipairs { manifest.check, manifest.patch } do
        local good, err = call(case[1], needs())
        assert.is_nil(good)
        assert.equal("invalid", err.kind)
        assert.is_truthy(err.message:find(case[2], 1, true), err.message)
      end
    end
  end)
end)

describe("a manifest that is JSON, and cannot be kept as it is", function()
  local deep = ('{"a":'):rep(70) .. "1" .. ("}"):rep(70)

  it("is refused for what it is, with the limit", function()
    local cases = {
      { '{"manifest": {"permissions": [], "permissions": []}}', 'the key "permissions" stands twice' },
      { '{"manifest": {"a": 9007199254740993}}', "beyond 2^53 would lose digits (line 1, column 20, in manifest.a)" },
      { '{"manifest": {"a": 0.1234567890123456789}}', "more than 17 are not kept" },
      { '{"manifest": ' .. deep .. "}", "nested deeper than 64 levels" },
      { '{"manifest": {"a": "' .. ("x"):rep(16 * 1024 * 1024) .. '"}}', "more than 16 MiB" },
      { '{"manifest": {"a": "\\u0000"}}', "NUL" },
    }
    for _, case in ipairs(cases) do
      local good, err = manifest.check(case[1])
      assert.is_nil(good)
      assert.equal("invalid", err.kind)
      assert.is_truthy(err.message:find("the manifest cannot be read safely: ", 1, true), err.message)
      assert.is_truthy(err.message:find(case[2], 1, true), err.message)
      assert.is_nil(err.message:find("as a text", 1, true), err.message)
      assert.is_truthy(err.fix:find("if it is meant", 1, true), err.fix)
    end
  end)
end)

describe("the place of a fault", function()
  local function place(keys)
    local opened = {}
    for index, key in ipairs(keys) do opened[index] = ('{"%s":'):format(key) end
    local text = table.concat(opened) .. "x" .. ("}"):rep(#keys)
    return select(2, manifest.check(text)).message:match ", in (.*)%)$"
  end

  it("is whole while it is short, and cut between its steps when it is long", function()
    assert.equal('manifest.publishingInformation.locales["en-US"].name',
      place { "manifest", "publishingInformation", "locales", "en-US", "name" })
    local deep = { "manifest" }
    for index = 2, 60 do deep[index] = "a" end
    deep[61], deep[62] = "last", "ä"
    local shown = place(deep)
    assert.matches("^manifest%.a%.a%.a", shown)
    assert.matches("a%.…%.a", shown)
    assert.is_truthy(shown:find('.a.last["ä"]', 1, true), shown)
    assert.is_true(#shown < 60, shown)
    local long = ("ä"):rep(30)
    assert.is_nil(require("proactive.text").problem(place { long, long, long, long }))
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
