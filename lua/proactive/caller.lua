--- HTTP calls one after the other, each waited for: what tools need, and not what sends events.
--- Where the host has other work, it has it meanwhile.

local core = require "proactive.core"
local host = require "proactive.host"
local in_process = require "proactive.in_process"

-- Longest wait for a socket where nothing else runs.
local WAIT = 0.5

local WAITS_FOR_ITSELF = "a call to %s would wait for ever: this Lua state serves it, and not "
  .. "while it waits. Start the sandbox without in_process"

-- A pool keeps a few routes only, and every address is one.
local MOST_ROUTES = 24

---@class proactive.Caller
---@field pool any?         the core's, once there was a call
---@field options table     of `core.http`
---@field timeout number    seconds for one call
local Caller = {}
Caller.__index = Caller

local caller = {}

---@class proactive.Call
---@field method string
---@field url string
---@field headers string[]?  whole lines
---@field body string?
---@field token any?         the core's, which has one

---@param options {ca_file: string?, proxy: string?, user_agent: string?}
---@param timeout number  seconds
---@return proactive.Caller
function caller.new(options, timeout)
  local given = { max_connections = 1 }
  for name, value in pairs(options) do
    given[name] = value
  end
  return setmetatable({ options = given, timeout = timeout, routes = {}, count = 0 }, Caller)
end

--- The pool to call with; a new one when the last has no room for another address.
---@return any? pool
---@return string? message
function Caller:open()
  if self.pool and self.count >= MOST_ROUTES then self:close() end
  local message
  if not self.pool then
    self.pool, message = core.http(self.options)
  end
  return self.pool, message
end

--- The route of a call in the present pool. Raises for an address that this Lua state serves.
---@param call proactive.Call
---@return integer? route
---@return string? message
function Caller:route(call)
  if in_process.serves(call.url) and not host.pause() then
    error(WAITS_FOR_ITSELF:format(call.url), 0)
  end
  local lines = table.concat(call.headers or {}, "\n")
  local key = ("%s %s\n%s"):format(call.method, call.url, lines)
  if self.routes[key] then return self.routes[key] end
  local route, message = self.pool:route {
    method = call.method,
    url = call.url,
    headers = call.headers,
  }
  if not route then return nil, message end
  self.routes[key], self.count = route, self.count + 1
  return route
end

--- Lets time pass for the pool, and for the host: until something happens, and not for long.
---@param most number?  seconds
---@return true?
---@return string? message
function Caller:wait(most)
  local pause = host.pause()
  local stepped, message = self.pool:step(pause and 0 or math.min(most or WAIT, WAIT), nil, 1)
  if not stepped then return nil, message end
  if pause then pause() end
  return true
end

local function start(self, route, call)
  local id, message = self.pool:start(route, call.body or "", self.timeout, call.token)
  while not id and message == "wait" do
    local waited, failed = self:wait()
    if not waited then return nil, failed end
    id, message = self.pool:start(route, call.body or "", self.timeout, call.token)
  end
  return id, message
end

--- One call.
---@param call proactive.Call
---@return table? result  as `pool:result` gives it; `status` is nil when none arrived
---@return string? message  why there was no call
function Caller:ask(call)
  local pool, message = self:open()
  if not pool then return nil, message end
  local route, id, waited
  route, message = self:route(call)
  if not route then return nil, message end
  id, message = start(self, route, call)
  if not id then return nil, message end
  local result = pool:result(id)
  while not result do
    waited, message = self:wait()
    if not waited then return nil, message end
    result = pool:result(id)
  end
  pool:release(id)
  return result
end

--- Idempotent; the next call opens another pool.
function Caller:close()
  if self.pool then self.pool:close() end
  self.pool, self.routes, self.count = nil, {}, 0
end

return caller
