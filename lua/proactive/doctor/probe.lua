--- What doctor asks of the service: a token, and whether a host answers at all.

local answer = require "proactive.answer"
local caller = require "proactive.caller"
local core = require "proactive.core"
local time = require "proactive.time"

local FORM = { "Content-Type: application/x-www-form-urlencoded;charset=UTF-8" }

---@class proactive.doctor.Exchange
---@field token {expires_in: number, length: integer}?  when it was granted
---@field refused table?     for `answer.token`: LWA's refusal, or a transfer without a status
---@field problem string?    why nothing could be asked: an address or a pair that cannot be used
---@field headers string?    of the answer
---@field at number?         Unix seconds of this machine when the answer came

---@class proactive.doctor.Probe
---@field calls proactive.Caller
---@field timeout number
---@field wall fun(): number
local Probe = {}
Probe.__index = Probe

local probe = {}

---@param options {ca_file: string?, proxy: string?, timeout: number, wall: fun(): number}
---@return proactive.doctor.Probe
function probe.new(options)
  local pool = {
    ca_file = options.ca_file,
    proxy = options.proxy,
    user_agent = "proactive/" .. require("proactive")._VERSION,
  }
  local calls = caller.new(pool, options.timeout)
  return setmetatable({ calls = calls, timeout = options.timeout, wall = options.wall }, Probe)
end

local function fetch(self, handle, route)
  local id, message = handle:fetch(self.calls.pool, route, self.timeout)
  while not id and message == "wait" do
    local waited, failed = self.calls:wait()
    if not waited then return nil, failed end
    id, message = handle:fetch(self.calls.pool, route, self.timeout)
  end
  return id, message
end

--- What came of a fetch: the headers of a token's answer; or nil and the refusal.
local function settle(self, handle, id)
  while true do
    local done, outcome = handle:settle(self.calls.pool, id, core.monotonic())
    if done then return outcome end
    if outcome then return nil, outcome end
    local waited, message = self.calls:wait()
    if not waited then return nil, { cause = "protocol", message = message } end
  end
end

--- Asks for a token of our own, shared with nobody.
---@param url string
---@param pair {client_id: string, client_secret: string}
---@param scope string
---@return proactive.doctor.Exchange
function Probe:token(url, pair, scope)
  local handle, message = core.token {
    url = url,
    client_id = pair.client_id,
    client_secret = pair.client_secret,
    scope = scope,
    private = true,
  }
  if not handle then return { problem = message } end
  local pool, route, id
  pool, message = self.calls:open()
  if not pool then return { problem = message } end
  route, message = self.calls:route { method = "POST", url = url, headers = FORM }
  if not route then return { problem = message } end
  handle:ask(core.monotonic())
  id, message = fetch(self, handle, route)
  if not id then return { problem = message } end
  local headers, refused = settle(self, handle, id)
  local exchange = { at = self.wall(), refused = refused }
  exchange.headers = headers or refused and refused.status and refused.headers
  exchange.token = headers and handle:info(core.monotonic())
  return exchange
end

--- Asks whether an address answers, whatever it says.
---@param url string
---@return proactive.doctor.Exchange
---@return integer? status
function Probe:reach(url)
  local result, message = self.calls:ask { method = "GET", url = url }
  if not result then return { problem = message } end
  if not result.status then return { refused = result } end
  return { headers = result.headers, at = self.wall() }, result.status
end

--- Seconds by which the clock of who answered is ahead of this machine's; nil: it did not say.
---@param exchange proactive.doctor.Exchange
---@return number?
function probe.skew(exchange)
  local date = answer.header({ headers = exchange.headers }, "date")
  local there = date and time.parse_http(date)
  return there and there - exchange.at
end

function Probe:close()
  self.calls:close()
end

return probe
