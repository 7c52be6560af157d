--- How fast and how cheap `send_many` is, beside the least a C program needs for the same requests,
--- Amazon's own library, and what the wire can carry. All in one run, in turns, one core each for
--- client and server.

local figures = require("bench.lib.figures")
local files = require("bench.lib.files")
local load = require("bench.lib.load")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local proactive = require("proactive")
local server_of = require("bench.lib.server")

local EVENTS = tonumber(os.getenv("EVENTS")) or 100000
local PAIRS = tonumber(os.getenv("PAIRS")) or 15
local CONNECTIONS = 16
local NODE_CONCURRENCY = { 16, 32, 64, 256 }
local NODE_LEAST = 8 -- beside them: here it may do better still
local OUR_CONCURRENCY = { 8, 16, 32, 64 }
local TURNS = 3 -- of short runs, to find the best concurrency
local PATH = "/v1/proactiveEvents/stages/development"

local function number(value) return string.format("%d", value) end

local function run(command) return process.values(process.read(command)) end

--- What takes part: a name, and a function that sends so many events.
local function senders_of(server, body_file)
  local agent = "proactive/" .. proactive._VERSION
  local senders = {}
  local function floor(kind)
    return function(events, url)
      return run(process.pinned(process.client_core, {
        files.path("floor"), (url or server.url) .. PATH, server.ca_file, agent, server_of.token,
        body_file, number(events), number(CONNECTIONS), kind,
      }))
    end
  end
  senders.fresh, senders.reused = floor("fresh"), floor("reused")
  for _, lua in ipairs({ "5.4", "jit" }) do
    senders[lua] = function(events, url, concurrency)
      return run(process.worker(lua, "send_many", {
        url or server.url, server.ca_file, number(events),
        number(concurrency or CONNECTIONS), "1.1", "0", "list",
      }))
    end
  end
  senders.node = function(events, url, concurrency)
    return run(process.pinned(process.client_core, {
      "env", "NODE_EXTRA_CA_CERTS=" .. server.ca_file,
      "NODE_PATH=" .. files.path("node/node_modules"), "node", "bench/node/send.js",
      url or server.url, body_file, number(events), number(concurrency),
    }))
  end
  senders.wire = function(events)
    local text = process.read(process.pinned(process.client_core, {
      "h2load", "--h1", "-n", number(events), "-c", number(CONNECTIONS), "-d", body_file,
      "-H", "Content-Type: application/json", "-H", "Authorization: Bearer " .. server_of.token,
      "-H", "User-Agent: " .. agent, server.url .. PATH,
    }))
    local seconds, succeeded = text:match("finished in ([%d.]+)s"), text:match("(%d+) succeeded")
    local in_ms = text:match("finished in ([%d.]+)ms")
    return {
      events = events,
      failed = events - tonumber(succeeded),
      seconds = tonumber(seconds) or in_ms / 1000,
    }
  end
  return senders
end

--- The request of the floor must be ours to the byte, or the comparison is worth nothing.
local function compare_requests(report, server, senders)
  local lengths = {}
  for _, name in ipairs({ "reused", "fresh", "5.4", "jit" }) do
    server.lengths()
    senders[name](3, server.logged)
    local logged = server.lengths()
    lengths[#lengths + 1] = logged[#logged]
  end
  local same = true
  for _, length in ipairs(lengths) do same = same and length == lengths[1] end
  report:must(same, "bytes of one request: floor %s and %s, ours %s (Lua 5.4) and %s (LuaJIT)",
    lengths[1], lengths[2], lengths[3], lengths[4])
end

local function rate(result) return result.events / result.seconds end

--- The concurrency at which a sender is fastest, by medians of short runs in turns: one run alone
--- may be off by more than they differ.
local function best_concurrency(report, name, send, choices)
  local rates = {}
  for _, concurrency in ipairs(choices) do
    send(math.min(EVENTS, 2000), nil, concurrency) -- files and caches warm
    rates[concurrency] = {}
  end
  for turn = 1, TURNS do
    for _, concurrency in ipairs(choices) do
      rates[concurrency][turn] = rate(send(math.ceil(EVENTS / 5), nil, concurrency))
    end
  end
  local best, parts = choices[1], {}
  for index, concurrency in ipairs(choices) do
    rates[concurrency] = figures.median(rates[concurrency])
    if rates[concurrency] > rates[best] then best = concurrency end
    parts[index] = string.format("%d: %.0f/s", concurrency, rates[concurrency])
  end
  report:say("* %s by concurrency: %s", name, table.concat(parts, ", "))
  return best
end

--- All of them in turns, so that what slows the machine down slows all down.
local function rounds(list)
  local runs = {}
  for _, entry in ipairs(list) do runs[entry.name] = {} end
  for round = 1, PAIRS do
    for index = 1, #list do
      local entry = list[(index + round) % #list + 1]
      local result = entry.send()
      assert(result.failed == 0, entry.name .. ": some events failed")
      table.insert(runs[entry.name], result)
    end
    io.stderr:write(string.format("\r%d of %d rounds", round, PAIRS))
  end
  io.stderr:write("\n")
  return runs
end

--- The medians of one sender's runs.
local function summary(runs)
  local rates, costs = {}, {}
  for index, result in ipairs(runs) do
    rates[index] = rate(result)
    costs[index] = result.cpu and result.cpu / result.events * 1e6
  end
  return { rate = figures.median(rates), cost = costs[1] and figures.median(costs) }
end

--- The median of the ratios of the pairs: what both had at the same time.
local function ratio(runs, others, value)
  local ratios = {}
  for index, result in ipairs(runs) do ratios[index] = value(result) / value(others[index]) end
  return figures.median(ratios)
end

local function cost(result) return result.cpu / result.events end

local function table_of(list, runs)
  local cells = { { "sender", "events a second", "µs of CPU an event" } }
  for _, entry in ipairs(list) do
    local middle = summary(runs[entry.name])
    cells[#cells + 1] = {
      entry.title,
      string.format("%.0f", middle.rate),
      middle.cost and string.format("%.1f", middle.cost) or "",
    }
  end
  return cells
end

--- The kind of handles that did better.
local function floor_of(runs, figure, better)
  local reused, fresh = summary(runs.reused)[figure], summary(runs.fresh)[figure]
  return better(reused, fresh) == reused and "reused" or "fresh"
end

local function judge(report, runs)
  local floor, cheapest = floor_of(runs, "rate", math.max), floor_of(runs, "cost", math.min)
  report:say("The faster floor: %s handles; the cheaper: %s. Ratios are medians of the rounds.",
    floor, cheapest)
  for _, lua in ipairs({ "5.4", "jit" }) do
    local name = lua == "jit" and "LuaJIT" or "Lua 5.4"
    local speed = ratio(runs[lua], runs[floor], rate)
    report:must(speed >= 0.90, "%s: %.3f of the floor's rate (at least 0.90)", name, speed)
    local work = ratio(runs[lua], runs[cheapest], cost)
    report:must(work <= 1.15, "%s: %.3f times the floor's CPU time (at most 1.15)", name, work)
    local best = ratio(runs[lua .. " best"], runs.node, rate)
    report:must(best >= 4, "%s: %.2f times Amazon's library, each at its best (at least 4)", name,
      best)
    report:say("* %s: %.2f times Amazon's library at concurrency %d", name,
      ratio(runs[lua .. " best"], runs["node least"], rate), NODE_LEAST)
  end
  report:say("* the floor: %.2f times Amazon's library", ratio(runs[floor], runs.node, rate))
end

local function participants(report, senders)
  local list = {
    { name = "reused", title = "floor in C, reused handles" },
    { name = "fresh", title = "floor in C, fresh handles" },
    { name = "5.4", title = "send_many, Lua 5.4" },
    { name = "jit", title = "send_many, LuaJIT" },
  }
  for _, entry in ipairs(list) do
    entry.send = function() return senders[entry.name](EVENTS) end
  end
  local function at_best(name, sender, title, choices)
    local at = best_concurrency(report, title, senders[sender], choices)
    list[#list + 1] = {
      name = name,
      title = string.format("%s, concurrency %d", title, at),
      send = function() return senders[sender](EVENTS, nil, at) end,
    }
  end
  at_best("5.4 best", "5.4", "send_many, Lua 5.4", OUR_CONCURRENCY)
  at_best("jit best", "jit", "send_many, LuaJIT", OUR_CONCURRENCY)
  at_best("node", "node", "Amazon's ask-sdk-model on Node", NODE_CONCURRENCY)
  at_best("node least", "node", "Amazon's ask-sdk-model on Node", { NODE_LEAST })
  list[#list + 1] =
    { name = "wire", title = "h2load, the wire", send = function() return senders.wire(EVENTS) end }
  report:say("")
  return list
end

return function()
  local report = figures.report("delivery", "Delivery: events a second and CPU time an event")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("%s", machine.versions())
  report:say("")
  report:say("%d events a run, %d rounds in turns, medians; HTTP/1.1 over TLS, %d connections "
    .. "unless said otherwise; our users come from a list", EVENTS, PAIRS, CONNECTIONS)
  local server = server_of.start()
  local body_file = files.path("body.json")
  files.write(body_file, load.body())
  local senders = senders_of(server, body_file)
  compare_requests(report, server, senders)
  local list = participants(report, senders)
  local runs = rounds(list)
  report:table(table_of(list, runs))
  judge(report, runs)
  server.stop()
  return report:finish()
end
