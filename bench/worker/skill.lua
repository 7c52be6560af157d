--- Takes signed requests in.
---
---   skill.lua verify|signature REQUESTS SECONDS        the same ones again and again
---   skill.lua handle REQUESTS DATABASE FULL|NORMAL     each once, 32 at a time
---
--- Prints "rate=…": per second.

local core = require("proactive.core")
local host = require("proactive.host")
local registry = require("proactive.registry")
local signed = require("bench.lib.signed")
local skill_of = require("proactive.skill")
local verify = require("proactive.skill.verify")

local IN_FLIGHT = 32

-- Requests that are verified again and again: few, so that they are in the processor's cache as one
-- is that has just come in.
local TURN = 100

local mode = arg[1]
local requests = signed.read(arg[2], mode ~= "handle" and TURN or nil)

--- How often an action can be done.
local function rate_of(seconds, action)
  local began, count = core.monotonic(), 0
  repeat
    for _ = 1, TURN do
      count = count + 1
      action(requests[count % TURN + 1])
    end
  until core.monotonic() - began >= seconds
  return count / (core.monotonic() - began)
end

local modes = {}

function modes.verify()
  local skill = assert(skill_of(signed.skill()))
  return rate_of(tonumber(arg[3]), function(request)
    assert(verify.request(skill, request.headers, request.body))
  end)
end

function modes.signature()
  local skill = assert(skill_of(signed.skill()))
  local chain = assert(skill.certificates:get(signed.URL, skill.wall()))
  return rate_of(tonumber(arg[3]), function(request)
    assert(chain:verify(request.headers["signature-256"], request.body))
  end)
end

--- Handlers in turns, as a server runs them.
function modes.handle()
  local path, synchronous, in_handler, at = arg[3], arg[4], false, 0
  for _, ending in ipairs({ "", "-wal", "-shm" }) do os.remove(path .. ending) end
  host.lend(function() return in_handler and coroutine.yield or nil end)
  local store = assert(registry.open("sqlite:" .. path, { synchronous = synchronous }))
  local skill = assert(skill_of(signed.skill(store)))
  local function handle(request)
    local status, _, said = skill:handle(request)
    assert(status == 200, said)
  end
  local handlers, running = {}, IN_FLIGHT
  local began = core.monotonic()
  while running > 0 do
    running = 0
    for slot = 1, IN_FLIGHT do
      local handler = handlers[slot]
      if (not handler or coroutine.status(handler) == "dead") and at < #requests then
        handler, at = coroutine.create(handle), at + 1
        handlers[slot] = handler
      end
      if handler and coroutine.status(handler) ~= "dead" then
        in_handler = true
        assert(coroutine.resume(handler, requests[at]))
        in_handler, running = false, running + 1
      end
    end
  end
  local rate = #requests / (core.monotonic() - began)
  assert(store:count() == #requests)
  store:close()
  return rate
end

print(string.format("rate=%.1f", modes[mode]()))
