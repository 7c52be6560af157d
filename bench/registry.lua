--- How fast skill events are taken in and customers read out, on SQLite.

local figures = require("bench.lib.figures")
local files = require("bench.lib.files")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")

local EVENTS = tonumber(os.getenv("EVENTS")) or 100000
local CUSTOMERS = EVENTS * 2
local ROUNDS = 3

local LEAST_APPLIED, LEAST_READ = 20000, 200000

--- The median of some runs of the worker.
local function median(lua, mode, synchronous, count)
  local runs = {}
  for round = 1, ROUNDS do
    runs[round] = process.values(process.read(process.worker(lua, "registry", {
      mode, files.path("registry.db"), synchronous, string.format("%d", count),
    })))
  end
  local rates, longest = figures.column(runs, "rate"), figures.column(runs, "longest")
  return figures.median(rates), figures.median(longest)
end

local function title(lua) return lua == "jit" and "LuaJIT" or "Lua 5.4" end

return function()
  local report = figures.report("registry", "Registry: events and customers a second")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  report:say("SQLite, medians of %d runs; batches of 2,000 events; the longest time one call held "
    .. "the process", ROUNDS)
  report:say("")
  local cells = { { "Lua", "what", "a second", "longest call, ms" } }
  local function add(lua, what, mode, synchronous, count)
    local rate, longest = median(lua, mode, synchronous, count)
    cells[#cells + 1] =
      { title(lua), what, string.format("%.0f", rate), string.format("%.1f", longest * 1000) }
    return rate
  end
  for _, lua in ipairs({ "5.4", "jit" }) do
    local full = add(lua, "apply_many, synchronous=FULL", "batch", "FULL", EVENTS)
    add(lua, "apply_many, synchronous=NORMAL", "batch", "NORMAL", EVENTS)
    add(lua, "apply, a commit each, FULL", "single", "FULL", EVENTS / 100)
    add(lua, "apply, a commit each, NORMAL", "single", "NORMAL", EVENTS / 20)
    add(lua, "apply, 32 handlers share a commit, FULL", "shared", "FULL", EVENTS / 10)
    local read = add(lua, "each", "each", "FULL", CUSTOMERS)
    report:must(full >= LEAST_APPLIED, "%s: %.0f events a second in batches (at least %d)",
      title(lua), full, LEAST_APPLIED)
    report:must(read >= LEAST_READ, "%s: %.0f customers a second from each (at least %d)",
      title(lua), read, LEAST_READ)
  end
  report:say("")
  report:table(cells)
  return report:finish()
end
