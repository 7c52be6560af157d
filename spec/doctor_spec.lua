--- Every known reason for silence, set up in the sandbox: doctor names it, and what to do.

local caller = require "proactive.caller"
local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"
local time = require "proactive.time"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local OWN, OTHER = "amzn1.application-oa2-client.sandbox", "amzn1.application-oa2-client.other"
local EVENT = "AMAZON.MediaContent.Available"

describe("proactive.doctor", function()
  local sandbox = support.use()

  --- Options for this sandbox: the usual event to the usual customer.
  local function options(changes)
    local given = { sandbox = sandbox.url, event = stand_in.event() }
    for name, value in pairs(changes or {}) do
      if value ~= "none" then given[name] = value else given[name] = nil end
    end
    return given
  end

  local function examine(changes) return proactive.doctor(options(changes)) end

  local function by_name(findings, name)
    for _, found in ipairs(findings) do
      if found.link == name then return found end
    end
  end

  --- Examines, and expects that this link is the first broken one.
  local function expect_first(link, pattern, changes)
    local findings = examine(changes)
    local first = findings.broken or {}
    assert.equal(link, first.link, first.message)
    assert.matches(pattern, first.message)
    assert.truthy(first.fix and first.fix ~= "")
    return findings
  end

  local function subscriber(region) return stand_in.subscriber(sandbox, region).user end

  local function put(user, fields)
    fields.user = user
    assert(sandbox:put_user(fields))
  end

  --- The request body of the usual event, changed.
  local function body(user, changes)
    local audience = user and proactive.audience.unicast(user) or proactive.audience.multicast()
    local request = assert(proactive.request(stand_in.event(), audience))
    for name, value in pairs(changes or {}) do request[name] = value end
    return request
  end

  local function smapi()
    local client = assert(proactive.smapi { sandbox = sandbox.url, private = true })
    finally(function() client:close() end)
    return client
  end

  --- Brings the manifest of the skill in another state, and lets the update end.
  local function push(text)
    assert(smapi():update_manifest(SKILL, text))
    assert(sandbox:advance(2))
  end

  local function manifest() return assert(smapi():get_manifest(SKILL)).text end

  describe("where all is well", function()
    it("finds nothing broken, and sends nothing", function()
      local findings = examine { user = subscriber() }
      assert.is_nil(findings.broken)
      assert.equal("credentials", findings[1].link)
      assert.equal("ok", by_name(findings, "subscription").state)
      assert.equal("unknown", by_name(findings, "sending").state)
      assert.same({}, sandbox:counts())
      assert.same({}, sandbox:notifications())
    end)

    it("says so of every link it can know, once it may send", function()
      local findings = examine { user = subscriber(), send = true }
      for _, found in ipairs(findings) do
        local known = found.link ~= "skill-events" and found.link ~= "last-request"
        assert.equal(known and "ok" or "unknown", found.state, found.link .. ": " .. found.message)
      end
      assert.equal(1, #sandbox:notifications())
    end)

    it("says it of customers in other regions, in their locale", function()
      local german = proactive.localized { ["de-DE"] = "Beispiel" }
      local event = assert(proactive.events.WeatherAlert.Activated {
        weatherAlert = { source = german, alertType = "TORNADO" },
      })
      for _, customer in ipairs(sandbox:users()) do
        if customer.locale == "de-DE" then
          assert.is_nil(examine { event = event, user = customer.user, region = "EU", send = true }.broken)
        end
      end
    end)

    it("says it of a Multicast and of a whole body", function()
      assert.is_nil(examine { send = true }.broken)
      local user = subscriber()
      local findings = examine { event = body(user), send = true }
      assert.is_nil(findings.broken)
      assert.equal(1, #sandbox:notifications(user) - 1)
    end)

    it("looks at the links that need no event", function()
      local findings = proactive.doctor { sandbox = sandbox.url }
      assert.is_nil(findings.broken)
      assert.equal("ok", by_name(findings, "token").state)
      assert.equal("no event was given", by_name(findings, "event").message)
    end)

    it("knows that the sandbox's clock was put ahead", function()
      assert(sandbox:advance(7200))
      local findings = examine { user = subscriber(), send = true }
      assert.is_nil(findings.broken)
      assert.matches("put 2 hours ahead", by_name(findings, "clock").message)
    end)
  end)

  describe("names as the cause of silence", function()
    it("notifications that were never allowed, or whose permission was reset", function()
      expect_first("subscription", "has not allowed notifications, as the sandbox knows",
        { user = stand_in.silent(sandbox).user })
    end)

    it("a Multicast with nobody subscribed", function()
      put(subscriber "FE", { enabled = false })
      expect_first("audience", "nobody in FE is subscribed.*but 1 in NA, 2 in EU", { region = "FE" })
    end)

    it("a subscription to other events only", function()
      local user = subscriber()
      put(user, { subscriptions = { "AMAZON.OrderStatus.Updated" } })
      local findings = expect_first("subscription", "not subscribed to AMAZON.MediaContent.Available",
        { user = user, send = true })
      assert.matches("Can't find any subscription", by_name(findings, "sending").message)
    end)

    it("the wrong stage", function()
      assert(smapi():enable(SKILL, "live"))
      expect_first("skill", "not enabled for its owner in development.*it is in live", { user = subscriber() })
    end)

    it("an event that the manifest does not publish", function()
      assert(sandbox:put_skill { client_id = OWN, publications = { "AMAZON.OrderStatus.Updated" } })
      expect_first("manifest", "AMAZON.MediaContent.Available is not published", { user = subscriber() })
    end)

    it("a manifest that publishes nothing, when no event is given", function()
      assert(sandbox:put_skill { client_id = OWN, publications = require("proactive.json").array {} })
      expect_first("manifest", "^no event is published$", { user = subscriber(), event = "none" })
    end)

    it("the credentials of one skill and the customer of another", function()
      local findings = expect_first("customer", "is a customer of .*0001, and not of .*0002",
        { user = subscriber(), client_id = OTHER, client_secret = "sandbox", send = true })
      assert.matches("No enablement", by_name(findings, "sending").message)
    end)

    it("a customer who disabled the skill, or is none", function()
      local user = subscriber()
      put(user, { enabled = false })
      expect_first("customer", "has the skill disabled", { user = user })
      expect_first("customer", "knows no customer amzn1.ask.account.nobody", { user = "amzn1.ask.account.nobody" })
    end)

    it("an expiry outside of its window", function()
      local user = subscriber()
      expect_first("expiry", "5 minutes in the future", { user = user, expires_in = 60 })
      expect_first("expiry", "24 hours", { user = user, expires_in = 90000 })
      local old = body(user, { expiryTime = time.format(os.time() - 3600) })
      local findings = expect_first("expiry", "5 minutes in the future", { event = old })
      assert.equal("ok", by_name(findings, "event").state)
    end)

    it("a clock that is wrong", function()
      local function slow() return core.wall() - 7200 end
      expect_first("clock", "2 hours behind the service's", { clock = { wall = slow } })
      local function fast() return core.wall() + 180 end
      expect_first("clock", "3 minutes ahead of the service's", { clock = { wall = fast } })
    end)

    it("a value that is not in the schema", function()
      local wrong = body()
      wrong.event.payload.content.contentType = "FILM"
      expect_first("event", "contentType", { event = wrong })
      local _, err = proactive.events.OrderStatus.Updated { state = { status = "ORDER_LOST" } }
      expect_first("event", "ORDER_LOST", { event = err })
    end)

    it("a text in no locale of the device", function()
      local user = subscriber "FE"
      local findings = expect_first("locale", "speaks ja%-JP, and the event has no text in it",
        { user = user, region = "FE", send = true })
      assert.matches("cannot be read: no text for the device's locale ja%-JP", by_name(findings, "device").message)
      expect_first("locale", "speaks fr%-FR", { user = "none", locale = "fr-FR" })
    end)

    it("a Multicast that a device cannot read", function()
      local findings = expect_first("device", "cannot be read", { region = "FE", send = true })
      assert.equal("ok", by_name(findings, "audience").state)
    end)

    it("a locale that the skill does not have", function()
      local user = subscriber()
      put(user, { locale = "it-IT" })
      local event = assert(proactive.events.WeatherAlert.Activated {
        weatherAlert = { source = proactive.localized { ["it-IT"] = "Esempio" }, alertType = "TORNADO" },
      })
      expect_first("locale", "speaks it%-IT, and the skill does not", { user = user, event = event })
    end)

    it("an event at the host of another region", function()
      local user = subscriber "EU"
      local findings = expect_first("region", "is in EU.*goes to NA %(the default%)", { user = user, send = true })
      assert.matches("accepted", by_name(findings, "sending").message)
      assert.matches("nobody got it", by_name(findings, "device").message)
      expect_first("region", "is in EU.*goes to FE:", { user = user, region = "FE" })
    end)

    it("a manifest without the permission", function()
      assert(sandbox:put_skill { client_id = OWN, permission = false })
      local findings = expect_first("manifest", "alexa::devices:all:notifications:write is missing", {})
      local token = by_name(findings, "token")
      assert.equal("broken", token.state)
      assert.matches("invalid_scope", token.message)
      assert.matches("permission", token.fix)
    end)

    it("it also where nobody is logged in, as the token tells", function()
      assert(sandbox:put_skill { client_id = OWN, permission = false })
      assert(sandbox:withdraw_logins())
      local findings = expect_first("token", "invalid_scope", {})
      assert.equal("unknown", by_name(findings, "manifest").state)
    end)

    it("a manifest whose last update failed", function()
      local text = manifest()
      assert(sandbox:put_skill { client_id = OWN, permission = false })
      push((text:gsub('"category"', '"isAvailableWorldwide":true,"distributionCountries":["DE"],"category"')))
      expect_first("manifest", "its last update failed", {})
    end)

    it("another pair than the skill's own", function()
      local findings = expect_first("pair", "profile is not the client id of " .. SKILL:gsub("%p", "%%%0"),
        { client_id = "amzn1.application-oa2-client.profile", client_secret = "sandbox" })
      assert.matches("invalid_client", by_name(findings, "token").message)
      expect_first("pair", "the client id is the id of a skill", { client_id = SKILL, client_secret = "sandbox" })
    end)

    it("a secret that is wrong, without telling it", function()
      local findings = expect_first("token", "invalid_client", { client_id = OWN, client_secret = "s3cret" })
      for _, found in ipairs(findings) do
        assert.falsy((found.message .. (found.fix or "")):find("s3cret", 1, true))
      end
    end)

    it("a token that was kept for more than an hour", function()
      local client = stand_in.client(sandbox)
      local header = "Authorization: Bearer " .. assert(client:token()).reveal()
      client:close()
      assert(sandbox:advance(3601))
      local user = subscriber()
      local calls = caller.new({}, 30)
      local answered = assert(calls:ask {
        method = "POST",
        url = sandbox.url .. "/v1/proactiveEvents/stages/development",
        headers = { header, "Content-Type: application/json" },
        body = assert(json.encode(body(user))),
      })
      calls:close()
      assert.equal(403, answered.status)
      local findings = expect_first("last-request", "403: Token in the request is not valid", { user = user })
      assert.matches("an hour", findings.broken.fix)
    end)

    it("an event of others that was refused", function()
      local client = stand_in.client(sandbox)
      assert.is_nil((client:send(stand_in.event(), proactive.audience.unicast(stand_in.silent(sandbox).user))))
      client:close()
      expect_first("last-request", "403: Can't find any subscription", {})
    end)

    it("an event that was refused without a message", function()
      local answer = { status = 400, body = { payload = { code = "SKILL_DISABLED_EXCEPTION" } } }
      sandbox:fault { match = { path = "events" }, status = answer.status, body = answer.body }
      local client, user = stand_in.client(sandbox), subscriber()
      assert.is_nil((client:send(stand_in.event(), proactive.audience.unicast(user))))
      client:close()
      assert(sandbox:clear_faults())
      local findings = expect_first("last-request", "400: {.*SKILL_DISABLED_EXCEPTION", { user = user })
      assert.matches("event gateway", findings.broken.fix)
    end)

    it("nothing in what was refused to somebody else", function()
      local client = stand_in.client(sandbox)
      assert.is_nil((client:send(stand_in.event(), proactive.audience.unicast(stand_in.silent(sandbox).user))))
      client:close()
      local findings = examine { event = stand_in.event(), user = subscriber() }
      assert.is_nil(findings.broken)
      assert.matches("another event or customer", by_name(findings, "last-request").message)
    end)

    it("a reference id that was used before", function()
      local user = subscriber()
      local event = stand_in.event()
      assert.is_nil(examine { event = event, user = user, reference_id = "order17", send = true }.broken)
      expect_first("reference", "order17 was sent before, once to this customer",
        { event = event, user = user, reference_id = "order17" })
      assert.is_nil(examine { event = event, user = subscriber "EU", region = "EU", reference_id = "order17" }.broken)
      expect_first("reference", "in this sandbox", { event = event, reference_id = "order17" })
    end)

    it("a free text where Alexa has fixed sentences", function()
      local wrong = body()
      wrong.event.payload = { message = "The plumber comes at 8" }
      local findings = expect_first("event", "message", { event = wrong })
      assert.matches("MessageAlert.*creator.name", findings.broken.fix)
    end)

    it("a notification that expired or was deleted before it was heard", function()
      local user = subscriber()
      assert.is_nil(examine { user = user, expires_in = 600, send = true }.broken)
      assert(sandbox:advance(700))
      expect_first("device", "expired at .* before it was heard", { user = user })
      assert(sandbox:delete_notifications(user))
      expect_first("device", "is deleted", { user = user })
    end)

    it("nothing where a notification waits that somebody wants back", function()
      local user = subscriber()
      assert.is_nil(examine { user = user, send = true }.broken)
      local findings = examine { user = user }
      assert.is_nil(findings.broken)
      assert.matches("waits on the device.*cannot be taken back", by_name(findings, "device").message)
      assert(sandbox:listen(user))
      assert.matches("was heard", by_name(examine { user = user }, "device").message)
    end)

    it("words of the event gateway, which is another API", function()
      local words = { header = { name = "ErrorResponse" }, payload = { code = "SKILL_DISABLED_EXCEPTION" } }
      assert(sandbox:fault { match = { path = "events" }, status = 403, body = words })
      local findings = expect_first("sending", "SKILL_DISABLED_EXCEPTION", { user = subscriber(), send = true })
      assert.matches("another API", findings.broken.fix)
    end)

    it("a rate or a number that is too high", function()
      assert(sandbox:fault { match = { path = "events", skip = 1 }, throttle = { rate = 0.001 } })
      assert.is_nil(examine { send = true }.broken)
      local findings = examine { send = true }
      assert.equal("sending", findings.broken.link, findings.broken.message)
      assert.matches("more slowly", findings.broken.fix)
      assert(sandbox:fault { match = { path = "events" }, quota = 1 })
      expect_first("sending", "limit exceeded", { user = subscriber(), stage = "live", send = true })
    end)
  end)

  describe("names what is in the way:", function()
    it("a sandbox that does not run", function()
      local findings = expect_first("network", "127.0.0.1:1.*%(connect%)", { sandbox = "http://127.0.0.1:1" })
      assert.matches("proactive sandbox", findings.broken.fix)
      for _, link in ipairs { "clock", "manifest", "token", "endpoint", "device" } do
        assert.equal("unknown", by_name(findings, link).state, link)
      end
    end)

    it("an address that is none", function()
      expect_first("network", "cannot be asked", { sandbox = "ftp://127.0.0.1" })
    end)

    it("a connection that breaks off", function()
      assert(sandbox:fault { match = { path = "token" }, reset = "before" })
      expect_first("network", "%(reset%)", {})
    end)

    it("a certificate that is not trusted", function()
      local folder = os.tmpname()
      os.remove(folder)
      local secure = assert(proactive.sandbox.start { tls = true, tls_dir = folder })
      finally(function()
        secure:stop()
        os.execute("rm -rf " .. folder)
      end)
      expect_first("network", "%(tls%)", { sandbox = secure.url })
      local findings = examine { sandbox = secure.url, ca_file = secure.ca_file }
      assert.is_nil(findings.broken)
      assert.matches("its certificate is good", by_name(findings, "network").message)
    end)

    it("a proxy that lets nothing through", function()
      local findings = expect_first("network", "%(connect%)", { sandbox = false, client_id = OWN,
        client_secret = "x", token_host = "https://token.invalid", event_host = "https://events.invalid",
        proxy = "http://user:s3cret@127.0.0.1:1" })
      assert.matches("Check the proxy that was given", findings.broken.fix)
      assert.equal("broken", by_name(findings, "endpoint").state)
      for _, found in ipairs(findings) do
        assert.falsy((found.message .. (found.fix or "")):find("s3cret", 1, true))
      end
    end)

    it("an event endpoint that fails or cannot be reached", function()
      assert(sandbox:fault { match = { path = "events" }, status = 503 })
      expect_first("endpoint", "answers 503", {})
      expect_first("endpoint", "%(connect%)", { event_host = "http://127.0.0.1:1" })
    end)
  end)

  describe("with skill events", function()
    local U = "amzn1.ask.account.u"

    --- A registry of one's own: only what it must have.
    local function registry(customers)
      local function none() error "not asked for" end
      return {
        apply = none, each = none, forget = none,
        get = function(_, user) return customers[user] end,
        count = function(_, filter)
          local count = 0
          for _, customer in pairs(customers) do
            local wanted = not filter.event or customer.subscriptions[1] == filter.event
            if wanted and (not filter.region or customer.region == filter.region) then count = count + 1 end
          end
          return count
        end,
      }
    end

    local function outside(changes)
      local given = { sandbox = false, client_id = OWN, client_secret = "sandbox", token_host = sandbox.url,
        event_host = sandbox.url }
      for name, value in pairs(changes) do given[name] = value end
      return given
    end

    it("takes the customer from a registry where there is no sandbox", function()
      local known = { user = U, enabled = true, subscriptions = { EVENT }, region = "EU", locale = "en-US" }
      local findings = examine(outside { user = U, registry = registry { [U] = known }, region = "EU" })
      for _, link in ipairs { "skill-events", "customer", "region", "locale", "subscription" } do
        assert.equal("ok", by_name(findings, link).state, link)
      end
      assert.matches("Do Not Disturb", by_name(findings, "device").message)
      expect_first("region", "in EU, as the registry knows", outside { user = U, registry = registry { [U] = known } })
      known.region, known.locale = nil, nil
      findings = examine(outside { user = U, registry = registry { [U] = known } })
      assert.equal("unknown", by_name(findings, "region").state)
      assert.equal("unknown", by_name(findings, "locale").state)
      known.subscriptions = {}
      expect_first("subscription", "as the registry knows", outside { user = U, registry = registry { [U] = known } })
      known.enabled = false
      expect_first("customer", "has the skill disabled", outside { user = U, registry = registry { [U] = known } })
    end)

    it("counts a registry's subscribers for a Multicast", function()
      local known = registry { [U] = { user = U, subscriptions = { EVENT }, region = "EU" } }
      expect_first("audience", "nobody in NA .*but 1 in EU", outside { registry = known })
      assert.equal("ok", by_name(examine(outside { registry = known, region = "EU" }), "audience").state)
    end)

    it("names a registry that has heard of nobody", function()
      expect_first("skill-events", "has heard of no customer", { registry = registry {} })
      local known = registry { other = { user = "other", subscriptions = {} } }
      expect_first("customer", "the registry knows no customer amzn1.ask.account.u",
        outside { user = U, registry = known })
    end)

    it("says why a registry cannot be asked", function()
      local broken = registry {}
      local err = require("proactive.errors").new("storage", { message = "the disk is full" })
      broken.get = function() return nil, err end
      broken.count = function() return nil, err end
      local findings = examine(outside { user = U, registry = broken })
      for _, link in ipairs { "skill-events", "customer", "region", "subscription" } do
        assert.equal("unknown", by_name(findings, link).state)
        assert.equal("the disk is full", by_name(findings, link).message)
      end
      assert.equal("the disk is full", by_name(examine(outside { registry = broken }), "audience").message)
    end)

    it("names a skill that does not acknowledge them", function()
      assert(sandbox:put_skill { client_id = OWN, endpoint = "http://127.0.0.1:1" })
      put(subscriber(), { subscriptions = json.array {} })
      local ends = core.monotonic() + 20
      while not sandbox:skill_events()[1].problem and core.monotonic() < ends do end
      expect_first("skill-events", "ProactiveSubscriptionChanged is not acknowledged", {})
    end)

    it("names a manifest that does not ask for them", function()
      push((manifest():gsub('{"eventName":"SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"}', "")))
      expect_first("skill-events", "the manifest does not ask for SKILL_PROACTIVE", {})
    end)
  end)

  describe("refuses", function()
    it("what it does not know", function()
      assert.error_matches(function() proactive.doctor { usr = "u" } end, "unknown option usr.*user")
      assert.error_matches(function() proactive.doctor { client_id = "x" } end, "given together")
      assert.error_matches(function() proactive.doctor { region = "US" } end, "one of NA, EU, FE")
    end)

    it("to send to all live customers", function()
      assert.error_matches(function()
        proactive.doctor(options { stage = "live", send = true })
      end, "to all live customers")
    end)
  end)
end)
