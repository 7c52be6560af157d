--- Creates a campaign, runs one, or sends the same without one.
---
---   campaign.lua create|make|plain|run|share STORE FULL|NORMAL COUNT [URL CA-FILE [RATE]]
---
--- STORE: a file, or an address. Prints "seconds=… cpu=… accepted=… sent=… resident=…"; resident:
--- kB, the most there were; sent: by this worker.

local campaign = require("proactive.campaign")
local core = require("proactive.core")
local files = require("bench.lib.files")
local load = require("bench.lib.load")

local mode, path, synchronous, count = arg[1], arg[2], arg[3], tonumber(arg[4])
local rate = tonumber(arg[7])

local store

local function open()
  local is_address = path:find("^postgresql:") ~= nil
  store = assert(campaign.open(is_address and path or "sqlite:" .. path, not is_address and {
    synchronous = synchronous,
  } or nil))
end

local function create()
  for _, ending in ipairs({ "", "-wal", "-shm" }) do os.remove(path .. ending) end
  open()
  local users = load.users(count)
  assert(store:create({ name = "bench", event = load.event(), users = users, rate = rate }))
end

local client

local function connect()
  client = load.client(arg[5], arg[6], { concurrency = 16, http_version = "1.1" })
  assert(client:token())
end

local modes = {
  create = function() create() end,
  make = function() create() end,
  plain = function() return client:send_many(load.event(), load.users(count)) end,
  run = function() return store:run("bench", client) end,
  share = function() return store:run("bench", client) end,
}

if mode == "plain" or mode == "run" or mode == "share" then connect() end
if mode == "run" then create() end
if mode == "share" then open() end
collectgarbage()
local began, cpu = core.monotonic(), os.clock()
local report = modes[mode]()
local seconds = core.monotonic() - began
cpu = os.clock() - cpu

print(string.format("seconds=%.6f cpu=%.6f accepted=%d sent=%d resident=%s", seconds, cpu,
  report and report.accepted or count, client and client:stats().accepted or 0,
  files.read("/proc/self/status"):match("VmHWM:%s*(%d+)")))
