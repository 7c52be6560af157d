--- Sends events over three hours of a clock of its own, and counts the tokens asked for.
---
---   token.lua URL CA-FILE EVENTS
---
--- Prints "events=… failed=… tokens=…".

local core = require("proactive.core")
local load = require("bench.lib.load")

local HOURS = 3

local url, ca_file, events = arg[1], arg[2], tonumber(arg[3])
local ahead = 0

local client = load.client(url, ca_file, {
  concurrency = 16,
  http_version = "1.1",
  clock = {
    wall = function() return core.wall() + ahead end,
    monotonic = function() return core.monotonic() + ahead end,
  },
})

local report = assert(client:send_many(load.event(), load.users(events), {
  on_result = function() ahead = ahead + HOURS * 3600 / events end,
}))
print(string.format("events=%d failed=%d tokens=%d", report.accepted, report.failed,
  client:stats().token_fetches))
client:close()
