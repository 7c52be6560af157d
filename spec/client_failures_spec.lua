--- Bad days: every failure has its kind and its cause, ends within the timeout, and leaves a client
--- that works.

local cli = require "spec.support.cli"
local core = require "proactive.core"
local httpd = require "proactive.httpd"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local PAGE = "<!doctype html><title>Welcome</title><p>Please sign in to this network."

describe("the client on a bad day", function()
  local sandbox = support.use()
  local client, event

  before_each(function()
    client, event = stand_in.client(sandbox, { timeout = 5 }), stand_in.event()
    assert(client:token())
  end)

  after_each(function()
    client:close()
  end)

  local function send(opts)
    return client:send(event, proactive.audience.multicast(), opts)
  end

  --- The error of the next send; the one after it must succeed, unless it is the quota.
  local function fail(rule, opts)
    rule.match = { path = "events", count = 1 }
    assert(sandbox:fault(rule))
    local receipt, err = send(opts)
    assert.is_nil(receipt)
    if err.kind ~= "quota" then assert.equal(202, assert(send()).status) end
    return err
  end

  -- what the service answers, the kind
  local answers = {
    { { status = 409 }, "duplicate" },
    { { status = 429, headers = { ["Retry-After"] = "3" } }, "throttled" },
    { { status = 432 }, "quota" },
    { { status = 500, body = {} }, "server" },
    { { status = 503, body = PAGE }, "server" },
    { { status = 403, body = { message = "Something nobody has seen" } }, "forbidden" },
    { { status = 404, body = PAGE }, "unexpected" },
    { { status = 200, body = PAGE }, "unexpected" },
    { { status = 400, body = PAGE }, "unexpected" },
    { { status = 302, headers = { Location = "https://example.com/" } }, "unexpected" },
  }
  for _, case in ipairs(answers) do
    it(("calls a %d %s"):format(case[1].status, case[2]), function()
      local err = fail(case[1])
      assert.equal(case[2], err.kind)
      assert.equal(case[1].status, err.status)
      assert.equal(1, err.attempts)
      if case[1].status == 429 then assert.equal(3, err.retry_after) end
    end)
  end

  it("does not read an answer of 5 MB", function()
    local err = fail { oversize = 5 * 1024 * 1024 }
    assert.equal("server", err.kind) -- the status came before it
    assert.is_true(#err.body <= 256 * 1024)
  end)

  it("says that the connection was reset before the answer, and that the event may have been accepted", function()
    for _, action in ipairs { { reset = "before" }, { reset = "after" }, { cut = 9 } } do
      local err = fail(action)
      assert.equal("transport", err.kind)
      assert.equal("reset", err.cause)
      assert.is_true(err.uncertain)
      assert.is_true(err.retryable)
      assert.is_nil(err.status)
      assert.matches("same reference_id", err.fix)
    end
  end)

  it("ends a send to a server that hangs when its timeout is over", function()
    local err = fail({ delay = 60 }, { timeout = 0.2 })
    assert.equal("transport", err.kind)
    assert.equal("timeout", err.cause)
  end)

  it("reads an answer that comes a few bytes at a time", function()
    assert(sandbox:fault { match = { path = "events", count = 1 }, slow = 2000 })
    local receipt, err = client:send(event, proactive.audience.multicast(), { expires_in = 120, validate = false })
    assert.is_nil(receipt)
    assert.equal(400, err.status)
    assert.matches("expiryTime should be at least", err.message)
  end)

  it("calls bytes that are not HTTP a protocol error", function()
    local err = fail { garbage = 400 }
    assert.equal("transport", err.kind)
    assert.equal("protocol", err.cause)
  end)

  it("goes on over a new connection when the service closed the idle one", function()
    for _ = 1, 3 do
      assert(sandbox:fault { match = { path = "events", count = 1 }, reset = "after" })
      send()
      assert(send())
    end
  end)

  it("calls a port that nobody listens on a connect error", function()
    local server = assert(httpd.listen { port = 0 })
    local port = server:port()
    server:close()
    local lonely = stand_in.client(sandbox, { event_host = ("http://127.0.0.1:%d"):format(port) })
    local _, err = lonely:send(event, proactive.audience.multicast())
    assert.equal("transport", err.kind)
    assert.equal("connect", err.cause)
    assert.is_nil(err.uncertain)
    lonely:close()
  end)

  it("calls a name that does not exist a dns error", function()
    local lost = stand_in.client(sandbox, { event_host = "https://no-such-host.invalid" })
    local _, err = lost:send(event, proactive.audience.multicast())
    assert.equal("transport", err.kind)
    assert.equal("dns", err.cause)
    lost:close()
  end)
end)

describe("the client over TLS", function()
  local sandbox = support.use { tls = true }
  local event

  before_each(function()
    event = stand_in.event()
  end)

  local function send(options)
    local client = stand_in.client(sandbox, options)
    local receipt, err = client:send(event, proactive.audience.multicast())
    client:close()
    return receipt, err
  end

  it("sends when the authority is trusted", function()
    assert.equal(202, assert(send()).status)
  end)

  it("refuses a certificate of an authority it does not know", function()
    local client = assert(proactive.client {
      sandbox = sandbox.url,
      clock = { wall = core.wall, monotonic = core.monotonic },
    })
    client.announced = true
    local receipt, err = client:send(event, proactive.audience.multicast())
    client:close()
    assert.is_nil(receipt)
    assert.equal("transport", err.kind)
    assert.equal("tls", err.cause)
    assert.matches("certificate", err.message)
    assert.equal(0, #sandbox:requests())
  end)

  it("refuses plain HTTP on the port of TLS as a failed connection, not as a status", function()
    local plain = sandbox.url:gsub("^https", "http")
    local receipt, err = send { sandbox = plain }
    assert.is_nil(receipt)
    assert.equal("transport", err.kind)
  end)
end)

describe("a client made before a fork", function()
  local sandbox = support.use()
  local fork = require "spec.support.fork"

  it("is `forked` in the child and works on in the parent", function()
    local client, event = stand_in.client(sandbox), stand_in.event()
    assert(client:send(event, proactive.audience.multicast()))
    local kinds = fork(function()
      local kinds = {}
      local _, sent = client:send(event, proactive.audience.multicast())
      local _, submitted = client:submit(event, proactive.audience.multicast())
      local _, whole = client:send_request(proactive.request(event, proactive.audience.multicast()))
      local _, token = client:token()
      local _, warm = client:warm()
      for i, err in ipairs { sent, submitted, whole, token, warm } do
        kinds[i] = err and err.kind
      end
      local _, stepped = client:step(0)
      local _, flushed = client:flush()
      local _, pending = client:pending()
      local _, descriptor = client:fd()
      local _, due = client:timeout()
      local _, stats = client:stats()
      for _, err in ipairs { stepped, flushed, pending, descriptor, due, stats } do
        kinds[#kinds + 1] = err.kind
      end
      client:close()
      local fresh = stand_in.client(sandbox)
      kinds[#kinds + 1] = fresh:send(event, proactive.audience.multicast()) and "sent"
      return table.concat(kinds, " ")
    end)
    assert.equal(("forked "):rep(11) .. "sent", kinds)
    assert(client:send(event, proactive.audience.multicast()))
    assert.equal(1, client:stats().token_fetches)
    client:close()
  end)

  it("tells nobody of the parent's events when the child closes it", function()
    local client, event = stand_in.client(sandbox), stand_in.event()
    local told = {}
    assert(client:submit(event, proactive.audience.multicast(), {}, function(receipt, err)
      told[#told + 1] = receipt and "accepted" or err.kind
    end))
    assert.equal("0", fork(function()
      client:close()
      return ("%d"):format(#told)
    end))
    client:flush()
    assert.same({ "accepted" }, told)
    client:close()
  end)
end)

-- libcurl sets the handler of SIGPIPE for a moment where it is not told otherwise; two threads that do so
-- at once leave it changed for ever.
local QUIET = [[
local proactive = require "proactive"
assert(proactive.client { sandbox = "http://127.0.0.1:1" }):close()
local client = assert(proactive.client { sandbox = "https://127.0.0.1:1", retry = false })
assert(client:warm())
assert(not client:token())
client:close()
]]

describe("the signal handlers of a process", function()
  it("are never touched", function()
    local trace = os.tmpname()
    local ran = cli.shell(("ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=rt_sigaction -o %s %s %s"):format(
      trace, cli.interpreter, cli.file(".lua", QUIET)))
    assert.equal(0, ran.status, ran.stderr)
    local text = cli.slurp(trace)
    assert.matches("exited with 0", text)
    assert.is_nil(text:match "[^\n]*SIGPIPE[^\n]*")
  end)
end)
