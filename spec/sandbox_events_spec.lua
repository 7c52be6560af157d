--- The events endpoint: who may send what to whom, and what becomes of it.

local customers = require "proactive.sandbox.customers"
local exchange = require "spec.support.exchange"
local json = require "proactive.json"
local time = require "proactive.time"

local EVENT = "AMAZON.WeatherAlert.Activated"
local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local AMERICAN, GERMAN, BRITISH, JAPANESE, SILENT =
  customers.id(1), customers.id(2), customers.id(3), customers.id(4), customers.id(5)

local function refusal(answer)
  local body = json.decode(answer.body)
  return { answer.status, body.type, body.message }
end

describe("the sandbox's events endpoint", function()
  local x
  before_each(function()
    x = exchange.new()
  end)

  local function inbox(user)
    return x:get("/sandbox/notifications" .. (user and "?user=" .. user or ""))
  end

  it("accepts with 202, an empty body and a request id", function()
    local answer = x:send(x:event())
    assert.same({ 202, "" }, { answer.status, answer.body })
    assert.truthy(answer.header["x-amzn-requestid"])
    assert.is_nil(answer.header["content-type"])
  end)

  it("has the paths of both stages, with and without the slash, in three regions", function()
    for _, prefix in ipairs { "", "/eu", "/fe" } do
      assert.equal(202, x:send(x:event(), prefix .. "/v1/proactiveEvents").status)
      assert.equal(202, x:send(x:event(), prefix .. "/v1/proactiveEvents/").status)
      assert.equal(202, x:send(x:event(), prefix .. exchange.DEVELOPMENT).status)
    end
    assert.equal(404, x:send(x:event(), "/v1/proactiveEvents/stages/live").status)
    assert.equal(405, x:ask("GET", exchange.LIVE).status)
  end)

  it("refuses tokens it did not give", function()
    local words = { 403, "Forbidden", "Token in the request is not valid" }
    assert.same(words, refusal(x:send(x:event(), nil, "Atc|unknown")))
    for _, header in ipairs { "Basic YTpi", "Bearer", "Bearer a b", { "Bearer a", "Bearer a" } } do
      local answer = x:ask("POST", exchange.LIVE, x:event(), { authorization = header })
      assert.same(words, refusal(answer))
    end
  end)

  it("refuses a request without a token", function()
    assert.equal(403, x:ask("POST", exchange.LIVE, x:event()).status)
    x = exchange.new { no_auth_status = 401 }
    assert.equal(401, x:ask("POST", exchange.LIVE, x:event()).status)
  end)

  it("refuses the tokens of a skill that is gone", function()
    local token = x:token()
    x:ask("DELETE", "/sandbox/skills/" .. exchange.CLIENT_ID)
    assert.equal(403, x:send(x:event(), nil, token).status)
  end)

  it("judges the token before the body, the body before the customer", function()
    assert.equal(403, x:send("{}", nil, "unknown").status)
    assert.equal(400, x:send(x:event("amzn1.ask.account.NOBODY", { timestamp = 1 })).status)
  end)

  it("refuses an expiry outside its window in the service's words", function()
    local words = "Violations for metadata: [expiryTime should be at least 5 minutes in the future "
      .. "and no more than 24 hours after the current time]"
    for _, ahead in ipairs { -60, 299, 86401 } do
      local expiry = time.format(exchange.NOW + ahead)
      local answer = x:send(x:event(nil, { expiryTime = expiry }))
      assert.equal(('{"type":"Bad Request","message":"%s"}'):format(words), answer.body)
      assert.equal(400, answer.status)
    end
    for _, ahead in ipairs { 300, 86400 } do
      local expiry = time.format(exchange.NOW + ahead)
      assert.equal(202, x:send(x:event(nil, { expiryTime = expiry })).status)
    end
  end)

  it("measures the expiry by its own clock", function()
    local body = x:event()
    x:ask("POST", "/sandbox/clock", { advance = 3600 })
    assert.equal(400, x:send(body).status)
    assert.equal(202, x:send(x:event()).status)
  end)

  it("names the property of a payload that is wrong, one a line", function()
    local payload = { weatherAlert = { source = "x", alertType = "tornado" } }
    local answer = x:send(x:event(nil, { event = { name = EVENT, payload = payload } }))
    local said = refusal(answer)
    assert.same({ 400, "Bad Request" }, { said[1], said[2] })
    local first, second = said[3]:match "^([^\n]*)\n([^\n]*)$"
    assert.equal("Violations for payload:", first)
    assert.truthy(second:find('"event.payload.weatherAlert.alertType": found "tornado"', 1, true))
    assert.truthy(second:find("TORNADO", 1, true))
  end)

  it("refuses bodies that are not a JSON object", function()
    for _, body in ipairs { "", "{", "[]", '"text"', "null", "1", "\255" } do
      assert.equal(400, x:send(body).status)
    end
  end)

  it("writes a code in place of the type when told to", function()
    x = exchange.new { error_body = "code" }
    local answer = x:send("{")
    assert.truthy(answer.body:find '^{"code":400,"message":"')
  end)

  it("refuses an event the skill does not publish", function()
    local token = x:token()
    x:ask("PUT", "/sandbox/skills/" .. exchange.CLIENT_ID, {
      publications = json.array { "AMAZON.Occasion.Updated" },
    })
    local words = "Can't find any subscription for stage=%s, skillId=%s, topicId=%s"
    assert.same(
      { 403, "Forbidden", words:format("live", SKILL, EVENT) },
      refusal(x:send(x:event(), exchange.LIVE, token))
    )
  end)

  it("refuses a customer it does not know, of another skill, or who disabled the skill", function()
    local words = "No enablement for clientId: %s, userId: %s"
    local function refused(user, client_id)
      local answer = x:send(x:event(user), nil, x:token(client_id))
      local message = words:format(client_id, user)
      assert.same({ 403, "Forbidden", message }, refusal(answer))
    end
    refused("amzn1.ask.account.NOBODY", exchange.CLIENT_ID)
    refused(AMERICAN, exchange.OTHER_ID)
    x:ask("PUT", "/sandbox/users/" .. AMERICAN, { enabled = false })
    refused(AMERICAN, exchange.CLIENT_ID)
  end)

  it("refuses a customer who has not allowed the event", function()
    local words = "Can't find any subscription for stage=development, skillId=%s, topicId=%s"
    assert.same(
      { 403, "Forbidden", words:format(SKILL, EVENT) },
      refusal(x:send(x:event(SILENT)))
    )
  end)

  it("delivers a Unicast to its customer only", function()
    x:send(x:event(AMERICAN))
    local delivered = inbox()
    assert.equal(1, #delivered)
    assert.equal(AMERICAN, delivered[1].user)
    assert.equal(EVENT, delivered[1].event)
    assert.equal("reference1", delivered[1].reference_id)
    assert.equal("new", delivered[1].state)
    assert.equal(exchange.NOW, delivered[1].received_at)
    assert.equal(exchange.NOW + 3600, delivered[1].expires_at)
  end)

  it("accepts an event at another region's host and delivers it to nobody", function()
    assert.equal(202, x:send(x:event(AMERICAN), "/eu" .. exchange.DEVELOPMENT).status)
    assert.equal(0, #inbox())
    assert.same(
      { { user = AMERICAN, reference_id = "reference1", accepted = 1, answers_destroyed = 0 } },
      x:get "/sandbox/counts"
    )
  end)

  it("delivers a Multicast to the region's subscribers of that skill", function()
    assert.equal(202, x:send(x:event(), "/eu" .. exchange.DEVELOPMENT).status)
    local users = {}
    for i, notification in ipairs(inbox()) do
      users[i] = notification.user
    end
    assert.same({ GERMAN, BRITISH }, users)
    assert.equal(202, x:send(x:event(), nil, x:token(exchange.OTHER_ID)).status)
    assert.equal(2, #inbox())
  end)

  it("says a notification in the device's locale", function()
    x:send(x:event(GERMAN), "/eu" .. exchange.DEVELOPMENT)
    local notification = inbox(GERMAN)[1]
    assert.is_true(notification.readable)
    assert.truthy(notification.spoken:find("Beispielwetter", 1, true))
  end)

  it("lists notifications briefly when told to", function()
    x:send(x:event(AMERICAN))
    local notification = x:get("/sandbox/notifications?brief=1")[1]
    assert.same({ AMERICAN, "new" }, { notification.user, notification.state })
    assert.is_nil(notification.spoken)
    assert.is_nil(notification.readable)
  end)

  it("delivers unread what has no text in the device's locale, and says why", function()
    x:send(x:event(JAPANESE), "/fe" .. exchange.DEVELOPMENT)
    local notification = inbox(JAPANESE)[1]
    assert.is_false(notification.readable)
    assert.is_nil(notification.spoken)
    assert.equal("no text for the device's locale ja-JP: source", notification.reason)
  end)

  it("cannot read a locale that comes twice or lacks a name", function()
    local twice = json.array {
      { locale = "en-US", source = "a" },
      { locale = "en-US", source = "b" },
    }
    assert.equal(202, x:send(x:event(AMERICAN, { localizedAttributes = twice })).status)
    assert.is_false(inbox(AMERICAN)[1].readable)
    local nameless = json.array { { locale = "en-US" } }
    x:send(x:event(AMERICAN, { localizedAttributes = nameless, referenceId = "2" }))
    assert.is_false(inbox(AMERICAN)[2].readable)
    assert.is_true(#inbox(AMERICAN)[2].notes > 0)
  end)

  it("takes what is disputed with a note, and refuses it when strict", function()
    local function disputed()
      return x:event(AMERICAN, { referenceId = "with-hyphen" })
    end
    assert.equal(202, x:send(disputed()).status)
    assert.truthy(inbox()[1].notes[1]:find "^referenceId")
    x = exchange.new { strict = true }
    assert.equal(400, x:send(disputed()).status)
    assert.equal(202, x:send(x:event(AMERICAN)).status)
  end)

  it("answers 200 when told to", function()
    x = exchange.new { success = 200 }
    assert.equal(200, x:send(x:event()).status)
  end)

  describe("given a reference id twice", function()
    local function again()
      x:send(x:event(AMERICAN))
      x:ask("POST", "/sandbox/listen", { user = AMERICAN })
      local payload = { weatherAlert = { source = "x", alertType = "HURRICANE" } }
      return x:send(x:event(AMERICAN, { event = { name = EVENT, payload = payload } }))
    end

    it("replaces the notification", function()
      assert.equal(202, again().status)
      local delivered = inbox()
      assert.equal(1, #delivered)
      assert.truthy(delivered[1].spoken:find("hurricane", 1, true))
      assert.equal("new", delivered[1].state)
      assert.equal(2, x:get("/sandbox/counts")[1].accepted)
    end)

    it("refuses with 409 or 400 when told to", function()
      for _, status in ipairs { "409", "400" } do
        x = exchange.new { duplicates = status }
        local answer = again()
        assert.equal(tonumber(status), answer.status)
        assert.equal(1, x:get("/sandbox/counts")[1].accepted)
        assert.truthy(inbox()[1].spoken:find("tornado", 1, true))
        assert.equal(400 == answer.status and "Bad Request" or "Conflict", refusal(answer)[2])
      end
    end)

    it("does not mind another customer's", function()
      x = exchange.new { duplicates = "409", users = 2 }
      assert.equal(202, x:send(x:event(AMERICAN)).status)
      assert.equal(202, x:send(x:event(GERMAN)).status)
      assert.equal(409, x:send(x:event()).status)
    end)
  end)

  describe("with time passing", function()
    local function state()
      return inbox(AMERICAN)[1].state
    end
    local function advance(seconds)
      x:ask("POST", "/sandbox/clock", { advance = seconds })
    end
    before_each(function()
      x:send(x:event(AMERICAN))
    end)

    it("lets a notification expire that nobody listened to", function()
      advance(3599)
      assert.equal("new", state())
      advance(1)
      assert.equal("expired", state())
      local _, heard = x:ask("POST", "/sandbox/listen", { user = AMERICAN })
      assert.equal(0, #heard)
    end)

    it("keeps one that was listened to for some hours", function()
      local _, heard = x:ask("POST", "/sandbox/listen", { user = AMERICAN })
      assert.equal(1, #heard)
      assert.equal("old", state())
      advance(6 * 3600)
      assert.equal("deleted", state())
    end)

    it("deletes on demand", function()
      assert.equal(204, x:ask("DELETE", "/sandbox/notifications?user=" .. AMERICAN).status)
      assert.equal("deleted", state())
    end)

    it("writes its own Date as soon as its clock is ahead", function()
      assert.is_nil(x:send(x:event()).header.date)
      advance(86400)
      assert.equal(
        time.format_http(exchange.NOW + 86400),
        x:send(x:event()).header.date
      )
    end)
  end)

  it("counts accepted events by customer and reference id", function()
    x:send(x:event(AMERICAN))
    x:send(x:event(AMERICAN))
    x:send(x:event(SILENT))
    x:send(x:event(nil, { referenceId = "all" }))
    assert.same({
      { user = AMERICAN, reference_id = "reference1", accepted = 2, answers_destroyed = 0 },
      { reference_id = "all", accepted = 1, answers_destroyed = 0, user = json.null },
    }, x:get "/sandbox/counts")
  end)
end)
