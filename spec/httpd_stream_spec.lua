--- Answers of the HTTP server module that have no end: what is pushed leaves, and what does not
--- leave is bounded.

local httpd = require "proactive.httpd"
local raw = require "spec.support.raw"

local KB = 1024
local GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

describe("a stream of the HTTP server", function()
  local server

  before_each(function() server = assert(httpd.listen {}) end)
  after_each(function() server:close() end)

  --- Steps until a request has come.
  local function request()
    local found
    while not found do
      assert(server:step(0.01))
      found = server:next()
    end
    return found.id
  end

  --- Steps until nothing is left to do at once.
  local function settle()
    repeat assert(server:step(0)) until server:timeout() ~= 0
    for _ = 1, 10 do assert(server:step(0.001)) end
  end

  local function open(parts, flags)
    local client = raw.start(server:port(), parts or GET, flags)
    local id = request()
    assert.is_true(server:stream(id, 200, { { "Content-Type", "text/event-stream" } }))
    return id, client
  end

  it("sends what is pushed, in its order and when it is pushed", function()
    local id, client = open()
    for _, text in ipairs { "one ", "two ", ("x"):rep(40 * KB) } do
      assert.is_true(server:push(id, text))
      settle()
    end
    -- the end of a chunked body, in the server's place
    assert.is_true(server:abort(id, "0\r\n\r\n"))
    local received, ending = raw.finish(server, client)
    assert.equal("end", ending)
    assert.truthy(received:find("Content-Type: text/event-stream", 1, true))
    assert.truthy(received:find "one .*two .*xxx")
    local _, count = received:gsub("x", "")
    assert.truthy(count >= 40 * KB)
  end)

  it("says `gone` after its end, and to what is no stream", function()
    local id, client = open()
    settle()
    assert.same({ nil, "gone" }, { server:respond(id, 200, {}, "") })
    assert.same({ nil, "gone" }, { server:stream(id, 200, {}) })
    assert.is_true(server:abort(id))
    raw.finish(server, client)
    assert.same({ nil, "gone" }, { server:push(id, "x") })
    assert.same({ nil, "gone" }, { server:push(id + 1, "x") })

    client = raw.start(server:port(), GET)
    id = request()
    assert.same({ nil, "gone" }, { server:push(id, "x") })
    assert.is_true(server:respond(id, 200, { { "Connection", "close" } }, "plain"))
    raw.finish(server, client)
  end)

  it("ends in the middle of what is being sent", function()
    local id, client = open()
    assert.is_true(server:push(id, ("x"):rep(60 * KB)))
    assert.is_true(server:abort(id))
    local _, ending = raw.finish(server, client)
    assert.equal("reset", ending)
  end)

  for _, how in ipairs { "end", "reset" } do
    it("notices by a push that its client has left (" .. how .. ")", function()
      local id, client = open({ GET, "" }, "--leave " .. how)
      settle()
      raw.send_off(client)
      raw.finish(server, client)
      local pushed, why
      repeat
        settle()
        pushed, why = server:push(id, ": still there?\n\n")
      until not pushed
      assert.equal("gone", why)
    end)
  end

  it("is `full` when its client does not read, and takes all or nothing", function()
    local id, client = open({ GET, "" }, "--leave end")
    local block = ("x"):rep(32 * KB)
    local pushed, why
    repeat
      pushed, why = server:push(id, block)
      assert(server:step(0))
    until not pushed
    assert.equal("full", why)
    assert.same({ nil, "full" }, { server:push(id, ("x"):rep(65 * KB)) })
    assert.is_true(server:abort(id))
    raw.send_off(client)
    raw.finish(server, client)
    settle()
    assert.same({ nil, "gone" }, { server:push(id, "x") })
  end)

  it("may be many at once, in any state when the server closes", function()
    local clients, ids = {}, {}
    for i = 1, 4 do ids[i], clients[i] = open() end
    settle()
    assert.is_true(server:push(ids[1], "x"))
    assert.is_true(server:push(ids[2], ("x"):rep(64 * KB)))
    assert(server:step(0))
    assert.is_true(server:abort(ids[3]))
    server:close()
    server = assert(httpd.listen {})
    for _, client in ipairs(clients) do raw.finish(server, client) end
  end)
end)
