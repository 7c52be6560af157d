--- Far away: how near `send_many` comes to concurrency / round trip, with HTTP/1.1 and HTTP/2.

local delay = require("bench.lib.delay")
local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local CONCURRENCY, SECONDS, PART = 256, 5, 0.90
local ROUND_TRIPS = { 0, 40, 200 } -- ms
local VERSIONS = { "1.1", "2" }
local NEAR_EVENTS = 40000

--- Sends so many that it takes some seconds; the connections are opened before the clock starts.
local function measure(lua, server, round_trip, version)
  local port = version == "2" and server.port2 or server.port
  local events = round_trip == 0 and NEAR_EVENTS or SECONDS * CONCURRENCY / round_trip * 1000
  local far = round_trip > 0 and delay.start(port, round_trip)
  local near = string.format("https://127.0.0.1:%d", port)
  local result = process.values(process.read(process.worker(lua, "send_many", {
    far and far.url or near, server.ca_file, string.format("%d", events),
    string.format("%d", CONCURRENCY), version, string.format("%d", 4 * CONCURRENCY),
  })))
  if far then far.stop() end
  assert(result.failed == 0, "some events failed")
  return result
end

return function()
  local report = figures.report("latency", "By round trip, concurrency 256")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local server = server_of.start()
  local cells = { { "round trip, ms", "HTTP", "Lua", "events a second", "of the possible",
    "µs of CPU an event", "connections" } }
  for _, round_trip in ipairs(ROUND_TRIPS) do
    for _, version in ipairs(VERSIONS) do
      for _, lua in ipairs({ "5.4", "jit" }) do
        local result = measure(lua, server, round_trip, version)
        local rate = result.events / result.seconds
        local part = rate / (CONCURRENCY / round_trip * 1000)
        cells[#cells + 1] = {
          string.format("%d", round_trip), version, lua == "jit" and "LuaJIT" or "5.4",
          string.format("%.0f", rate), round_trip > 0 and string.format("%.3f", part) or "",
          string.format("%.1f", result.cpu / result.events * 1e6),
          string.format("%d", result.connections),
        }
        if round_trip == 40 and version == "1.1" then
          report:must(part >= PART, "%s at 40 ms, HTTP/1.1: %.3f of concurrency / round trip "
            .. "(at least %.2f)", lua == "jit" and "LuaJIT" or "Lua 5.4", part, PART)
        end
      end
    end
  end
  report:say("")
  report:table(cells)
  server.stop()
  return report:finish()
end
