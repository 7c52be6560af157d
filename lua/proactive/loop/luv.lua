--- Clients in a program that runs luv's loop.
---
---     local loop = require "proactive.loop.luv"
---     loop.run(function()
---       local client = assert(loop.client { sandbox = "http://127.0.0.1:4380" })
---       print(client:send(event, audience)) -- the loop goes on meanwhile
---       client:close()
---     end)
---
--- What waits yields in coroutines that were started here, and blocks anywhere else: a coroutine of
--- your own is never yielded through.

local compat = require "proactive.compat"
local hosted = require "proactive.loop.hosted"
local new_coroutines = require("proactive.loop.coroutines").new
local uv = hosted.library("luv", "lua-luv")

---@class proactive.loop.luv
local loop = {}

--- Gets what a function of `wrap` raised, with its traceback.
---@param text string
function loop.on_error(text)
  io.stderr:write("proactive.loop.luv: ", text, "\n")
end

local function milliseconds(seconds)
  return math.ceil(seconds * 1000)
end

local function after(seconds, run)
  local timer = uv.new_timer()
  timer:start(milliseconds(seconds), 0, run)
  return function()
    timer:close()
  end
end

-- In the next round. Timers of 0 that timers start are served in the same one, without an end.
local function later(run)
  local idle = uv.new_idle()
  idle:start(function()
    idle:close()
    run()
  end)
end

local coroutines = new_coroutines("luv", later, after, function(thread, problem)
  loop.on_error(hosted.raised(thread, problem))
end)

local host = { most = hosted.HANDLERS }

function host.waiter()
  return coroutines:waiter()
end

function host.held_up()
  return (uv.loop_mode() or coroutines.depth > 0) and "luv's loop" or nil
end

-- Each client has handles: the time, its sockets, the loop's next round. They keep the loop running
-- only while something is under way.
local function arm(client)
  local due, handles = client:due(), client.handles
  if not handles then return end
  if not due and client.closed then return host.leave(client) end
  handles.timer:stop()
  handles.idle:stop()
  if due then
    if due > 0 then
      handles.timer:start(milliseconds(due), 0, handles.turn)
    else
      handles.idle:start(handles.turn)
    end
    if handles.poll and not handles.polled then handles.poll:start("r", handles.turn) end
  elseif handles.poll then
    handles.poll:stop()
  end
  handles.polled = due ~= nil
end

function host.kick(client)
  if not client.turning then arm(client) end
end

-- luv 1.44 crashes at the end of the process when the loop has not seen that a handle was closed.
local function settle()
  if not uv.loop_mode() then uv.run "nowait" end
end

function host.leave(client)
  local handles = client.handles
  client.handles = nil
  if not handles then return end
  if handles.poll then handles.poll:close() end
  handles.timer:close()
  handles.idle:close()
  settle()
end

--- A client with the same API, served by luv's loop while it runs. Close it: its handles hold it.
---@param options proactive.ClientOptions?
---@return proactive.Client?
---@return proactive.Error?
function loop.client(options)
  local client, err = hosted.open(options, host, 2)
  if not client then return nil, err end
  local fd = client:fd()
  local function turn()
    client:turn()
    arm(client)
  end
  local poll = fd and uv.new_poll(fd)
  client.handles = { timer = uv.new_timer(), idle = uv.new_idle(), poll = poll, turn = turn }
  return client
end

--- A function that returns at once and has `fn` started in a coroutine in the loop's next round:
--- for callbacks of luv.
---@param fn fun(...: any)
---@return fun(...: any)
function loop.wrap(fn)
  return function(...)
    if not coroutines.main and not uv.loop_mode() then
      error("no loop runs: call this in loop.run, or in a callback of luv", 2)
    end
    coroutines:start(fn, ...)
  end
end

--- Runs a function in a coroutine, and luv's loop until it and all that `wrap` started have
--- returned. What it raises is raised at once.
---@param fn fun(...: any): any
---@param ... any  for it
---@return any ...  what it returns
function loop.run(fn, ...)
  if coroutines.main or coroutines.depth > 0 then
    error("loop.run is called in the loop; use loop.wrap there", 2)
  end
  local results
  coroutines:start_main(function(...)
    results = compat.pack(fn(...))
  end, ...)
  while coroutines.alive > 0 and not coroutines.main_error and uv.run "once" do end
  coroutines.main = nil
  settle()
  if coroutines.main_error then error(coroutines.main_error[1], 0) end
  if not results then error("loop.run: the function waits for something that will not come", 2) end
  return compat.unpack(results, 1, results.n)
end

return loop
