--- Coroutines for a loop that knows none: started here, suspended by a waiter, and resumed when it
--- is woken. Only these are ever suspended: a coroutine of somebody else's may be a generator.

local compat = require "proactive.compat"
local host = require "proactive.host"

---@class proactive.Coroutines
---@field name string               of the loop
---@field later fun(run: fun())     calls it in the loop, soon, once
---@field after fun(seconds: number, run: fun()): fun()  the same later; returns what calls it off
---@field on_error fun(thread: thread, problem: any)  gets what one of ours raised, but the main one
---@field depth integer             of ours that resumed one another
---@field alive integer             of ours that have not returned
---@field ours table<thread, true>
---@field main thread?
---@field main_error any[]?          what the main one raised
---@field ready table[]             waiters that were woken
local Coroutines = {}
Coroutines.__index = Coroutines

---@class proactive.CoroutineWaiter: proactive.Waiter
local Waiter = {}
Waiter.__index = Waiter

function Waiter:wake()
  if self.awake then return end
  self.awake = true
  local ready, owner = self.owner.ready, self.owner
  ready[#ready + 1] = self
  if #ready == 1 then owner.later(function()
    owner:serve()
  end) end
end

function Waiter:wait(seconds)
  local call_off = seconds and self.owner.after(seconds, function()
    self:wake()
  end)
  self.waiting = true
  while not self.awake do -- somebody else may have resumed it
    coroutine.yield()
  end
  self.waiting = false
  if call_off then call_off() end
end

--- A waiter for the running coroutine, or nil when it is none of ours.
---@return proactive.Waiter?
function Coroutines:waiter()
  local thread = coroutine.running()
  return self.ours[thread] and setmetatable({ thread = thread, owner = self }, Waiter) or nil
end

--- Resumes those that were woken.
function Coroutines:serve()
  local list = self.ready
  self.ready = {}
  for _, waiter in ipairs(list) do
    if waiter.waiting then self:resume(waiter.thread) end
  end
end

---@param thread thread
function Coroutines:resume(thread, ...)
  self.depth = self.depth + 1
  host.enter(self.name)
  local ok, err = coroutine.resume(thread, ...)
  self.depth = self.depth - 1
  if self.depth == 0 then host.enter(nil) end
  if self.ours[thread] and coroutine.status(thread) == "dead" then
    self.ours[thread], self.alive = nil, self.alive - 1
  end
  if ok then return end
  if thread == self.main then
    self.main_error = { err }
  else
    self.on_error(thread, err)
  end
end

--- It begins in the loop's next round.
---@param fn fun(...: any)
function Coroutines:start(fn, ...)
  local thread, arguments = coroutine.create(fn), compat.pack(...)
  self.ours[thread], self.alive = true, self.alive + 1
  self.later(function()
    if not self.ours[thread] then return end -- a `run` that has ended left it behind
    self:resume(thread, compat.unpack(arguments, 1, arguments.n))
  end)
end

--- Starts the one that all is about; those that were left behind are forgotten.
---@param fn fun(...: any)
function Coroutines:start_main(fn, ...)
  self.ours, self.alive = setmetatable({}, { __mode = "k" }), 0
  self.main, self.main_error = coroutine.create(fn), nil
  self.ours[self.main], self.alive = true, 1
  self:resume(self.main, ...)
end

local coroutines = {}

---@param name string
---@param later fun(run: fun())
---@param after fun(seconds: number, run: fun()): fun()
---@param on_error fun(thread: thread, problem: any)
---@return proactive.Coroutines
function coroutines.new(name, later, after, on_error)
  return setmetatable({
    name = name,
    later = later,
    after = after,
    on_error = on_error,
    depth = 0,
    alive = 0,
    ours = setmetatable({}, { __mode = "k" }),
    ready = {},
  }, Coroutines)
end

return coroutines
