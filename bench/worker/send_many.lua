--- Sends events with `send_many`, as fast as it goes.
---
---   send_many.lua URL CA-FILE EVENTS CONCURRENCY HTTP-VERSION [FIRST [list]]
---
--- FIRST: so many events before the clock starts, so that the connections are there. The users come
--- from an iterator, which makes each id when it is asked, or from a list that was there before.
--- Prints "events=… failed=… seconds=… cpu=… resident=… connections=…"; resident: kB, the most
--- there were.

local core = require("proactive.core")
local files = require("bench.lib.files")
local load = require("bench.lib.load")

local url, ca_file, events, concurrency = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local client = load.client(url, ca_file, { concurrency = concurrency, http_version = arg[5] })
assert(client:token()) -- as with the others, the token is there before the clock starts
local first = tonumber(arg[6] or "0")
if first > 0 then assert(client:send_many(load.event(), load.users(first))) end

local users = arg[7] == "list" and load.list(events) or load.users(events)
local began, cpu = core.monotonic(), os.clock()
local report = assert(client:send_many(load.event(), users))
local seconds = core.monotonic() - began
cpu = os.clock() - cpu

local resident = files.read("/proc/self/status"):match("VmHWM:%s*(%d+)")
print(string.format("events=%d failed=%d seconds=%.6f cpu=%.6f resident=%s connections=%d",
  report.accepted, report.failed, seconds, cpu, resident, client:stats().connections))
client:close()
