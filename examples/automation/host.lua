--- A home-automation host: calls a script for each change of state and allows it 10 ms of the
--- processor. While it waits for the next change, luv's loop serves the client.
---
---   proactive sandbox &
---   export PROACTIVE_SANDBOX=http://127.0.0.1:4380
---   printf 'mailbox full\ndoor open\n' | lua5.4 examples/automation/host.lua
---
--- Changes come on standard input, a line each: DEVICE STATE. The limit is against mistakes, not
--- against malice: a single call of a C function, as of `string.rep`, is not interrupted.

local loop = require "proactive.loop.luv"
local proactive = require "proactive"
local uv = require "luv"

-- Seconds of the processor that a rule may have, and instructions between two looks at the clock.
local ALLOWED, INSTRUCTIONS = 0.010, 1000

-- Rules do without what no hook reaches: other coroutines, and what handles an error in a hook.
local HIDDEN = { coroutine = false, debug = false, xpcall = false }

local client = assert(loop.client {})

--- The rules of a file, which sees the globals but for those that are hidden.
local function load_rules(path)
  local environment = setmetatable({}, { __index = _G })
  for name, value in pairs(HIDDEN) do
    environment[name] = value
  end
  environment._G = environment
  local chunk = assert(loadfile(path, "t", environment))
  local set_environment = rawget(_G, "setfenv") -- the way of Lua 5.1
  if set_environment then set_environment(chunk, environment) end
  local jit = rawget(_G, "jit")
  if jit then jit.off(chunk, true) end -- code that LuaJIT has compiled calls no hooks
  return chunk()
end

local here = arg[0]:match "^(.*)/" or "."
local rules = load_rules(arg[1] or here .. "/rules.lua")

--- What a rule may do: say something to everybody. It never waits.
local function notify(event)
  local taken, err = client:submit(event, proactive.audience.multicast(), nil, function(_, failure)
    if failure then io.stderr:write(tostring(failure), "\n") end
  end)
  if not taken then io.stderr:write(tostring(err), "\n") end
end

--- A hook that ends a thread when its time is over. A rule may catch that error: from then on each
--- instruction raises it again, until nothing of the rule is left.
local function limiter(thread)
  local ends = os.clock() + ALLOWED
  local function limit()
    -- LuaJIT has one hook for all threads
    if os.clock() <= ends or coroutine.running() ~= thread then return end
    debug.sethook(thread, limit, "", 1)
    error("took longer than 10 ms", 0)
  end
  return limit
end

local function call(rule, state)
  local thread = coroutine.create(rule)
  debug.sethook(thread, limiter(thread), "", INSTRUCTIONS)
  local done, problem = coroutine.resume(thread, state, notify)
  debug.sethook(thread)
  return done, problem
end

local function changed(line)
  local device, state = line:match "^(%S+)%s+(%S+)$"
  local rule = device and rules[device]
  if not rule then return end
  local done, problem = call(rule, state)
  if not done then io.stderr:write(device, ": ", tostring(problem), "\n") end
end

local finish = loop.wrap(function()
  client:flush(10)
  local stats = client:stats()
  print(("%d told, %d failed"):format(stats.accepted, stats.failed))
  client:close()
end)

local rest = "" -- a line that has not come whole

--- Reads on, in a thread of luv's: files, pipes and terminals alike, and the loop goes on.
local function read()
  uv.fs_read(0, 4096, -1, function(err, text)
    if err or text == "" then
      changed(rest)
      return finish()
    end
    rest = (rest .. text):gsub("([^\n]*)\n", function(line)
      changed(line)
      return ""
    end)
    read()
  end)
end

read()
uv.run()
