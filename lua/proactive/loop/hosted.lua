--- A client in a host that must not be blocked: the same methods, but those that wait let the host
--- go on. What is common to the adapters: each brings two functions, and calls `turn` whenever the
--- descriptor is readable or the time of `due` is over.

local Client = require("proactive.client").class
local errors = require "proactive.errors"
local json = require "proactive.json"
local open = require "proactive.client.open"

-- Seconds of a turn, so that the host's other handlers wait no longer.
local BUDGET = 0.002 -- unless the host has one of its own

-- Seconds until another try when a step failed: the pool itself, or for lack of memory.
local AGAIN = 0.05

-- Nothing is due, but something is under way: the descriptor wakes us, this is only a bound.
local LONGEST = 60

---@class proactive.Waiter  suspends the code that made it, once
---@field wait fun(self: proactive.Waiter, seconds: number?)  until woken, or the time is over
---@field wake fun(self: proactive.Waiter)                    never runs the waiting code itself

---@class proactive.LoopHost
---@field waiter fun(client: proactive.HostedClient): proactive.Waiter?  nil: it cannot wait here
---@field kick fun(client: proactive.HostedClient)      a turn is due
---@field refusal (fun(method: string): string?)?
---   why nothing can wait in the code that runs now, and what to do instead; nil: it may
---@field leave fun(client: proactive.HostedClient)?    the client is about to be closed
---@field held_up fun(): string?
---   what would be held up if the code that runs now blocked; nil: nothing
---@field most integer?  of those who wait for outcomes, so many are woken in a turn; none: all

---@class proactive.HostedClient: proactive.Client
---@field host proactive.LoopHost
---@field resting table<proactive.Waiter, true>  wait for an outcome, which wakes them
---@field looking table<proactive.Waiter, true>  woken at each turn
---@field woken proactive.Waiter[]               their outcomes are there, from `first` to `last`
local Hosted = setmetatable({}, { __index = Client })
Hosted.__index = Hosted
Hosted.__name = Client.__name
Hosted.__tostring = Client.__tostring

--- Waits in the host's way where the running code can, and by stepping elsewhere.
function Hosted:rest(seconds, outcome)
  local waiter = self.host.waiter(self)
  if not waiter then return select(2, Client.step(self, seconds)) end
  if outcome then
    function outcome.wake()
      self.last = self.last + 1
      self.woken[self.last] = waiter
      if not self.turning then self.host.kick(self) end
    end
  end
  local list = outcome and self.resting or self.looking
  list[waiter] = true
  self.host.kick(self)
  waiter:wait(not outcome and seconds or nil)
  list[waiter] = nil
  if not self.closed then return self.problem end
  return errors.new("cancelled", {
    message = "the client was closed while it was waited for",
    fix = "Close a client when nothing waits for it any more.",
  })
end

--- As the plain client's, but never holds up the host.
function Hosted:step(timeout, budget)
  local who = type(timeout) == "number" and timeout > 0 and self.host.held_up()
  if who then
    local text = "client:step(%g) would hold up %s. The client is served without it: wait with "
      .. "client:flush, which lets others run, or call client:step(0)"
    error(text:format(timeout, who), 2)
  end
  return Client.step(self, timeout, budget)
end

function Hosted:refusal(method)
  return self.host.refusal and self.host.refusal(method)
end

--- Other handlers run while one waits.
function Hosted:is_served()
  return self.host.waiter(self) ~= nil
end

function Hosted:stir()
  self.host.kick(self)
end

local function wake(waiters)
  for waiter in pairs(waiters) do
    waiter:wake()
  end
end

--- Wakes those too whose outcome will not come.
local function wake_all(self)
  wake(self.looking)
  wake(self.resting)
end

--- Wakes those whose outcome has come, not all at once: each may have much to do.
local function wake_next(self)
  local last = math.min(self.last, self.first + (self.host.most or math.huge) - 1)
  for place = self.first, last do
    self.woken[place]:wake()
    self.woken[place] = nil
  end
  self.first = last + 1
end

--- Does what is due, and wakes who waited for it.
---@return number? seconds  until the next turn unless the descriptor is readable before; nil: none
---   is needed until something is submitted
function Hosted:turn()
  if self.closed then return nil end
  self.turning = true
  local ok, _, problem = pcall(Client.step, self, 0, self.host.budget or BUDGET)
  self.turning = false
  self.problem = ok and problem or nil
  if self.problem or self.closed then
    wake_all(self)
  else
    wake(self.looking)
    wake_next(self)
  end
  if self.closed then return nil end
  if not ok or problem then return AGAIN end
  return self:due()
end

--- Whether something is on its way that only the descriptor tells of.
---@return boolean
function Hosted:is_on_wire()
  return self.delivery:is_on_wire()
end

--- As `turn` returns it.
---@return number?
function Hosted:due()
  if self.closed then return nil end
  if self.first <= self.last then return 0 end
  local due = Client.timeout(self)
  return due or ((Client.pending(self) or 0) > 0 and LONGEST or nil)
end

function Hosted:close()
  if self.closed then return end
  if not self.busy and self.host.leave then self.host.leave(self) end
  Client.close(self)
  if self.closed then wake_all(self) end
end

Hosted.__close = Hosted.close

local hosted = {}

-- What handlers do until they wait again counts as the loop's: after so many, others have their
-- turn.
hosted.HANDLERS = 4

-- A host may give up a handler in the midst of waiting.
local WEAK = { __mode = "k" }

--- Makes a client that a host serves.
---@param options proactive.ClientOptions?
---@param host proactive.LoopHost
---@param level integer  who is blamed for a wrong option: 1 for the caller, 2 for its caller, …
---@return proactive.HostedClient?
---@return proactive.Error?  as for `proactive.client`
function hosted.open(options, host, level)
  local client, err = open(options, level + 1)
  if not client then return nil, err end
  client.host = host
  client.delivery.how_to_make_space = "Try again when some are done, which needs no call"
  client.resting, client.looking = setmetatable({}, WEAK), setmetatable({}, WEAK)
  client.woken, client.first, client.last = {}, 1, 0
  return setmetatable(client, Hosted)
end

--- What a coroutine raised, for people: a table that has no words of its own is written as JSON.
---@param thread thread
---@param problem any
---@return string  with its traceback
function hosted.raised(thread, problem)
  local text = errors.text_of(problem)
  if type(problem) == "table" and text:find "^table: " then
    local ok, written = pcall(json.encode, problem)
    if ok and written then text = "an error object: " .. written end
  end
  return debug.traceback(thread, text)
end

--- The library of a loop.
---@param name string
---@param package string  Debian's
---@return table
function hosted.library(name, package)
  local found, library = pcall(require, name)
  if found then return library end
  local text = "proactive.loop.%s needs %s: install %s (Debian) or the rock %s\n%s"
  error(text:format(name, name, package, name, tostring(library)), 0)
end

return hosted
