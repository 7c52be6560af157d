--- What the core's HTTP pool sends and gives back, against a server in this process.

local core = require "proactive.core"
local two_ends = require "spec.support.two_ends"

local KB = 1024
local BODY_CAP = 256 * KB

local ends

describe("a pool", function()
  before_each(function()
    ends = two_ends.open()
  end)
  after_each(function()
    ends:close()
  end)

  describe("sends", function()
    it("method, path, headers and body", function()
      local number = assert(ends.pool:route {
        method = "POST",
        url = ends:url "/v1/proactiveEvents?x=%20",
        headers = { "Content-Type: application/json", "X-Mine: yes" },
      })
      ends:finish(ends:start(number, '{"a":1}'))
      local request = ends.seen[1]
      assert.equal("POST", request.method)
      assert.equal("/v1/proactiveEvents?x=%20", request.target)
      assert.equal('{"a":1}', request.body)
      assert.equal("application/json", request.headers["content-type"])
      assert.equal("yes", request.headers["x-mine"])
      assert.equal("proactive", request.headers["user-agent"])
      assert.is_nil(request.headers.authorization)
      assert.is_nil(request.headers.expect)
    end)

    it("any method, with a body and without", function()
      for _, method in ipairs { "GET", "POST", "PUT", "DELETE", "PATCH" } do
        for _, body in ipairs { "", "some \0 bytes" } do
          ends:finish(ends:start(ends:route(method), body))
          assert.equal(method, ends.seen[#ends.seen].method)
          assert.equal(body, ends.seen[#ends.seen].body)
        end
      end
      ends:finish(ends:start(ends:route("GET")))
      assert.is_nil(ends.seen[#ends.seen].headers["content-length"])
      ends:finish(ends:start(ends:route("HEAD")))
      assert.equal("HEAD", ends.seen[#ends.seen].method)
    end)

    it("to localhost as to 127.0.0.1, past every proxy", function()
      ends:new_pool { proxy = "http://127.0.0.1:9" }
      local number = ends:route("GET", "/", "localhost")
      assert.equal(202, ends:finish(ends:start(number)).status)
    end)

    it("through the proxy it was given to hosts that are not loopback", function()
      ends:new_pool { proxy = ends:url "", user_agent = "spec/1" }
      local number = assert(ends.pool:route { method = "GET", url = "https://service.invalid/" })
      local result = ends:finish(ends:start(number), ends:answer(403))
      assert.equal("connect", result.cause)
      assert.is_false(result.sent)
      assert.equal("CONNECT", ends.seen[1].method)
      assert.equal("spec/1", ends.seen[1].headers["user-agent"])
    end)

    it("and says once who it is", function()
      ends:new_pool { user_agent = "spec/1" }
      ends:finish(ends:start(ends:route()))
      assert.equal("spec/1", ends.seen[1].headers["user-agent"])
    end)

    it("a body up to its cap", function()
      ends:new_server { max_body = 2048 * KB }
      local number = ends:route()
      ends:finish(ends:start(number, ("x"):rep(1024 * KB)))
      assert.equal(1024 * KB, #ends.seen[1].body)
      local id, message = ends.pool:start(number, ("x"):rep(1024 * KB + 1), 1)
      assert.is_nil(id)
      assert.matches("^a body of more than", message)
    end)

    it("nothing for arguments that are wrong", function()
      local number = ends:route()
      for _, wrong in ipairs {
        {}, { -1, "", 1 }, { 0.5, "", 1 }, { "0", "", 1 }, { number, 1, 1 }, { number, {}, 1 },
        { number, "", 0 }, { number, "", -1 }, { number, "", 0 / 0 }, { number, "", 1 / 0 },
        { number, "", "1" }, { number, "" }, { number, "", 1, "token" },
        { number, "", 1, ends.pool },
      } do
        assert.has_error(function() ends.pool:start(wrong[1], wrong[2], wrong[3], wrong[4]) end)
      end
      assert.same({ nil, "no such route" }, { ends.pool:start(31, "", 1) })
      ends:serve()
      assert.same({}, ends.seen)
    end)
  end)

  describe("gives back", function()
    it("status, header lines and body", function()
      local headers = { { "X-One", "1" }, { "X-Two", "2" } }
      local result = ends:ask(ends:answer(200, headers, "text\0more"))
      assert.equal(200, result.status)
      assert.equal("text\0more", result.body)
      assert.matches("X-One: 1\r\n", result.headers, 1, true)
      assert.matches("X-Two: 2\r\n", result.headers, 1, true)
      assert.is_nil(result.headers:find("HTTP/", 1, true))
      assert.is_false(result.truncated)
      assert.is_true(result.sent)
      assert.is_true(result.elapsed >= 0)
      assert.is_nil(result.cause)
    end)

    it("every status as an answer, redirects too", function()
      local moved = { { "Location", ends:url "/elsewhere" } }
      for _, status in ipairs { 200, 202, 204, 301, 302, 307, 400, 401, 403, 407, 429, 432, 500 } do
        local result = ends:ask(ends:answer(status, moved))
        assert.equal(status, result.status)
        assert.is_nil(result.cause)
      end
      for _, request in ipairs(ends.seen) do assert.equal("/", request.target) end
    end)

    it("only the final answer's headers", function()
      local result = ends:ask(ends:raw("HTTP/1.1 100 Continue\r\nA: 1\r\n\r\n"
        .. "HTTP/1.1 103 Early Hints\r\nB: 2\r\n\r\n"
        .. "HTTP/1.1 202 Accepted\r\nC: 3\r\nContent-Length: 0\r\n\r\n"))
      assert.equal(202, result.status)
      assert.equal("C: 3\r\nContent-Length: 0\r\n", result.headers)
    end)

    it("no trailers among the headers", function()
      local result = ends:ask(ends:raw("HTTP/1.1 200 OK\r\n"
        .. "A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. "3\r\nabc\r\n0\r\nB: 2\r\n\r\n"))
      assert.equal("abc", result.body)
      assert.equal("A: 1\r\nTransfer-Encoding: chunked\r\n", result.headers)
    end)

    it("a body up to its cap, and says that there was more", function()
      for size, cut in pairs { [BODY_CAP] = false, [BODY_CAP + 1] = true, [5000 * KB] = true } do
        local result = ends:ask(ends:answer(200, {}, ("x"):rep(size)))
        assert.equal(200, result.status)
        assert.equal(BODY_CAP, #result.body)
        assert.equal(cut, result.truncated)
      end
      assert.equal(202, ends:ask().status)
    end)

    it("the status of an answer whose rest is lost", function()
      local result = ends:ask(ends:raw "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nabc")
      assert.equal(202, result.status)
      assert.equal("abc", result.body)
      assert.is_true(result.truncated)
      assert.is_nil(result.cause)
    end)

    it("a result again and again until it is released", function()
      local id = ends:start(ends:route())
      while not ends.pool:finished() do
        ends:serve()
        assert(ends.pool:step(0.01))
      end
      assert.equal(id, ends.pool:finished())
      assert.same(ends.pool:result(id), ends.pool:result(id))
      assert.equal(1, ends.pool:step(0))
      ends.pool:release(id)
      assert.is_nil(ends.pool:result(id))
      assert.is_nil(ends.pool:finished())
      ends.pool:release(id)
      assert.equal(0, ends.pool:step(0))
    end)

    it("results in the order they came, each under its own number", function()
      local number, ids = ends:route(), {}
      for i = 1, 5 do ids[ends:start(number, ("%d"):format(i))] = true end
      local order = {}
      while #order < 5 do
        ends:serve()
        assert(ends.pool:step(0.01))
        for id in ends.pool.finished, ends.pool do
          assert.is_true(ids[id])
          ids[id] = nil
          order[#order + 1] = id
          ends.pool:release(id)
        end
      end
      assert.is_nil(next(ids))
    end)
  end)

  it("says nothing but a number of itself", function()
    assert.equal("proactive.pool: 0 running", tostring(ends.pool))
    local id = ends:start(ends:route(), "secret")
    assert.equal("proactive.pool: 1 running", tostring(ends.pool))
    ends.pool:release(id)
  end)

  it("knows the last transfer that was begun, until it is released", function()
    assert.is_nil(ends.pool:newest())
    local route = ends:route()
    local first, second = ends:start(route, "a"), ends:start(route, "b")
    assert.equal(second, ends.pool:newest())
    ends.pool:release(first)
    assert.equal(second, ends.pool:newest())
    ends.pool:release(second)
    assert.is_nil(ends.pool:newest())
  end)

  it("is closed once, with all that runs, and raises after that", function()
    ends:start(ends:route(), "x")
    ends.pool:step(0)
    ends.pool:close()
    ends.pool:close()
    assert.equal("proactive.pool: closed", tostring(ends.pool))
    for _, method in ipairs {
      "route", "start", "step", "finished", "result", "release", "warm", "fd", "timeout",
      "connections", "forked", "newest", "run_row", "release_row", "next_member", "ungroup", "grouped",
      "age",
    } do
      local ok, message = pcall(ends.pool[method], ends.pool)
      assert.is_false(ok)
      assert.matches("attempt to use a closed pool", message, 1, true)
    end
  end)

  it("raises for a receiver that is no pool", function()
    for _, wrong in ipairs { {}, "x", io.stdout } do
      assert.has_error(function() ends.pool.step(wrong, 0) end)
    end
  end)

  it("reads the certificate store ahead of time, opening nothing that counts", function()
    assert.is_true(ends.pool:warm())
    assert.is_true(ends.pool:warm())
    assert.same({ 0, 0 }, { ends.pool:connections() })
    assert.equal(202, ends:ask().status)
  end)

  describe("after a fork", function()
    local fork = require "spec.support.fork"

    it("is `forked` in the child and works on in the parent", function()
      local number = ends:route()
      local id = ends:start(number, "x")
      assert(ends.pool:step(0))
      local told = fork(function()
        local words = { tostring(ends.pool:forked()) }
        for _, call in ipairs {
          { "route", { method = "GET", url = "http://127.0.0.1/" } }, { "start", number, "x", 1 },
          { "step", 0 }, { "finished" }, { "result", id }, { "release", id }, { "warm" }, { "fd" },
          { "timeout" }, { "connections" },
        } do
          local value, why = ends.pool[call[1]](ends.pool, call[2], call[3], call[4])
          words[#words + 1] = value == nil and why or call[1]
        end
        ends.pool:close()
        words[#words + 1] = tostring(assert(core.http {}):forked())
        return table.concat(words, " ")
      end)
      assert.equal("true" .. (" forked"):rep(10) .. " false", told)
      assert.equal(202, ends:finish(id).status)
      assert.equal(202, ends:finish(ends:start(number, "x")).status)
      assert.same({ 1, 1 }, { ends.pool:connections() })
    end)
  end)
end)

describe("a pool over TLS", function()
  local identity, folder

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    identity = assert(require("proactive.sandbox.tls").identity(folder))
  end)
  teardown(function()
    os.execute("rm -rf " .. folder)
  end)
  before_each(function()
    local server = { cert = identity.cert, key = identity.key }
    ends = two_ends.open({ ca_file = identity.ca_file }, server)
  end)
  after_each(function()
    ends:close()
  end)

  local function secure(host)
    return ends:route("POST", "/", host or "localhost", "https")
  end

  it("needs one connection for a thousand requests in turn", function()
    local number = secure()
    for _ = 1, 1000 do assert.equal(202, ends:finish(ends:start(number, "x")).status) end
    assert.same({ 1, 1 }, { ends.pool:connections() })
  end)

  it("works with every version of HTTP asked for", function()
    for version = 0, 2 do
      ends:new_pool { ca_file = identity.ca_file, http_version = version }
      assert.equal(202, ends:finish(ends:start(secure(), "x")).status)
    end
  end)

  it("trusts nobody without the certificate of their authority", function()
    ends:new_pool {}
    local result = ends:finish(ends:start(secure(), "x"))
    assert.equal("tls", result.cause)
    assert.is_false(result.sent)
    assert.same({}, ends.seen)
  end)

  it("trusts nobody under another name", function()
    assert.equal(202, ends:finish(ends:start(secure("127.0.0.1"), "x")).status)
    ends:new_server { host = "127.0.0.2", cert = identity.cert, key = identity.key }
    assert.equal("tls", ends:finish(ends:start(secure("127.0.0.2"), "x")).cause)
    assert.equal(1, #ends.seen)
  end)
end)
