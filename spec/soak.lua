--- `make soak`: sends to many on a bad day, once for each way the service may treat a reference id
--- that comes again, and checks that nothing was lost and nothing doubled.
---
---   lua5.4 spec/soak.lua [EVENTS]

local core = require "proactive.core"
local sandbox_of = require "proactive.sandbox"
local soak = require "spec.support.soak"

local EVENTS = tonumber(arg[1] or "200000")
local MOST_GROWTH = 2048 -- kB, from a fifth of the way to its end

local function resident()
  collectgarbage()
  collectgarbage()
  local file = assert(io.open "/proc/self/status")
  local size = file:read("*a"):match "VmRSS:%s*(%d+)"
  file:close()
  return tonumber(size)
end

local function descriptors()
  local pipe = assert(io.popen "ls /proc/$PPID/fd | wc -l")
  local count = tonumber(pipe:read "*a")
  pipe:close()
  return count
end

--- Memory at a fifth of the way and at its end.
local function watch_memory()
  local sizes = {}
  local first = math.floor(EVENTS / 5)
  return sizes, function(completed)
    if completed == first then
      sizes.first = resident()
    elseif completed == EVENTS then
      sizes.last = resident()
    end
  end
end

local function run(duplicates)
  local sandbox = assert(sandbox_of.start { users = EVENTS, duplicates = duplicates })
  assert(sandbox:clear_faults())
  local before, began = descriptors(), core.monotonic()
  local sizes, on_done = watch_memory()
  local total = soak.send(sandbox, EVENTS, soak.options(sandbox), on_done)
  local seconds, left = core.monotonic() - began, descriptors() - before
  local problems, sums = soak.check(sandbox, EVENTS, total)
  sandbox:stop()
  local growth = sizes.last - sizes.first
  if growth > MOST_GROWTH then table.insert(problems, ("memory grew by %d kB"):format(growth)) end
  if left > 0 then table.insert(problems, ("%d descriptors were left open"):format(left)) end
  print(("duplicates %s: %d events in %.0f s, %d retries, %d answers destroyed, %d presumed, "
    .. "%d sent again after two refused tokens; memory %+d kB"):format(duplicates, total.accepted,
    seconds, total.retries, sums.destroyed, total.presumed, total.again, growth))
  for _, problem in ipairs(problems) do
    print("  WRONG: " .. problem)
  end
  return #problems == 0
end

local good = true
for _, duplicates in ipairs { "update", "409", "400" } do
  good = run(duplicates) and good
end
os.exit(good and 0 or 1)
