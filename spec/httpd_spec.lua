--- The HTTP server module, against clients that send every byte themselves.

local compat = require "proactive.compat"
local httpd = require "proactive.httpd"
local raw = require "spec.support.raw"

local HOST = "Host: localhost\r\n"
local LAST = HOST .. "Connection: close\r\n"
local KB = 1024

local function get(target, headers)
  return ("GET %s HTTP/1.1\r\n%s\r\n"):format(target, headers or LAST)
end

local function post(body, headers)
  local length = ("Content-Length: %d\r\n"):format(#body)
  return ("POST / HTTP/1.1\r\n%s\r\n%s"):format((headers or LAST) .. length, body)
end

local function chunked(chunks, headers)
  local lines = { "POST / HTTP/1.1\r\n", headers or LAST, "Transfer-Encoding: chunked\r\n\r\n" }
  for _, chunk in ipairs(chunks) do
    lines[#lines + 1] = ("%x\r\n%s\r\n"):format(#chunk, chunk)
  end
  return table.concat(lines) .. "0\r\n\r\n"
end

local function count(text, what)
  local _, n = text:gsub(what, "")
  return n
end

local server

-- Answers every request, and keeps them.
local function answering(status, headers, body, pace)
  local seen = {}
  return seen,
    function(request)
      seen[#seen + 1] = request
      assert.is_true(server:respond(request.id, status or 200, headers or {}, body or "", pace))
    end
end

local function ask(bytes, ...)
  local seen, handle = answering(...)
  local received, ending = raw.exchange(server, bytes, handle)
  return seen[1], received, ending, seen
end

local function never(request)
  error("handed over: " .. request.method .. " " .. request.target)
end

describe("httpd", function()
  before_each(function() server = assert(httpd.listen { max_body = 64 * KB }) end)
  after_each(function() server:close() end)

  describe("hands over a request", function()
    it("with its target as it was sent", function()
      local request = ask(get "/a%20b/%2e%2E/c+d?x=1+2&y=%3f?&z")
      assert.equal("GET", request.method)
      assert.equal("/a%20b/%2e%2E/c+d?x=1+2&y=%3f?&z", request.target)
      assert.equal("/a%20b/%2e%2E/c+d", request.path)
      assert.equal("x=1+2&y=%3f?&z", request.query)
      assert.equal("", request.body)
      assert.is_nil(request.too_large)
      assert.is_nil(ask(get "/").query)
      assert.equal("", ask(get "/?").query)
    end)

    it("with header names in lower case, and a list where one came more than once", function()
      local lines = "X-One: 1\r\nX-MANY: b\r\nx-many: a\r\nX-Many: b\r\nX-Empty:\r\n"
      local headers = ask(get("/", LAST .. lines)).headers
      assert.equal("localhost", headers.host)
      assert.equal("1", headers["x-one"])
      assert.same({ "b", "a", "b" }, headers["x-many"])
      assert.equal("", headers["x-empty"])
    end)

    it("with a body of known length, of any bytes", function()
      local body = ("\0\r\n\255"):rep(16 * KB)
      local request = ask(post(body))
      assert.is_true(body == request.body)
      assert.is_nil(request.too_large)
      assert.equal("", ask(post "").body)
    end)

    it("with a body in chunks", function()
      local request = ask(chunked { "one ", ("two "):rep(5000), "three" })
      assert.is_true("one " .. ("two "):rep(5000) .. "three" == request.body)
      assert.is_nil(request.headers.trailer)
    end)

    it("whose client wants to be asked for the body", function()
      local headers = LAST .. "Expect: 100-continue\r\nContent-Length: 4\r\n"
      local request, received = ask { ("POST / HTTP/1.1\r\n%s\r\n"):format(headers), "body" }
      assert.equal("body", request.body)
      assert.matches("^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", received)
    end)

    it("of any method", function()
      assert.equal("FROB", ask(get("/"):gsub("GET", "FROB"), 200).method)
      assert.equal("abc", ask(post("abc"):gsub("POST", "DELETE"), 200).body)
    end)

    it("each with an id of its own", function()
      local _, received, _, seen = ask((get("/", HOST)):rep(1999) .. get "/last")
      assert.equal(2000, #seen)
      assert.equal(2000, count(received, "HTTP/1.1 200 OK\r\n"))
      for i = 2, #seen do assert.is_true(seen[i].id > seen[i - 1].id) end
      assert.equal("/last", seen[2000].target)
    end)
  end)

  describe("answers", function()
    it("with status, headers and body as given, and what the protocol wants", function()
      local headers = { { "X-B", "2" }, { "X-A", "1" }, { "X-B", "3" }, { "X-C", "" } }
      local _, received, ending = ask(get "/", 418, headers, "short\0and stout")
      assert.matches("^HTTP/1.1 418 ", received)
      assert.matches("\r\nX%-B: 2\r\n.*X%-A: 1\r\n.*X%-B: 3\r\nX%-C: +\r\n", received)
      assert.matches("\r\nDate: %a+, ", received)
      assert.matches("\r\nContent%-Length: 15\r\n", received)
      assert.equal("short\0and stout", received:match "\r\n\r\n(.*)$")
      assert.equal("end", ending)
    end)

    it("without the body where there can be none", function()
      local _, received = ask(get("/"):gsub("GET", "HEAD"), 200, {}, "body")
      assert.matches("\r\nContent%-Length: 4\r\n", received)
      assert.matches("\r\n\r\n$", received)
      _, received = ask(get "/", 204)
      assert.matches("^HTTP/1.1 204 ", received)
      assert.matches("\r\n\r\n$", received)
    end)

    it("with more than the socket takes at once", function()
      local body = ("0123456789abcdef"):rep(512 * KB)
      local _, received = ask(get "/", 200, {}, body)
      assert.is_true(received:sub(-#body) == body)
    end)

    it("at a pace, in pieces", function()
      local paused = 0
      local seen, handle = answering(200, {}, ("x"):rep(300), 2000)
      local client = raw.start(server:port(), get "/")
      local received = raw.finish({
        next = function() return server:next() end,
        step = function(_, timeout)
          if #seen > 0 and (server:timeout() or 9) < 1 then paused = paused + 1 end
          return server:step(timeout)
        end,
      }, client, handle)
      assert.equal(("x"):rep(300), received:match "\r\n\r\n(.*)$")
      assert.is_true(paused > 1)
    end)

    it("in the order of the requests on one connection, whenever they were asked for", function()
      local seen, handle = answering(200, {}, "x", 100000)
      local received = raw.exchange(server, get("/1", HOST) .. get "/2", handle)
      assert.equal(2, count(received, "HTTP/1.1 200 OK\r\n"))
      assert.same({ "/1", "/2" }, { seen[1].target, seen[2].target })
    end)

    it("many clients at once", function()
      local seen, handle = answering(200, {}, "hello")
      local clients = {}
      for i = 1, 16 do clients[i] = raw.start(server:port(), get "/") end
      for _, client in ipairs(clients) do
        assert.matches("hello$", (raw.finish(server, client, handle)))
      end
      assert.equal(16, #seen)
    end)
  end)

  describe("refuses to send", function()
    -- Each answer is {status, headers, body, pace}; the request stays open for the right one.
    local function refused(text, answers)
      local _, handle = answering(200, {}, "right")
      local received = raw.exchange(server, get "/", function(request)
        for i, answer in ipairs(answers) do
          local ok, message = pcall(server.respond, server, request.id, compat.unpack(answer, 1, 4))
          assert.is_false(ok, "answer " .. i)
          assert.matches(text, message)
        end
        handle(request)
      end)
      assert.matches("\r\n\r\nright$", received)
    end

    it("a header that would end early or is none", function()
      local answers = {}
      for i, header in ipairs {
        { "X", "a\r\nSet-Cookie: b" },
        { "X", "a\nb" },
        { "X", "a\0b" },
        { "X\r\nY", "a" },
        { "X Y", "a" },
        { "", "a" },
        { "X", 1 },
        { "X" },
        "X: a",
      } do
        answers[i] = { 200, { { "A", "b" }, header }, "" }
      end
      refused("header 2 must be {name, value}", answers)
    end)

    it("a header that the protocol decides", function()
      refused("refused", {
        { 200, { { "Content-Length", "5" } }, "hello" },
        { 200, { { "Transfer-Encoding", "gzip" } }, "hello" },
      })
    end)

    it("a status, a body or a pace that is none", function()
      refused("out of range", { { 100, {}, "" }, { 1000, {}, "" }, { 200, {}, "", 0 } })
      refused("expected", { { 200.5, {}, "" }, { "200", {}, "" }, { 200, {} }, { 200, {}, 5 } })
    end)
  end)

  describe("a body above the cap", function()
    local function check(bytes)
      local request, received, ending = ask(bytes, 413, {}, "too large")
      assert.is_true(request.too_large)
      assert.equal("", request.body)
      assert.matches("^HTTP/1.1 413 .*\r\nConnection: close\r\n.*\r\n\r\ntoo large$", received)
      assert.equal("end", ending)
    end

    it("is not read when its length is announced", function()
      local post_of = "POST / HTTP/1.1\r\n" .. HOST .. "%sContent-Length: %d\r\n\r\n"
      check(post_of:format("", 999999999))
      check(post_of:format("Expect: 100-continue\r\n", 64 * KB + 1))
    end)

    it("is thrown away when it comes in chunks", function()
      check(chunked({ ("x"):rep(64 * KB), "y" }, HOST))
      check(chunked({ ("x"):rep(512 * KB) }, HOST))
    end)

    it("ends the connection when it goes on and on", function()
      local received = raw.exchange(server, chunked { ("x"):rep(3 * KB * KB) }, never)
      assert.equal("", received)
    end)

    it("is taken up to the last byte of the cap", function()
      assert.equal(64 * KB, #ask(post(("x"):rep(64 * KB))).body)
      assert.equal(64 * KB, #ask(chunked { ("x"):rep(64 * KB) }).body)
    end)
  end)

  it("refuses itself what is not HTTP, or could mean two things", function()
    local many = ("X: y\r\n"):rep(101)
    for request, status in pairs {
      ["GET / HTTP/1.1\r\n\r\n"] = 400,
      ["GET /\r\n\r\n"] = 400,
      [get("/", HOST .. "no colon\r\n")] = 400,
      [get("/", HOST .. "Space : x\r\n")] = 400,
      [get("/", HOST .. many)] = 431,
      [get("/", HOST .. "X: " .. ("y"):rep(40000) .. "\r\n")] = 431,
      [get("/" .. ("y"):rep(40000))] = 414,
      [post("abc", HOST .. "Content-Length: 5\r\n")] = 400,
      [post("", HOST .. "Content-Length: -5\r\n")] = 400,
      [post("", HOST .. "Content-Length: 0x5\r\n")] = 400,
      [chunked({}, HOST .. "Content-Length: 5\r\n")] = 400,
      [chunked({}, HOST .. "Transfer-Encoding: chunked\r\n")] = 400,
      [get("/", HOST .. "Transfer-Encoding: gzip\r\n")] = 501,
      [get("/", HOST .. "Transfer-Encoding: chunked, gzip\r\n")] = 501,
      [("POST / HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\nzz\r\n"):format(HOST)] = 400,
    } do
      local received, ending = raw.exchange(server, request, never)
      local what = ("%q: %q"):format(request:sub(1, 80), received:sub(1, 40))
      assert.is_truthy(received:find(("^HTTP/1.1 %d "):format(status)), what)
      assert.not_equal("timeout", ending, what)
    end
    assert.equal("", (raw.exchange(server, "\22\3\1\2\0\1\0\1\252\r\n\r\n", never)))
    assert.is_truthy(ask(get "/"))
  end)

  describe("abort", function()
    local function aborting(bytes)
      return function(request) assert.is_true(server:abort(request.id, bytes)) end
    end

    it("sends bytes as they are, then ends", function()
      local bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut\0"
      local received, ending = raw.exchange(server, get("/", HOST), aborting(bytes))
      assert.equal(bytes, received)
      assert.equal("end", ending)
    end)

    it("resets the connection without bytes", function()
      for _, bytes in ipairs { "", false } do
        local received, ending = raw.exchange(server, get("/", HOST), aborting(bytes or nil))
        assert.equal("", received)
        assert.equal("reset", ending)
      end
    end)

    it("ends a request whose body was not read", function()
      local request = "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 999999999\r\n\r\n"
      local received, ending = raw.exchange(server, request, aborting "no")
      assert.equal("no", received)
      assert.equal("end", ending)
    end)
  end)

  describe("a client that has left", function()
    it("is gone, however it went", function()
      for _, how in ipairs { "end", "reset" } do
        local held
        local client = raw.start(server:port(), get("/", HOST), "--leave " .. how)
        raw.finish(server, client, function(request)
          held = request.id
          raw.send_off(client)
        end)
        assert.same({ nil, "gone" }, { server:respond(held, 200, {}, "late") })
        assert.same({ nil, "gone" }, { server:respond(held, 200, {}, "late") })
        assert.equal(0, server:step(0))
      end
    end)

    it("is as good as one that was answered or never was", function()
      local id
      local _, handle = answering()
      raw.exchange(server, get "/", function(request)
        id = request.id
        handle(request)
        assert.same({ nil, "gone" }, { server:respond(id, 200, {}, "twice") })
      end)
      assert.same({ nil, "gone" }, { server:respond(id, 200, {}, "") })
      assert.same({ nil, "gone" }, { server:abort(id) })
      assert.same({ nil, "gone" }, { server:abort(id + 1, "x") })
    end)

    it("in the middle of a paced answer does no harm", function()
      local _, handle = answering(200, {}, ("x"):rep(64 * KB), 10)
      local client = raw.start(server:port(), { get("/", HOST), "" }, "--leave reset")
      raw.finish(server, client, function(request)
        handle(request)
        raw.send_off(client)
      end)
      assert.is_truthy(ask(get "/"))
    end)
  end)

  it("does not wait for a request that dribbles in", function()
    server:close()
    server = assert(httpd.listen { idle_timeout = 1, max_body = 64 * KB })
    for _, start in ipairs {
      "",
      "GET / HTTP/1.1\r\nX-Slow: ",
      "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 60000\r\n\r\n",
    } do
      local _, ending = raw.exchange(server, start, never, "--dribble")
      assert.not_equal("timeout", ending)
    end
  end)

  it("lets a resting connection go after its time", function()
    server:close()
    server = assert(httpd.listen { idle_timeout = 1 })
    local _, handle = answering()
    local received, ending = raw.exchange(server, get("/", HOST), handle)
    assert.matches("^HTTP/1.1 200 ", received)
    assert.equal("end", ending)
  end)

  it("takes one connection after the other when it may have no more", function()
    server:close()
    server = assert(httpd.listen { max_connections = 1 })
    local seen, handle = answering()
    local first = raw.start(server:port(), get "/")
    local second = raw.start(server:port(), get "/")
    raw.finish(server, first, handle)
    raw.finish(server, second, handle)
    assert.equal(2, #seen)
  end)

  describe("close", function()
    it("ends whatever is going on", function()
      local clients, held = {}, 0
      for i = 1, 6 do clients[i] = raw.start(server:port(), get("/", HOST)) end
      while held < 4 do
        server:step(1)
        local request = server:next()
        if request then
          held = held + 1
          if held == 1 then server:respond(request.id, 200, {}, ("x"):rep(9999), 1) end
          if held == 2 then server:abort(request.id, "half") end
          if held == 3 then server:respond(request.id, 200, {}, "never sent") end
        end
      end
      while server:step(1) < 2 do end
      server:close()
      server = assert(httpd.listen {})
      for _, client in ipairs(clients) do
        local _, ending = raw.finish(server, client, never)
        assert.not_equal("timeout", ending)
      end
    end)

    it("is final and quiet", function()
      local port = server:port()
      server:close()
      server:close()
      assert.matches("closed", tostring(server))
      for _, name in ipairs { "port", "fd", "timeout", "step", "next", "respond", "abort" } do
        local ok, message = pcall(server[name], server, 1, 200, {}, "")
        assert.is_false(ok)
        assert.matches("attempt to use a closed server", message)
      end
      server = assert(httpd.listen { port = port })
    end)

    it("happens when the server is forgotten", function()
      local port = httpd.listen({}):port()
      collectgarbage()
      collectgarbage()
      assert(httpd.listen { port = port }):close()
    end)
  end)

  describe("listen", function()
    local function descriptors()
      local pipe = assert(io.popen "ls /proc/self/fd | wc -l")
      local n = tonumber(pipe:read "*a")
      pipe:close()
      return n
    end

    it("names the address it cannot have", function()
      local port = server:port()
      local second, message = httpd.listen { port = port }
      assert.is_nil(second)
      assert.equal(("cannot listen on 127.0.0.1 port %d: address in use"):format(port), message)
      for _, host in ipairs { "192.0.2.1", "no.invalid" } do
        second, message = httpd.listen { host = host }
        assert.is_nil(second)
        assert.equal(1, (message:find(("cannot listen on %s port 0: "):format(host), 1, true)))
      end
    end)

    it("raises for options that make no sense", function()
      for _, options in ipairs {
        { port = 65536 },
        { port = "80" },
        { port = 1.5 },
        { host = 1 },
        { max_body = -1 },
        { max_connections = 0 },
        { idle_timeout = 0 },
        { cert = "x" },
        { key = "x" },
        { cert = "a\0b", key = "x" },
      } do
        assert.has_error(function() httpd.listen(options) end)
      end
    end)

    it("reads its options as they stand, whatever their metatable says", function()
      local given = setmetatable({ port = 0 }, { __index = function() return "x" end })
      assert(httpd.listen(given)):close()
    end)

    it("leaves no descriptor to child processes, nor behind", function()
      --- Those of epoll, and what else it is that stays open here does not matter.
      local function pollers()
        local pipe = assert(io.popen "ls -l /proc/$PPID/fd")
        local listing = pipe:read "*a"
        pipe:close()
        return select(2, listing:gsub("eventpoll", ""))
      end
      server:close()
      collectgarbage()
      local before, pollers_before = descriptors(), pollers()
      server = assert(httpd.listen {})
      assert.equal(before, descriptors())
      assert.is_true(pollers() > pollers_before)
      assert.is_nil((httpd.listen { cert = "no certificate", key = "no key" }))
      server:close()
      assert.equal(pollers_before, pollers())
    end)

    it("watches for the end of standard input", function()
      local script = [[
        local server = assert(require "proactive.httpd".listen { stop_on_stdin_eof = true })
        local waiting, message
        repeat waiting, message = server:step(60) until not waiting
        io.write(message)]]
      local interpreter = os.getenv "PROACTIVE_LUA" or arg[-1]
      local pipe = assert(io.popen(("printf 'some text' | %s -e '%s'"):format(interpreter, script)))
      assert.equal("stdin closed", pipe:read "*a")
      pipe:close()
    end)
  end)
end)

describe("httpd over TLS", function()
  local folder, cert, key

  local function read(path)
    local file = assert(io.open(path))
    local text = file:read "*a"
    file:close()
    return text
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    local command = "mkdir %s && cd %s && openssl req -x509 -newkey rsa:2048 -nodes -days 1"
      .. " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
      .. " -keyout key.pem -out cert.pem 2>log"
    os.execute(command:format(folder, folder))
    cert, key = read(folder .. "/cert.pem"), read(folder .. "/key.pem")
  end)
  teardown(function() os.execute("rm -r " .. folder) end)
  before_each(function()
    server = assert(httpd.listen { cert = cert, key = key, max_body = 64 * KB })
  end)
  after_each(function() server:close() end)

  local function exchange(bytes, handle)
    return raw.exchange(server, bytes, handle, ("--ca %s/cert.pem"):format(folder))
  end

  it("serves", function()
    local body = ("x"):rep(60 * KB)
    local seen, handle = answering(200, {}, body, 10 * KB * KB)
    local received = exchange(post(body, HOST) .. get "/", handle)
    assert.is_true(body == seen[1].body)
    assert.is_true(received:sub(-#body) == body)
    assert.equal(2, #seen)
  end)

  it("sends nothing when it aborts", function()
    for _, bytes in ipairs { "", "plain" } do
      local function abort(request) server:abort(request.id, bytes) end
      assert.equal("", (exchange(get("/", HOST), abort)))
    end
  end)

  it("is not spoken to in plain", function()
    local received, ending = raw.exchange(server, get "/", never)
    assert.is_nil(received:find("HTTP/", 1, true))
    assert.not_equal("timeout", ending)
  end)

  it("tells what is wrong with a certificate", function()
    local none, message = httpd.listen { cert = cert, key = "no key" }
    assert.is_nil(none)
    assert.matches("%a+", message)
    assert.is_nil(message:find "\n")
  end)
end)
