--- What is known of the case before doctor: what it was given, and what it found out by asking,
--- each thing once.

local credentials = require "proactive.credentials"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local letter = require "proactive.doctor.letter"
local probe = require "proactive.doctor.probe"
local stand_in = require "proactive.doctor.stand_in"

---@class proactive.doctor.Case
---@field options proactive.DoctorOptions
---@field sandbox string?
---@field stand_in proactive.doctor.StandIn?  what the sandbox shows, when there is one
---@field hosts table        for `endpoints`
---@field stage string
---@field regions string[]   where the event goes
---@field region_given boolean
---@field user string?       nil: the event goes to all, or to somebody unknown
---@field pair {client_id: string, client_secret: string}?
---@field pair_error proactive.Error?
---@field place "given"|"sandbox"|{file: string, skill_id: string}|nil  nil: the environment
---@field probe proactive.doctor.Probe
---@field receipt table?     of the event, when it was sent
---@field wall fun(): number
---@field memory table<string, table>
local Case = {}
Case.__index = Case

local case = {}

local function pair_of(options, sandbox)
  if options.client_id then
    local given = { client_id = options.client_id, client_secret = options.client_secret }
    return given, nil, "given"
  end
  if sandbox then return credentials.sandbox, nil, "sandbox" end
  return credentials.find(options.skill_id)
end

--- Where the event goes: the audience's own regions, else the one given.
local function regions_of(options, audience)
  if audience.regions then return audience.regions, true end
  local region = audience.region or options.region
  return { region or "NA" }, region ~= nil
end

---@param options proactive.DoctorOptions  checked
---@param sandbox string?
---@return proactive.doctor.Case
function case.new(options, sandbox)
  local audience = options.audience or {}
  local self = setmetatable({ options = options, sandbox = sandbox, memory = {} }, Case)
  self.hosts = {
    sandbox = sandbox,
    token_host = options.token_host,
    event_host = options.event_host,
  }
  self.stage = options.stage or "development"
  self.regions, self.region_given = regions_of(options, audience)
  self.user = options.user or audience.user
  self.pair, self.pair_error, self.place = pair_of(options, sandbox)
  self.wall = options.clock and options.clock.wall or require("proactive.core").wall
  self.probe = probe.new {
    ca_file = options.ca_file,
    proxy = options.proxy,
    timeout = options.timeout or 30,
    wall = self.wall,
  }
  if sandbox then self.stand_in = stand_in.new(sandbox, options.ca_file) end
  return self
end

--- The result of a question, which is asked once: up to two values, nil among them.
function Case:once(name, ask)
  local known = self.memory[name]
  if not known then
    local first, second = ask(self)
    known = { first, second }
    self.memory[name] = known
  end
  return known[1], known[2]
end

-- The service ------------------------------------------------------------------------------------

local function first_exchange(self)
  local url = endpoints.token_url(self.hosts)
  if not self.pair then return (self.probe:reach(url)), url end
  return self.probe:token(url, self.pair, endpoints.scope), url
end

--- The token request, which network and clock are read from too; without credentials a look at its
--- host.
---@return proactive.doctor.Exchange
---@return string url
function Case:first_exchange()
  return self:once("exchange", first_exchange)
end

--- Whether nothing answers: then nothing else need be asked there.
---@return boolean
function Case:is_unreachable()
  return not self:first_exchange().headers
end

--- Seconds by which the service's clock is ahead of this machine's; nil: not known.
---@return number?
function Case:skew()
  return (self:once("skew", function()
    local exchange = self:first_exchange()
    return exchange.headers and probe.skew(exchange) or nil
  end))
end

--- Unix seconds by the service's clock, as far as it is known.
---@return number
function Case:now()
  return math.floor(self.wall() + (self:skew() or 0))
end

-- Skill management -------------------------------------------------------------------------------

--- Which skill is meant; nil when it is not known.
---@return string?
function Case:skill_id()
  return (self:once("skill_id", function()
    if self.options.skill_id then return self.options.skill_id end
    if type(self.place) == "table" then return self.place.skill_id end
    if not self.stand_in then return nil end
    return self.stand_in:skill_id(self.pair.client_id) or credentials.sandbox_skill_id
  end))
end

local function open_smapi(self)
  if self:is_unreachable() then return nil, "the network is in the way" end
  if not self:skill_id() then return nil, "which skill it is was not said (--skill ID)" end
  local smapi, err = require "proactive.smapi" {
    sandbox = self.sandbox or false,
    ca_file = self.options.ca_file,
    proxy = self.options.proxy,
    timeout = self.options.timeout,
    private = true,
  }
  if smapi then return smapi end
  return nil, err.message:find "^not logged in" and "not logged in (proactive login)" or err.message
end

--- A client of SMAPI, or why there is none.
---@return proactive.Smapi?
---@return string? why
function Case:smapi()
  return self:once("smapi", open_smapi)
end

--- Asks SMAPI about the skill: what it gives, or nil, why not, and the error if it said no.
---@param name string  what is asked
---@param ask fun(smapi: proactive.Smapi, skill_id: string): any, proactive.Error?
---@return any
---@return string? why
---@return proactive.Error?
function Case:ask_smapi(name, ask)
  local smapi, why = self:smapi()
  if not smapi then return nil, why end
  local value, err = self:once("smapi " .. name, function()
    return ask(smapi, self:skill_id())
  end)
  if value ~= nil then return value end
  return nil, err.message, err
end

--- The pair that SMAPI says is the skill's.
function Case:skill_pair()
  return self:ask_smapi("credentials", function(smapi, id)
    return smapi:credentials(id)
  end)
end

--- The skill's manifest in the stage that is meant.
---@return proactive.smapi.Held?
---@return string? why
---@return proactive.Error?
function Case:manifest()
  return self:ask_smapi("manifest", function(smapi, id)
    return smapi:get_manifest(id, { stage = self.stage })
  end)
end

-- The event --------------------------------------------------------------------------------------

--- The name of the event, when there is one.
---@return string?
function Case:event_name()
  local given = self.options.event
  if type(given) ~= "table" or errors.is(given) then return nil end
  local event = type(given.event) == "table" and given.event or given
  return type(event.name) == "string" and event.name or nil
end

--- The event as it would be sent; nil: none was given.
---@return proactive.doctor.Letter?
function Case:letter()
  if not self.options.event then return nil end
  return (self:once("letter", letter.of))
end

-- Customers --------------------------------------------------------------------------------------

---@class proactive.doctor.Witness
---@field name string
---@field customer table|false|nil  false: it knows none; nil: it could not be asked
---@field problem string?

local function ask_registry(registry, user)
  local known, err = registry:get(user)
  local witness = { name = "the registry", customer = known or false }
  if err then
    witness.customer, witness.problem = nil, err.message
  end
  return witness
end

--- What the sandbox and the registry know of the customer.
---@return proactive.doctor.Witness[]
function Case:witnesses()
  return (self:once("witnesses", function()
    local list = {}
    if not self.user then return list end
    if self.stand_in then
      local customer, problem = self.stand_in:customer(self.user)
      list[1] = { name = "the sandbox", customer = customer, problem = problem }
    end
    if self.options.registry then
      list[#list + 1] = ask_registry(self.options.registry, self.user)
    end
    return list
  end))
end

--- One field of the customer, from the first that knows it.
---@param name string
---@return any
---@return string? witness
function Case:of_customer(name)
  for _, witness in ipairs(self:witnesses()) do
    local customer = witness.customer
    if customer and customer[name] ~= nil then return customer[name], witness.name end
  end
end

function Case:close()
  self.probe:close()
  local smapi = self.memory.smapi and self.memory.smapi[1]
  if smapi then smapi:close() end
  if self.stand_in then self.stand_in:close() end
end

return case
