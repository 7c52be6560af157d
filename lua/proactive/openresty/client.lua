--- A client in OpenResty. What waits yields in the phases that allow it, and raises in those that
--- do not, where `submit` is the way: it waits nowhere.
---
--- nginx cannot watch the descriptor for us, so a timer looks at the sockets every millisecond
--- while a request is under way, and sleeps on a semaphore until it is woken when none is.

local errors = require "proactive.errors"
local hosted = require "proactive.loop.hosted"
local options_of = require "proactive.options"
local pace = require "proactive.host"
local semaphore = require "ngx.semaphore"

-- Seconds between two looks at the sockets. With ngx.sleep(0) the worker would never rest.
local TICK = 0.001

-- Longest wait on a semaphore at once, and until a worker that quits is noticed while nothing is on
-- the wire.
local LONGEST, LONGEST_NAP = 60, 1

-- Seconds that a worker which is told to quit goes on with what is under way.
local QUIT_TIMEOUT = 10

---@class proactive.openresty.Options: proactive.ClientOptions
---@field quit_timeout number?
---   seconds that a worker which reloads or quits finishes what is under way, default 10

-- Waiting -----------------------------------------------------------------------------------------

local Waiter = {}
Waiter.__index = Waiter

function Waiter:wake()
  if self.awake then return end
  self.awake = true
  self.semaphore:post(1)
end

--- Waits until woken. Where no timer can be had, as when the worker quits, it drives the client.
function Waiter:wait(seconds)
  local ends = seconds and ngx.now() + seconds
  while not self.awake and (not ends or ngx.now() < ends) do
    local most = ends and math.max(ends - ngx.now(), TICK) or LONGEST
    if self.client.driven then
      self.semaphore:wait(math.min(most, LONGEST))
    else
      self.client:turn()
      if not self.awake then self.semaphore:wait(TICK) end
    end
    ngx.update_time()
  end
end

-- Driving -----------------------------------------------------------------------------------------

--- How long nothing needs to be looked at.
local function nap(client, due)
  return client:is_on_wire() and TICK or math.max(TICK, math.min(due, LONGEST_NAP))
end

-- Of what is left when that time is over.
local QUIT_TEXT = "the worker quits, and its quit_timeout of %g s was over before the outcome "
  .. "was known"
local QUIT_FIX = "Give proactive.openresty.client a longer quit_timeout, and nginx a longer "
  .. "worker_shutdown_timeout."

local function give_up(client)
  client.end_words = { message = QUIT_TEXT:format(client.quit_timeout), fix = QUIT_FIX }
  client:close()
end

--- Serves a client until nothing is under way, or the worker has had its time to quit.
local function serve(client)
  local ends
  local due = client:turn()
  while due do
    if ngx.worker.exiting() then
      ends = ends or ngx.now() + client.quit_timeout
      if ngx.now() >= ends then return give_up(client) end
    end
    if due == 0 then
      ngx.sleep(0) -- there is more to do: in the next round
    else
      client.kicked:wait(nap(client, due))
    end
    due = client:turn()
  end
end

local function drive(_, client)
  local served, problem = pcall(serve, client)
  client.driven = false
  if not served then ngx.log(ngx.ERR, "proactive.openresty: ", errors.text_of(problem)) end
end

-- What takes an event in without waiting.
local INSTEAD = {
  send = "client:submit",
  send_request = "client:submit",
  send_many = "client:start_many",
}

-- Handlers woken in one turn, and seconds for the sockets: what is left goes on in the next round
-- of nginx, behind the requests of others.
local host = { most = 4, budget = 0.0005 }

function host.refusal(method)
  if pace.pause() then return nil end
  local instead = INSTEAD[method] or "a timer (ngx.timer.at)"
  return ("cannot wait in the phase %s: use %s there"):format(ngx.get_phase(), instead)
end

function host.held_up()
  return "the worker of nginx"
end

function host.waiter(client)
  return setmetatable({ client = client, semaphore = semaphore.new() }, Waiter)
end

function host.kick(client)
  if client.turning or client.closed then return end
  if client.driven then
    if client.kicked:count() < 0 then client.kicked:post(1) end
    return
  end
  client.driven = ngx.timer.at(0, drive, client) and true or false
end

function host.leave(client)
  if client.kicked:count() < 0 then client.kicked:post(1) end
end

-- Making ------------------------------------------------------------------------------------------

---@type table<string, proactive.Option>
local OWN = { quit_timeout = { "number", min = 0 } }

--- Those of the plain client, and ours.
local function split(given)
  local options, own = {}, {}
  for name, value in pairs(given) do
    local part = OWN[name] and own or options
    part[name] = value
  end
  return options, own
end

---@param given proactive.openresty.Options?
---@param level integer  who is blamed for a wrong option: 1 for the caller, 2 for its caller, …
---@return proactive.Client?
---@return proactive.Error?
return function(given, level)
  if ngx.get_phase() == "init" then
    return nil, errors.new("forked", {
      message = "a client that is made in init_by_lua would belong to the master process",
      fix = "Make it in init_worker_by_lua_block, or when it is first needed: one in each worker.",
    })
  end
  local options, own = given, {}
  if type(given) == "table" then
    options, own = split(given)
  end
  options_of.check(own, OWN, "proactive.openresty.client", level)
  local client, err = hosted.open(options, host, level + 1)
  if not client then return nil, err end
  client.quit_timeout = own.quit_timeout or QUIT_TIMEOUT
  client.driven, client.kicked = false, semaphore.new()
  return client
end
