--- What a worker of nginx that sends 2,000 events a second, 100 ms away, is to its other locations:
--- the latencies of wrk there, beside those when it sends nothing.

local delay = require("bench.lib.delay")
local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local sender_nginx = require("bench.lib.sender_nginx")
local server_of = require("bench.lib.server")

local PAIRS = tonumber(os.getenv("PAIRS")) or 5
local SECONDS, WARM_UP, CONNECTIONS = 5, 2, 16
local RATE, ROUND_TRIP, AIM = 2000, 100, 3

local function wrk(url, seconds)
  return process.values(process.read(process.pinned(process.server_core, {
    "wrk", "-t1", string.format("-c%d", CONNECTIONS), string.format("-d%ds", seconds),
    "--timeout", "60s", "-s", "bench/lib/percentiles.lua", url .. "/ping",
  })))
end

--- One run of wrk while the worker sends; `rate`: events a second that were accepted meanwhile.
local function busy(nginx)
  nginx.ask("/begin")
  wrk(nginx.url, WARM_UP) -- until then the connections are there
  local before = nginx.ask("/count")
  local run = wrk(nginx.url, SECONDS)
  local after = nginx.ask("/count")
  run.rate = (after.accepted - before.accepted) / (after.at - before.at)
  run.unsent = nginx.ask("/finish").failed
  return run
end

local function idle(nginx) return wrk(nginx.url, SECONDS) end

local function rounds(nginx)
  local runs = { idle = {}, busy = {}, ratios = {}, lost = 0 }
  wrk(nginx.url, WARM_UP)
  for pair = 1, PAIRS do
    local alone, beside = idle(nginx), busy(nginx)
    runs.idle[pair], runs.busy[pair] = alone, beside
    runs.ratios[pair] = beside.p99 / alone.p99
    runs.lost = runs.lost + alone.failed + beside.failed + beside.unsent
  end
  return runs
end

local function row(name, runs)
  local function middle(figure) return figures.median(figures.column(runs, figure)) end
  return {
    name,
    string.format("%.0f", middle("requests") / SECONDS),
    string.format("%.2f", middle("p50")),
    string.format("%.2f", middle("p99")),
    string.format("%.2f", middle("longest")),
  }
end

return function()
  local report = figures.report("neighbours", "Other locations of a worker that sends")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("%s", machine.versions())
  report:say("")
  report:say("%d pairs in turns, %d s each, medians; wrk with %d connections", PAIRS, SECONDS,
    CONNECTIONS)
  report:say("")
  local server = server_of.start()
  local far = delay.start(server.port, ROUND_TRIP)
  local nginx = sender_nginx.start({ url = far.url, ca_file = server.ca_file })
  local runs = rounds(nginx)
  report:table({
    { "the worker", "wrk, requests a second", "50 %, ms", "99 %, ms", "longest, ms" },
    row("sends nothing", runs.idle),
    row(string.format("sends %d events a second", RATE), runs.busy),
  })
  report:say("* events a second that were accepted: %.0f (asked: %d)",
    figures.median(figures.column(runs.busy, "rate")), RATE)
  report:must(runs.lost == 0, "requests and events that failed: %d", runs.lost)
  local times = figures.median(runs.ratios)
  report:must(times <= AIM, "99th percentile: %.2f times the idle one (aim %d)", times, AIM)
  nginx.stop()
  far.stop()
  server.stop()
  return report:finish()
end
