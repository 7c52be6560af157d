--- The client: the public methods over the delivery of events.

local check = require "proactive.client.check"
local core = require "proactive.core"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local many = require "proactive.client.many"
local open = require "proactive.client.open"
local options_of = require "proactive.options"
local outgoing = require "proactive.client.outgoing"
local queue = require "proactive.client.queue"

---@class proactive.Client
local Client = { __name = "proactive.client" }
Client.__index = Client

---@type table<string, proactive.Option>
local SEND_OPTIONS = {
  expires_in = { "number" },
  reference_id = { "string" },
  deadline = { "number", above = 0 },
  timeout = { "number", above = 0, max = 3600 },
  validate = { "boolean" },
}

---@type table<string, proactive.Option>
local REQUEST_OPTIONS = {
  region = { "string", one_of = endpoints.regions },
  deadline = { "number", above = 0 },
  timeout = { "number", above = 0, max = 3600 },
  validate = { "boolean" },
}

--- Makes a client. Nothing is sent; the certificate store is read.
---@param options proactive.ClientOptions?
---@return proactive.Client?
---@return proactive.Error?
---   kind `auth`: no credentials; `invalid`: an address, file or credential that cannot be used
local function new(options)
  local client, err = open(options, 2)
  if not client then return nil, err end
  return setmetatable(client, Client)
end

local function submit(client, event, audience, opts, on_done)
  local body, err = outgoing.event(event, audience, opts, client.delivery:now())
  if not body then return nil, err end
  local regions = outgoing.regions(audience, client.region)
  if not client.delivery:has_space(#regions) then return nil, client.delivery:busy_error() end
  if audience.regions then
    queue.all(client, regions, body, opts, on_done)
  else
    queue.one(client, regions[1], body, opts, on_done)
  end
  return true
end

local function ignore() end

--- Sends an event without ever blocking: the work is done in `step`.
---@param event proactive.Event
---@param audience proactive.Audience
---@param opts proactive.SendOptions?
---@param on_done fun(receipt: proactive.Receipt?, err: proactive.Error?)?
---   called inside `step`, exactly once
---@return boolean?
---@return proactive.Error?      `invalid`, `busy` or `forked`; then on_done is not called
function Client:submit(event, audience, opts, on_done)
  local forked = check.usable(self, "submit", true)
  check.event(event, "submit")
  check.audience(audience, "submit")
  opts = options_of.check(opts, SEND_OPTIONS, "client:submit")
  if on_done ~= nil and type(on_done) ~= "function" then
    error(("client:submit: on_done must be a function, got %s"):format(type(on_done)), 2)
  end
  if forked then return nil, forked end
  local ok, err = submit(self, event, audience, opts, on_done or ignore)
  if ok then self:stir() end
  return ok, err
end

local function pool_error(message)
  return errors.new("transport", { message = message, cause = "protocol" })
end

--- Waits for something to happen, by stepping. In a host that must not be blocked its adapter has
--- another way.
---@param seconds number
---@param outcome table?  whose `wake`, if it is set, will be called when it is done
---@return proactive.Error? problem  the pool failed
---@protected
function Client:rest(seconds, outcome) -- luacheck: no unused args
  local _, problem = self:step(seconds)
  return problem
end

--- Why what waits must not be called in the code that runs now, and what to do instead; nil: it
--- may.
---@param method string
---@return string?
---@protected
function Client:refusal(method) -- luacheck: no unused args
  return nil
end

--- Whether a server of this Lua state goes on while this client waits.
---@return boolean
function Client:is_served() -- luacheck: no unused args
  return false
end

--- Called when there is something new to do: an adapter tells its host.
---@protected
function Client.stir() end

--- Submits by `begin(on_done)` and rests until the outcome is there.
local function wait_for(client, begin)
  local outcome = {}
  local ok, err = begin(function(receipt, failure)
    outcome.done, outcome.receipt, outcome.failure = true, receipt, failure
    if outcome.wake then outcome.wake() end
  end)
  if not ok then return nil, err end
  while not outcome.done do
    local problem = client:rest(1, outcome)
    if problem and not outcome.done then return nil, problem end
  end
  return outcome.receipt, outcome.failure
end

--- Sends an event and waits for the service's answer.
---@param event proactive.Event
---@param audience proactive.Audience
---@param opts proactive.SendOptions?
---@return proactive.Receipt?
---@return proactive.Error?
function Client:send(event, audience, opts)
  local forked = check.usable(self, "send")
  check.may_wait(self, "send")
  check.event(event, "send")
  check.audience(audience, "send")
  opts = options_of.check(opts, SEND_OPTIONS, "client:send")
  if forked then return nil, forked end
  return wait_for(self, function(on_done)
    return submit(self, event, audience, opts, on_done)
  end)
end

--- Sends a whole request body as it stands, after validation.
---@param request table|string  the body as a table, or its JSON text, which is sent byte for byte
---@param opts proactive.SendRequestOptions?
---@return proactive.Receipt?
---@return proactive.Error?
function Client:send_request(request, opts)
  local forked = check.usable(self, "send_request")
  check.may_wait(self, "send_request")
  opts = options_of.check(opts, REQUEST_OPTIONS, "client:send_request")
  if type(request) ~= "table" and type(request) ~= "string" then
    error(("client:send_request: a table or JSON text expected, got %s"):format(type(request)), 2)
  end
  if forked then return nil, forked end
  local body, err = outgoing.request(request, opts, self.delivery:now())
  if not body then return nil, err end
  return wait_for(self, function(on_done)
    if not self.delivery:has_space(1) then return nil, self.delivery:busy_error() end
    queue.one(self, opts.region or self.region, body, opts, on_done)
    return true
  end)
end

--- Closes now, or after the callback that is running.
local function finish_close(client)
  client.closed, client.busy = true, true
  local ok, problem = pcall(client.delivery.close, client.delivery, client.end_words)
  client.busy = false
  -- A lack of memory comes here, or an error of a debug hook. Before the end of it what is pending
  -- has not been told, and the client is still open.
  if not ok and not client.delivery.ended then
    client.closed, client.delivery.closing = false, false
  end
  if not ok then error(problem, 0) end
end

--- Begins to send an event to many, as a job that `step` advances.
---@param event proactive.Event|fun(user: proactive.User): proactive.Event
---   made for each user when it is a function
---@param users proactive.Users
---@param opts proactive.ManyOptions?
---@return proactive.Many? job
---@return proactive.Error?
function Client:start_many(event, users, opts)
  local forked = check.usable(self, "start_many", true)
  if forked then return nil, forked end
  queue.announce(self)
  local job, err = many.start(self, event, users, opts)
  if job then self:stir() end
  return job, err
end

local function see_through(client, job)
  while not job:done() do
    local problem = client:rest(1)
    if problem then return problem end
  end
end

--- Waits for the end of a run. One that is not waited for any more is stopped: nobody else has it.
local function wait_for_run(client, job)
  -- where this wait yields it is the host's own step that raises
  if client:is_served() then return see_through(client, job) end
  local ok, problem = pcall(see_through, client, job)
  if ok then return problem end
  job:stop()
  error(problem, 0)
end

--- Sends an event to many and waits for the end. An error that ends the wait ends the run with it:
--- no more users are taken, and what is in flight is left to the steps that follow.
---@param event proactive.Event|fun(user: proactive.User): proactive.Event
---@param users proactive.Users
---@param opts proactive.ManyOptions?
---@return proactive.Report?
---@return proactive.Error?
function Client:send_many(event, users, opts)
  local forked = check.usable(self, "send_many")
  check.may_wait(self, "send_many")
  if forked then return nil, forked end
  queue.announce(self)
  local job, err = many.start(self, event, users, opts)
  if not job then return nil, err end
  local problem = wait_for_run(self, job)
  if not problem then return job:report() end
  job:stop()
  return nil, problem
end

local function advance(client, timeout, budget)
  client.busy = true
  return client.delivery:step(timeout, budget)
end

--- Does what is due and calls the callbacks of what is done.
---@param timeout number?   longest wait in seconds; 0, the default, never waits
---@param budget number?
---   after so many seconds no further socket is served, callback run or connection opened
---@return integer completed
---@return proactive.Error?   kind `forked`; or `transport`, when the pool itself failed
function Client:step(timeout, budget)
  local forked = check.usable(self, "step")
  check.seconds(timeout, "step", "timeout")
  check.seconds(budget, "step", "budget")
  if forked then return 0, forked end
  local ok, completed, message = pcall(advance, self, timeout or 0, budget)
  self.busy = false
  -- A lack of memory comes here, or an error of a debug hook. Nothing is lost by one that is raised
  -- where the core returns: the next step goes on.
  if not ok then error(completed, 0) end
  if self.delivery.closing then finish_close(self) end
  return completed, message and pool_error(message)
end

--- Steps until nothing is pending, all that `start_many` began included.
---@param timeout number?  longest time in seconds; default: until all is done
---@return boolean done    false when the time ended first
---@return proactive.Error?  as for `step`
function Client:flush(timeout)
  local forked = check.usable(self, "flush")
  check.may_wait(self, "flush")
  check.seconds(timeout, "flush", "timeout")
  if forked then return false, forked end
  local ends = timeout and core.monotonic() + timeout
  while not self.closed and self.delivery:has_work() do
    local left = ends and ends - core.monotonic() or 1
    if left <= 0 then return false end
    local problem = self:rest(math.min(left, 1))
    if problem then return false, problem end
  end
  return true
end

--- Asks for a token, unless there is a good one already. Sends do this by themselves; this is for
--- looking.
---@return {scope: string, expires_in: number, length: integer, reveal: fun(): string}? token
---   seconds left, characters; `reveal` gives the token itself, which nothing else here ever prints
---@return proactive.Error?
function Client:token()
  local forked = check.usable(self, "token")
  check.may_wait(self, "token")
  if forked then return nil, forked end
  local source, now = self.delivery.source, self.clock.monotonic
  local state, err = source:poll(now())
  while state == "wait" do
    local problem = self:rest(0.1)
    if problem then return nil, problem end
    state, err = source:poll(now())
  end
  if not state then return nil, err end
  local info = source.handle:info(now())
  return {
    scope = endpoints.scope,
    expires_in = info.expires_in,
    length = info.length,
    reveal = function()
      return source.handle:reveal()
    end,
  }
end

--- Reads the certificate store ahead of the first connection, which otherwise costs a step some 30
--- ms. Done when the client is made; libcurl keeps the store for a day.
---@return boolean?
---@return proactive.Error?
function Client:warm()
  local forked = check.usable(self, "warm")
  if forked then return nil, forked end
  local ok, message = self.pool:warm()
  if ok then return true end
  return nil, errors.new("transport", { message = message, cause = "tls" })
end

--- A pollable descriptor for an event loop, or nil where the platform has none.
---@return integer?
---@return proactive.Error?  kind `forked`
function Client:fd()
  local forked = check.usable(self, "fd", true)
  if forked then return nil, forked end
  return (self.pool:fd())
end

--- Seconds until a step has something to do without any event on the descriptor; nil: nothing is
--- due.
---@return number?
---@return proactive.Error?  kind `forked`
function Client:timeout()
  local forked = check.usable(self, "timeout", true)
  if forked then return nil, forked end
  return self.delivery:timeout()
end

--- Events submitted and not completed.
---@return integer?
---@return proactive.Error?  kind `forked`
function Client:pending()
  local forked = check.usable(self, "pending", true)
  if forked then return nil, forked end
  return self.delivery:pending()
end

--- Counters since the client was made, and what is under way.
---@return proactive.Stats?
---@return proactive.Error?  kind `forked`
function Client:stats()
  local forked = check.usable(self, "stats", true)
  if forked then return nil, forked end
  return self.delivery:stats()
end

--- Ends the client; what is pending completes as `cancelled`. Inside a callback it takes effect
--- after that callback. A second call does nothing. In a forked child nothing is told: the events
--- are the parent's, which still delivers them.
function Client:close()
  if self.closed then return end
  if self.pool:forked() then
    self.closed = true
    self.delivery:disown()
  elseif self.busy then
    self.delivery.closing = true
  else
    finish_close(self)
  end
end

Client.__close = Client.close

function Client:__tostring()
  local state = self.closed and "closed" or ("%d pending"):format(self.delivery:pending())
  return ("proactive.client: %s, %s"):format(self.stage, state)
end

return { new = new, class = Client }
