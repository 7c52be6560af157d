--- A sandbox that this Lua state serves itself, and only while it is told to: in `step`, and while
--- a client that was handed to `drive` waits. Its control calls never touch the wire.

local Client = require("proactive.client").class
local Remote = require("proactive.sandbox.remote").class
local core = require "proactive.core"
local errors = require "proactive.errors"
local in_process = require "proactive.in_process"
local server_of = require "proactive.sandbox.server"

-- Seconds one of the two may wait while the other has something to do.
local TURN = 0.001

-- Control calls --------------------------------------------------------------------------------

---@class proactive.sandbox.Direct: proactive.sandbox.Link
local Direct = {}
Direct.__index = Direct

--- As `Wire:ask`.
function Direct:ask(method, target, body)
  local path, query = target:match "^([^?]*)%??(.*)$"
  local answer = self.server:answer {
    method = method,
    target = target,
    path = path,
    query = query ~= "" and query or nil,
    headers = { host = self.server.host },
    body = body or "",
  }
  local result = { status = answer.status, body = answer.body }
  for _, header in ipairs(answer.headers) do
    if header[1] == "x-sandbox-next" then result.next = header[2] end
  end
  return result
end

function Direct:close()
  self.server:close()
end

-- Clients ----------------------------------------------------------------------------------------

--- A client that serves its sandbox while it waits.
---@class proactive.sandbox.DrivenClient: proactive.Client
local Driven = setmetatable({}, { __index = Client })
Driven.__index = Driven
Driven.__name = Client.__name
Driven.__tostring = Client.__tostring
Driven.__close = Client.close

function Driven:is_served()
  return not self.served_by.stopped
end

--- Does what is due on both sides, until the client completed something or the time is over.
function Driven:step(timeout, budget)
  local ends = core.monotonic() + (type(timeout) == "number" and timeout or 0)
  while true do
    local completed, problem = Client.step(self, 0, budget)
    local left = ends - core.monotonic()
    local is_over = completed > 0 or problem or self.closed or left <= 0
    if not self.served_by.stopped then
      self.served_by:step(is_over and 0 or math.min(left, TURN))
    elseif not is_over then
      return Client.step(self, left, budget)
    end
    if is_over then return completed, problem end
  end
end

-- The sandbox ------------------------------------------------------------------------------------

---@class proactive.sandbox.Inside: proactive.Sandbox
local Inside = setmetatable({ __name = Remote.__name }, { __index = Remote })
Inside.__index = Inside
Inside.__tostring = Remote.__tostring

--- Serves what has come and what is due.
---@param timeout number?  longest wait in seconds for something to come; default 0
---@return true?
---@return proactive.Error?
function Inside:step(timeout)
  if self.stopped then error("attempt to use a stopped sandbox", 2) end
  local served, message = self.server:step(timeout or 0)
  if served then return true end
  return nil, errors.new("unexpected", { message = "the sandbox stopped: " .. message })
end

--- Lets a client of this state serve the sandbox whenever it works or waits.
---@param client proactive.Client  made with this sandbox's address
---@return proactive.Client client the same
function Inside:drive(client)
  local kind = type(client) == "table" and getmetatable(client)
  if kind ~= Client and kind ~= Driven then
    error("sandbox:drive: a client that proactive.client made is expected", 2)
  elseif (client.event_host or client.sandbox or ""):gsub("/+$", "") ~= self.url then
    error(("sandbox:drive: the client sends to another place than %s"):format(self.url), 2)
  end
  client.served_by = self
  return setmetatable(client, Driven)
end

--- Ends it. Idempotent.
function Inside:stop()
  if self.stopped then return end
  self.stopped = true
  in_process.set(self.url, false)
  self.link:close()
end

local inside = {}

--- Starts a sandbox in this Lua state.
---@param options table  those of `sandbox.serve`; `port` is 0 unless given
---@return proactive.sandbox.Inside?
---@return proactive.Error?
function inside.start(options)
  local given = { port = 0 }
  for name, value in pairs(options) do
    given[name] = value
  end
  local server, err = server_of.new(given)
  if not server then return nil, err end
  local link = setmetatable({ server = server }, Direct)
  in_process.set(server.url, true)
  return setmetatable({
    url = server.url,
    ca_file = server.ca_file,
    link = link,
    server = server,
  }, Inside)
end

return inside
