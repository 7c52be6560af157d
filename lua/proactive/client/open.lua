--- Makes what a client is made of: checks the options, finds the credentials, opens pool, routes
--- and delivery. The credentials go to the core's token and are kept nowhere else.

local core = require "proactive.core"
local credentials = require "proactive.credentials"
local delivery = require "proactive.delivery"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local new_observer = require("proactive.delivery.observer").new
local new_policy = require("proactive.delivery.retry").new
local options_of = require "proactive.options"
local token = require "proactive.token"
local token_store = require "proactive.token_store"

---@class proactive.ClientOptions
---@field client_id string?
---   default: the environment's ALEXA_CLIENT_ID, else the credentials file
---@field client_secret string?    given together with client_id
---@field region "NA"|"EU"|"FE"|nil  where customers are whose own region is not given; default NA
---@field stage "development"|"live"|nil  default development
---@field sandbox string|false|nil
---   the sandbox's URL; default: the environment's PROACTIVE_SANDBOX, unless false
---@field token_host string?       in place of https://api.amazon.com
---@field event_host string?       in place of Amazon's hosts, for all regions
---@field timeout number?          seconds for one attempt, default 30
---@field connect_timeout number?  seconds, default 5
---@field concurrency integer?     requests in flight, default 64
---@field queue integer?           events waiting beyond those, default 1,024
---@field connect_burst integer?   connections opened in one step, default 1
---@field rate number?             events per second and region, default none
---@field retry proactive.RetryOptions|false|nil  false: nothing is sent again
---@field http_version "auto"|"1.1"|"2"|nil
---   default 1.1: faster in every measurement (make bench BENCH=latency), and libcurl 7.88 loses
---   answers over HTTP/2
---@field ca_file string?          PEM file of certificate authorities in place of the system's
---@field proxy string?
---   for addresses that are not loopback; default: what the environment says
---@field user_agent string?
---@field logger fun(level: string, fields: proactive.LogFields)?
---   gets a line for each outcome, customers hashed, and what callbacks raise; default: only the
---   latter, on standard error
---@field on_attempt fun(fields: proactive.Attempt)?  gets each attempt when it has ended
---@field token_store proactive.TokenStore|string|nil
---   where tokens are shared with other processes and workers: a table of functions, or the path of
---   a file
---@field clock {wall: fun(): number, monotonic: fun(): number}?
---   a client with its own shares its token with nobody

---@class proactive.RetryOptions
---@field attempts integer?  for one event, the first with them; default 4
---@field base number?       seconds, the first delay's ceiling; default 0.2
---@field cap number?        seconds, the highest ceiling; default 20
---@field budget integer?    what retries may cost before successes pay it back; default 500

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
  concurrency = { "number", integer = true, min = 1, max = 1000 },
  queue = { "number", integer = true, min = 0 },
  connect_burst = { "number", integer = true, min = 1, max = 1000 },
  rate = { "number", above = 0 },
  retry = { "table|boolean" },
  http_version = { "string", one_of = { "auto", "1.1", "2" } },
  ca_file = { "string" },
  proxy = { "string" },
  user_agent = { "string" },
  logger = { "function" },
  on_attempt = { "function" },
  token_store = { "table|string" },
  clock = { "table" },
}

local CLOCK = {
  wall = { "function", required = true },
  monotonic = { "function", required = true },
}

local RETRY = {
  attempts = { "number", integer = true, min = 1 },
  base = { "number", min = 0 },
  cap = { "number", min = 0 },
  budget = { "number", min = 0 },
}

local RETRY_DEFAULTS = { attempts = 4, base = 0.2, cap = 20, budget = 500 }

local HTTP_VERSION = { auto = 0, ["1.1"] = 1, ["2"] = 2 }

--- The pair to ask for tokens with.
local function credentials_of(options, sandbox, level)
  if options.client_id and options.client_secret then return options end
  if options.client_id or options.client_secret then
    error("proactive.client: client_id and client_secret must be given together", level + 1)
  end
  if sandbox then return credentials.sandbox end
  return credentials.find()
end

--- The rules for sending again; none with `retry = false`.
local function policy_of(options, level)
  if options.retry == false then return nil end
  if options.retry == true then
    error("proactive.client: option retry must be a table, or false", level + 1)
  end
  local given = options_of.check(options.retry, RETRY, "proactive.client: retry", level)
  local merged = {}
  for name, default in pairs(RETRY_DEFAULTS) do
    merged[name] = given[name] or default
  end
  return new_policy(merged, core.random)
end

local function setup_error(message)
  return errors.new("invalid", {
    message = "the client cannot be made: " .. message,
    fix = "Correct that option of proactive.client.",
  })
end

local function open_pool(client, options)
  return core.http {
    ca_file = options.ca_file,
    proxy = options.proxy,
    user_agent = options.user_agent or ("proactive/" .. require("proactive")._VERSION),
    http_version = HTTP_VERSION[options.http_version or "1.1"],
    -- one more than requests in flight: the token's
    max_connections = client.concurrency + 1,
  }
end

--- One address that is posted to. Made with the client, so that a wrong one is told at once.
local function open_route(client, options, url, content_type)
  return client.pool:route {
    method = "POST",
    url = url,
    headers = { "Content-Type: " .. content_type },
    connect_timeout = options.connect_timeout or 5,
  }
end

local function open_source(client, options, hosts, pair)
  local url = endpoints.token_url(hosts)
  local route, message =
    open_route(client, options, url, "application/x-www-form-urlencoded;charset=UTF-8")
  if not route then return nil, message end
  return token.open {
    url = url,
    client_id = pair.client_id,
    client_secret = pair.client_secret,
    scope = endpoints.scope,
    pool = client.pool,
    route = route,
    timeout = client.attempt_timeout,
    policy = client.policy,
    store = token_store.of(options.token_store),
    private = options.clock ~= nil,
  }
end

local function open_routes(client, options, hosts)
  client.routes = {}
  local encrypted = false
  for _, region in ipairs(endpoints.regions) do
    local url = endpoints.events_url(region, client.stage, hosts)
    local route, message = open_route(client, options, url, "application/json")
    if not route then return nil, message end
    client.routes[region] = route
    encrypted = encrypted or url:find("^[Hh][Tt][Tt][Pp][Ss]:") ~= nil
  end
  -- Reading the certificate store costs some 30 ms: now, and not in a step.
  if encrypted then return client.pool:warm() end
  return true
end

local function open_delivery(client, options, source)
  return delivery.new {
    pool = client.pool,
    source = source,
    clock = client.clock,
    concurrency = client.concurrency,
    queue = options.queue or 1024,
    connect_burst = options.connect_burst or 1,
    rate = options.rate,
    policy = client.policy,
    sandbox = client.sandbox ~= nil,
    latency = core.histogram(),
    observer = new_observer { logger = options.logger, on_attempt = options.on_attempt },
  }
end

--- What is wrong with the addresses that were given, or nil.
local function host_problem(hosts)
  for name, url in pairs(hosts) do
    if not url:find "^[Hh][Tt][Tt][Pp][Ss]?://." then
      local text = "%s is no URL: https://… (or http://… for this machine) expected, got %q"
      return text:format(name, url)
    end
  end
end

local function connect(client, options, pair)
  local hosts = {
    sandbox = client.sandbox,
    token_host = options.token_host,
    event_host = options.event_host,
  }
  local problem = host_problem(hosts)
  if problem then return nil, problem end
  local source, message = open_source(client, options, hosts, pair)
  if not source then return nil, message end
  local ok
  ok, message = open_routes(client, options, hosts)
  if not ok then return nil, message end
  client.delivery = open_delivery(client, options, source)
  return true
end

--- The parts of a client. Nothing is sent; the certificate store is read.
---@param options proactive.ClientOptions?
---@param level integer  who is blamed for a wrong option: 1 for the caller, 2 for its caller, …
---@return table? client
---@return proactive.Error?
---   kind `auth`: no credentials; `invalid`: an address, file or credential that cannot be used
return function(options, level)
  options = options_of.check(options, OPTIONS, "proactive.client", level)
  if options.clock then options_of.check(options.clock, CLOCK, "proactive.client: clock", level) end
  local sandbox = endpoints.sandbox(options.sandbox, "proactive.client", level + 1)
  local pair, err = credentials_of(options, sandbox, level + 1)
  if not pair then return nil, err end
  local client = {
    sandbox = sandbox,
    event_host = options.event_host,
    region = options.region or "NA",
    stage = options.stage or "development",
    attempt_timeout = options.timeout or 30,
    concurrency = options.concurrency or 64,
    policy = policy_of(options, level + 1),
    clock = options.clock or core,
  }
  local pool, message = open_pool(client, options)
  if not pool then return nil, setup_error(message) end
  client.pool = pool
  local ok
  ok, message = connect(client, options, pair)
  if not ok then
    pool:close()
    return nil, setup_error(message)
  end
  return client
end
