--- Clients in a program that runs cqueues.
---
---     local loop = require "proactive.loop.cqueues"
---     loop.run(function()
---       local client = assert(loop.client { sandbox = "http://127.0.0.1:4380" })
---       print(client:send(event, audience)) -- the controller goes on meanwhile
---       client:close()
---     end)
---
--- What waits yields in coroutines that were started here, and blocks anywhere else: a coroutine of
--- your own is never yielded through. In your own controller: `controller:wrap(loop.wrap(fn))`.

local compat = require "proactive.compat"
local hosted = require "proactive.loop.hosted"
local pace = require "proactive.host"
local cqueues = hosted.library("cqueues", "lua-cqueues")
local condition = require "cqueues.condition"

---@class proactive.loop.cqueues
local loop = {}

--- Gets what a function of `wrap` raised while `run` ran, with its traceback.
---@param text string
function loop.on_error(text)
  io.stderr:write("proactive.loop.cqueues: ", text, "\n")
end

---@type table<thread, true>  started here
local ours = setmetatable({}, { __mode = "k" })

local Waiter = {}
Waiter.__index = Waiter

function Waiter:wake()
  self.awake = true
  self.condition:signal()
end

function Waiter:wait(seconds)
  local timed_out = false
  while not self.awake and not timed_out do
    timed_out = not self.condition:wait(seconds) and seconds ~= nil
  end
end

local host = { most = hosted.HANDLERS }

function host.waiter()
  if not ours[coroutine.running()] or not cqueues.running() then return nil end
  return setmetatable({ condition = condition.new() }, Waiter)
end

function host.held_up()
  return cqueues.running() and "the controller of cqueues" or nil
end

--- Serves a client until nothing is under way.
local function drive(client, controller)
  local events = client:fd() and { pollfd = client:fd(), events = "r" } or nil
  local due = client:turn()
  while due and client.driver == controller do
    cqueues.poll(due, client.kicked, events)
    due = client:turn()
  end
  if client.driver == controller then client.driver = nil end
end

--- The driver is a coroutine of the controller that runs: it ends when nothing is under way, so
--- that the controller can.
function host.kick(client)
  local controller = cqueues.running()
  if not controller or client.turning or client.closed then return end
  if client.driver == controller then return client.kicked:signal() end
  client.driver = controller
  controller:wrap(drive, client, controller)
end

function host.leave(client)
  local fd = client:fd()
  client.driver = nil
  if fd then cqueues.cancel(fd) end
end

--- A client with the same API, served by the controller that runs when something is sent.
---@param options proactive.ClientOptions?
---@return proactive.Client?
---@return proactive.Error?
function loop.client(options)
  local client, err = hosted.open(options, host, 2)
  if not client then return nil, err end
  client.kicked = condition.new()
  return client
end

local alive = 0 -- coroutines of ours that have not returned

local function body(fn, ...)
  ours[coroutine.running()] = true
  pace.enter "cqueues"
  local results = compat.pack(fn(...))
  alive = alive - 1
  if alive == 0 then pace.enter(nil) end
  return results
end

--- A function that returns at once and has `fn` started in a coroutine of the running controller,
--- in its next round.
---@param fn fun(...: any)
---@return fun(...: any)
function loop.wrap(fn)
  return function(...)
    local controller = cqueues.running()
    if not controller then
      error("no loop runs: call this in loop.run, or in a controller of cqueues", 2)
    end
    alive = alive + 1 -- it begins later
    controller:wrap(body, fn, ...)
  end
end

--- What a step of the controller gave when a coroutine raised: raises it when that is the main one.
local function raised(main, err, thread)
  alive = math.max(0, alive - 1)
  if thread == main or not thread then alive = 0 end
  if alive == 0 then pace.enter(nil) end
  if thread == main or not thread then error(err, 0) end
  loop.on_error(hosted.raised(thread, err))
end

--- Runs a function in a coroutine, and a controller until it and all that `wrap` started have
--- returned. What it raises is raised at once.
---@param fn fun(...: any): any
---@param ... any  for it
---@return any ...  what it returns
function loop.run(fn, ...)
  if cqueues.running() then error("loop.run is called in a controller; use loop.wrap there", 2) end
  local controller, results, main = cqueues.new(), nil, nil
  alive = alive + 1
  controller:wrap(function(...)
    main = coroutine.running()
    results = body(fn, ...)
  end, ...)
  -- In a coroutine of its own: cqueues hands on a bare yield, which nothing would ever resume.
  local ok, problem = coroutine.resume(coroutine.create(function()
    while (not results or alive > 0) and not controller:empty() do
      local stepped, err, _, thread = controller:step()
      if not stepped then raised(main, err, thread) end
    end
  end))
  if not ok then error(problem, 0) end
  if results then return compat.unpack(results, 1, results.n) end
  alive = 0
  pace.enter(nil)
  error("loop.run: the function waits for something that will not come", 2)
end

return loop
