--- The skill's manifest, offline: what is wrong with it.

local json = require "proactive.json"
local manifest = require "proactive.manifest"
local support = require "spec.support.manifest"

local ARN = support.ARN
local PERMISSION = support.PERMISSION
local EVENTS = support.EVENTS
local BARE = support.BARE
local PATCHED = support.PATCHED
local MISSING = support.MISSING
local needs = support.needs
local changed = support.changed
local violations = support.violations
local warnings = support.warnings

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
