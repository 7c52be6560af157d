--- When the core's HTTP pool opens connections, what it says when one fails, and what a step does.

local two_ends = require "spec.support.two_ends"

local KB = 1024
local HEADER_CAP = 16 * KB

local ends

local function nothing() end

describe("a pool", function()
  before_each(function()
    ends = two_ends.open()
  end)
  after_each(function()
    ends:close()
  end)

  describe("tells the cause when no status came", function()
    local function fails(cause, sent, handle, timeout)
      local result = ends:ask(handle, timeout)
      assert.equal(cause, result.cause)
      assert.equal(sent, result.sent)
      assert.is_nil(result.status)
      assert.equal("", result.body)
      assert.equal("", result.headers)
      assert.is_true(#result.message > 0)
      assert.equal(202, ends:ask().status) -- and works on
    end

    it("reset: the connection ends before the answer or within its headers", function()
      fails("reset", true, ends:raw())
      fails("reset", true, ends:raw "HTTP/1.1 202 Accepted\r\nX: ")
      fails("reset", true, ends:raw "HTTP/1.1 202 Accepted\r\nX: 1\r\n")
      fails("reset", true, ends:raw "HTTP/1.1 100 Continue\r\n\r\n")
    end)

    it("protocol: what came is not HTTP", function()
      fails("protocol", true, ends:raw "\0\1\2 garbage\r\n\r\n")
      fails("protocol", true, ends:raw "<html><body>hello</body></html>")
    end)

    it("protocol: more headers than anyone needs", function()
      local long = "X: " .. ("y"):rep(1000) .. "\r\n"
      local headers = long:rep(HEADER_CAP / KB + 1)
      fails("protocol", true, ends:raw("HTTP/1.1 202 Accepted\r\n" .. headers .. "\r\n"))
    end)

    it("timeout: the answer takes too long", function()
      fails("timeout", true, nothing, 0.05)
    end)

    local function unreachable(address)
      return ends:finish(ends:start(assert(ends.pool:route { method = "GET", url = address })))
    end

    it("connect: nobody listens", function()
      local port = ends.server:port()
      ends:new_server {}
      local result = unreachable(("http://127.0.0.1:%d/"):format(port))
      assert.equal("connect", result.cause)
      assert.is_false(result.sent)
    end)

    it("dns: no such host", function()
      local result = unreachable "https://service.invalid/"
      assert.equal("dns", result.cause)
      assert.is_false(result.sent)
    end)

    it("tls: the server speaks none", function()
      local result = unreachable(("https://127.0.0.1:%d/"):format(ends.server:port()))
      assert.equal("tls", result.cause)
      assert.is_false(result.sent)
    end)
  end)

  describe("opens connections", function()
    it("one, for a thousand requests in turn", function()
      local number = ends:route()
      for i = 1, 1000 do
        local result = ends:finish(ends:start(number, "x"))
        assert.equal(202, result.status)
        assert.equal(i > 1, result.reused)
      end
      assert.same({ 1, 1 }, { ends.pool:connections() })
    end)

    it("one a step when told so, and not more than it may keep", function()
      ends:new_pool { max_connections = 4 }
      local before, most = 0, 0
      local waited = ends:flood(40, { ends:route() }, function()
        local opened, open = ends.pool:connections()
        assert.is_true(opened - before <= 1)
        before, most = opened, math.max(most, open)
      end)
      assert.is_true(waited > 0)
      assert.equal(4, most)
      assert.equal(4, before)
    end)

    it("as many as it is told", function()
      local number = ends:route()
      assert(ends.pool:step(0, nil, 3))
      for _ = 1, 3 do assert(ends.pool:start(number, "x", 30)) end
      assert.same({ nil, "wait" }, { ends.pool:start(number, "x", 30) })
      assert(ends.pool:step(0, nil, 1))
      assert(ends.pool:start(number, "x", 30))
      assert.same({ nil, "wait" }, { ends.pool:start(number, "x", 30) })
    end)

    it("again for another host when all it may keep are idle", function()
      ends:new_pool { max_connections = 2 }
      ends:flood(4, { ends:route() })
      assert.equal(2, (ends.pool:connections()))
      local other = ends:route("POST", "/", "localhost")
      assert.equal(202, ends:finish(ends:start(other, "x")).status)
      local opened, open = ends.pool:connections()
      assert.equal(3, opened)
      assert.equal(2, open)
    end)

    it("again after one could not be made", function()
      local port = ends.server:port()
      local number = ends:route()
      ends.server:close()
      for _ = 1, 3 do
        local id = ends:start(number, "x")
        while not ends.pool:finished() do assert(ends.pool:step(0.01)) end
        assert.equal("connect", ends.pool:result(id).cause)
        ends.pool:release(id)
      end
      ends:new_server { port = port }
      assert.equal(202, ends:finish(ends:start(number, "x")).status)
    end)

    it("again when the peer has ended an idle one, which it sees without a request", function()
      local number, port = ends:route(), ends.server:port()
      ends:flood(8, { number })
      ends.server:close()
      local _, open = ends.pool:connections()
      while open > 0 do
        assert(ends.pool:step(0.1))
        _, open = ends.pool:connections()
      end
      ends:new_server { port = port }
      assert.equal(202, ends:finish(ends:start(number, "x")).status)
    end)

    it("again when a transfer was released on its way", function()
      local number = ends:route()
      for _ = 1, 5 do
        local id = ends:start(number, "x")
        assert(ends.pool:step(0))
        ends.pool:release(id)
        assert.is_nil(ends.pool:result(id))
      end
      assert.equal("proactive.pool: 0 running", tostring(ends.pool))
      assert.equal(202, ends:finish(ends:start(number, "x")).status)
    end)
  end)

  describe("steps", function()
    it("without waiting, and says when it wants the next", function()
      assert.equal(0, ends.pool:step(0))
      assert.is_nil(ends.pool:timeout())
      ends:start(ends:route(), "x")
      assert.is_number(ends.pool:timeout())
      for _ = 1, 20 do assert.equal(0, ends.pool:step(0)) end
      assert.equal(0, ends.pool:step(0, 0, 1))
      assert.is_true(ends.pool:timeout() > 0)
    end)

    it("to the end with no budget at all, little by little", function()
      local number, ids = ends:route(), {}
      for i = 1, 10 do ids[i] = ends:start(number, "x") end
      while ends.pool:step(0, 0, 1) < 10 do ends:serve() end
      for _, id in ipairs(ids) do
        assert.equal(202, ends.pool:result(id).status)
        ends.pool:release(id)
      end
    end)

    it("and refuses arguments that are wrong", function()
      for _, wrong in ipairs {
        {}, { -1 }, { "1" }, { 0 / 0 }, { 0, -1 }, { 0, "x" }, { 0, nil, 0 }, { 0, nil, 1.5 },
      } do
        assert.has_error(function() ends.pool:step(wrong[1], wrong[2], wrong[3]) end)
      end
    end)

    it("within a descriptor that other loops can wait for", function()
      assert.is_number(ends.pool:fd())
    end)
  end)

  it("takes so many transfers and no more, and each number means one of them", function()
    local refused = assert(ends.pool:route { method = "GET", url = "http://127.0.0.1:1/" })
    local ids, count, why = {}, 0, nil
    while why == nil or why == "wait" do
      local id
      id, why = ends.pool:start(refused, nil, 30)
      if id then
        assert.is_nil(ids[id])
        ids[id], count = true, count + 1
      end
      assert(ends.pool:step(0, nil, 1024))
    end
    assert.equal("more than 4096 transfers", why)
    assert.equal(4096, count)
    local first = ends.pool:finished()
    ends.pool:release(first)
    local new = assert(ends.pool:start(refused, nil, 30))
    assert.are_not.equal(first, new)
    assert.is_nil(ends.pool:result(first))
  end)
end)
