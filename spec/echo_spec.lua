--- An endpoint, or a proxy before it, that sends back what it was sent: the secrets do not come
--- back into Lua.

local core = require "proactive.core"
local httpd = require "proactive.httpd"
local proactive = require "proactive"

local BEARER = "Atc|MQEBIecho"
local SECRET = "s3cr&t=+%/ é"
local ESCAPED = "s3cr%26t%3D%2B%25%2F%20%C3%A9"
local GRANTED = ('{"access_token":"%s","token_type":"bearer","expires_in":3600}'):format(BEARER)

--- Every text in a value, one after the other.
local function texts(value)
  if type(value) ~= "table" then return tostring(value) end
  local found = {}
  for key, inner in pairs(value) do
    found[#found + 1] = texts(key) .. "=" .. texts(inner)
  end
  return table.concat(found, "\n")
end

local function holds(text, what)
  return text:find(what, 1, true) ~= nil
end

local function check_clean(value)
  for _, text in ipairs { texts(value), tostring(value) } do
    assert.is_false(holds(text, BEARER))
    assert.is_false(holds(text, SECRET))
    assert.is_false(holds(text, ESCAPED))
  end
end

describe("what is echoed", function()
  local server, pool, route, token

  before_each(function()
    server = assert(httpd.listen {})
    pool = assert(core.http {})
    local url = ("http://127.0.0.1:%d/"):format(server:port())
    route = assert(pool:route { method = "POST", url = url })
    token = assert(core.token {
      client_id = "id", client_secret = SECRET, scope = "scope", url = url, private = true,
    })
  end)
  after_each(function()
    pool:close()
    server:close()
  end)

  local function serve(answer)
    pool:step(0.001)
    server:step(0)
    for request in server.next, server do
      local status, headers, body = answer(request)
      server:respond(request.id, status, headers, body)
    end
    server:step(0)
  end

  local function fetch(answer)
    local id = assert(token:fetch(pool, route, 5))
    local done, refusal
    repeat
      serve(answer)
      done, refusal = token:settle(pool, id, 0)
    until done or refusal
    return refusal
  end

  local function ask(answer)
    fetch(function() return 200, {}, GRANTED end)
    local id = assert(pool:start(route, "{}", 5, token))
    while not pool:result(id) do serve(answer) end
    local result = pool:result(id)
    pool:release(id)
    return result
  end

  it("has no bearer token in body and headers", function()
    local result = ask(function(request)
      local line = request.headers.authorization
      return 500, { { "X-Echo", line }, { "X-Twice", BEARER .. BEARER } },
        ("%s|Authorization: %s|%s"):format(BEARER, line, BEARER)
    end)
    assert.equal("<removed>|Authorization: Bearer <removed>|<removed>", result.body)
    assert.is_true(holds(result.headers:lower(), "x-echo: bearer <removed>\r\n"))
    assert.is_true(holds(result.headers:lower(), "x-twice: <removed><removed>\r\n"))
    check_clean(result)
  end)

  it("is otherwise as it was sent", function()
    local half = BEARER:sub(1, -2)
    for _, body in ipairs { "", half, half .. "\0" .. half, ("x"):rep(100000) } do
      assert.equal(body, ask(function() return 500, {}, body end).body)
    end
    local many = ask(function() return 500, {}, (BEARER .. "\0"):rep(10000) end)
    assert.equal(("<removed>\0"):rep(10000), many.body)
  end)

  it("has no bearer token in a result that accepts", function()
    check_clean(ask(function(request) return 202, {}, request.headers.authorization end))
  end)

  it("has no refresh token in a refusal, escaped or plain", function()
    local url = ("http://127.0.0.1:%d/"):format(server:port())
    token = assert(core.token {
      client_id = "id", client_secret = "other-secret", refresh_token = SECRET, url = url, private = true,
    })
    local refusal = fetch(function(request)
      return 400, { { "X-Form", request.body } }, request.body .. "\n" .. SECRET
    end)
    assert.is_nil(refusal.body, "a body that may hold a token")
    assert.truthy(holds(refusal.headers, "client_secret=<removed>&refresh_token=<removed>"))
    check_clean(refusal)
  end)

  it("has no client secret in a refusal, escaped or plain", function()
    local refusal = fetch(function(request)
      return 400, { { "X-Form", request.body } }, request.body .. "\n" .. SECRET
    end)
    assert.equal("grant_type=client_credentials&client_id=id&client_secret=<removed>&scope=scope\n<removed>",
      refusal.body)
    assert.is_true(holds(refusal.headers, "client_secret=<removed>&"))
    check_clean(refusal)
  end)

  it("has no client secret in the words of a refusal", function()
    local refusal = fetch(function(request)
      local echoed = ("form %s, secret %s"):format(request.body, SECRET)
      return 401, {},
        assert(core.encode({ error = echoed, error_description = echoed, error_index = echoed }, {}))
    end)
    assert.equal(401, refusal.status)
    assert.is_true(holds(refusal.error, "client_secret=<removed>&"))
    assert.is_true(holds(refusal.error_description, "secret <removed>"))
    assert.is_true(holds(refusal.error_index, "secret <removed>"))
    check_clean(refusal)
  end)

  it("has no client secret in the headers of a grant", function()
    local id = assert(token:fetch(pool, route, 5))
    local done, headers
    repeat
      serve(function(request) return 200, { { "X-Form", request.body } }, GRANTED end)
      done, headers = token:settle(pool, id, 0)
    until done
    assert.is_true(holds(headers, "client_secret=<removed>&"))
    check_clean(headers)
  end)
end)

describe("a client", function()
  local server, client

  before_each(function()
    server = assert(httpd.listen {})
    local host = ("http://127.0.0.1:%d"):format(server:port())
    client = assert(proactive.client {
      client_id = "id", client_secret = SECRET, token_host = host, event_host = host, retry = false,
      sandbox = false, clock = { wall = core.wall, monotonic = core.monotonic },
    })
  end)
  after_each(function()
    client:close()
    server:close()
  end)

  local function send(answer)
    local outcome, failed
    local event = assert(proactive.events.MediaContent.Available {
      availability = { startTime = os.time() + 3600, provider = { name = "x" }, method = "AIR" },
      content = { name = "x", contentType = "EPISODE" },
    })
    assert(client:submit(event, proactive.audience.multicast(), { validate = false }, function(receipt, err)
      outcome, failed = receipt, err
    end))
    while not outcome and not failed do
      client:step(0.001)
      server:step(0)
      for request in server.next, server do
        server:respond(request.id, answer(request))
      end
      server:step(0)
    end
    assert.is_nil(outcome)
    return failed
  end

  for _, status in ipairs { 206, 400, 401, 403, 429, 500 } do
    for _, form in ipairs { '{"message":"%s"}', "<html>%s</html>" } do
      local title = "shows no bearer token of an event endpoint that echoes: %d, %s"
      it(title:format(status, form:sub(1, 6)), function()
        local err = send(function(request)
          if not request.headers.authorization then return 200, {}, GRANTED end
          return status, {}, form:format(request.headers.authorization)
        end)
        check_clean(err)
        check_clean(err.message)
        if status ~= 401 then assert.is_true(holds(err.body, "Bearer <removed>")) end
      end)
    end
  end

  it("shows no client secret of a token endpoint that echoes", function()
    local err = send(function(request)
      return 400, {}, ('{"error":"invalid_client","error_description":"%s"}'):format(request.body)
    end)
    check_clean(err)
    assert.is_true(holds(err.message, "client_secret=<removed>&"))
    assert.is_true(holds(err.body, "client_secret=<removed>&"))
  end)
end)
