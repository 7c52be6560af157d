--- What runs in the nginx of `bench.lib.sender_nginx`: clients of the adapter, and the runs that
--- are measured.

local core = require("proactive.core")
local load = require("bench.lib.load")
local proactive = require("proactive")

-- As many in flight as 2,000 a second need, when each takes 100 ms.
local STEADY = { rate = 2000, concurrency = 256, queue = 256 }

local sender = {}

local settings

--- For init_worker_by_lua.
---@param given {url: string, ca_file: string}
function sender.start(given) settings = given end

local function open(options)
  options.client_id, options.client_secret, options.sandbox = "bench", "bench", false
  options.token_host, options.event_host = settings.url, settings.url
  options.ca_file, options.http_version = settings.ca_file, "1.1"
  local client = assert(proactive.openresty.client(options))
  assert(client:token()) -- it is there before the clock starts, as with the plain client
  return client
end

--- Sends to these users by as many light threads as may be in flight.
local function send_each(client, users, concurrency)
  local event, threads, accepted = load.event(), {}, 0
  for number = 1, concurrency do
    threads[number] = ngx.thread.spawn(function()
      for user in users do
        if client:send(event, proactive.audience.unicast(user)) then accepted = accepted + 1 end
      end
    end)
  end
  for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
  return accepted
end

local ways = { send = send_each }

function ways.send_many(client, users)
  return assert(client:send_many(load.event(), users)).accepted
end

--- Sends as fast as it goes; writes the same line as bench/worker/send_many.lua.
function sender.run()
  local args = ngx.req.get_uri_args()
  local events, concurrency = tonumber(args.events), tonumber(args.concurrency)
  local client = open({ concurrency = concurrency, queue = concurrency })
  local send = ways[args.way]
  send(client, load.users(4 * concurrency), concurrency) -- the connections are there
  collectgarbage()
  local began, cpu = core.monotonic(), os.clock()
  local accepted = send(client, load.users(events), concurrency)
  local seconds = core.monotonic() - began
  cpu = os.clock() - cpu
  client:close()
  ngx.say(string.format("events=%d failed=%d seconds=%.6f cpu=%.6f", accepted, events - accepted,
    seconds, cpu))
end

local steady -- what is being sent at 2,000 a second

local function keep_sending(_, run)
  local number = 0
  run.accepted = send_each(run.client, function()
    number = number + 1
    run.sent = number
    return not run.stop and load.user(number) or nil
  end, STEADY.concurrency)
  run.done = true
end

--- Begins to send 2,000 events a second.
function sender.begin()
  steady = { client = open(STEADY), sent = 0 }
  assert(ngx.timer.at(0, keep_sending, steady))
  ngx.say("begun=1")
end

--- How many were accepted so far, and when that was.
function sender.count()
  ngx.say(string.format("accepted=%d at=%.6f", steady.client:stats().accepted, core.monotonic()))
end

--- Ends it; waits until each event has its outcome.
function sender.finish()
  steady.stop = true
  while not steady.done do ngx.sleep(0.01) end
  ngx.say(string.format("failed=%d", steady.client:stats().failed))
  steady.client:close()
end

return sender
