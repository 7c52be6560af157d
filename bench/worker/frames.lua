--- A host that draws 60 frames a second and gives the client 2 ms of each: how long its calls take.
---
---   frames.lua URL CA-FILE SENDS CONNECTIONS
---
--- The client is cold: its first connections are opened in these frames. Prints "frames=… p50=…
--- p99=… p999=… longest=… failed=… connections=… submit=…", times in ms; submit: the longest frame's
--- submits, which are the host's own.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local load = require("bench.lib.load")
local proactive = require("proactive")

local BUDGET, FRAME = 0.002, 1 / 60

local url, ca_file, sends, connections = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local client = load.client(url, ca_file, { concurrency = connections, queue = sends })
local event, next_user = load.event(), load.users(sends)
local failed, first_error = 0, nil

local function on_done(_, err)
  if err then
    failed, first_error = failed + 1, first_error or err
  end
end

local began_submits = core.monotonic()
for user in next_user do
  assert(client:submit(event, proactive.audience.unicast(user), nil, on_done))
end
local submits = core.monotonic() - began_submits

-- An idle pool is a clock that waits.
local rest = assert(core.http({}))
local frames, next_frame = {}, core.monotonic()
while client:pending() > 0 do
  local began = core.monotonic()
  client:step(0, BUDGET)
  frames[#frames + 1] = (core.monotonic() - began) * 1000
  next_frame = math.max(next_frame + FRAME, core.monotonic())
  rest:step(next_frame - core.monotonic(), nil, 1)
end
rest:close()

if first_error then io.stderr:write(tostring(first_error), "\n") end
print(string.format(
  "frames=%d p50=%.3f p99=%.3f p999=%.3f longest=%.3f failed=%d connections=%d submit=%.3f",
  #frames, figures.percentile(frames, 0.5), figures.percentile(frames, 0.99),
  figures.percentile(frames, 0.999), figures.percentile(frames, 1), failed,
  client:stats().connections, submits * 1000 / sends))
client:close()
