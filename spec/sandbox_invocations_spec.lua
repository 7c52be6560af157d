--- Schemas and certificates of the sandbox's skill management, and test requests that it sends to a
--- skill.

local core = require "proactive.core"
local exchange = require "spec.support.exchange"
local httpd = require "proactive.httpd"
local json = require "proactive.json"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"
local time = require "proactive.time"

local proactive = require "proactive"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local CLIENT = "amzn1.application-oa2-client.sandbox"
local INVOCATIONS = "/v2/skills/" .. SKILL .. "/stages/development/invocations"
local ENABLEMENT = "/v1/skills/" .. SKILL .. "/stages/development/enablement"
local CERTIFICATES = "/v1/skills/" .. SKILL .. "/sslCertificateSets/~latest"
local LOGIN = { grant_type = "refresh_token", client_id = "any", refresh_token = "Atzr|x" }

describe("the sandbox's SMAPI without a server", function()
  local x

  before_each(function() x = exchange.new() end)

  local function ask(method, path, body)
    local _, granted = x:ask("POST", "/auth/o2/token", LOGIN)
    return x:ask(method, path, body, { authorization = "Bearer " .. granted.access_token })
  end

  local function link_to(name)
    local answer, found = ask("GET", "/v1/skills/resourceSchema/" .. name .. "?vendorId=V&operation=UPDATE_SKILL")
    assert.equal(200, answer.status)
    assert.equal("2027-01-15T09:00:00Z", found.expiryTime)
    return assert(found.schemaLocationUrl:match "^http://127%.0%.0%.1:4380(/.+)$")
  end

  it("links to schemas", function()
    local answer, schema = x:ask("GET", link_to "manifest")
    assert.equal(200, answer.status)
    local events = schema.properties.manifest.properties.events
    assert.same({ "endpoint" }, events.required)
    local _, held = ask("GET", "/v1/skills/" .. SKILL .. "/stages/development/manifest")
    local names = {}
    for index, item in ipairs(held.manifest.events.publications) do names[index] = item.eventName end
    assert.same(names, events.properties.publications.items.properties.eventName.enum)
    assert.equal(200, x:ask("GET", link_to "skillPackageStructure").status)
  end)

  it("lets a link to a schema end", function()
    local link = link_to "manifest"
    x.world.clock:advance(3599)
    assert.equal(200, x:ask("GET", link).status)
    x.world.clock:advance(1)
    assert.equal(403, x:ask("GET", link).status)
    assert.equal(403, x:ask("GET", "/schemas/manifest").status)
    assert.equal(404, x:ask("GET", "/schemas/other?expires=9999999999").status)
  end)

  it("refuses schemas it does not know, and who is not logged in", function()
    for _, path in ipairs { "other?vendorId=V", "manifest", "manifest?vendorId=", "manifest?vendorId=V&operation=X",
      "manifest?vendorId=V" } do
      assert.equal(400, ask("GET", "/v1/skills/resourceSchema/" .. path).status, path)
    end
    assert.equal(401, x:ask("GET", "/v1/skills/resourceSchema/manifest?vendorId=V").status)
    assert.equal(405, ask("PUT", "/v1/skills/resourceSchema/manifest").status)
  end)

  it("keeps the certificates of a skill", function()
    local path, other = CERTIFICATES, "/v1/skills/other/sslCertificateSets/~latest"
    assert.equal("{}", ask("GET", path).body)
    local set = { sslCertificate = "PEM", regions = { EU = { sslCertificate = "OTHER" } } }
    assert.equal(204, ask("PUT", path, set).status)
    assert.same(set, select(2, ask("GET", path)))
    for _, body in ipairs {
      "x", "[]", { sslCertificate = 1 }, { regions = "EU" }, { regions = { EU = 1 } },
      { regions = { EU = { sslCertificate = 1 } } },
    } do
      local answer, said = ask("PUT", path, body)
      assert.equal(400, answer.status)
      assert.equal("string", type(said.violations[1].message))
    end
    assert.same(set, select(2, ask("GET", path)))
    assert.equal(404, ask("GET", other).status)
    assert.equal(404, ask("PUT", other, set).status)
  end)

  local function enable()
    assert.equal(204, ask("PUT", ENABLEMENT).status)
  end

  it("refuses test requests to a skill that is not enabled", function()
    local request = { endpointRegion = "NA", skillRequest = { body = { version = "1.0" } } }
    assert.equal(403, ask("POST", INVOCATIONS, request).status)
  end)

  it("refuses test requests that are none", function()
    enable()
    for _, body in ipairs {
      "x", "[]", "{}", { endpointRegion = "US", skillRequest = { body = { a = 1 } } },
      { endpointRegion = "NA" }, { endpointRegion = "NA", skillRequest = { body = "x" } },
    } do
      local answer, said = ask("POST", INVOCATIONS, body)
      assert.equal(400, answer.status)
      assert.equal("string", type(said.violations[1].message))
    end
    assert.equal(404, ask("POST", "/v2/skills/other/stages/development/invocations", "{}").status)
    assert.equal(404, ask("POST", (INVOCATIONS:gsub("development", "certified")), "{}").status)
  end)

  it("says that a skill has no endpoint", function()
    enable()
    local request = { endpointRegion = "NA", skillRequest = { body = { version = "1.0" } } }
    local answer, said = ask("POST", INVOCATIONS, request)
    assert.equal(200, answer.status)
    assert.equal("FAILED", said.status)
    assert.matches("%-%-skill", said.result.error.message)
  end)
end)

describe("a test request of the sandbox", function()
  local sandbox = support.use()
  local pool, skill

  before_each(function()
    pool = assert(core.http {})
    skill = assert(httpd.listen { host = "127.0.0.1", port = 0 })
    local endpoint = ("http://127.0.0.1:%d/alexa"):format(skill:port())
    assert(sandbox:put_skill { client_id = CLIENT, endpoint = endpoint })
  end)

  after_each(function()
    pool:close()
    skill:close()
  end)

  local function start(method, path, body, token)
    local headers = { "Content-Type: application/json" }
    headers[2] = token and "Authorization: Bearer " .. token
    local route = assert(pool:route { method = method, url = sandbox.url .. path, headers = headers })
    return assert(pool:start(route, body and json.encode(body) or "", 20))
  end

  local function result(id)
    local found
    repeat
      pool:step(0.01, nil, 1)
      found = pool:result(id)
    until found
    return json.decode(found.body), found
  end

  --- Has the sandbox send a request, and answers it with `answer(listener, request)`.
  local function invoke(answer)
    local token = result(start("POST", "/auth/o2/token", LOGIN)).access_token
    local enabled = select(2, result(start("PUT", ENABLEMENT, nil, token)))
    assert.equal(204, enabled.status)
    local body = {
      version = "1.0",
      context = { System = { application = { applicationId = SKILL }, user = { userId = "x" } } },
      request = { type = "LaunchRequest", requestId = "1", timestamp = time.format(os.time()) },
    }
    local wanted = { endpointRegion = "default", skillRequest = { body = body } }
    local id = start("POST", INVOCATIONS, wanted, token)
    local found, seen
    repeat
      pool:step(0.005, nil, 1)
      assert(skill:step(0.005))
      local request = skill:next()
      if request then
        seen = request
        answer(request.id, request)
      end
      found = pool:result(id)
    until found
    assert.same(body, json.decode(seen.body))
    return json.decode(found.body), seen, found
  end

  it("is signed, and tells what the skill answered", function()
    local said, request, found = invoke(function(id)
      skill:respond(id, 200, {}, '{"version":"1.0","response":{}}')
    end)
    assert.equal(200, found.status)
    assert.equal("/alexa", request.path)
    assert.is_string(request.headers["signature-256"])
    assert.equal("SUCCESSFUL", said.status)
    local info = said.result.skillExecutionInfo
    assert.equal("LaunchRequest", info.invocationRequest.body.request.type)
    assert.matches("/alexa$", info.invocationRequest.endpoint)
    assert.same({ version = "1.0", response = {} }, info.invocationResponse.body)
    assert.is_true(info.metrics.skillExecutionTimeInMilliseconds >= 0)
  end)

  it("fails when the skill does", function()
    local answers = {
      { "status 500", function(id) skill:respond(id, 500, {}, "{}") end },
      { "no JSON object", function(id) skill:respond(id, 200, {}, "x") end },
      { "did not answer", function(id) skill:abort(id) end },
    }
    for _, case in ipairs(answers) do
      local said = invoke(case[2])
      assert.equal("FAILED", said.status)
      assert.matches(case[1], said.result.error.message)
      assert.equal("LaunchRequest", said.result.skillExecutionInfo.invocationRequest.body.request.type)
    end
  end)

  it("does not hold up other requests, and stands in the journal when it is answered", function()
    local client = stand_in.client(sandbox)
    local user = stand_in.subscriber(sandbox).user
    local before
    invoke(function(id)
      assert(client:send(stand_in.event(), proactive.audience.unicast(user)))
      before = #assert(sandbox:requests())
      skill:respond(id, 200, {}, "{}")
    end)
    local all = assert(sandbox:requests())
    assert.equal(before + 1, #all)
    assert.equal(INVOCATIONS, all[#all].path)
    client:close()
  end)

  it("is one that a skill of ours takes for Alexa's", function()
    local own = assert(proactive.skill {
      application_id = SKILL,
      sandbox = sandbox.url,
      on = { LaunchRequest = function() return "good morning" end },
    })
    local said = invoke(function(id, request)
      local status, headers, body = own:handle { headers = request.headers, body = request.body }
      skill:respond(id, status, headers, body)
    end)
    assert.equal("SUCCESSFUL", said.status, json.encode(said))
    local answered = said.result.skillExecutionInfo.invocationResponse.body
    assert.equal("good morning", answered.response.outputSpeech.text)
  end)
end)
