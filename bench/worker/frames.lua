--- A host that draws 60 frames a second and gives the client 2 ms of each: how long its calls take.
---
---   frames.lua URL CA-FILE SENDS CONNECTIONS ROUNDS rest|spin
---
--- Each round has a cold client, whose connections are opened in these frames. The host spends the
--- rest of a frame asleep, or awake without a system call, so that a trace shows the client's calls
--- alone; it writes FRAMES and REST to standard error where they begin and end.
---
--- Prints "frames=… p50=… p99=… p999=… longest=… cpu=… failed=… connections=…", times in ms;
--- cpu: the most CPU time of one frame, which other programs do not lengthen.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local load = require("bench.lib.load")
local proactive = require("proactive")

local BUDGET, FRAME = 0.002, 1 / 60

local url, ca_file, sends, connections = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
local rounds, spin = tonumber(arg[5]), arg[6] == "spin"
local frames, costs, failed, most_connections = {}, {}, 0, 0

-- An idle pool is a clock that waits.
local clock = assert(core.http({}))

local function await(moment)
  while core.monotonic() < moment do
    if not spin then clock:step(moment - core.monotonic(), nil, 1) end
  end
end

local function mark(word)
  if spin then io.stderr:write(word, "\n") end
end

local function on_done(_, err)
  if not err then return end
  failed = failed + 1
  if failed == 1 then io.stderr:write(tostring(err), "\n") end
end

local function submit_all(client)
  local event = load.event()
  for user in load.users(sends) do
    assert(client:submit(event, proactive.audience.unicast(user), nil, on_done))
  end
end

local function round(number)
  local client = load.client(url, ca_file, {
    client_secret = string.format("bench%d", number), -- a token of its own
    concurrency = connections,
    queue = sends,
    http_version = "1.1",
  })
  submit_all(client)
  collectgarbage() -- what submitting left is the host's own
  collectgarbage()
  mark("FRAMES")
  local next_frame = core.monotonic()
  while client:pending() > 0 do
    await(next_frame)
    local began, cpu = core.monotonic(), os.clock()
    client:step(0, BUDGET)
    local ended = core.monotonic()
    costs[#costs + 1] = (os.clock() - cpu) * 1000
    frames[#frames + 1] = (ended - began) * 1000
    next_frame = math.max(next_frame + FRAME, ended)
  end
  mark("REST")
  most_connections = math.max(most_connections, client:stats().connections)
  client:close()
end

for number = 1, rounds do round(number) end
clock:close()
local function part(share) return figures.percentile(frames, share) end
print(string.format(
  "frames=%d p50=%.3f p99=%.3f p999=%.3f longest=%.3f cpu=%.3f failed=%d connections=%d",
  #frames, part(0.5), part(0.99), part(0.999), part(1), figures.percentile(costs, 1), failed,
  most_connections))
