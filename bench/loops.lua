--- How late a timer of an event loop is while 1,000 events are sent in the same loop, cold, beside
--- how late it is when nothing else runs.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local SENDS, CONNECTIONS = "1000", "64"
local PAIRS = tonumber(os.getenv("PAIRS")) or 5
local AIM = 5 -- ms

local function run(loop, lua, server, sends)
  return process.values(process.read(process.worker(lua, "loop", {
    loop, server.url, server.ca_file, sends, CONNECTIONS,
  })))
end

local function middle(runs, figure) return figures.median(figures.column(runs, figure)) end

local function row(title, loop, runs)
  local cells = { title, loop }
  for _, figure in ipairs({ "ticks", "p50", "p99", "longest", "cpu" }) do
    cells[#cells + 1] = string.format(figure == "ticks" and "%.0f" or "%.2f", middle(runs, figure))
  end
  return cells
end

local function measure(loop, lua, server)
  local runs = { idle = {}, busy = {} }
  run(loop, lua, server, SENDS) -- files and caches are warm
  for pair = 1, PAIRS do
    runs.idle[pair], runs.busy[pair] = run(loop, lua, server, "0"), run(loop, lua, server, SENDS)
    assert(runs.busy[pair].failed == 0, "some events failed")
  end
  return runs
end

return function()
  local report = figures.report("loops", "Timers of event loops beside 1,000 sends")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  report:say("%d pairs in turns, medians; a timer each 10 ms; %s sends by a cold client over %s "
    .. "connections, handshakes included", PAIRS, SENDS, CONNECTIONS)
  report:say("")
  local server = server_of.start()
  local cells = {
    { "Lua", "loop", "ticks", "late: 50 %, ms", "99 %", "longest", "longest, of CPU" },
  }
  local verdicts = {}
  for _, lua in ipairs({ "5.4", "jit" }) do
    local title = lua == "jit" and "LuaJIT" or "Lua 5.4"
    for _, loop in ipairs({ "luv", "cqueues" }) do
      local runs = measure(loop, lua, server)
      cells[#cells + 1] = row(title, loop .. ", idle", runs.idle)
      cells[#cells + 1] = row(title, loop .. ", sending", runs.busy)
      verdicts[#verdicts + 1] = { title, loop, middle(runs.busy, "longest") }
    end
  end
  report:table(cells)
  for _, verdict in ipairs(verdicts) do
    report:must(verdict[3] <= AIM, "%s, %s: the timer at most %.2f ms late (aim %d)", verdict[1],
      verdict[2], verdict[3], AIM)
  end
  server.stop()
  return report:finish()
end
