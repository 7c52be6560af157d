--- A host with 60 frames a second must never be held up: `step(0, 0.002)`, cold, with 1,000 sends
--- under way.

local delay = require("bench.lib.delay")
local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")
local trace = require("bench.lib.trace")

local SENDS, CONNECTIONS, ROUNDS, BUDGET = "1000", "64", "15", 2
local ROUND_TRIP = 40 -- ms; while it is traced

-- A call that waited for its answer would take a round trip.
local MOST_SECONDS = ROUND_TRIP / 1000 / 2

local function frames(lua, url, ca_file, rounds, rest)
  return process.worker(lua, "frames", { url, ca_file, SENDS, CONNECTIONS, rounds, rest })
end

local function measure(report, server, handshake)
  local cells = {
    { "Lua", "frames", "50 %", "99 %", "99.9 %", "longest, ms", "of CPU", "connections" },
  }
  for _, lua in ipairs({ "5.4", "jit" }) do
    local name = lua == "jit" and "LuaJIT" or "Lua 5.4"
    local result = process.values(process.read(
      frames(lua, server.url, server.ca_file, ROUNDS, "rest")))
    cells[#cells + 1] = {
      name,
      string.format("%d", result.frames),
      string.format("%.2f", result.p50),
      string.format("%.2f", result.p99),
      string.format("%.2f", result.p999),
      string.format("%.2f", result.longest),
      string.format("%.2f", result.cpu),
      string.format("%d", result.connections),
    }
    local most = BUDGET + 2 * handshake
    report:must(result.longest <= most,
      "%s: longest frame %.2f ms, %.2f of CPU (at most the budget and two handshakes: %.2f)", name,
      result.longest, result.cpu, most)
    report:must(result.failed == 0, "%s: %d sends failed", name, result.failed)
  end
  report:say("")
  report:table(cells)
end

local function prove(report, server)
  local far = delay.start(server.port, ROUND_TRIP)
  local command = frames("5.4", far.url, server.ca_file, "1", "spin")
  local seen = trace.run(command, "FRAMES", "REST")
  far.stop()
  report:must(seen.calls > 0 and #seen.waiting == 0,
    "traced: %d system calls in these frames, %d of them told to wait%s", seen.calls,
    #seen.waiting, seen.waiting[1] and ": " .. seen.waiting[1] or "")
  report:must(seen.longest < MOST_SECONDS,
    "traced at %d ms round trip: the longest call took %.2f ms", ROUND_TRIP, seen.longest * 1000)
end

return function()
  local report = figures.report("frames", "60 frames a second, 2 ms of each for the client")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local server = server_of.start()
  local handshake = process.values(process.read(
    process.worker("5.4", "handshake", { server.url, server.ca_file }))).handshake
  report:say("* one handshake, not divisible: %.2f ms of CPU in one call", handshake)
  measure(report, server, handshake)
  prove(report, server)
  server.stop()
  return report:finish()
end
