--- The control paths: what a test or a person does to the sandbox's world, and who
--- may.

local customers = require "proactive.sandbox.customers"
local exchange = require "spec.support.exchange"

local NEW = "amzn1.ask.account.NEW"

describe("the sandbox's control paths", function()
  local x
  before_each(function()
    x = exchange.new()
  end)

  local function message(method, path, body)
    local answer, said = x:ask(method, path, body)
    return ("%d %s"):format(answer.status, said and said.message or "")
  end

  describe("for customers", function()
    local path = "/sandbox/users/" .. NEW

    it("list a handful over regions and locales, one of whom allowed nothing", function()
      local seen, silent = {}, 0
      for _, user in ipairs(x:get "/sandbox/users") do
        seen[user.region .. " " .. user.locale] = true
        assert.equal(198, #user.user)
        assert.is_true(user.enabled)
        if #user.subscriptions == 0 then silent = silent + 1 end
      end
      assert.equal(1, silent)
      for _, key in ipairs { "NA en-US", "EU de-DE", "EU en-GB", "FE ja-JP" } do
        assert.is_true(seen[key], key)
      end
    end)

    it("list as many alike as were asked for", function()
      x = exchange.new { users = 3 }
      local users = x:get "/sandbox/users"
      assert.equal(3, #users)
      assert.equal(customers.id(3), users[3].user)
      assert.truthy(users[3].user:find "^amzn1%.ask%.account%.SANDBOX0+3$")
      local third = users[3]
      assert.same({ "NA", "en-US", 8 }, { third.region, third.locale, #third.subscriptions })
      assert.equal("[]", exchange.new({ users = 0 }):ask("GET", "/sandbox/users").body)
    end)

    it("make one with defaults, change the fields given, and forget it", function()
      local answer, user = x:ask("PUT", path, "{}")
      assert.equal(201, answer.status)
      assert.same({ NEW, "NA", "en-US" }, { user.user, user.region, user.locale })
      assert.same({ true, 8 }, { user.enabled, #user.subscriptions })
      answer, user = x:ask("PUT", path, '{"region":"FE","subscriptions":[]}')
      assert.equal(200, answer.status)
      assert.same({ "FE", "en-US", 0 }, { user.region, user.locale, #user.subscriptions })
      assert.truthy(answer.body:find('"subscriptions":[]', 1, true))
      assert.equal("FE", x:get(path).region)
      assert.equal(204, x:ask("DELETE", path).status)
      assert.equal(404, x:ask("DELETE", path).status)
      assert.equal(404, x:ask("GET", path).status)
    end)

    it("take an id that needs encoding", function()
      x:ask("PUT", "/sandbox/users/a%20b%2Fc", "{}")
      assert.equal("a b/c", x:get("/sandbox/users/a%20b%2Fc").user)
      assert.equal(400, x:ask("GET", "/sandbox/users/a%2").status)
      assert.equal(400, x:ask("PUT", "/sandbox/users/%FF", "{}").status)
    end)

    it("refuse a query they do not know", function()
      for query, words in pairs {
        ["/sandbox/users?limt=5"] = "unknown query parameter limt: after, bytes",
        ["/sandbox/notifications?usr=a"] =
          "unknown query parameter usr: after, brief, bytes, user (did you mean user?)",
        ["/sandbox/requests?bytes=many"] = "bytes in the query must be a whole number, got 'many'",
        ["/sandbox/state?after=-1"] = "after in the query must be a whole number, got '-1'",
      } do
        local said = message("GET", query)
        assert.truthy(said:find("400", 1, true) and said:find(words, 1, true), said)
      end
    end)

    it("refuse what they do not know, with the nearest name", function()
      local function refused(body, words)
        local said = message("PUT", path, body)
        assert.equal("400", said:sub(1, 3))
        assert.truthy(said:find(words, 1, true), said)
      end
      refused('{"subscription":[]}', "unknown field subscription (did you mean subscriptions?)")
      refused('{"region":"eu"}', "region must be one of NA, EU, FE (did you mean EU?)")
      refused('{"locale":"en_US"}', "locale must look like en-US")
      refused('{"utc_offset":"CET"}', "utc_offset must look like +02:00")
      refused('{"enabled":1}', "enabled must be a JSON boolean, got number")
      refused('{"subscriptions":["AMAZON.Occasion.Update"]}', "mean AMAZON.Occasion.Updated?")
      refused('{"user":"x"}', "user in the body is not the one in the path")
      refused("{", "not JSON")
      assert.equal(404, x:ask("GET", path).status)
    end)
  end)

  describe("for skills", function()
    it("never show a secret", function()
      local answer, skill = x:ask("PUT", "/sandbox/skills/mine", '{"client_secret":"hidden"}')
      assert.equal(201, answer.status)
      assert.is_nil(skill.client_secret)
      assert.equal("amzn1.ask.skill.mine", skill.skill_id)
      assert.is_nil(x:ask("GET", "/sandbox/skills").body:find("hidden", 1, true))
      assert.equal(4, #x:get "/sandbox/skills")
      assert.equal(204, x:ask("DELETE", "/sandbox/skills/mine").status)
      assert.equal(404, x:ask("DELETE", "/sandbox/skills/mine").status)
      assert.equal(404, x:ask("GET", "/sandbox/skills/mine").status)
    end)

    it("are two from the start, each with the permission and every event", function()
      for _, id in ipairs { exchange.CLIENT_ID, exchange.OTHER_ID } do
        local skill = x:get("/sandbox/skills/" .. id)
        assert.is_true(skill.permission)
        assert.equal(8, #skill.publications)
      end
    end)
  end)

  it("refuse unknown paths and methods", function()
    assert.equal(404, x:ask("GET", "/sandbox/user").status)
    assert.equal(404, x:ask("GET", "/sandbox/clock/1").status)
    local answer = x:ask("POST", "/sandbox/faults", "{}")
    assert.same({ 405, "DELETE, GET, PUT" }, { answer.status, answer.header.allow })
    assert.equal(405, x:ask("POST", "/").status)
  end)

  it("give a long list in pieces", function()
    x = exchange.new { users = 10 }
    local answer, piece = x:ask("GET", "/sandbox/users?bytes=1500")
    assert.is_true(#piece > 0 and #piece < 10 and #answer.body <= 1500)
    local count = #piece
    while answer.header["x-sandbox-next"] do
      local path = "/sandbox/users?bytes=1500&after=" .. answer.header["x-sandbox-next"]
      answer, piece = x:ask("GET", path)
      count = count + #piece
    end
    assert.equal(10, count)
    assert.equal(10, #x:get "/sandbox/users")
    assert.equal(1, #x:get "/sandbox/users?bytes=1&after=9")
  end)

  it("put the clock ahead, and not back", function()
    local _, clock = x:ask("POST", "/sandbox/clock", '{"advance":90.5}')
    assert.same({ now = exchange.NOW + 90.5, ahead = 90.5, stands = false }, clock)
    local back = message("POST", "/sandbox/clock", '{"advance":-1}')
    assert.equal("400 advance must be at least 0", back)
    assert.equal("400 advance or stands is required", message("POST", "/sandbox/clock", "{}"))
  end)

  it("ask for a customer by an id that exists", function()
    assert.equal(404, x:ask("GET", "/sandbox/notifications?user=nobody").status)
    assert.equal(404, x:ask("DELETE", "/sandbox/notifications").status)
    assert.equal(404, x:ask("POST", "/sandbox/listen", '{"user":"nobody"}').status)
  end)

  it("set everything back to the start", function()
    local token = x:token()
    x:send(x:event(), nil, token)
    x:ask("PUT", "/sandbox/users/" .. NEW, "{}")
    x:ask("DELETE", "/sandbox/skills/" .. exchange.OTHER_ID)
    x:ask("PUT", "/sandbox/faults", '{"rules":[{"do":{"status":503}}]}')
    x:ask("POST", "/sandbox/clock", '{"advance":60}')
    assert.equal(204, x:ask("POST", "/sandbox/reset").status)
    for _, path in ipairs { "notifications", "requests", "counts" } do
      assert.equal("[]", x:ask("GET", "/sandbox/" .. path).body)
    end
    assert.same({ 5, 3 }, { #x:get "/sandbox/users", #x:get "/sandbox/skills" })
    assert.equal(0, x:get("/sandbox/clock").ahead)
    assert.equal(202, x:send(x:event(), nil, token).status)
  end)

  it("let tokens live what is left of their life after a reset", function()
    local old = x:token()
    x:ask("POST", "/sandbox/clock", '{"advance":1800}')
    local young = x:token()
    x:ask("POST", "/sandbox/clock", '{"advance":1801}')
    assert.equal(204, x:ask("POST", "/sandbox/reset").status)
    assert.equal(403, x:send(x:event(), nil, old).status)
    assert.equal(202, x:send(x:event(), nil, young).status)
    x:ask("POST", "/sandbox/clock", '{"advance":1799}')
    assert.equal(403, x:send(x:event(), nil, young).status)
  end)

  it("keep the last thousand requests", function()
    for _ = 1, 1003 do
      x:ask("GET", "/nowhere")
    end
    x:ask("GET", "/somewhere")
    local requests = x:get "/sandbox/requests"
    assert.equal(1000, #requests)
    assert.same({ "/somewhere", 404 }, { requests[1000].path, requests[1000].status })
  end)

  it("show requests of any bytes, long ones shortened between characters", function()
    local headers = { authorization = "Bearer " .. x:token(), ["x-odd"] = { "\255", "a" } }
    x:ask("POST", exchange.LIVE, "\255\0ok", headers)
    x:ask("POST", exchange.LIVE, "x" .. ("ä"):rep(10000), headers)
    local requests = x:get "/sandbox/requests"
    assert.equal("??ok", requests[2].body)
    assert.same({ "?", "a" }, requests[2].headers["x-odd"])
    assert.equal("x" .. ("ä"):rep(8191), requests[3].body)
  end)

  it("forget the oldest notifications beyond their number", function()
    x = exchange.new { users = 2, max_notifications = 5 }
    for i = 1, 4 do
      x:send(x:event(nil, { referenceId = ("n%d"):format(i) }))
    end
    local kept = {}
    for i, notification in ipairs(x:get "/sandbox/notifications") do
      kept[i] = notification.reference_id
    end
    assert.same({ "n2", "n3", "n3", "n4", "n4" }, kept)
    assert.equal(2, #x:get("/sandbox/notifications?user=" .. customers.id(1)))
  end)

  describe("guarded", function()
    local function status(headers, path)
      return x:ask("GET", path or "/sandbox/users", nil, headers).status
    end

    it("refuse requests of other sites", function()
      assert.equal(403, status { origin = "https://example.com" })
      assert.equal(403, status { origin = "http://localhost:3000" })
      assert.equal(403, status { origin = "null" })
      assert.equal(403, status { origin = "https://127.0.0.1:4380" })
      assert.equal(200, status { origin = "http://127.0.0.1:4380" })
    end)

    it("refuse names that are not this machine's", function()
      local others = { "example.com", "127.0.0.1.example.com", "10.0.0.1:4380", "[::2]:1", "" }
      for _, host in ipairs(others) do
        assert.equal(403, status { host = host })
        assert.equal(403, status({ host = host }, "/"))
      end
      for _, host in ipairs { "localhost", "LOCALHOST:1", "127.0.0.1:4380", "[::1]:4380" } do
        assert.equal(200, status { host = host })
      end
      assert.equal(403, status { host = { "localhost", "example.com" } })
    end)

    it("leave the service's own paths alone", function()
      local headers = { host = "api.amazonalexa.com", origin = "https://example.com" }
      headers.authorization = "Bearer " .. x:token()
      assert.equal(202, x:ask("POST", exchange.LIVE, x:event(), headers).status)
    end)

    it("send no header that opens them to other sites", function()
      local header = x:ask("GET", "/sandbox/users").header
      assert.is_nil(header["access-control-allow-origin"])
    end)
  end)
end)
