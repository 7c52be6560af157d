--- What is known of the service and has no better place: docs/facts.md names the rest.

local customers = require "proactive.sandbox.customers"
local exchange = require "spec.support.exchange"
local json = require "proactive.json"

local USER = customers.id(1)

describe("the sandbox, as the service", function()
  local x
  before_each(function() x = exchange.new() end)

  local function first() return x:get("/sandbox/notifications")[1] end

  it("knows one operation: nothing can be read, listed or taken back", function()
    for _, method in ipairs { "GET", "PUT", "PATCH", "DELETE" } do
      for _, path in ipairs { exchange.LIVE, exchange.DEVELOPMENT } do
        local answer = x:ask(method, path)
        assert.same({ 405, "POST" }, { answer.status, answer.header.allow })
      end
    end
  end)

  it("does not know the path stages/live, which no source of Amazon's has", function()
    assert.equal(404, x:send(x:event(), "/v1/proactiveEvents/stages/live").status)
  end)

  it("takes a body whatever its content type says", function()
    local headers = { authorization = "Bearer " .. x:token(), ["content-type"] = "text/plain" }
    assert.equal(202, x:ask("POST", exchange.DEVELOPMENT, x:event(), headers).status)
  end)

  it("accepts a Multicast with nobody subscribed", function()
    for _, customer in ipairs(x:get "/sandbox/users") do x:ask("DELETE", "/sandbox/users/" .. customer.user) end
    assert.equal(202, x:send(x:event()).status)
    assert.same({}, x:get "/sandbox/notifications")
  end)

  it("takes a Multicast without payload, and refuses it when strict", function()
    assert.equal(202, x:send(x:event(nil, { relevantAudience = { type = "Multicast" } })).status)
    assert.equal("relevantAudience.payload: is missing", first().notes[1])
    local strict = exchange.new { strict = true }
    local answer = strict:send(strict:event(nil, { relevantAudience = { type = "Multicast" } }))
    assert.equal(400, answer.status)
  end)

  it("takes no localizedAttributes, or an empty list, where nothing is localized", function()
    local event = { name = "AMAZON.WeatherAlert.Activated", payload = { weatherAlert = { alertType = "TORNADO" } } }
    for index, list in ipairs { json.array {}, false } do
      local body = x:event(USER, { event = event, localizedAttributes = list, referenceId = ("r%d"):format(index) })
      if not list then body.localizedAttributes = nil end
      assert.equal(202, x:send(body).status)
    end
    assert.equal("There is a tornado alert for your area.", first().spoken)
  end)

  it("takes a literal text where one may be localized", function()
    local event = {
      name = "AMAZON.OrderStatus.Updated",
      payload = { state = { status = "ORDER_RECEIVED" }, order = { seller = { name = "Delivery Owl" } } },
    }
    assert.equal(202, x:send(x:event(USER, { event = event, localizedAttributes = json.array {} })).status)
    assert.equal("Your order from Delivery Owl has been received.", first().spoken)
  end)

  it("takes both spellings and places that sources disagree about", function()
    local function send(name, payload)
      local fields = { event = { name = name, payload = payload }, localizedAttributes = json.array {} }
      return x:send(x:event(USER, fields)).status
    end
    local order = { seller = { name = "Delivery Owl" } }
    for _, field in ipairs { "enterTimestamp", "enterTimeStamp", "deliveredOn" } do
      local state = { status = "ORDER_DELIVERED", [field] = "2026-01-15T10:00:00Z" }
      assert.equal(202, send("AMAZON.OrderStatus.Updated", { state = state, order = order }), field)
    end
    for _, status in ipairs { "REQUESTED", "RECEIVED" } do
      local occasion = { occasionType = "APPOINTMENT", subject = "root canal", provider = { name = "Dental XYZ" },
        bookingTime = "2026-02-10T19:16:31Z" }
      local payload = { state = { confirmationStatus = status }, occasion = occasion }
      assert.equal(202, send("AMAZON.Occasion.Updated", payload), status)
    end
    local game = { offer = "MATCH", name = "The Red" }
    for _, invite in ipairs {
      { inviter = { name = "Max" }, relationshipToInvitee = "FRIEND", inviteType = "CHALLENGE" },
      { inviter = { name = "Max", relationshipToInvitee = "FRIEND" }, inviteType = "CHALLENGE" },
    } do
      assert.equal(202, send("AMAZON.SocialGameInvite.Available", { invite = invite, game = game }))
    end
  end)

  it("takes times with fractions and offsets", function()
    for index, text in ipairs { "2027-01-15T09:00:00.00Z", "2027-01-15T09:00:00.463Z", "2027-01-15T14:00:00+05:00",
      "2027-01-15T09:00:00.123456+00:00" } do
      local fields = { expiryTime = text, timestamp = text, referenceId = ("r%d"):format(index) }
      assert.equal(202, x:send(x:event(USER, fields)).status, text)
    end
  end)

  it("names the stage, the skill and the event it finds no subscription for", function()
    local silent = customers.id(5)
    for stage, path in pairs { live = exchange.LIVE, development = exchange.DEVELOPMENT } do
      local _, said = x:send(x:event(silent), path)
      assert.equal("Can't find any subscription for stage=" .. stage .. ", skillId=amzn1.ask.skill.5a4db0c5-0000-"
        .. "4000-8000-000000000001, topicId=AMAZON.WeatherAlert.Activated", said.message)
    end
  end)

  it("gives no refresh token for a skill's own token, and describes errors before it names them", function()
    local form = "grant_type=client_credentials&client_id=%s&client_secret=%s&scope=alexa::proactive_events"
    local answer = x:ask("POST", "/auth/O2/token", form:format(exchange.CLIENT_ID, "sandbox"))
    assert.is_nil(answer.body:find("refresh_token", 1, true))
    answer = x:ask("POST", "/auth/O2/token", form:format(exchange.CLIENT_ID, "wrong"))
    assert.equal('{"error_description":"Client authentication failed","error":"invalid_client"}', answer.body)
  end)

  it("takes a secret and a scope that are not encoded in the form", function()
    local form = "grant_type=client_credentials&client_id=%s&client_secret=sandbox&scope=alexa::proactive_events"
    assert.equal(200, x:ask("POST", "/auth/O2/token", form:format(exchange.CLIENT_ID)).status)
  end)
end)

describe("the page of facts", function()
  --- Its rows: fact, spec, name of the test.
  local rows = {}
  for line in io.lines "docs/facts.md" do
    local spec, name = line:match "| `(spec/[%w_/]+%.lua)` | (.-) |$"
    if spec then rows[#rows + 1] = { spec = spec, name = name } end
  end

  it("has a row for each fact, with a test that there is", function()
    local texts = {}
    assert.is_true(#rows > 80, ("%d rows"):format(#rows))
    for _, row in ipairs(rows) do
      local handle = assert(io.open(row.spec), row.spec)
      texts[row.spec] = texts[row.spec] or handle:read "*a"
      handle:close()
      -- a name that ends with … is continued by the case it is about
      local name = row.name:match "^(.*)…$" or row.name .. '"'
      assert.truthy(texts[row.spec]:find('it("' .. name, 1, true), row.spec .. ": " .. row.name)
    end
  end)

  it("has no row that is none", function()
    for line in io.lines "docs/facts.md" do
      if line:find "spec/" and line:find "^|" then assert.matches("| `spec/[%w_/]+%.lua` | [^|]+ |$", line) end
    end
  end)
end)
