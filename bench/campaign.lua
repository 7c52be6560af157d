--- What a campaign costs beside plain `send_many`, how fast one is created, and how well workers
--- keep their one rate.

local figures = require("bench.lib.figures")
local files = require("bench.lib.files")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local RECIPIENTS = tonumber(os.getenv("EVENTS")) or 1000000
local SENT = math.min(RECIPIENTS, 200000)
local FEW = math.ceil(RECIPIENTS / 5)
local PAIRS = tonumber(os.getenv("PAIRS")) or 5

local SLOWEST_CREATION = 20 -- seconds for a million
local LEAST_SHARE, LEAST_CORE = 0.70, 0.95
local MOST_GROWTH = 8192 -- kB, the pages that SQLite keeps among them
local RATE, RATE_SECONDS, RATE_OFF = 400, 15, 0.05

local function title(lua) return lua == "jit" and "LuaJIT" or "Lua 5.4" end

local function number(value) return string.format("%d", value) end

local function creation(report, lua)
  local function create(count)
    local words = { "create", files.path("campaign.db"), "FULL", number(count) }
    return process.values(process.read(process.worker(lua, "campaign", words)))
  end
  local few, many = create(FEW), create(RECIPIENTS)
  local allowed = SLOWEST_CREATION * RECIPIENTS / 1000000
  report:must(many.seconds <= allowed, "%s: %d recipients in %.1f s (at most %.1f)", title(lua),
    RECIPIENTS, many.seconds, allowed)
  local more = many.resident - few.resident
  report:must(more <= MOST_GROWTH, "%s: %d kB more resident than for %d recipients (at most %d)",
    title(lua), more, FEW, MOST_GROWTH)
end

--- Plain and as a campaign, in turns.
local function sending(report, server, lua)
  local runs = { plain = {}, FULL = {}, NORMAL = {} }
  local function send(mode, synchronous)
    local result = process.values(process.read(process.worker(lua, "campaign", {
      mode, files.path("campaign.db"), synchronous, number(SENT), server.url, server.ca_file,
    })))
    assert(result.accepted == SENT, "some events failed")
    return result
  end
  for round = 1, PAIRS do
    runs.plain[round] = send("plain", "FULL")
    runs.FULL[round], runs.NORMAL[round] = send("run", "FULL"), send("run", "NORMAL")
  end
  local cells = { { "what", "events a second", "share of plain", "share of its core" } }
  local shares = {}
  for _, name in ipairs({ "plain", "FULL", "NORMAL" }) do
    local ratios, cores, rates = {}, {}, {}
    for round, run in ipairs(runs[name]) do
      ratios[round] = runs.plain[round].seconds / run.seconds
      cores[round], rates[round] = run.cpu / run.seconds, SENT / run.seconds
    end
    shares[name] = { ratio = figures.median(ratios), core = figures.median(cores) }
    cells[#cells + 1] = {
      name == "plain" and "send_many" or "campaign, synchronous=" .. name,
      string.format("%.0f", figures.median(rates)),
      string.format("%.2f", shares[name].ratio),
      string.format("%.2f", shares[name].core),
    }
  end
  report:say("%s, %d events a run, %d rounds in turns, medians", title(lua), SENT, PAIRS)
  report:say("")
  report:table(cells)
  report:must(shares.FULL.ratio >= LEAST_SHARE, "%s: %.2f of plain send_many (at least %.2f)",
    title(lua), shares.FULL.ratio, LEAST_SHARE)
  report:must(shares.plain.core >= LEAST_CORE, "%s: the plain run has %.2f of its core (at least "
    .. "%.2f)", title(lua), shares.plain.core, LEAST_CORE)
end

--- Two workers on PostgreSQL, each a process of its own.
local function shared_rate(report, server)
  local postgres = require("spec.support.postgres").start()
  local count = RATE * RATE_SECONDS
  local url = postgres:create()
  local words = { "share", url, "FULL", number(count), server.url, server.ca_file, number(RATE) }
  process.read(process.worker("5.4", "campaign", { "make", url, "FULL", number(count), "-", "-",
    number(RATE) }))
  local line = process.worker("5.4", "campaign", words)
  local out = files.path("share")
  process.read(string.format("(%s >%s.1 & %s >%s.2; wait)", line, out, line, out))
  local one = process.values(files.read(out .. ".1"))
  local two = process.values(files.read(out .. ".2"))
  postgres:stop()
  local rate = count / math.max(one.seconds, two.seconds)
  report:must(one.sent + two.sent == count, "two workers on PostgreSQL sent %d + %d of %d: nobody "
    .. "twice", one.sent, two.sent, count)
  report:must(math.abs(rate / RATE - 1) <= RATE_OFF, "together %.1f a second of %d (within %d %%)",
    rate, RATE, RATE_OFF * 100)
end

return function()
  local report = figures.report("campaign", "Campaigns: creation, cost, shared rate")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local server = server_of.start()
  for _, lua in ipairs({ "5.4", "jit" }) do creation(report, lua) end
  report:say("")
  for _, lua in ipairs({ "5.4", "jit" }) do sending(report, server, lua) end
  shared_rate(report, server)
  server.stop()
  return report:finish()
end
