--- A program in an event loop, with a timer each 10 ms: how late it is, while events are sent.
---
---   loop.lua luv|cqueues URL CA-FILE SENDS CONNECTIONS
---
--- With SENDS 0 nothing else runs, for half a second. A tick is as late as it comes more than 10 ms
--- after the one before it. The code has run before, the connections are cold.
---
--- Prints "ticks=… p50=… p99=… longest=… cpu=… failed=…", times in ms; cpu: the most CPU time
--- between two ticks.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local load = require("bench.lib.load")
local proactive = require("proactive")

local INTERVAL, IDLE_TICKS, WARM_UP = 0.010, 50, 300

local name, url, ca_file = arg[1], arg[2], arg[3]
local sends, connections = tonumber(arg[4]), tonumber(arg[5])
local loop = proactive.loop[name]

local late, costs, failed = {}, {}, 0

--- Calls `fn` each interval until it returns false. The last thing that the loop's function does.
local every = {}

function every.luv(fn)
  local timer, milliseconds = require("luv").new_timer(), INTERVAL * 1000
  timer:start(milliseconds, milliseconds, function()
    if not fn() then timer:close() end
  end)
end

function every.cqueues(fn)
  local sleep = require("cqueues").sleep
  repeat sleep(INTERVAL) until not fn()
end

local last, last_cpu

local function tick()
  local now, cpu = core.monotonic(), os.clock()
  late[#late + 1] = math.max(0, now - last - INTERVAL) * 1000
  costs[#costs + 1] = (cpu - last_cpu) * 1000
  last, last_cpu = now, cpu
end

local function open()
  return assert(loop.client({
    client_id = "bench",
    client_secret = "bench",
    sandbox = false,
    token_host = url,
    event_host = url,
    ca_file = ca_file,
    concurrency = connections,
    http_version = "1.1",
  }))
end

--- Begins to send so many; returns a function that tells whether some are left.
local function send_all(client, count)
  local event, users, left = load.event(), load.users(count), connections
  for _ = 1, connections do
    loop.wrap(function()
      for user in users do
        if not client:send(event, proactive.audience.unicast(user)) then failed = failed + 1 end
      end
      left = left - 1
      if left == 0 then client:close() end
    end)()
  end
  return function() return left > 0 end
end

local function idle()
  return #late < IDLE_TICKS
end

loop.run(function()
  send_all(open(), WARM_UP)
end)
collectgarbage()
loop.run(function()
  local goes_on = sends > 0 and send_all(open(), sends) or idle
  last, last_cpu = core.monotonic(), os.clock()
  every[name](function()
    tick()
    return goes_on()
  end)
end)
if name == "luv" then require("luv").run() end -- until the timer has ended
print(string.format("ticks=%d p50=%.3f p99=%.3f longest=%.3f cpu=%.3f failed=%d", #late,
  figures.percentile(late, 0.5), figures.percentile(late, 0.99), figures.percentile(late, 1),
  figures.percentile(costs, 1), failed))
