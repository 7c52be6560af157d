--- Calls with a token: one pool, the token of a refresh-token grant, and one more try when the
--- service refuses it.

local answer = require "proactive.answer"
local caller = require "proactive.caller"
local core = require "proactive.core"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local refusal = require "proactive.smapi.refusal"
local token = require "proactive.token"

---@class proactive.smapi.Session
---@field caller proactive.Caller
---@field options table
---@field url string  where SMAPI is
---@field source proactive.TokenSource?
local Session = {}
Session.__index = Session

local session = {}

local FORM = { "Content-Type: application/x-www-form-urlencoded;charset=UTF-8" }

---@param options table
---   client_id, client_secret, refresh_token, host, token_host, sandbox, timeout, ca_file, proxy,
---   user_agent, private
---@return proactive.smapi.Session
function session.new(options)
  local pool = { ca_file = options.ca_file, proxy = options.proxy, user_agent = options.user_agent }
  return setmetatable({
    options = options,
    caller = caller.new(pool, options.timeout),
    url = endpoints.smapi_url(options),
  }, Session)
end

local function setup_error(message)
  return errors.new("invalid", { message = "SMAPI cannot be called: " .. message })
end

--- The token source of the present pool.
local function source_of(self)
  local pool, message = self.caller:open()
  if not pool then return nil, setup_error(message) end
  if self.source and self.source.pool == pool then return self.source end
  local url = endpoints.token_url(self.options)
  local route
  route, message = self.caller:route { method = "POST", url = url, headers = FORM }
  if not route then return nil, setup_error(message) end
  self.source, message = token.open {
    url = url,
    client_id = self.options.client_id,
    client_secret = self.options.client_secret,
    refresh_token = self.options.refresh_token,
    pool = pool,
    route = route,
    timeout = self.options.timeout,
    private = self.options.private,
  }
  if not self.source then return nil, setup_error(message) end
  return self.source
end

local LOGIN_FIX = "Run proactive login. Client id and secret are those of an LWA security profile, "
  .. "and the account that of the skill's owner."

local SANDBOX_FIX = "Run proactive login with PROACTIVE_CREDENTIALS naming a file for what this "
  .. "sandbox gives, or reset the sandbox (POST /sandbox/reset)."

-- What helps with a skill's own credentials, and with events, is no help here.
local TOKEN_FIXES = {
  auth = LOGIN_FIX,
  server = "Login with Amazon failed; try again later.",
  throttled = "Login with Amazon is asked too often; try again after a while.",
}

--- Why there is no token.
local function token_error(self, err)
  err.fix = TOKEN_FIXES[err.kind] or err.fix
  if err.kind == "auth" and self.options.sandbox then err.fix = SANDBOX_FIX end
  return err
end

--- Waits until there is a token.
local function await_token(self)
  local source, err = source_of(self)
  if not source then return nil, err end
  local state
  state, err = source:poll(core.monotonic())
  while state == "wait" do
    local waited, message = self.caller:wait()
    if not waited then return nil, setup_error(message) end
    source:settle(core.monotonic())
    state, err = source:poll(core.monotonic())
  end
  if not state then return nil, token_error(self, err) end
  return source
end

local function ask(self, call)
  local source, err = await_token(self)
  if not source then return nil, err end
  local generation = source.handle:generation()
  call.token = source.handle
  local result, message = self.caller:ask(call)
  if not result then return nil, setup_error(message) end
  local is_refused = result.status == 401
    and source:refused(generation, core.monotonic()) ~= "held"
  return result, is_refused
end

---@class proactive.smapi.Call
---@field method string
---@field path string
---@field what string        what is asked for, for messages
---@field body string?       JSON
---@field if_match string?
---@field good table<integer, true>  statuses that are no refusal
---@field fixes table<integer, string>?  what to do about others, when more can be said than usual

--- One call.
---@param given proactive.smapi.Call
---@return table? result
---@return proactive.Error?
function Session:ask(given)
  local headers = { "Accept: application/json" }
  if given.body then headers[2] = "Content-Type: application/json" end
  if given.if_match then headers[#headers + 1] = "If-Match: " .. given.if_match end
  local call =
    { method = given.method, url = self.url .. given.path, headers = headers, body = given.body }
  local result, again = ask(self, call)
  if result and again then
    result, again = ask(self, call)
  end
  if not result then return nil, again end
  if given.good[result.status] then return result end
  return nil, refusal.of(result, given)
end

--- Lets so many seconds pass.
---@param seconds number
---@return true?
---@return proactive.Error?
function Session:pause(seconds)
  local ends = core.monotonic() + seconds
  while core.monotonic() < ends do
    local waited, message = self.caller:wait(ends - core.monotonic())
    if not waited then return nil, setup_error(message) end
  end
  return true
end

--- A header of a result.
function Session.header(result, name)
  return answer.header(result, name)
end

function Session:close()
  if self.source then self.source:close(core.monotonic()) end
  self.source = nil
  self.caller:close()
end

return session
