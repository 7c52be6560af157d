--- The core's token against a server of our own. No clock: every moment is given.

local core = require "proactive.core"
local httpd = require "proactive.httpd"

local SECRET = "s3cr&t=+%/ é"
local GOOD = '{"access_token":"Atc|MQEBI","scope":"alexa::proactive_events",'
  .. '"token_type":"bearer","expires_in":3600}'

local function options(changes)
  local given = {
    client_id = "amzn1.application-oa2-client.x",
    client_secret = SECRET,
    scope = "alexa::proactive_events",
    url = "http://127.0.0.1/auth/o2/token",
  }
  for name, value in pairs(changes or {}) do
    given[name] = value
  end
  return given
end

describe("core.token", function()
  it("gives one object for the same credentials", function()
    assert.equal(core.token(options()), core.token(options()))
  end)

  it("gives another when any of the four differs", function()
    local token = core.token(options())
    for _, name in ipairs { "client_id", "client_secret", "scope", "url" } do
      assert.are_not.equal(token, core.token(options { [name] = "other" }))
    end
    assert.are_not.equal(
      core.token(options { client_id = "a", client_secret = "b&scope=c" }),
      core.token(options { client_id = "a&client_secret=b", client_secret = "c" })
    )
  end)

  it("takes a refresh token in place of a scope", function()
    local function refreshing(text)
      local given = options { refresh_token = text }
      given.scope = nil
      return given
    end
    local token = core.token(refreshing "Atzr|a")
    assert.equal(token, core.token(refreshing "Atzr|a"))
    assert.are_not.equal(token, core.token(refreshing "Atzr|b"))
    assert.error_matches(function() core.token(options { refresh_token = "Atzr|a" }) end,
      "either 'scope' or 'refresh_token'")
    local given = options()
    given.scope = nil
    assert.error_matches(function() core.token(given) end, "either 'scope' or 'refresh_token'")
    local made, message = core.token(refreshing "a\nb")
    assert.is_nil(made)
    assert.equal("refresh_token holds a line break", message)
  end)

  it("can be made by a finalizer while the state closes", function()
    local cli = require "spec.support.cli"
    local path = cli.file(".lua", [[
      local core = require "proactive.core"
      local function token()
        return assert(core.token { client_id = "x", client_secret = "y", scope = "z", url = "u" })
      end
      local function finally(run)
        if not newproxy then return setmetatable({}, { __gc = run }) end
        local object = newproxy(true)
        getmetatable(object).__gc = run
        return object
      end
      -- finalizers run in the reverse order of their birth: the token's comes first
      kept = { finally(function() token() io.write "asked" end), token() }
    ]])
    finally(function() os.remove(path) end)
    -- Lua finalizes nothing that is made while it closes: that one token is lost, whatever we do.
    local command = "env ASAN_OPTIONS=detect_leaks=0 %s %s"
    local ran = cli.shell(command:format(cli.interpreter, path))
    assert.equal(0, ran.status)
    assert.equal("", ran.stderr)
    assert.equal("asked", ran.stdout)
  end)

  it("shares nothing when it is private", function()
    local own = core.token(options { private = true })
    assert.are_not.equal(own, core.token(options { private = true }))
    assert.are_not.equal(own, core.token(options()))
  end)

  it("forgets a token nobody holds", function()
    local watch = setmetatable({ core.token(options { scope = "forgotten" }) }, { __mode = "v" })
    collectgarbage()
    collectgarbage()
    assert.is_nil(watch[1])
    assert.equal("fetch", core.token(options { scope = "forgotten" }):ask(0))
  end)

  it("refuses credentials that cannot be right, without repeating them", function()
    for _, bad in ipairs { "", "abc\n", "abc\r", "a\0b", ("abc"):rep(1000) } do
      for _, name in ipairs { "client_id", "client_secret", "scope" } do
        local token, message = core.token(options { [name] = bad })
        assert.is_nil(token)
        assert.matches("^" .. name .. " %a", message)
        assert.is_nil(message:find("abc", 1, true))
      end
    end
  end)

  it("raises for options of a wrong name or type", function()
    local wrong = { { secret = "x" }, { client_id = 1 }, { client_secret = false }, { url = {} } }
    for _, changes in ipairs(wrong) do
      assert.has_error(function()
        core.token(options(changes))
      end)
    end
    assert.has_error(function()
      core.token()
    end)
    assert.has_error(function()
      core.token {}
    end)
  end)

  it("keeps no secret where Lua can read it", function()
    local token = core.token(options())
    for key, value in pairs(debug.getregistry()["proactive.tokens"]) do
      assert.equal("number", type(key))
      assert.equal("userdata", type(value))
    end
    assert.equal("proactive.token: none yet", tostring(token))
  end)

  it("is of no use after its finalizer, and does no harm", function()
    local token = core.token(options { private = true })
    local finalize = debug.getmetatable(token).__gc
    finalize(token)
    finalize(token)
    assert.has_error(function()
      token:ask(0)
    end)
  end)
end)

describe("a token", function()
  local server, pool, route, token

  before_each(function()
    server = assert(httpd.listen { port = 0 })
    pool = assert(core.http { user_agent = "spec" })
    route = assert(pool:route {
      method = "POST",
      url = ("http://127.0.0.1:%d/auth/o2/token"):format(server:port()),
      headers = { "Content-Type: application/x-www-form-urlencoded;charset=UTF-8" },
      connect_timeout = 5,
    })
    token = assert(core.token(options { private = true }))
  end)

  after_each(function()
    pool:close()
    server:close()
  end)

  --- Steps client and server until the server has a request.
  local function next_request()
    for _ = 1, 1000 do
      pool:step(0.001, nil, 1)
      server:step(0)
      local request = server:next()
      if request then return request end
    end
    error "no request came"
  end

  local function settle(id, now)
    for _ = 1, 1000 do
      local done, refusal = token:settle(pool, id, now)
      if done or refusal then return done, refusal end
      pool:step(0.001, nil, 1)
      server:step(0)
    end
    error "the fetch does not end"
  end

  --- One fetch, answered so.
  local function fetch(status, body, now)
    local id = assert(token:fetch(pool, route, 5))
    local request = next_request()
    server:respond(request.id, status, { { "x-amzn-requestid", "r1" } }, body)
    return settle(id, now or 0)
  end

  it("is fetched with one form that arrives intact", function()
    local id = assert(token:fetch(pool, route, 5))
    assert.equal("wait", token:ask(0))
    assert.has_error(function()
      token:fetch(pool, route, 5)
    end)
    local request = next_request()
    assert.equal("POST", request.method)
    local form = {}
    for name, value in request.body:gmatch "([^&=]+)=([^&]*)" do
      form[name] = value:gsub("%%(%x%x)", function(hex)
        return string.char(tonumber(hex, 16))
      end)
    end
    assert.same({
      grant_type = "client_credentials",
      client_id = "amzn1.application-oa2-client.x",
      client_secret = SECRET,
      scope = "alexa::proactive_events",
    }, form)
    assert.is_nil((token:settle(pool, id, 0)))
    server:respond(request.id, 200, {}, GOOD)
    local done, headers = settle(id, 100)
    assert.is_true(done)
    assert.matches("\nDate: ", "\n" .. headers)
    assert.equal("use", token:ask(100))
    assert.same({ expires_in = 3590, length = 9, generation = 1 }, token:info(110))
    assert.equal(1, token:generation())
    assert.equal("Atc|MQEBI", token:reveal())
    assert.equal("proactive.token: held", tostring(token))
    assert.equal(0, (pool:step(0, nil, 1))) -- the transfer is gone
  end)

  it("is sent as a bearer header", function()
    assert.is_true((fetch(200, GOOD)))
    local id = assert(pool:start(route, "{}", 5, token))
    local request = next_request()
    assert.equal("Bearer Atc|MQEBI", request.headers.authorization)
    pool:release(id)
  end)

  it("is fetched again ahead of its end, and the old one is used meanwhile", function()
    assert.is_true((fetch(200, GOOD)))
    assert.equal("use", token:ask(3299))
    assert.equal("use-fetch", token:ask(3300))
    local id = assert(token:fetch(pool, route, 5))
    assert.equal("use", token:ask(3301))
    assert.equal("Atc|MQEBI", token:reveal())
    server:respond(next_request().id, 200, {}, (GOOD:gsub("MQEBI", "second")))
    assert.is_true((settle(id, 3302)))
    assert.equal("Atc|second", token:reveal())
    assert.equal(2, token:generation())
  end)

  it("survives a fetch ahead that fails", function()
    assert.is_true((fetch(200, GOOD)))
    local done, refusal = fetch(500, "{}", 3300)
    assert.is_nil(done)
    assert.equal(500, refusal.status)
    assert.equal("use", token:ask(3301))
    assert.equal("use-fetch", token:ask(3310))
  end)

  it("is dropped once when the service refuses it", function()
    assert.is_true((fetch(200, GOOD)))
    assert.equal("dropped", token:refused(1, 60))
    assert.is_nil(token:info(60))
    assert.is_nil(token:reveal())
    assert.equal("stale", token:refused(1, 60))
    assert.equal("fetch", token:ask(60))
  end)

  it("is held when it is refused soon after its birth", function()
    assert.is_true((fetch(200, GOOD)))
    assert.equal("held", token:refused(1, 59))
    assert.equal("held", token:ask(118))
    assert.equal("fetch", token:ask(119))
  end)

  it("can be fetched again when its fetch was lost", function()
    assert(token:fetch(pool, route, 5))
    next_request()
    pool:close()
    token:abandon(1)
    assert.equal("fetch", token:ask(1))
    pool = assert(core.http { user_agent = "spec" })
    local url = ("http://127.0.0.1:%d/"):format(server:port())
    route = assert(pool:route { method = "POST", url = url, connect_timeout = 5 })
    assert.is_true((fetch(200, GOOD, 2)))
  end)

  it("tells a refusal in the service's words", function()
    local body = '{"error_index":"i1","error_description":"Client authentication failed",'
      .. '"error":"invalid_client"}'
    local done, refusal = fetch(401, body)
    assert.is_nil(done)
    assert.equal(401, refusal.status)
    assert.equal("invalid_client", refusal.error)
    assert.equal("Client authentication failed", refusal.error_description)
    assert.equal("i1", refusal.error_index)
    assert.equal(body, refusal.body)
    assert.matches("x%-amzn%-requestid: r1", refusal.headers:lower())
    assert.equal("fetch", token:ask(0))
  end)

  it("says what is wrong with a 200 that holds no token, and shows no token", function()
    local cases = {
      { "<html>Welcome</html>", "not JSON", "<html>Welcome</html>" },
      { "{}", "no access_token", "{}" },
      { '{"access_token":"SECRET"}', "no token_type" },
      { '{"access_token":"SECRET","token_type":"mac"}', "not bearer" },
      { '{"access_token":"SEC RET","token_type":"bearer"}', "header" },
      { '{"access_token":"SEC\\r\\nRET","token_type":"bearer"}', "header" },
      { '{"access_token":"","token_type":"bearer"}', "header" },
      { '{"access_token":"SECRET","token_type":"bearer"', "not JSON" },
      { ('{"access_token":"%s","token_type":"bearer"}'):format(("SECRET"):rep(1000)), "header" },
    }
    for _, case in ipairs(cases) do
      local done, refusal = fetch(200, case[1])
      assert.is_nil(done)
      assert.equal(200, refusal.status)
      assert.matches(case[2], refusal.message)
      assert.equal(case[3], refusal.body)
      assert.is_nil(refusal.message:find "SEC")
      assert.is_nil(token:reveal())
      assert.equal("fetch", token:ask(0))
    end
  end)

  it("takes an answer only whole", function()
    local id = assert(token:fetch(pool, route, 5))
    local request = next_request()
    server:abort(request.id, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" .. GOOD)
    local done, refusal = settle(id, 0)
    assert.is_nil(done)
    assert.matches("cut", refusal.message)
    assert.is_nil(refusal.body)
  end)

  it("tells why no answer came", function()
    local id = assert(token:fetch(pool, route, 5))
    server:abort(next_request().id)
    local done, refusal = settle(id, 0)
    assert.is_nil(done)
    assert.is_nil(refusal.status)
    assert.equal("reset", refusal.cause)
    assert.is_string(refusal.message)
    assert.is_nil(refusal.body)
  end)

  it("settles only its own fetch", function()
    local id = assert(token:fetch(pool, route, 5))
    for _, wrong in ipairs { id + 1, 0, "x" } do
      assert.has_error(function()
        token:settle(pool, wrong, 0)
      end)
    end
  end)

  it("wants moments that are numbers", function()
    for _, wrong in ipairs { "1", 0 / 0, 1 / 0, {} } do
      assert.has_error(function()
        token:ask(wrong)
      end)
    end
  end)
end)
