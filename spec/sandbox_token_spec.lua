--- The token endpoint: answers and refusals in Login with Amazon's words.

local exchange = require "spec.support.exchange"

local PAIR = "client_id=" .. exchange.CLIENT_ID .. "&client_secret=sandbox"
local GRANT = "grant_type=client_credentials"
local SCOPE = "scope=alexa::proactive_events"

local function form(...)
  return table.concat({ ... }, "&")
end

describe("the sandbox's token endpoint", function()
  local x
  before_each(function()
    x = exchange.new()
  end)

  it("gives a token to a form, whatever the case of o2 and the region's prefix", function()
    for _, path in ipairs { "/auth/o2/token", "/auth/O2/token", "/eu/auth/o2/token" } do
      local answer, granted = x:ask("POST", path, form(GRANT, PAIR, SCOPE))
      assert.equal(200, answer.status)
      assert.truthy(granted.access_token:find "^Atc|[%w_]+$")
      assert.is_true(#granted.access_token >= 350)
      granted.access_token = nil
      assert.same(
        { scope = "alexa::proactive_events", token_type = "bearer", expires_in = 3600 },
        granted
      )
    end
  end)

  it("gives a token to a JSON body", function()
    local answer = x:ask("POST", "/auth/o2/token", {
      grant_type = "client_credentials",
      client_id = exchange.CLIENT_ID,
      client_secret = "sandbox",
      scope = "alexa::proactive_events",
    })
    assert.equal(200, answer.status)
  end)

  it("forbids to store the answer and names the request", function()
    local header = x:ask("POST", "/auth/o2/token", form(GRANT, PAIR, SCOPE)).header
    assert.equal("no-store", header["cache-control"])
    assert.equal("no-cache", header.pragma)
    assert.equal("application/json;charset=UTF-8", header["content-type"])
    assert.truthy(header["x-amzn-requestid"]:find "^%x+%-%x+%-%x+%-%x+%-%x+$")
    assert.truthy(header["x-amz-rid"]:find "^[%u%d]+$")
  end)

  it("lets a client hold several tokens, each for an hour of its clock", function()
    local first = x:token()
    x:ask("POST", "/sandbox/clock", { advance = 3599 })
    local second = x:token()
    assert.not_equal(first, second)
    assert.equal(202, x:send(x:event(), nil, first).status)
    x:ask("POST", "/sandbox/clock", { advance = 1 })
    assert.equal(403, x:send(x:event(), nil, first).status)
    assert.equal(202, x:send(x:event(), nil, second).status)
  end)

  local function refused(body, status, text)
    local answer = x:ask("POST", "/auth/o2/token", body)
    assert.same({ status, text }, { answer.status, answer.body })
  end

  local INVALID_CLIENT = '{"error_description":"Client authentication failed",'
    .. '"error":"invalid_client"}'
  local INVALID_SCOPE = '{"error_description":"The request has an invalid parameter : scope",'
    .. '"error":"invalid_scope"}'

  it("refuses an unknown client and a wrong secret alike", function()
    refused(form(GRANT, "client_id=a&client_secret=sandbox", SCOPE), 401, INVALID_CLIENT)
    local wrong = ("client_id=%s&client_secret=b"):format(exchange.CLIENT_ID)
    refused(form(GRANT, wrong, SCOPE), 401, INVALID_CLIENT)
  end)

  it("refuses another scope", function()
    refused(form(GRANT, PAIR, "scope=alexa:skill_messaging"), 400, INVALID_SCOPE)
  end)

  it("refuses the scope without the permission or without publications", function()
    local path = "/sandbox/skills/" .. exchange.CLIENT_ID
    x:ask("PUT", path, '{"permission":false}')
    refused(form(GRANT, PAIR, SCOPE), 400, INVALID_SCOPE)
    x:ask("PUT", path, '{"permission":true,"publications":[]}')
    refused(form(GRANT, PAIR, SCOPE), 400, INVALID_SCOPE)
    x:ask("PUT", path, '{"publications":["AMAZON.Occasion.Updated"]}')
    assert.equal(200, x:ask("POST", "/auth/o2/token", form(GRANT, PAIR, SCOPE)).status)
  end)

  it("refuses another grant", function()
    local words = "The authorization grant type is not supported by the authorization server"
    local body = ('{"error_description":"%s","error":"unsupported_grant_type"}'):format(words)
    refused(form("grant_type=password", PAIR, SCOPE), 400, body)
  end)

  it("names the parameter that is missing", function()
    local words = "The request is missing a required parameter : "
    local text = '{"error_description":"%s","error":"invalid_request"}'
    refused(form(GRANT, PAIR), 400, text:format(words .. "scope"))
    refused(form(GRANT, PAIR, "scope="), 400, text:format(words .. "scope"))
    refused("", 400, text:format(words .. "grant_type"))
  end)

  it("refuses what is neither a form nor JSON", function()
    local text = '{"error_description":"Malformed request","error":"invalid_request"}'
    for _, body in ipairs { "grant_type", "a=%zz", '{"grant_type":', '{"grant_type":1}', "[]" } do
      refused(body, 400, text)
    end
  end)

  it("fails on parameters in the query as the real one does", function()
    local answer = x:ask("POST", "/auth/o2/token?" .. form(GRANT, PAIR, SCOPE))
    assert.same({ 500, "{}" }, { answer.status, answer.body })
    assert.equal(
      "InternalFailure:http://internal.amazon.com/coral/com.amazon.coral.service/",
      answer.header["x-amzn-errortype"]
    )
  end)

  it("takes a secret with every character a form can carry", function()
    local secret = "a&b=c+d%e f/ä"
    x:ask("PUT", "/sandbox/skills/" .. exchange.CLIENT_ID, { client_secret = secret })
    local pair = ("client_id=%s&client_secret=a%%26b%%3Dc%%2Bd%%25e+f%%2F%%C3%%A4"):format(
      exchange.CLIENT_ID
    )
    assert.equal(200, x:ask("POST", "/auth/o2/token", form(GRANT, pair, SCOPE)).status)
  end)

  it("answers other methods with 405", function()
    local answer = x:ask("GET", "/auth/o2/token")
    assert.same({ 405, "POST" }, { answer.status, answer.header.allow })
  end)

  it("keeps no secret and no token in the list of requests", function()
    local token = x:token()
    x:send(x:event(), nil, token)
    x:ask("POST", "/auth/o2/token", "client_secret=hidden1")
    x:ask("POST", "/auth/o2/token?client_secret=hidden2")
    x:ask("POST", "/auth/o2/tokens", "client_secret=hidden3")
    x:ask("POST", "/auth/o2/token", '{"client_secret":"hidden4"')
    x:ask("POST", "/auth/o2/token", "hidden5", { authorization = "hidden6", cookie = "hidden7" })
    local text = x:ask("GET", "/sandbox/requests").body
    assert.is_nil(text:find("hidden", 1, true))
    assert.is_nil(text:find(token, 1, true))
    assert.is_nil(text:find("client_secret=sandbox", 1, true))
    local requests = x:get "/sandbox/requests"
    assert.equal("Bearer <removed>", requests[2].headers.authorization)
    assert.truthy(requests[1].body:find("client_secret=<removed>", 1, true))
  end)
end)
