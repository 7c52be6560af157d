--- A home-automation host: calls a script for each change of state, allows it 10 ms of the
--- processor, and lets the client go on between the calls: no slow rule holds up the house.
---
---   proactive sandbox &
---   export PROACTIVE_SANDBOX=http://127.0.0.1:4380
---   printf 'mailbox full\ndoor open\n' | lua5.4 examples/automation/host.lua
---
--- Changes come on standard input, a line each: DEVICE STATE.

local proactive = require "proactive"

-- Seconds of the processor that a rule may have, and seconds that the client may wait for its
-- sockets between two of them.
local ALLOWED, BETWEEN = 0.010, 0.020

-- Instructions between two looks at the clock.
local INSTRUCTIONS = 1000

local client = assert(proactive.client {})
local here = arg[0]:match "^(.*)/" or "."
local rules = assert(loadfile((arg[1] or here .. "/rules.lua")))()

--- What a rule may do: say something to everybody. It never waits.
local function notify(event)
  local taken, err = client:submit(event, proactive.audience.multicast(), nil, function(_, failure)
    if failure then io.stderr:write(tostring(failure), "\n") end
  end)
  if not taken then io.stderr:write(tostring(err), "\n") end
end

--- Calls a rule, and ends it when its time is over.
local function call(rule, state)
  local ends = os.clock() + ALLOWED
  local jit = rawget(_G, "jit")
  if jit then jit.off(rule, true) end -- code that LuaJIT has compiled calls no hooks
  local thread = coroutine.create(rule)
  debug.sethook(thread, function()
    if os.clock() > ends then error("took longer than 10 ms", 0) end
  end, "", INSTRUCTIONS)
  local done, problem = coroutine.resume(thread, state, notify)
  debug.sethook(thread) -- LuaJIT has one hook for all threads
  return done, problem
end

for line in io.lines() do
  local device, state = line:match "^(%S+)%s+(%S+)$"
  local rule = device and rules[device]
  if rule then
    local done, problem = call(rule, state)
    if not done then io.stderr:write(device, ": ", tostring(problem), "\n") end
  end
  client:step(BETWEEN)
end

client:flush(10)
local stats = client:stats()
print(("%d told, %d failed"):format(stats.accepted, stats.failed))
client:close()
