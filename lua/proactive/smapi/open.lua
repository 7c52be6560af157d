--- Makes what a client of skill management is made of: checks the options, finds the login. The
--- login goes to the core's token and is kept nowhere else.

local credentials = require "proactive.credentials"
local endpoints = require "proactive.endpoints"
local options_of = require "proactive.options"
local session = require "proactive.smapi.session"

---@class proactive.smapi.Options
---@field client_id string?      of an LWA security profile; default: the login that is kept
---@field client_secret string?
---@field refresh_token string?
---@field sandbox string|false|nil
---   the sandbox's URL; default: the environment's PROACTIVE_SANDBOX, unless false
---@field host string?           in place of https://api.amazonalexa.com
---@field token_host string?     in place of https://api.amazon.com
---@field timeout number?        seconds for one call, default 30
---@field ca_file string?
---@field proxy string?
---@field user_agent string?
---@field ["private"] boolean?   its token is shared with no other client of this state

---@type table<string, proactive.Option>
local OPTIONS = {
  client_id = { "string" },
  client_secret = { "string" },
  refresh_token = { "string" },
  sandbox = { "string|boolean" },
  host = { "string" },
  token_host = { "string" },
  timeout = { "number", above = 0, max = 3600 },
  ca_file = { "string" },
  proxy = { "string" },
  user_agent = { "string" },
  private = { "boolean" },
}

--- The login to call with.
local function login_of(options, sandbox)
  local count = 0
  for _, name in ipairs { "client_id", "client_secret", "refresh_token" } do
    if options[name] then count = count + 1 end
  end
  if count == 3 then return options end
  if count > 0 then
    error("proactive.smapi: client_id, client_secret and refresh_token are given together", 5)
  end
  if sandbox then return credentials.sandbox_login_for(sandbox) end
  return credentials.login()
end

---@param given proactive.smapi.Options?
---@return proactive.smapi.Session?
---@return proactive.Error?  kind `auth`: there is no login
local function open(given)
  local options = options_of.check(given, OPTIONS, "proactive.smapi", 3)
  local sandbox = endpoints.sandbox(options.sandbox, "proactive.smapi", 3)
  local login, err = login_of(options, sandbox)
  if not login then return nil, err end
  return session.new {
    client_id = login.client_id,
    client_secret = login.client_secret,
    refresh_token = login.refresh_token,
    sandbox = sandbox,
    host = options.host,
    token_host = options.token_host,
    timeout = options.timeout or 30,
    ca_file = options.ca_file,
    proxy = options.proxy,
    user_agent = options.user_agent or ("proactive/" .. require("proactive")._VERSION),
    private = options.private,
  }
end

return open
