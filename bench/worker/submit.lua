--- Sends events with `submit` and `step`, as fast as it goes: each is made, checked and queued by
--- itself, as `send` does it.
---
---   submit.lua URL CA-FILE EVENTS CONCURRENCY
---
--- Prints "events=… failed=… seconds=… cpu=…".

local core = require("proactive.core")
local load = require("bench.lib.load")
local proactive = require("proactive")

local url, ca_file, events, concurrency = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local client = load.client(url, ca_file, {
  concurrency = concurrency,
  queue = concurrency,
  http_version = "1.1",
})
local event = load.event()
local failed = 0

local function on_done(_, err)
  if err then failed = failed + 1 end
end

local function send_all(count)
  for user in load.users(count) do
    while client:pending() >= concurrency do client:step(1) end
    assert(client:submit(event, proactive.audience.unicast(user), nil, on_done))
  end
  client:flush()
end

assert(client:token())
send_all(4 * concurrency)
collectgarbage()
local began, cpu = core.monotonic(), os.clock()
send_all(events)
local seconds = core.monotonic() - began
cpu = os.clock() - cpu
print(string.format("events=%d failed=%d seconds=%.6f cpu=%.6f", events - failed, failed, seconds,
  cpu))
client:close()
