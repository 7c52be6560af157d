--- Takes skill events in, or reads customers out.
---
---   registry.lua batch|single|shared|each FILE FULL|NORMAL COUNT
---
--- Prints "rate=… longest=…": per second, and seconds of the longest call.

local core = require("proactive.core")
local load = require("bench.lib.load")
local registry = require("proactive.registry")

local mode, path, synchronous, count = arg[1], arg[2], arg[3], tonumber(arg[4])

local HANDLERS, BATCH = 32, 2000

for _, ending in ipairs({ "", "-wal", "-shm" }) do os.remove(path .. ending) end
local store = assert(registry.open("sqlite:" .. path, {
  synchronous = synchronous,
  pause = mode == "shared" and coroutine.yield or nil,
}))

--- A customer's subscriptions, as Alexa tells of them.
local function event(number)
  return {
    context = {
      System = {
        application = { applicationId = "amzn1.ask.skill.bench" },
        user = { userId = load.user(number) },
        apiEndpoint = "https://api.amazonalexa.com",
      },
    },
    request = {
      type = "AlexaSkillEvent.ProactiveSubscriptionChanged",
      requestId = string.format("%d", number),
      timestamp = "2026-01-15T10:00:00Z",
      body = { subscriptions = { { eventName = "AMAZON.OrderStatus.Updated" } } },
    },
  }
end

local longest = 0

local function timed(action, ...)
  local began = core.monotonic()
  assert(action(...))
  longest = math.max(longest, core.monotonic() - began)
end

local function fill(size, note)
  for first = 1, count, size do
    local list = {}
    for number = first, math.min(count, first + size - 1) do list[#list + 1] = event(number) end
    note(store.apply_many, store, list)
  end
end

local modes = {}

function modes.batch() fill(BATCH, timed) end

function modes.single()
  for number = 1, count do timed(store.apply, store, event(number)) end
end

--- So many handlers in turns, as a server runs them.
function modes.shared()
  for first = 1, count, HANDLERS do
    local handlers = {}
    for index = 1, HANDLERS do
      handlers[index] = coroutine.create(function() assert(store:apply(event(first + index))) end)
    end
    for _ = 1, 2 do
      for _, handler in ipairs(handlers) do
        if coroutine.status(handler) ~= "dead" then timed(coroutine.resume, handler) end
      end
    end
  end
end

function modes.each()
  local read, next_one = 0, store:each({ event = "AMAZON.OrderStatus.Updated" })
  local began = core.monotonic()
  while next_one() do
    read = read + 1
    local now = core.monotonic()
    longest, began = math.max(longest, now - began), now
  end
  assert(read == count)
end

if mode == "each" then
  fill(10000, function(action, ...) assert(action(...)) end)
end
local began = core.monotonic()
modes[mode]()
print(string.format("rate=%.1f longest=%.6f", count / (core.monotonic() - began), longest))
store:close()
