--- One token, one fetch, however many wait; and what is done when it is refused.

local core = require "proactive.core"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"

describe("the client's token", function()
  local sandbox = require("spec.support.sandbox").use()
  local event, clients, skew

  before_each(function()
    event, clients, skew = stand_in.event(), {}, 0
  end)

  after_each(function()
    for _, client in ipairs(clients) do
      client:close()
    end
  end)

  --- A client whose monotonic clock `skew` moves, with a token of its own.
  local function new_client(options)
    local merged = {
      clock = {
        wall = core.wall,
        monotonic = function()
          return core.monotonic() + skew
        end,
      },
    }
    for name, value in pairs(options or {}) do
      merged[name] = value
    end
    local client = stand_in.client(sandbox, merged)
    clients[#clients + 1] = client
    return client
  end

  local function token_requests()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      if request.path:find "/auth/" then count = count + 1 end
    end
    return count
  end

  local function submit_many(client, count)
    local outcomes = { accepted = 0 }
    for _ = 1, count do
      assert(client:submit(event, proactive.audience.multicast(), {}, function(receipt, err)
        local kind = receipt and "accepted" or err.kind
        outcomes[kind] = (outcomes[kind] or 0) + 1
      end))
    end
    client:flush()
    return outcomes
  end

  it("is asked for once by 100 first submits", function()
    assert.same({ accepted = 100 }, submit_many(new_client(), 100))
    assert.equal(1, token_requests())
  end)

  it("is asked for once more when 100 sends are refused with the same one", function()
    local client = new_client { concurrency = 100 }
    assert(client:send(event, proactive.audience.multicast()))
    skew = 120 -- the token is not young any more
    sandbox:advance(3601) -- and not valid any more, by the service's clock
    assert.same({ accepted = 100 }, submit_many(client, 100))
    assert.equal(2, token_requests())
  end)

  it("is fetched anew once for one send, which counts two attempts", function()
    local client = new_client()
    assert(client:send(event, proactive.audience.multicast()))
    skew = 120
    sandbox:fault { match = { path = "events", count = 1 }, token = "revoked" }
    local receipt = assert(client:send(event, proactive.audience.multicast()))
    assert.equal(2, receipt.attempts)
    assert.equal(2, token_requests())
  end)

  it("is fetched anew after a 401 too", function()
    local client = new_client()
    assert(client:send(event, proactive.audience.multicast()))
    skew = 120
    sandbox:fault { match = { path = "events", count = 1 }, status = 401 }
    assert.equal(2, assert(client:send(event, proactive.audience.multicast())).attempts)
  end)

  it("is not asked for again for a minute when a young one is refused", function()
    local client = new_client()
    sandbox:fault { match = { path = "events" }, status = 403, body = {
      type = "Forbidden",
      message = "Token in the request is not valid",
    } }
    for _ = 1, 5 do
      local receipt, err = client:send(event, proactive.audience.multicast())
      assert.is_nil(receipt)
      assert.equal("auth", err.kind)
      assert.is_string(err.fix)
    end
    assert.equal(1, token_requests())
    sandbox:clear_faults()
    skew = 61
    assert(client:send(event, proactive.audience.multicast()))
    assert.equal(2, token_requests())
  end)

  it("leads to one error, not to a loop, when the new one is refused too", function()
    local client = new_client()
    assert(client:send(event, proactive.audience.multicast()))
    skew = 120
    sandbox:fault { match = { path = "events" }, token = "revoked" }
    local receipt, err = client:send(event, proactive.audience.multicast())
    assert.is_nil(receipt)
    assert.equal("auth", err.kind)
    assert.equal(2, err.attempts)
    assert.equal(2, token_requests())
  end)

  it("counts a fetch when it begins", function()
    local client = new_client()
    local methods, calls = getmetatable(client.delivery.source.handle).__index, 0
    local fetch = methods.fetch
    finally(function() methods.fetch = fetch end)
    function methods.fetch(...)
      calls = calls + 1
      if calls < 3 then return nil, "wait" end
      return fetch(...)
    end
    assert(client:send(event, proactive.audience.multicast()))
    assert.same({ 3, 1 }, { calls, client:stats().token_fetches })
  end)

  it("is renewed ahead of its end while sends go on with the old one", function()
    local client = new_client()
    assert(client:send(event, proactive.audience.multicast()))
    skew = 3600 - 200
    sandbox:fault { match = { path = "token" }, delay = 20 }
    for _ = 1, 3 do
      assert(client:send(event, proactive.audience.multicast()))
    end
    assert.equal(2, client:stats().token_fetches)
  end)

  it("that cannot be renewed is used on while it lives", function()
    local client = new_client()
    assert(client:send(event, proactive.audience.multicast()))
    skew = 3600 - 200
    sandbox:fault { match = { path = "token" }, status = 500, body = {} }
    for _ = 1, 5 do
      assert(client:send(event, proactive.audience.multicast()))
    end
    assert.is_true(token_requests() <= 2)
  end)

  it("is asked for 4 times in three hours", function()
    local client = new_client()
    for _ = 1, 180 do
      assert(client:send(event, proactive.audience.multicast()))
      skew = skew + 60
    end
    assert.equal(4, token_requests())
  end)

  it("reaches the service with every byte of an odd secret", function()
    local secret = "a&b=c+d%/ é\"'~"
    sandbox:put_skill { client_id = "amzn1.application-oa2-client.odd", client_secret = secret }
    local client = new_client {
      client_id = "amzn1.application-oa2-client.odd",
      client_secret = secret,
    }
    assert(client:send(event, proactive.audience.multicast()))
  end)

  describe("refused by Login with Amazon", function()
    it("is `auth` with its words and the fix, for all who wait", function()
      local client = new_client { client_id = "amzn1.application-oa2-client.sandbox", client_secret = "wrong" }
      assert.same({ accepted = 0, auth = 10 }, submit_many(client, 10))
      assert.equal(1, token_requests())
      local _, err = client:send(event, proactive.audience.multicast())
      assert.matches("Client authentication failed %(invalid_client%)", err.message)
      assert.equal(401, err.status)
      assert.equal(0, err.attempts)
      assert.is_nil(tostring(err):find("wrong", 1, true))
    end)

    it("names the manifest when the skill lacks the permission", function()
      sandbox:put_skill { client_id = "amzn1.application-oa2-client.sandbox", permission = false }
      local _, err = new_client():send(event, proactive.audience.multicast())
      assert.equal("auth", err.kind)
      assert.matches("invalid_scope", err.message)
      assert.matches("alexa::devices:all:notifications:write", err.fix)
    end)
  end)

  local days = {
    { "server", { status = 500, body = {} } },
    { "throttled", { status = 429 } },
    { "unexpected", { status = 200, body = "<html>hotel network</html>" } },
    { "transport", { garbage = 300 } },
    { "transport", { reset = "before" } },
    { "transport", { cut = 20 } },
  }
  for _, day in ipairs(days) do
    it(("is %s after %s, and the client works on the next call"):format(day[1], next(day[2])), function()
      local client = new_client()
      local rule = { match = { path = "token", count = 1 } }
      for name, value in pairs(day[2]) do
        rule[name] = value
      end
      sandbox:fault(rule)
      local _, err = client:send(event, proactive.audience.multicast())
      assert.equal(day[1], err.kind)
      assert(client:send(event, proactive.audience.multicast()))
    end)
  end

  -- what the answer says of its life -> what is made of it, in seconds
  local lives = {
    { 3600, 3600 }, { '"1800"', 1800 }, { '"soon"', 3600 }, { -5, 3600 }, { 99999999999, 86400 }, { 1, 30 },
  }
  for _, life in ipairs(lives) do
    it(("with expires_in %s lives %d seconds"):format(life[1], life[2]), function()
      sandbox:fault { match = { path = "token", count = 1 }, status = 200, body = ('{"access_token":"Atc|x",'
        .. '"scope":"alexa::proactive_events","token_type":"Bearer","expires_in":%s}'):format(life[1]) }
      local info = assert(new_client():token())
      assert.is_true(math.abs(info.expires_in - life[2]) < 5)
      assert.equal(5, info.length)
    end)
  end

  it("without expires_in lives an hour", function()
    sandbox:fault { match = { path = "token", count = 1 }, status = 200,
      body = '{"access_token":"Atc|x","token_type":"bearer"}' }
    assert.is_true(math.abs(assert(new_client():token()).expires_in - 3600) < 5)
  end)

  it("of another type is refused", function()
    sandbox:fault { match = { path = "token", count = 1 }, status = 200,
      body = '{"access_token":"Atc|x","token_type":"mac","expires_in":3600}' }
    local info, err = new_client():token()
    assert.is_nil(info)
    assert.equal("unexpected", err.kind)
    assert.is_nil(tostring(err):find("Atc|x", 1, true))
  end)

  describe("shared by the clients of a state", function()
    local function sharing()
      local client = assert(proactive.client { sandbox = sandbox.url, client_id = "shared", client_secret = "s" })
      client.announced = true
      clients[#clients + 1] = client
      return client
    end

    before_each(function()
      collectgarbage() -- tokens of the tests before
      collectgarbage()
      sandbox:put_skill { client_id = "shared", client_secret = "s" }
    end)

    it("is asked for once", function()
      local first, second = sharing(), sharing()
      assert(first:submit(event, proactive.audience.multicast()))
      first:step(0)
      assert(second:send(event, proactive.audience.multicast())) -- drives the fetch of the first
      first:flush()
      assert.equal(1, token_requests())
      assert.equal(1, first:stats().accepted)
    end)

    it("is asked for again by the other when the one that was fetching is closed", function()
      local first, second = sharing(), sharing()
      assert(first:submit(event, proactive.audience.multicast()))
      first:step(0)
      assert(second:submit(event, proactive.audience.multicast()))
      second:step(0)
      first:close()
      second:flush()
      assert.equal(1, second:stats().accepted)
    end)

    it("fails for all who wait when the one fetch fails", function()
      sandbox:fault { match = { path = "token", count = 1 }, status = 400,
        body = { error_description = "no", error = "invalid_scope" } }
      local first, second = sharing(), sharing()
      local kinds = {}
      for i, client in ipairs { first, second } do
        assert(client:submit(event, proactive.audience.multicast(), {}, function(_, err)
          kinds[i] = err and err.kind
        end))
        client:step(0)
      end
      first:flush()
      second:flush()
      assert.same({ "auth", "auth" }, kinds)
      assert.equal(1, token_requests())
    end)

    it("is not shared by a client with a clock of its own", function()
      assert(sharing():token())
      local own = new_client { client_id = "shared", client_secret = "s" }
      assert(own:token())
      assert.equal(2, token_requests())
    end)
  end)

  it("is shown to nobody", function()
    local client = new_client()
    local info = assert(client:token())
    local text = info.reveal()
    assert.equal(info.length, #text)
    for _, shown in ipairs {
      tostring(client), tostring(client.pool), tostring(client.delivery.source.handle),
    } do
      assert.is_nil(shown:find(text, 1, true))
    end
    for _, request in ipairs(sandbox:requests()) do
      assert.is_nil(require("proactive.json").encode(request):find(text, 1, true))
    end
  end)
end)
