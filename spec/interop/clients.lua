--- Clients of others against the sandbox, unchanged: Amazon's Node SDK, @ask-utils/proactive-event,
--- and curl as the walkthrough has it. `make interop` installs them; $NODE_PATH leads to them.

local cli = require "spec.support.cli"
local json = require "proactive.json"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local ID, SECRET = "amzn1.application-oa2-client.sandbox", "sandbox"

--- Runs node and decodes what it printed.
local function node(words, env)
  for index, word in ipairs(words) do words[index] = cli.quote(word) end
  local ran = cli.shell((env or "") .. " node " .. table.concat(words, " "))
  assert.equal(0, ran.status, ran.stdout .. ran.stderr)
  return assert(json.decode(ran.stdout), ran.stdout .. ran.stderr)
end

--- The body of an event in two languages.
local function body(audience, fields)
  local request = assert(proactive.request(stand_in.event(), audience))
  for name, value in pairs(fields or {}) do request[name] = value end
  return assert(proactive.encode(request))
end

describe("Amazon's Node SDK", function()
  local sandbox = support.use()

  local function send(audience, opts)
    opts = opts or {}
    local url = sandbox.url .. (opts.prefix or "")
    -- LWA has one host for all regions: there is a token below each prefix too
    return node { "spec/interop/node_sdk.js", "sdk", url, opts.id or ID, opts.secret or SECRET,
      opts.stage or "DEVELOPMENT", body(audience, opts.fields) }
  end

  it("sends to one customer, in both stages, with one token for both events", function()
    local user = stand_in.subscriber(sandbox).user
    assert.equal(202, send(proactive.audience.unicast(user)).status)
    assert.equal(202, send(proactive.audience.unicast(user), { stage = "LIVE" }).status)
    assert.says(sandbox, user, "Some event")
    local paths = {}
    for index, request in ipairs(sandbox:requests()) do paths[index] = request.path end
    local development = "/v1/proactiveEvents/stages/development"
    assert.same({ "/auth/O2/token", development, development, "/auth/O2/token",
      "/v1/proactiveEvents", "/v1/proactiveEvents" }, paths)
  end)

  it("sends to all of a region", function()
    assert.equal(202, send(proactive.audience.multicast(), { prefix = "/eu" }).status)
    assert.has_been_notified(sandbox, stand_in.subscriber(sandbox, "EU").user)
    assert.has_not_been_notified(sandbox, stand_in.subscriber(sandbox).user)
  end)

  it("raises what the service refuses, by the texts it has for each status", function()
    local silent = proactive.audience.unicast(stand_in.silent(sandbox).user)
    local answer = send(silent)
    assert.equal(403, answer.status)
    assert.matches("authentication token is invalid", answer.raised)
    assert.matches("^Can't find any subscription for stage=development", answer.body.message)
    answer = send(proactive.audience.multicast(), { fields = { expiryTime = "2019-06-08T18:00:00Z" } })
    assert.equal(400, answer.status)
    assert.equal("Violations for metadata: [expiryTime should be at least 5 minutes in the future and no more "
      .. "than 24 hours after the current time]", answer.body.message)
    for status, words in pairs {
      [429] = "more calls than the allowed limit",
      [500] = "internal error for a valid request",
    } do
      sandbox:fault { match = { path = "events" }, status = status }
      answer = send(silent)
      assert.equal(status, answer.status)
      assert.matches(words, answer.raised)
    end
  end)

  it("raises what the token endpoint refuses", function()
    local answer = send(proactive.audience.multicast(), { secret = "wrong" })
    assert.equal(401, answer.status)
    assert.equal("invalid_client", answer.body.error)
    answer = send(proactive.audience.multicast(), { id = "amzn1.application-oa2-client.bare" })
    assert.same({ 400, "invalid_scope" }, { answer.status, answer.body.error })
  end)

  it("fetches a token and keeps it", function()
    local answer = node { "spec/interop/node_sdk.js", "lwa", sandbox.url, ID, SECRET }
    assert.same({ prefix = "Atc|", cached = true }, answer)
    assert.equal(1, #sandbox:requests())
  end)
end)

describe("@ask-utils/proactive-event", function()
  local sandbox = support.use()

  local function send(region, audience, secret)
    local words = { "-r", "./spec/interop/redirect.js", "spec/interop/node_sdk.js", "utils", ID,
      secret or SECRET, region, audience }
    return node(words, "SANDBOX=" .. sandbox.url)
  end

  it("sends to all of a region, without a payload in its audience", function()
    assert.equal(202, send("EU", '["Multicast"]').status)
    assert.says(sandbox, stand_in.subscriber(sandbox, "EU").user, "Beispielwetter")
    assert.has_not_been_notified(sandbox, stand_in.subscriber(sandbox).user)
  end)

  it("sends to one customer", function()
    local user = stand_in.subscriber(sandbox).user
    assert.equal(202, send("US", json.encode(json.array { "Unicast", { user = user } })).status)
    assert.says(sandbox, user, "tornado")
  end)

  it("is told what is wrong", function()
    local silent = stand_in.silent(sandbox).user
    local answer = send("US", json.encode(json.array { "Unicast", { user = silent } }))
    assert.equal(403, answer.status)
    assert.matches("^Can't find any subscription", answer.raised)
    answer = send("US", "default") -- the word Multicast in place of an object
    assert.equal(400, answer.status)
    assert.matches("Violations for metadata: %[.*relevantAudience", answer.raised)
    assert.matches("401", send("US", '["Multicast"]', "wrong").raised)
  end)
end)

describe("curl, as the walkthrough has it,", function()
  local sandbox = support.use()

  local function curl(words)
    for index, word in ipairs(words) do words[index] = cli.quote(word) end
    local ran = cli.shell("curl -sS -i " .. table.concat(words, " "))
    assert.equal(0, ran.status, ran.stderr)
    local head, text = ran.stdout:match "^(.-)\r\n\r\n(.*)$"
    return tonumber(head:match "^HTTP/1.1 (%d+)"), text, head:lower()
  end

  local function token()
    local status, text = curl { "-d", "grant_type=client_credentials", "-d", "client_id=" .. ID,
      "-d", "client_secret=" .. SECRET, "-d", "scope=alexa::proactive_events", sandbox.url .. "/auth/o2/token" }
    assert.equal(200, status)
    local granted = json.decode(text)
    assert.same({ 3600, "bearer", "alexa::proactive_events" },
      { granted.expires_in, granted.token_type, granted.scope })
    return granted.access_token
  end

  local function post(text, bearer)
    return curl { "-H", "Content-Type: application/json", "-H", "Authorization: Bearer " .. bearer,
      "-d", text, sandbox.url .. "/v1/proactiveEvents/stages/development" }
  end

  it("gets a token, posts the event to all and hears it", function()
    local status, text, head = post(body(proactive.audience.multicast()), token())
    assert.same({ 202, "" }, { status, text })
    assert.matches("\nx%-amzn%-requestid: %S+", head)
    assert.matches("\ncontent%-length: 0", head)
    local heard = sandbox:listen(stand_in.subscriber(sandbox).user)
    assert.equal(1, #heard)
    assert.matches("Some event", heard[1].spoken)
  end)

  it("is refused as there: an expiry of yesterday, a value outside the schema, a strange customer", function()
    local bearer = token()
    local all = proactive.audience.multicast()
    local status, text = post(body(all, { expiryTime = "2019-06-08T18:00:00Z" }), bearer)
    assert.equal(400, status)
    assert.equal('{"type":"Bad Request","message":"Violations for metadata: [expiryTime should be at least 5 '
      .. 'minutes in the future and no more than 24 hours after the current time]"}', text)
    status, text = post((body(all):gsub('"AIR"', '"RADIO"')), bearer)
    assert.equal(400, status)
    local words = [[^{"type":"Bad Request","message":"Violations for payload:\n\"event%.payload%.availability%.method]]
    assert.matches(words, text)
    status, text = post(body(proactive.audience.unicast "amzn1.ask.account.OTHER"), bearer)
    assert.equal(403, status)
    assert.matches('{"type":"Forbidden","message":"No enablement for clientId: ' .. ID .. ", userId: ", text, 1, true)
  end)

  it("is refused an hour later, with the old token", function()
    local bearer = token()
    sandbox:advance(3601)
    local status, text = post("{}", bearer)
    assert.equal(403, status)
    assert.matches("Token in the request is not valid", text, 1, true)
  end)
end)
