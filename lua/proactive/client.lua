--- The client: options and methods over the delivery of events.

local audience_of = require "proactive.audience"
local core = require "proactive.core"
local credentials = require "proactive.credentials"
local delivery = require "proactive.delivery"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local json = require "proactive.json"
local options_of = require "proactive.options"
local request_of = require "proactive.request"
local token = require "proactive.token"
local validate = require "proactive.validate"

---@class proactive.Client
local Client = { __name = "proactive.client" }
Client.__index = Client

---@type table<string, proactive.Option>
local OPTIONS = {
  client_id = { "string" },
  client_secret = { "string" },
  region = { "string", one_of = endpoints.regions },
  stage = { "string", one_of = endpoints.stages },
  sandbox = { "string|boolean" },
  token_host = { "string" },
  event_host = { "string" },
  timeout = { "number", above = 0, max = 3600 },
  connect_timeout = { "number", above = 0, max = 3600 },
  concurrency = { "number", integer = true, min = 1, max = 1024 },
  queue = { "number", integer = true, min = 0 },
  connect_burst = { "number", integer = true, min = 1 },
  http_version = { "string", one_of = { "auto", "1.1", "2" } },
  ca_file = { "string" },
  proxy = { "string" },
  user_agent = { "string" },
  logger = { "function" },
  clock = { "table" },
}

local SEND_OPTIONS = {
  expires_in = { "number" },
  reference_id = { "string" },
  timeout = { "number", above = 0, max = 3600 },
  validate = { "boolean" },
}

local REQUEST_OPTIONS = {
  region = { "string", one_of = endpoints.regions },
  timeout = { "number", above = 0, max = 3600 },
  validate = { "boolean" },
}

local HTTP_VERSION = { auto = 0, ["1.1"] = 1, ["2"] = 2 }

local CLOCK = { wall = { "function", required = true }, monotonic = { "function", required = true } }

local function log_to_stderr(level, fields)
  io.stderr:write(("proactive %s: %s\n"):format(level, fields.message))
end

--- The sandbox's address: the option, else the environment unless the option is false.
local function sandbox_of(options)
  if options.sandbox == true then
    error("proactive.client: option sandbox must be the sandbox's URL, or false", 4)
  end
  if options.sandbox ~= nil then return options.sandbox or nil end
  local named = os.getenv("PROACTIVE_SANDBOX")
  return named ~= "" and named or nil
end

--- The pair to ask for tokens with.
local function credentials_of(options, sandbox)
  if options.client_id and options.client_secret then
    return { client_id = options.client_id, client_secret = options.client_secret }
  end
  if options.client_id or options.client_secret then
    error("proactive.client: client_id and client_secret must be given together", 4)
  end
  if sandbox then return credentials.sandbox end
  return credentials.find()
end

local function setup_error(message)
  return errors.new("invalid", {
    message = message,
    fix = "Correct the option of proactive.client named there.",
  })
end

local function open_source(client, pair)
  local options = client.options
  local url = endpoints.token_url(client)
  local route, message = client.pool:route {
    method = "POST",
    url = url,
    headers = { "Content-Type: application/x-www-form-urlencoded;charset=UTF-8" },
    connect_timeout = client.connect_timeout,
  }
  if not route then return nil, setup_error(message) end
  local source
  source, message = token.open {
    url = url,
    client_id = pair.client_id,
    client_secret = pair.client_secret,
    scope = endpoints.scope,
    pool = client.pool,
    route = route,
    timeout = client.timeout,
    private = options.clock ~= nil,
  }
  if not source then return nil, setup_error(message) end
  return source
end

--- The routes are made when the client is, so that a wrong address is told at once.
local function open_routes(client)
  client.routes = {}
  for _, region in ipairs(endpoints.regions) do
    local route, message = client.pool:route {
      method = "POST",
      url = endpoints.events_url(region, client.stage, client),
      headers = { "Content-Type: application/json" },
      connect_timeout = client.connect_timeout,
    }
    if not route then return setup_error(message) end
    client.routes[region] = route
  end
end

local function open_delivery(client, pair)
  local options = client.options
  local source, err = open_source(client, pair)
  if not source then return err end
  err = open_routes(client)
  if err then return err end
  client.delivery = delivery.new {
    pool = client.pool,
    source = source,
    clock = client.clock,
    concurrency = client.concurrency,
    queue = options.queue or 1024,
    connect_burst = options.connect_burst or 1,
    sandbox = client.sandbox ~= nil,
    on_error = function(problem)
      pcall(client.logger, "error", { message = "a callback raised: " .. tostring(problem) })
    end,
  }
end

local function open_pool(client)
  local options = client.options
  return core.http {
    ca_file = options.ca_file,
    proxy = options.proxy,
    user_agent = options.user_agent or ("proactive/" .. require("proactive")._VERSION),
    http_version = HTTP_VERSION[options.http_version or "auto"],
    -- one more than requests in flight: the token's
    max_connections = client.concurrency + 1,
  }
end

--- Makes a client. Nothing is sent; the certificate store is read.
---@param options table?  see the reference: client_id, client_secret, region, stage, sandbox, token_host, event_host,
---   timeout (30 s an attempt), connect_timeout (5 s), concurrency (64), queue (1,024), connect_burst (1),
---   http_version, ca_file, proxy, user_agent, logger(level, fields), clock {wall, monotonic}
---@return proactive.Client?
---@return proactive.Error?  kind `auth`: no credentials; `invalid`: an address, file or credential that cannot be used
local function new(options)
  options = options_of.check(options, OPTIONS, "proactive.client")
  if options.clock then options_of.check(options.clock, CLOCK, "proactive.client: clock") end
  local sandbox = sandbox_of(options)
  local pair, err = credentials_of(options, sandbox)
  if not pair then return nil, err end
  local client = setmetatable({
    options = options,
    sandbox = sandbox,
    token_host = options.token_host,
    event_host = options.event_host,
    region = options.region or "NA",
    stage = options.stage or "development",
    timeout = options.timeout or 30,
    connect_timeout = options.connect_timeout or 5,
    concurrency = options.concurrency or 64,
    logger = options.logger or log_to_stderr,
    clock = options.clock or core,
  }, Client)
  local pool, message = open_pool(client)
  if not pool then return nil, setup_error(message) end
  client.pool = pool
  err = open_delivery(client, pair)
  if err then
    pool:close()
    return nil, err
  end
  return client
end

--- Raises when the client cannot be used from here; returns the error of a client made before a fork.
local function check_usable(client, method, in_callback)
  if client.closed or client.delivery.closing then
    error(("client:%s: attempt to use a closed client"):format(method), 3)
  end
  if client.busy and not in_callback then
    error(("client:%s cannot be called inside a callback; use client:submit there"):format(method), 3)
  end
  if client.pool:forked() then
    return errors.new("forked", {
      message = "this client was made before a fork, in another process",
      fix = "Make a client in each process, after the fork (in OpenResty: in init_worker_by_lua or later).",
    })
  end
end

--- Says once that nothing real is sent.
local function announce_sandbox(client)
  if client.sandbox and not client.announced then
    client.announced = true
    io.stderr:write(("proactive: sending to the sandbox at %s\n"):format(client.sandbox))
  end
end

--- Queues one request body for one region.
local function submit_one(client, region, prepare, opts, on_done)
  announce_sandbox(client)
  return client.delivery:submit {
    route = client.routes[region],
    region = region,
    prepare = prepare,
    finish = on_done,
    timeout = opts.timeout or client.timeout,
  }
end

--- The request body of an event, checked; the times are set anew at the first attempt.
local function build(client, event, audience, opts, reference_id, now)
  local request, err = request_of.build(event, audience, {
    expires_in = opts.expires_in,
    reference_id = opts.reference_id or reference_id,
    now = now or client.delivery:now(),
  })
  if not request then return nil, err end
  if opts.validate ~= false then
    local ok, invalid = validate(request, { now = now or client.delivery:now() })
    if not ok then return nil, invalid end
  end
  return request
end

--- A job's `prepare`: the body as of the first attempt.
local function preparer(client, event, audience, opts)
  local reference_id = opts.reference_id or core.id()
  local request, err = build(client, event, audience, opts, reference_id)
  if not request then return nil, err end
  local text
  text, err = request_of.encode(request)
  if not text then return nil, err end
  return function(now)
    local unchecked = { expires_in = opts.expires_in, validate = false }
    request = build(client, event, audience, unchecked, reference_id, now)
    return {
      body = request_of.encode(request),
      reference_id = request.referenceId,
      expires_at = require("proactive.time").parse(request.expiryTime),
    }
  end
end

--- The regions one audience is sent to.
local function regions_of(client, audience)
  if audience.type == "Multicast" and audience.regions then return audience.regions end
  return { audience.region or client.region }
end

--- One outcome for all regions.
local function join(regions, results, failures)
  if next(failures) == nil then
    return { regions = results, sandbox = results[regions[1]].sandbox }
  end
  local names, first = {}, nil
  local outcomes = {}
  for _, region in ipairs(regions) do
    outcomes[region] = results[region] or failures[region]
    if failures[region] then
      first = first or failures[region]
      names[#names + 1] = ("%s: %s"):format(region, failures[region].message)
    end
  end
  return nil, errors.new(first.kind, {
    message = ("not accepted in every region; %s"):format(table.concat(names, "; ")),
    fix = first.fix,
    regions = outcomes,
  })
end

--- Submits to several regions; on_done is called once, when all are done.
local function submit_all(client, regions, prepare, opts, on_done)
  local results, failures, open = {}, {}, #regions
  for _, region in ipairs(regions) do
    local function finish(receipt, err)
      results[region], failures[region] = receipt, err
      open = open - 1
      if open == 0 then on_done(join(regions, results, failures)) end
    end
    local ok, err = submit_one(client, region, prepare, opts, finish)
    if not ok then
      if open == #regions and next(results) == nil and region == regions[1] then return nil, err end
      finish(nil, err)
    end
  end
  return true
end

local function check_audience(audience, method)
  if type(audience) ~= "table" or type(audience.type) ~= "string" then
    error(
      ("client:%s: an audience expected (proactive.audience.multicast() or .unicast(user)), got %s"):format(
        method,
        type(audience)
      ),
      3
    )
  end
  if not audience_of.is_single(audience) then
    error(("client:%s takes one customer or all; use client:send_many for a stream"):format(method), 3)
  end
end

local function submit(client, event, audience, opts, on_done)
  local prepare, err = preparer(client, event, audience, opts)
  if not prepare then return nil, err end
  local regions = regions_of(client, audience)
  if #regions == 1 and not audience.regions then
    return submit_one(client, regions[1], prepare, opts, on_done)
  end
  return submit_all(client, regions, prepare, opts, on_done)
end

--- Sends an event without ever blocking: the work is done in `step`.
---@param event table            `{name=, payload=}` as the constructors make it
---@param audience table         of `proactive.audience`
---@param opts {expires_in: number?, reference_id: string?, timeout: number?, validate: boolean?}?
---@param on_done fun(receipt: table?, err: proactive.Error?)?  called inside `step`, exactly once
---@return boolean?
---@return proactive.Error?      `invalid`, `busy` or `forked`; then on_done is not called
function Client:submit(event, audience, opts, on_done)
  local forked = check_usable(self, "submit", true)
  check_audience(audience, "submit")
  opts = options_of.check(opts, SEND_OPTIONS, "client:submit")
  if on_done ~= nil and type(on_done) ~= "function" then
    error(("client:submit: on_done must be a function, got %s"):format(type(on_done)), 2)
  end
  if forked then return nil, forked end
  return submit(self, event, audience, opts, on_done or function() end)
end

--- Submits by `begin(on_done)` and waits for the outcome.
local function wait_for(client, begin)
  local done, receipt, failure
  local ok, err = begin(function(...)
    done = true
    receipt, failure = ...
  end)
  if not ok then return nil, err end
  while not done do
    local _, message = client:step(1)
    if message then return nil, errors.new("transport", { message = message, cause = "protocol" }) end
  end
  return receipt, failure
end

--- Sends an event and waits for the service's answer.
---@param event table
---@param audience table
---@param opts {expires_in: number?, reference_id: string?, timeout: number?, validate: boolean?}?
---   expires_in in seconds, default 86,340; `validate = false` sends without our check, to read the service's own answer
---@return table? receipt   `{status, request_id, reference_id, region, expires_at, attempts, elapsed, presumed, sandbox}`
---@return proactive.Error?
function Client:send(event, audience, opts)
  local forked = check_usable(self, "send")
  check_audience(audience, "send")
  opts = options_of.check(opts, SEND_OPTIONS, "client:send")
  if forked then return nil, forked end
  return wait_for(self, function(on_done)
    return submit(self, event, audience, opts, on_done)
  end)
end

--- The fields of a body that a receipt names, from a table or the JSON text.
local function facts_of(request)
  local value = request
  if type(request) == "string" then value = json.decode(request) end
  if type(value) ~= "table" then return {} end
  local expiry = type(value.expiryTime) == "string" and value.expiryTime
  return {
    reference_id = type(value.referenceId) == "string" and value.referenceId or nil,
    expires_at = expiry and require("proactive.time").parse(expiry) or nil,
  }
end

--- Sends a whole request body as it stands, after validation.
---@param request table|string  the body as a table, or its JSON text, which is sent byte for byte
---@param opts {region: string?, timeout: number?, validate: boolean?}?
---@return table? receipt
---@return proactive.Error?
function Client:send_request(request, opts)
  local forked = check_usable(self, "send_request")
  opts = options_of.check(opts, REQUEST_OPTIONS, "client:send_request")
  if type(request) ~= "table" and type(request) ~= "string" then
    error(
      ("client:send_request: a table or JSON text expected, got %s"):format(type(request)),
      2
    )
  end
  if forked then return nil, forked end
  if opts.validate ~= false then
    local ok, err = validate(request, { now = self.delivery:now() })
    if not ok then return nil, err end
  end
  local text, err = request, nil
  if type(request) == "table" then
    text, err = request_of.encode(request)
    if not text then return nil, err end
  end
  local prepared = facts_of(request)
  prepared.body = text
  return wait_for(self, function(on_done)
    return submit_one(self, opts.region or self.region, function()
      return prepared
    end, opts, on_done)
  end)
end

--- Closes now, or after the callback that is running.
local function finish_close(client)
  client.closed = true
  client.busy = true
  client.delivery:close()
  client.busy = false
end

--- Does what is due and calls the callbacks of what is done.
---@param timeout number?   longest wait in seconds; 0, the default, never waits
---@param budget number?    after so many seconds no further socket is served, callback run or connection opened
---@return integer completed
---@return string? message  the pool failed; does not happen in normal operation
function Client:step(timeout, budget)
  local forked = check_usable(self, "step")
  if forked then return 0, forked.message end
  for name, value in pairs { timeout = timeout or 0, budget = budget or 0 } do
    if type(value) ~= "number" or value < 0 or value ~= value then
      error(("client:step: %s must be a number of seconds, not negative"):format(name), 2)
    end
  end
  self.busy = true
  local ok, completed, message = pcall(self.delivery.step, self.delivery, timeout or 0, budget)
  self.busy = false
  -- only a lack of memory comes here; nothing is lost by it, the next step goes on
  if not ok then error(completed, 0) end
  if self.delivery.closing then finish_close(self) end
  return completed, message
end

--- Steps until nothing is pending.
---@param timeout number?  longest time in seconds; default: until all is done
---@return boolean done    false when the time ended first
function Client:flush(timeout)
  local forked = check_usable(self, "flush")
  if forked then return false end
  local ends = timeout and core.monotonic() + timeout
  while self:pending() > 0 do
    local left = ends and ends - core.monotonic() or 1
    if left <= 0 then return false end
    local _, message = self:step(math.min(left, 1))
    if message then return false end
  end
  return true
end

--- Reads the certificate store ahead of the first connection, which otherwise costs a step some 30 ms.
---@return boolean?
---@return proactive.Error?
function Client:warm()
  local forked = check_usable(self, "warm")
  if forked then return nil, forked end
  local ok, message = self.pool:warm()
  if not ok then
    return nil, errors.new("transport", { message = message, cause = "tls" })
  end
  return true
end

--- Asks for a token, unless there is a good one already. Sends do this by themselves; this is for looking.
---@return {scope: string, expires_in: number, length: integer, reveal: fun(): string}? token
---   seconds left, characters; `reveal` gives the token itself, which nothing else here ever prints
---@return proactive.Error?
function Client:token()
  local forked = check_usable(self, "token")
  if forked then return nil, forked end
  local source = self.delivery.source
  local state, err
  local failed = run_until(self, function()
    state, err = source:poll(self.clock.monotonic())
    return state ~= "wait"
  end)
  if failed or not state then return nil, failed or err end
  local info = source.handle:info(self.clock.monotonic())
  return {
    scope = endpoints.scope,
    expires_in = info.expires_in,
    length = info.length,
    reveal = function()
      return source.handle:reveal()
    end,
  }
end

--- A pollable descriptor for an event loop, or nil where the platform has none.
---@return integer?
function Client:fd()
  check_usable(self, "fd", true)
  return self.pool:fd()
end

--- Seconds until a step has something to do without any event on the descriptor; nil: nothing is due.
---@return number?
function Client:timeout()
  check_usable(self, "timeout", true)
  return self.delivery:timeout()
end

--- Events submitted and not completed.
---@return integer
function Client:pending()
  return self.closed and 0 or self.delivery:pending()
end

--- Counters since the client was made.
---@return {submitted: integer, accepted: integer, failed: integer, hook_errors: integer, token_fetches: integer, connections: integer}
function Client:stats()
  check_usable(self, "stats", true)
  local stats = { token_fetches = self.delivery.source.fetches, connections = (self.pool:connections()) }
  for name, value in pairs(self.delivery.counts) do
    stats[name] = value
  end
  return stats
end

--- Ends the client; what is pending completes as `cancelled`. Inside a callback it takes effect after that callback.
--- A second call does nothing.
function Client:close()
  if self.closed then return end
  if self.busy then
    self.delivery.closing = true
  else
    finish_close(self)
  end
end

Client.__close = Client.close

function Client:__tostring()
  return ("proactive.client: %s, %s"):format(
    self.stage,
    self.closed and "closed" or ("%d pending"):format(self:pending())
  )
end

return { new = new }
