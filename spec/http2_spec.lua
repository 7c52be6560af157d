--- HTTP/2 against nginx, which answers `return 202` before it has read the request.

local core = require "proactive.core"
local nginx = require "spec.support.nginx"

local SECONDS = 60 -- for a transfer; none may need them
local RULES = "add_header X-Protocol $server_protocol always; return 202;"

local server

local function open(name, options)
  options = options or {}
  options.ca_file = server.ca_file
  local pool = assert(core.http(options))
  return pool, assert(pool:route { method = "POST", url = server:url(name) })
end

--- Sends that many, as many at once as the pool takes.
---@return table[] results
---@return integer most  connections open at once
local function flood(pool, route, total, body)
  local results, started, most = {}, 0, 0
  while #results < total do
    while started < total do
      local id, why = pool:start(route, body, SECONDS)
      if not id then
        assert.equal("wait", why)
        break
      end
      started = started + 1
    end
    assert(pool:step(0.1))
    most = math.max(most, select(2, pool:connections()))
    for id in pool.finished, pool do
      results[#results + 1] = pool:result(id)
      pool:release(id)
    end
  end
  return results, most
end

describe("over HTTP/2", function()
  setup(function()
    server = nginx.start {
      many = { http2 = true, rules = RULES },
      few = { http2 = true, rules = "http2_max_concurrent_streams 4; " .. RULES },
      old = { rules = RULES },
    }
  end)
  teardown(function()
    server:stop()
  end)

  it("a pool speaks the version it was asked for, or what the server offers", function()
    for _, case in ipairs {
      { "many", 0, "http/2%.0" }, { "many", 1, "http/1%.1" }, { "many", 2, "http/2%.0" },
      { "old", 0, "http/1%.1" }, { "old", 1, "http/1%.1" }, { "old", 2, "http/1%.1" },
    } do
      local pool, route = open(case[1], { http_version = case[2] })
      local result = flood(pool, route, 1, "")[1]
      assert.equal(202, result.status)
      assert.matches("x%-protocol: " .. case[3], result.headers:lower())
      pool:close()
    end
  end)

  it("those that come during the handshake wait for its outcome", function()
    for _, case in ipairs { { "many", 1 }, { "old", 10 } } do
      local pool, route = open(case[1], { http_version = 2 })
      pool:step(0, nil, 10) -- ten may open a connection
      for _, result in ipairs(flood(pool, route, 10, "")) do assert.equal(202, result.status) end
      local opened = pool:connections()
      assert.is_true(opened <= case[2], opened)
      pool:close()
    end
  end)

  it("many share few connections, also where the server allows few streams", function()
    for _, name in ipairs { "many", "few" } do
      local pool, route = open(name, { http_version = 2, max_connections = 3 })
      local results, most = flood(pool, route, 1000, "")
      for _, result in ipairs(results) do
        assert.equal(202, result.status)
        assert.is_false(result.truncated)
      end
      assert.is_true(most <= 3, most)
      pool:close()
    end
  end)

  it("no more connections are opened than the streams under way need", function()
    local pool, route = open("many", { http_version = 2, max_connections = 50 })
    flood(pool, route, 1, "") -- from here on it is known that connections are shared
    pool:step(0, nil, 50) -- many may be opened in one step
    for _, result in ipairs(flood(pool, route, 250, "")) do assert.equal(202, result.status) end
    local opened = pool:connections()
    assert.is_true(opened <= 3, opened)
    pool:close()
  end)

  it("a status that has arrived is the outcome, before the transfer's time is up", function()
    for _, size in ipairs { 700, 3000, 15000 } do
      local pool, route = open("many", { http_version = 2, max_connections = 3 })
      local accepted = 0
      for _, result in ipairs(flood(pool, route, 2000, ("x"):rep(size))) do
        assert.is_true(result.elapsed < SECONDS)
        if result.status then
          assert.equal(202, result.status)
          accepted = accepted + 1
        else
          -- libcurl lost the status with the stream
          assert.equal("reset", result.cause)
          assert.is_true(result.sent)
        end
      end
      assert.is_true(accepted > 1000, accepted)
      pool:close()
    end
  end)
end)
