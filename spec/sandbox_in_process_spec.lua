--- The sandbox as a part of this Lua state: served in its steps and by the clients it drives.

local core = require "proactive.core"
local proactive = require "proactive"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"

local ALL = proactive.audience.multicast()

describe("a sandbox in this process", function()
  local sandbox, client

  before_each(function()
    sandbox = assert(sandbox_of.start { in_process = true })
    client = stand_in.client(sandbox)
  end)
  after_each(function()
    client:close()
    sandbox:stop()
  end)

  local function pump(is_done)
    local ends = core.monotonic() + 20
    while not is_done() and core.monotonic() < ends do
      client:step(0)
      assert(sandbox:step(0.001))
    end
    assert.is_true(is_done(), "nothing came in 20 s")
  end

  it("serves while a client waits that it drives", function()
    assert.equal(client, sandbox:drive(client))
    local receipt = assert(client:send(stand_in.event(), ALL))
    assert.equal(202, receipt.status)
    assert.equal(1, #sandbox:notifications())
    local report = assert(client:send_many(stand_in.event(), { stand_in.subscriber(sandbox).user }))
    assert.equal(1, report.accepted)
    assert.equal("alexa::proactive_events", client:token().scope)
    assert.is_true(client:flush(1))
  end)

  it("serves in its steps, for clients that never block", function()
    local receipt
    assert(client:submit(stand_in.event(), ALL, nil, function(given, err) receipt = given or err end))
    pump(function() return receipt ~= nil end)
    assert.equal(202, receipt.status)
  end)

  it("raises where a client that it does not drive would wait for ever", function()
    for method, call in pairs {
      send = function() client:send(stand_in.event(), ALL) end,
      send_request = function() client:send_request("{}", { validate = false }) end,
      send_many = function() client:send_many(stand_in.event(), { "amzn1.ask.account.A" }) end,
      token = function() client:token() end,
      flush = function() client:flush() end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.matches("sandbox_in_process_spec", message)
      assert.matches("client:" .. method .. " would wait for ever: " .. sandbox.url, message, 1, true)
      assert.matches("sandbox:drive(client)", message, 1, true)
    end
    assert.equal(0, client:pending())
    assert.equal(0, #sandbox:requests())
  end)

  it("raises for tools that wait by themselves, and by its other name", function()
    local smapi = assert(proactive.smapi {
      sandbox = sandbox.url:gsub("127%.0%.0%.1", "localhost"),
    })
    assert.error_matches(function() smapi:vendors() end, "would wait for ever")
    smapi:close()
  end)

  it("has the calls of a child, without the wire", function()
    sandbox:drive(client)
    local user = stand_in.subscriber(sandbox).user
    assert(sandbox:fault { match = { path = "events", count = 1 }, status = 503 })
    local _, err = client:send(stand_in.event(), proactive.audience.unicast(user))
    assert.equal("server", err.kind)
    assert(client:send(stand_in.event(), proactive.audience.unicast(user)))
    assert.equal(3, #sandbox:requests())
    assert.equal("new", sandbox:notifications(user)[1].state)
    assert.equal(90000, sandbox:advance(90000).ahead)
    assert.equal("expired", sandbox:notifications(user)[1].state)
    assert.is_true(sandbox:reset())
    assert.same({}, sandbox:notifications(user))
    assert.equal("not_found", select(2, sandbox:delete_user "nobody").kind)
    assert.equal("proactive.sandbox at " .. sandbox.url, tostring(sandbox))
  end)

  it("gives lists that are longer than a piece", function()
    for number = 1, 900 do
      assert(sandbox:put_user { user = sandbox_of.user_id(1000 + number) })
    end
    assert.equal(905, #sandbox:users())
  end)

  it("ends with stop, which may be called twice, and leaves its clients alone", function()
    sandbox:drive(client)
    sandbox:stop()
    sandbox:stop()
    assert.has_error(function() sandbox:users() end, "attempt to use a stopped sandbox")
    assert.has_error(function() sandbox:step() end, "attempt to use a stopped sandbox")
    local _, err = client:send(stand_in.event(), ALL)
    assert.same({ "transport", "connect" }, { err.kind, err.cause })
  end)

  it("drives clients of its own only", function()
    local other = stand_in.client { url = "http://127.0.0.1:1" }
    assert.error_matches(function() sandbox:drive(other) end, "sends to another place than " .. sandbox.url, 1, true)
    assert.error_matches(function() sandbox:drive {} end, "a client that proactive.client made", 1, true)
    other:close()
  end)

  it("is refused options that are for a child, and customers beside saved ones", function()
    assert.error_matches(function() sandbox_of.start { in_process = true, lua = "lua" } end, "is for a child")
    assert.error_matches(function() sandbox_of.start { state = "x", users = 1 } end, "leave users out")
  end)
end)

describe("a sandbox of either kind", function()
  for _, in_process in ipairs { true, false } do
    local kind = in_process and "in process" or "child"

    it("blames the caller's line for what is no argument: " .. kind, function()
      local sandbox = assert(sandbox_of.start { in_process = in_process })
      finally(function() sandbox:stop() end)
      for words, call in pairs {
        ["notifications: user must be a string, got number"] = function() sandbox:notifications(5) end,
        ["fault: rule must be a table, got nil"] = function() sandbox:fault() end,
        ["faults: rules must be a table, got string"] = function() sandbox:faults "none" end,
        ["save: path must be a string, got nil"] = function() sandbox:save() end,
        ["advance: seconds must be a number, got string"] = function() sandbox:advance "x" end,
        ["listen: user must be a string, got table"] = function() sandbox:listen {} end,
        ["put_user: user.user must be a string, got nil"] = function() sandbox:put_user {} end,
        ["put_skill: the skill must be a table, got nil"] = function() sandbox:put_skill() end,
        ["delete_user: id must be a string, got nil"] = function() sandbox:delete_user() end,
        ["delete_skill: client_id must be a string, got nil"] = function() sandbox:delete_skill() end,
        ["delete_notifications: user must be a string, got nil"] = function() sandbox:delete_notifications() end,
      } do
        local ok, message = pcall(call)
        assert.is_false(ok)
        assert.matches("^spec/sandbox_in_process_spec%.lua:%d+: sandbox:", message)
        assert.matches("sandbox:" .. words, message, 1, true)
      end
    end)

    it("is stepped and drives a client: " .. kind, function()
      local sandbox = assert(sandbox_of.start { in_process = in_process })
      finally(function() sandbox:stop() end)
      assert.is_true(sandbox:step(0))
      local client = sandbox:drive(stand_in.client(sandbox))
      assert(client:send(stand_in.event(), ALL))
      client:close()
    end)
  end
end)
