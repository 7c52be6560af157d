--- What skill events say, and that it does not matter in which order they arrive.

local customer = require "proactive.registry.customer"
local event = require "proactive.registry.event"
local events = require "spec.support.skill_events"
local json = require "proactive.json"
local order = require "proactive.registry.order"

local function read(envelope)
  return assert(event.read(envelope)).says
end

local function fold(sayings)
  local known = { values = {}, at = {} }
  for _, says in ipairs(sayings) do
    known = customer.join(known, says)
  end
  return known
end

local function violation(envelope)
  local saying, err = event.read(envelope)
  assert.is_nil(saying)
  assert.equal("invalid", err.kind)
  return err.violations[1]
end

describe("a skill event", function()
  it("says one thing, where the customer is, and the locale", function()
    local says = read(events.new("SkillEnabled", { region = "EU", locale = "de-DE" }))
    assert.same({ enabled = "yes", region = "EU", locale = "de-DE" }, says.values)
    assert.equal("amzn1.ask.account.ONE", says.user)
    for _, at in pairs(says.at) do
      assert.equal("2026-01-15T10:00:00.000000000Z 1016f2af", at)
    end
  end)

  it("is one of six; any other request says nothing", function()
    local linked = events.new("SkillAccountLinked", { body = { accessToken = "secret" } })
    assert.same({ account_linked = "yes", region = "NA" }, read(linked).values)
    for _, kind in ipairs { "SkillPermissionAccepted", "SkillPermissionChanged" } do
      local body = { acceptedPermissions = { { scope = "b" }, { scope = "a" }, { scope = "b" } } }
      assert.equal(" a b ", read(events.new(kind, { body = body })).values.permissions)
    end
    local disabled = events.new("SkillDisabled", { body = { userInformationPersistenceStatus = "PERSISTED" } })
    assert.equal("no", read(disabled).values.enabled)
    assert.equal("no", read(events.new "SkillDisabled").values.enabled)
    assert.equal(" A B ", read(events.subscribed { "B", "A" }).values.subscriptions)
    assert.same({ type = "LaunchRequest" }, event.read { request = { type = "LaunchRequest" } })
    local misnamed = events.new "SkillProactiveSubscriptionChanged"
    assert.is_nil(event.read(misnamed).says)
  end)

  it("has an empty list in every form that Alexa writes none in", function()
    local bodies = { json.null, {}, { subscriptions = json.null }, { subscriptions = json.array {} } }
    for index = 0, #bodies do -- the first: no body
      local request = events.new("ProactiveSubscriptionChanged", { body = bodies[index] })
      assert.equal(" ", read(request).values.subscriptions, index)
    end
  end)

  it("has a region only where the address is one of three", function()
    local request = events.new "SkillEnabled"
    for _, address in ipairs { "https://api.amazonalexa.com.example.org", "", json.null, 1 } do
      request.context.System.apiEndpoint = address
      assert.is_nil(read(request).values.region)
    end
  end)

  it("is refused, with the place, when it cannot be understood", function()
    for path, change in pairs {
      ["request.timestamp"] = function(e) e.request.timestamp = "2026-01-15 10:00" end,
      ["request.requestId"] = function(e) e.request.requestId = nil end,
      ["request.locale"] = function(e) e.request.locale = 5 end,
      ["request.body"] = function(e) e.request.body = "none" end,
      ["request.body.subscriptions"] = function(e) e.request.body = { subscriptions = "A" } end,
      ["request.body.subscriptions[1]"] = function(e) e.request.body = { subscriptions = { "A" } } end,
      ["request.body.subscriptions[1].eventName"] = function(e)
        e.request.body = { subscriptions = { { eventname = "A" } } }
      end,
      ["context.System.user"] = function(e) e.context.System.user = json.null end,
      ["context.System.user.userId"] = function(e) e.context.System.user.userId = "a\0b" end,
      ["context.System.application.applicationId"] = function(e)
        e.context.System.application.applicationId = ""
      end,
      ["context"] = function(e) e.context = nil end,
    } do
      local envelope = events.subscribed { "A" }
      change(envelope)
      assert.equal(path, violation(envelope).path)
    end
    for _, value in ipairs { 42, "text", json.null, false } do
      violation(value)
    end
    violation {}
  end)

  it("has the erasure instead of anything else when nothing is to persist", function()
    local says = read(events.erased { region = "EU" })
    assert.same({}, says.values)
    assert.is_nil(says.user)
    assert.equal("2026-01-15T10:00:00.000000000Z 1016f2af", says.erased)
  end)
end)

describe("the order of events", function()
  local function key(timestamp, id)
    return assert(order.key(timestamp, id or "r"))
  end

  it("is that of the times, whatever their zone and fraction", function()
    local times = {
      "2026-01-15T09:59:59.999999999Z",
      "2026-01-15T10:00:00Z",
      "2026-01-15T12:00:00.000000001+02:00",
      "2026-01-15T10:00:00.5Z",
      "2026-01-15T05:30:01-04:30",
    }
    for index = 2, #times do
      assert.is_true(order.after(key(times[index]), key(times[index - 1])), times[index])
      assert.is_false(order.after(key(times[index - 1]), key(times[index])))
    end
    assert.equal(key "2026-01-15T10:00:00Z", key "2026-01-15T11:00:00.000+01:00")
  end)

  it("is that of the ids' bytes at the same time", function()
    local at = "2026-01-15T10:00:00Z"
    for _, pair in ipairs { { "a", "B" }, { "b", "a" }, { "aa", "a" }, { "\200", "z" }, { "1", "" } } do
      assert.is_true(order.after(key(at, pair[1]), key(at, pair[2])))
      assert.is_false(order.after(key(at, pair[2]), key(at, pair[1])))
    end
  end)
end)

describe("a customer", function()
  it("is what the latest event of each aspect says", function()
    local late = read(events.subscribed({ "A" }, { at = "2026-01-15T10:00:09Z" }))
    local early = read(events.new("SkillEnabled", { at = "2026-01-15T10:00:01Z", region = "EU" }))
    local known = fold { late, early }
    assert.same({ subscriptions = " A ", enabled = "yes", region = "NA" }, known.values)
    local older = read(events.subscribed({ "B" }, { at = "2026-01-15T10:00:08Z" }))
    assert.is_true(customer.same(known, fold { known, older, late, early }))
  end)

  it("is not brought back by what is older than its erasure", function()
    local erased = read(events.erased { at = "2026-01-15T10:00:05Z" })
    local before = read(events.new("SkillEnabled", { at = "2026-01-15T10:00:04Z" }))
    local after = read(events.new("SkillEnabled", { at = "2026-01-15T10:00:06Z" }))
    local gone = fold { before, erased, before }
    assert.same({ erased = erased.erased, values = {}, at = {} }, gone)
    local back = fold { gone, after, before }
    assert.equal("amzn1.ask.account.ONE", back.user)
    assert.same({ enabled = "yes", region = "NA" }, back.values)
    assert.is_true(customer.same(back, fold { after, before, erased }))
  end)

  -- A generator of the spec's own, so that a seed means the same on every Lua.
  local function generator(seed)
    return function(most)
      seed = (seed * 16807) % 2147483647
      return seed % most + 1
    end
  end

  local KINDS = { "SkillEnabled", "SkillDisabled", "SkillPermissionChanged", "SkillAccountLinked" }
  local REGIONS, LOCALES = { "NA", "EU", "FE" }, { "en-US", "de-DE" }

  local function some_event(random)
    local fields = {
      at = ("2026-01-15T10:00:%02dZ"):format(random(6)),
      id = ("%x"):format(random(4)), -- few: the same key with other contents must end the same too
      region = REGIONS[random(3)],
      locale = LOCALES[random(3)],
    }
    local kind = random(8)
    if kind == 1 then return events.erased(fields) end
    if kind <= 4 then
      return events.subscribed(({ {}, { "A" }, { "B", "A" } })[random(3)], fields)
    end
    if kind == 5 then fields.body = { acceptedPermissions = { { scope = "s" .. random(3) } } } end
    return events.new(kind == 5 and "SkillPermissionChanged" or KINDS[random(#KINDS)], fields)
  end

  local function shuffled(list, random)
    local copy = {}
    for index, value in ipairs(list) do
      copy[index] = value
    end
    for index = #copy, 2, -1 do
      local other = random(index)
      copy[index], copy[other] = copy[other], copy[index]
    end
    return copy
  end

  it("is the same after any permutation of the same events, repeated ones too", function()
    local first = os.time() % 100000 + 1
    for seed = first, first + 400 do
      local random, sayings = generator(seed), {}
      for index = 1, random(12) do
        sayings[index] = read(some_event(random))
      end
      local expected = fold(sayings)
      for _ = 1, 6 do
        local again = shuffled(sayings, random)
        for _ = 1, random(4) do
          again[#again + 1] = again[random(#again)]
        end
        local found = fold(again)
        assert.is_true(customer.same(expected, found), "seed " .. seed)
        assert.same(expected, found, "seed " .. seed)
      end
    end
  end)
end)
