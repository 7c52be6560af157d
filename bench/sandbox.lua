--- What the client does with the sandbox, as counts and as rates. Counts are promises; rates are
--- only printed: machines differ.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local files = require("bench.lib.files")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local proactive = require("proactive")
local sandbox_of = require("proactive.sandbox")

local FIRST_SUBMITS = 100
local SEQUENTIAL = 1000
local STARTS = 9
local SECONDS = 10

local L = proactive.localized

local event = assert(proactive.events.MediaContent.Available({
  availability = {
    startTime = os.time() + 3600,
    provider = { name = L({ ["en-US"] = "Alexa Events Example" }) },
    method = "AIR",
  },
  content = { name = L({ ["en-US"] = "Some event" }), contentType = "EPISODE" },
}))

local function client_of(sandbox, more)
  local options = { sandbox = sandbox.url, ca_file = sandbox.ca_file }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(proactive.client(options))
end

local function token_requests(sandbox)
  local count = 0
  for _, request in ipairs(assert(sandbox:requests())) do
    if request.path:find("/auth/", 1, true) then count = count + 1 end
  end
  return count
end

local function first_submits(report, sandbox)
  local client = client_of(sandbox, { concurrency = FIRST_SUBMITS })
  local accepted = 0
  for _ = 1, FIRST_SUBMITS do
    assert(client:submit(event, proactive.audience.multicast(), nil, function(receipt, err)
      assert(receipt, err)
      accepted = accepted + 1
    end))
  end
  assert(client:flush(60))
  client:close()
  report:must(accepted == FIRST_SUBMITS, "%d first submits, %d accepted", FIRST_SUBMITS, accepted)
  local tokens = token_requests(sandbox)
  report:must(tokens == 1, "token requests for them: %d (1)", tokens)
end

local function sequential(report, sandbox)
  local client = client_of(sandbox)
  assert(client:warm())
  local audience = proactive.audience.multicast()
  local cpu, began = os.clock(), core.monotonic()
  for _ = 1, SEQUENTIAL do assert(client:send(event, audience)) end
  local elapsed = core.monotonic() - began
  cpu = os.clock() - cpu
  local opened = client:stats().connections
  report:must(opened == 1, "%d sequential sends over TLS: connections: %d (1)", SEQUENTIAL, opened)
  report:say("* events per second, the sandbox on the same machine: %.0f", SEQUENTIAL / elapsed)
  report:say("* the client's own CPU time: %.0f µs an event", cpu / SEQUENTIAL * 1e6)
  client:close()
end

-- The sandbox's own figures ---------------------------------------------------------------------

local MOST_CUSTOMERS, MULTICASTS = 100000, 10

--- A sandbox on Lua 5.4 in a process whose number is known.
local function started(words)
  local pid_file, out = files.path("sandbox.pid"), files.path("sandbox.ready")
  os.remove(out)
  local program = "require('proactive.sandbox').serve{port=0,until_stdin_closes=true,ready_file='"
    .. out .. "'," .. words .. "}"
  local line = "echo $$ >%s; exec lua5.4 -e %s"
  local began = core.monotonic()
  local pipe = assert(io.popen(process.pinned(process.server_core, {
    "sh", "-c", line:format(pid_file, process.quote(program)),
  }), "w"))
  local pool, text = assert(core.http({})), nil
  while not text do
    pool:step(0.001, nil, 1)
    text = files.read(out)
  end
  local ready = core.monotonic() - began
  pool:close()
  local pid = files.read(pid_file):match("%d+")
  return { url = text:match("%S+"), pid = pid, ready = ready, stop = function() pipe:close() end }
end

--- Seconds of processor time a process of one thread has used.
local function cpu_of(running)
  return files.read("/proc/" .. running.pid .. "/schedstat"):match("^%d+") / 1e9
end

local function peak_of(running)
  local text = files.read("/proc/" .. running.pid .. "/status")
  return tonumber(text:match("VmHWM:%s*(%d+)")) / 1024
end

local function median_start(report)
  local times, used = {}, {}
  for turn = 1, STARTS do
    local running = started("users=5")
    times[turn], used[turn] = running.ready * 1000, cpu_of(running) * 1000
    running.stop()
  end
  local median = figures.median(times)
  local text = "start to ready: %.0f ms (150), its own CPU time: %.0f ms; medians of %d"
  report:must(median < 150, text, median, figures.median(used), STARTS)
end

local function body_for(prefix)
  local to = proactive.audience.unicast(prefix .. "USERNUMBER")
  local request = assert(proactive.request(event, to, { reference_id = "REFERENCE" }))
  return assert(proactive.encode(request))
end

--- Events to 1,000 customers, full validation, over plain HTTP, for some seconds.
local function throughput(report)
  local running = started("users=1000")
  local client = client_of(running)
  local token = assert(client:token()).reveal()
  client:close()
  local file = files.path("sandbox.json")
  files.write(file, body_for(sandbox_of.user_id(1):sub(1, -10)))
  local before = cpu_of(running)
  local text = process.read(process.pinned(process.client_core, {
    "env", "BODY=" .. file, "TARGET=/v1/proactiveEvents/stages/development", "TOKEN=" .. token,
    "USERS=1000", "wrk", "-t1", "-c16", "-d" .. SECONDS .. "s", "-s", "bench/lib/wrk_events.lua",
    running.url,
  }))
  local used, events = cpu_of(running) - before, tonumber(text:match("(%d+) requests in"))
  local refused = tonumber(text:match("Non%-2xx or 3xx responses: (%d+)") or 0)
  report:must(refused == 0, "events refused: %d (0)", refused)
  local rate = events / used
  report:must(rate >= 8000, "events per second of the sandbox's own CPU time: %.0f (8,000)", rate)
  running.stop()
end

local function memory(report)
  local running = started(("users=%d"):format(MOST_CUSTOMERS))
  local client, empty = client_of(running), peak_of(running)
  for _ = 1, MULTICASTS do
    assert(client:send(event, proactive.audience.multicast(), { timeout = 300 }))
  end
  local began = core.monotonic()
  process.read("curl -sS -o /dev/null " .. running.url .. "/")
  local page = (core.monotonic() - began) * 1000
  report:say("* memory with %d customers: %.0f MB; after %d notifications, of which 250,000 are "
    .. "kept: %.0f MB; the page then: %.0f ms",
    MOST_CUSTOMERS, empty, MOST_CUSTOMERS * MULTICASTS, peak_of(running), page)
  client:close()
  running.stop()
end

return function()
  local report = figures.report("sandbox", "The client and the sandbox")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local sandbox = assert(sandbox_of.start({ tls = true }))
  first_submits(report, sandbox)
  sequential(report, sandbox)
  sandbox:stop()
  median_start(report)
  throughput(report)
  memory(report)
  return report:finish()
end
