--- What the adapter of nginx costs: events a second that one worker sends through it, beside the
--- plain client on the same core, by the same calls, to the same server.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local sender_nginx = require("bench.lib.sender_nginx")
local server_of = require("bench.lib.server")

local EVENTS = tonumber(os.getenv("EVENTS")) or 50000
local PAIRS = tonumber(os.getenv("PAIRS")) or 5
local CONCURRENCY = 64
local LEAST, BUSY = 0.8, 0.95

local function number(value) return string.format("%d", value) end

-- The plain client's calls that correspond: where nothing else runs, `send` waits for each answer.
local WAYS = {
  { adapter = "send_many", plain = "send_many", words = { "1.1", number(4 * CONCURRENCY) } },
  { adapter = "send", plain = "submit", words = {} },
}

local function plain(way, server)
  local words = { server.url, server.ca_file, number(EVENTS), number(CONCURRENCY) }
  for _, word in ipairs(way.words) do words[#words + 1] = word end
  return process.values(process.read(process.worker("jit", way.plain, words)))
end

local function adapted(way, nginx)
  return nginx.ask(string.format("/run?way=%s&events=%d&concurrency=%d", way.adapter, EVENTS,
    CONCURRENCY))
end

local function rate(run) return run.events / run.seconds end

--- Both in turns, so that what slows the machine down slows both down.
local function rounds(way, server, nginx)
  local runs = { plain = {}, adapted = {}, ratios = {}, shares = {} }
  for pair = 1, PAIRS do
    local one, other = plain(way, server), adapted(way, nginx)
    assert(one.failed == 0 and other.failed == 0, "some events failed")
    runs.plain[pair], runs.adapted[pair] = one, other
    runs.ratios[pair], runs.shares[pair] = rate(other) / rate(one), one.cpu / one.seconds
  end
  return runs
end

local function row(name, list)
  local rates, costs, shares = {}, {}, {}
  for index, run in ipairs(list) do
    rates[index], costs[index] = rate(run), run.cpu / run.events * 1e6
    shares[index] = run.cpu / run.seconds
  end
  return {
    name,
    string.format("%.0f", figures.median(rates)),
    string.format("%.1f", figures.median(costs)),
    string.format("%.3f", figures.median(shares)),
  }
end

return function()
  local report = figures.report("adapter", "The adapter of nginx beside the plain client")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("%s", machine.versions())
  report:say("")
  report:say("%d events a run, %d pairs in turns, medians; LuaJIT, HTTP/1.1 over TLS, %d in flight",
    EVENTS, PAIRS, CONCURRENCY)
  report:say("")
  local server = server_of.start()
  local nginx = sender_nginx.start(server)
  local cells = { { "sender", "events a second", "µs of CPU an event", "of its core" } }
  local verdicts = {}
  for _, way in ipairs(WAYS) do
    local runs = rounds(way, server, nginx)
    cells[#cells + 1] = row("plain, `" .. way.plain .. "`", runs.plain)
    cells[#cells + 1] = row("nginx, `" .. way.adapter .. "`", runs.adapted)
    verdicts[#verdicts + 1] = function()
      local share, ratio = figures.median(runs.shares), figures.median(runs.ratios)
      report:must(share >= BUSY, "plain `%s` has %.3f of its core (at least %.2f)", way.plain,
        share, BUSY)
      report:must(ratio >= LEAST, "`%s` through the adapter: %.2f of the plain client's rate "
        .. "(at least %.2f)", way.adapter, ratio, LEAST)
    end
  end
  report:table(cells)
  for _, verdict in ipairs(verdicts) do verdict() end
  nginx.stop()
  server.stop()
  return report:finish()
end
