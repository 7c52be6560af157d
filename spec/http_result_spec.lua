--- The two shorter ways to ask for a result: whether it accepts, and how long each part took.

local two_ends = require "spec.support.two_ends"

local ends

--- Serves until the transfer has ended, and leaves it in the pool.
local function run(handle, body, method)
  local id = ends:start(ends:route(method), body or "body")
  while not ends.pool:result(id) do
    ends:serve(handle)
    assert(ends.pool:step(0.01))
  end
  return id
end

describe("pool:finished", function()
  before_each(function()
    ends = two_ends.open()
  end)
  after_each(function()
    ends:close()
  end)

  it("gives the status of an empty 202 or 200, and pool:request_id its header", function()
    for _, status in ipairs { 202, 200 } do
      local id = run(ends:answer(status, {
        { "X-Amzn-RequestId-Else", "no" }, { "x-amzn-REQUESTID", "5c3f" }, { "X-Last", "y" },
      }))
      assert.same({ id, status }, { ends.pool:finished() })
      assert.equal("5c3f", ends.pool:request_id(id))
      assert.equal(status, ends.pool:result(id).status)
      ends.pool:release(id)
      assert.is_nil(ends.pool:finished())
      assert.is_nil(ends.pool:request_id(id))
    end
  end)

  it("takes no other header for a request id", function()
    local id = run(ends:answer(202, { { "X-Amzn", "x-amzn-requestid: 1" } }))
    assert.is_nil(ends.pool:request_id(id))
  end)

  it("gives an empty request id as it came", function()
    local id = run(ends:raw("HTTP/1.1 202 Accepted\r\n"
      .. "x-amzn-requestid:  \r\ncontent-length: 0\r\n\r\n"))
    assert.equal("", ends.pool:request_id(id))
  end)

  it("gives no status of any other answer", function()
    for _, handle in ipairs {
      ends:answer(202, {}, "{}"),
      ends:answer(204),
      ends:answer(400),
      ends:answer(429, {}, "slow down"),
      ends:raw "HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\n",
      ends:raw "HTTP/1.1 202 Accepted\r\nx: y\r\n",
      ends:raw "",
    } do
      local id = run(handle)
      assert.same({ id }, { ends.pool:finished() })
      ends.pool:release(id)
    end
  end)

  it("is nil while the transfer runs", function()
    local id = ends:start(ends:route(), "body")
    assert.is_nil(ends.pool:finished())
    assert.is_nil(ends.pool:request_id(id))
    assert.is_nil(ends.pool:request_id(id + 1))
    assert.has_error(function() ends.pool:request_id("1") end)
  end)
end)

describe("pool:timings", function()
  before_each(function()
    ends = two_ends.open()
  end)
  after_each(function()
    ends:close()
  end)

  it("orders the parts of a first transfer", function()
    local id = run()
    local timings = ends.pool:timings(id)
    assert.is_false(timings.reused)
    assert.is_true(0 < timings.connect)
    assert.is_true(timings.dns <= timings.connect and timings.connect <= timings.first_byte)
    assert.is_true(timings.first_byte <= timings.total)
    assert.equal(0, timings.tls)
    assert.equal(ends.pool:result(id).elapsed, timings.total)
  end)

  it("shows that a connection was there already", function()
    ends.pool:release(run())
    local timings = ends.pool:timings(run())
    assert.is_true(timings.reused)
    assert.equal(0, timings.connect)
  end)

  it("counts every byte of a request and its answer", function()
    local sizes = {}
    for i, size in ipairs { 10, 1010, 70010, 200010 } do
      local id = run(ends:answer(200, {}, ("x"):rep(size % 1000)), ("b"):rep(size))
      sizes[i] = ends.pool:timings(id).bytes_sent - size - #("%d"):format(size)
      local head = #"HTTP/1.1 200 OK\r\n" + #ends.pool:result(id).headers + #"\r\n"
      assert.equal(head + size % 1000, ends.pool:timings(id).bytes_received)
      ends.pool:release(id)
    end
    assert.is_true(sizes[1] > #"POST / HTTP/1.1\r\n")
    assert.same({ sizes[1], sizes[1], sizes[1], sizes[1] }, sizes)
  end)

  it("tells as much as there was when no answer came", function()
    local timings = ends.pool:timings(run(ends:raw ""))
    assert.is_true(timings.connect > 0 and timings.total >= timings.connect)
    assert.equal(0, timings.first_byte)
    assert.equal(0, timings.bytes_received)
    local number = assert(ends.pool:route { method = "GET", url = "http://127.0.0.1:1/" })
    local id = ends:start(number)
    while not ends.pool:result(id) do assert(ends.pool:step(0.01)) end
    timings = ends.pool:timings(id)
    assert.equal(0, timings.connect)
    assert.equal(0, timings.bytes_sent)
  end)

  it("are nil while the transfer runs", function()
    local id = ends:start(ends:route(), "body")
    assert.is_nil(ends.pool:timings(id))
  end)
end)
