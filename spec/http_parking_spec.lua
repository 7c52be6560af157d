--- Handles and buffers that serve one request after the other: nothing of one is seen in the next.

local core = require "proactive.core"
local two_ends = require "spec.support.two_ends"

local KB = 1024

local ends

--- A token that is there.
local function token()
  local made = assert(core.token {
    client_id = "id", client_secret = "secret", scope = "scope", url = "http://127.0.0.1/",
    private = true,
  })
  local id = assert(made:fetch(ends.pool, ends:route("POST", "/auth/o2/token"), 30))
  while made:settle(ends.pool, id, 0) == nil do
    ends:serve(ends:answer(200, {}, '{"access_token":"Atc|MQ","token_type":"bearer"}'))
    assert(ends.pool:step(0.01))
  end
  ends.seen = {}
  return made
end

describe("a handle that is used again", function()
  before_each(function()
    ends = two_ends.open()
  end)
  after_each(function()
    ends:close()
  end)

  --- One request after the other, each on the handle of the one before.
  local function ask(route, body, handle, timeout)
    local result = ends:finish(ends:start(route, body, timeout), handle)
    return result, ends.seen[#ends.seen]
  end

  it("sends each body as it is", function()
    for _, method in ipairs { "POST", "PUT", "PATCH", "GET", "HEAD" } do
      local route = ends:route(method)
      for _, body in ipairs { "first", "", "the second, longer", "3", "", ("x"):rep(40 * KB), "4" } do
        local result, request = ask(route, body)
        assert.equal(202, result.status)
        assert.equal(method, request.method)
        assert.equal(body, request.body)
      end
    end
  end)

  it("takes no token along", function()
    local bearer, route = token(), ends:route()
    for _, bears in ipairs { true, false, true, true, false, false } do
      local id = assert(ends.pool:start(route, "body", 30, bears and bearer or nil))
      ends:finish(id)
      local request = ends.seen[#ends.seen]
      assert.equal(bears and "Bearer Atc|MQ" or nil, request.headers.authorization)
      assert.equal("body", request.body)
    end
  end)

  it("gives nothing of an earlier answer", function()
    local route = ends:route()
    for _, body in ipairs { "a long answer", "", "short", ("x"):rep(40 * KB), "" } do
      local header = { "X-Length", ("%d"):format(#body) }
      local result = ask(route, "body", ends:answer(#body > 0 and 200 or 202, { header }, body))
      assert.equal(#body > 0 and 200 or 202, result.status)
      assert.equal(body, result.body)
      assert.is_false(result.truncated)
      local _, count = result.headers:gsub("X%-Length", "")
      assert.equal(1, count)
      assert.matches("X-Length: " .. header[2] .. "\r\n", result.headers, 1, true)
    end
  end)

  it("counts bytes and time of its own", function()
    local route, first = ends:route(), nil
    for _ = 1, 3 do
      local id = ends:start(route, "body")
      while not ends.pool:result(id) do
        ends:serve()
        assert(ends.pool:step(0.01))
      end
      local timings = ends.pool:timings(id)
      first = first or timings
      assert.equal(first.bytes_sent, timings.bytes_sent)
      assert.equal(first.bytes_received, timings.bytes_received)
      assert.equal(timings ~= first, timings.reused)
      if timings ~= first then assert.equal(0, timings.connect) end
      assert.is_true(timings.first_byte <= timings.total)
      ends.pool:release(id)
    end
  end)

  it("keeps the time it is given, not an earlier one", function()
    local route = ends:route()
    assert.equal(202, ask(route, "body", nil, 30).status)
    assert.equal("timeout", ask(route, "body", function() end, 0.02).cause)
    assert.equal(202, ask(route, "body", nil, 30).status)
  end)

  it("is none that failed", function()
    local route = ends:route()
    for _, bytes in ipairs {
      "", "HTTP/1.1 202 Accepted\r\nX: y", "what?\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
    } do
      assert.equal(202, ask(route, "body").status)
      local failed = ask(route, "body", ends:raw(bytes))
      assert.is_true(failed.cause ~= nil or failed.truncated)
      local result, request = ask(route, "after")
      assert.equal(202, result.status)
      assert.is_false(result.truncated)
      assert.equal("", result.body)
      assert.equal("after", request.body)
    end
  end)

  it("may be let go while it runs, and taken back to a route that rested", function()
    local route, other = ends:route(), ends:route("PUT")
    for _ = 1, 4 do
      ask(route, "body")
      ends.pool:release(ends:start(route, "gone"))
      ask(other, "other")
    end
    local result, request = ask(route, "last")
    assert.equal(202, result.status)
    assert.equal("last", request.body)
  end)

  it("is one of few", function()
    ends:new_pool { max_connections = 2 }
    local routes = { ends:route(), ends:route("PUT"), ends:route("POST", "/other") }
    ends:flood(30, routes)
    assert.equal(30, #ends.seen)
    for _, request in ipairs(ends.seen) do assert.equal("x", request.body) end
    -- Finished ones wait: more at once than are kept.
    local waiting = {}
    for i = 1, 6 do
      waiting[i] = ends:start(routes[1], "x")
      while not ends.pool:result(waiting[i]) do
        ends:serve()
        assert(ends.pool:step(0.01))
      end
    end
    for _, id in ipairs(waiting) do ends.pool:release(id) end
    assert.equal(202, ask(routes[2], "end").status)
    assert.equal(202, ask(routes[1], "end").status)
  end)
end)
