--- Logging in with Amazon from a program without a web server of its own: the person allows it in a
--- browser, which is led back to a port of this machine (RFC 8252, 7.3).
---
--- Source: https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html and
--- https://github.com/alexa/ask-cli (scopes; the redirect address http://127.0.0.1:9090/cb, which
--- the security profile must allow).

local answer = require "proactive.answer"
local caller = require "proactive.caller"
local core = require "proactive.core"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local form = require "proactive.form"
local json = require "proactive.json"

local login = {}

login.PORT = 9090

local PATH = "/cb"

--- What managing skills needs.
login.SCOPES = { "alexa::ask:skills:readwrite", "alexa::ask:skills:test" }

-- Seconds to look for an interruption, for one exchange, and for the browser to be answered.
local LOOK, TIMEOUT, GOODBYE = 0.25, 30, 0.3

local HTML = {
  { "Content-Type", "text/html; charset=utf-8" },
  { "Cache-Control", "no-store" },
  { "Content-Security-Policy", "default-src 'none'" },
}

local PAGE = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>proactive</title>'
  .. "</head><body><p>%s</p></body></html>\n"

---@class proactive.smapi.Login
---@field url string           what the person opens
---@field redirect_uri string
---@field state string
---@field options table
---@field listener any
local Login = {}
Login.__index = Login

---@class proactive.smapi.LoginOptions
---@field client_id string
---@field port integer?     of the redirect address, default 9090
---@field sandbox string?
---@field login_host string?
---@field token_host string?
---@field ca_file string?

local function address(options, redirect_uri, state)
  local parts = {}
  for index, pair in ipairs {
    { "client_id", options.client_id },
    { "scope", table.concat(login.SCOPES, " ") },
    { "response_type", "code" },
    { "redirect_uri", redirect_uri },
    { "state", state },
  } do
    parts[index] = pair[1] .. "=" .. form.escape(pair[2])
  end
  return endpoints.login_url(options) .. "?" .. table.concat(parts, "&")
end

local PORT_FIX = "End the program that listens there, or give another port with --port; the "
  .. "security profile's return URLs must hold http://127.0.0.1:PORT/cb with it."

--- Begins to listen.
---@param options proactive.smapi.LoginOptions
---@return proactive.smapi.Login?
---@return proactive.Error?  kind `unexpected`: the port is in use
function login.start(options)
  local port = options.port or login.PORT
  local listener, message = require("proactive.httpd").listen { host = "127.0.0.1", port = port }
  if not listener then
    return nil, errors.new("unexpected", {
      message = message,
      fix = PORT_FIX,
    })
  end
  local redirect_uri = ("http://127.0.0.1:%d%s"):format(listener:port(), PATH)
  local state = assert(core.id())
  return setmetatable({
    url = address(options, redirect_uri, state),
    redirect_uri = redirect_uri,
    state = state,
    options = options,
    listener = listener,
  }, Login)
end

local function refuse(message, fix)
  return nil, errors.new("auth", { message = message, fix = fix })
end

local OTHER_STATE = "what came back is not the answer to this login: its state is another"
local NO_FIX = "Allow it in the browser; with unknown scopes, check the security profile."

--- What the browser brought.
---@return string? code
---@return proactive.Error?
local function code_of(self, query)
  local fields = form.parse(query or "") or {}
  if fields.state ~= self.state then
    return refuse(OTHER_STATE, "Close other logins, and run proactive login again.")
  elseif fields.error then
    local words = fields.error_description or fields.error
    return refuse("Login with Amazon said no: " .. words:gsub("[%c\127]", " "), NO_FIX)
  elseif (fields.code or "") == "" then
    return refuse("what came back holds no code", "Run proactive login again.")
  end
  return fields.code
end

local function respond(self, request, status, words)
  self.listener:respond(request.id, status, HTML, PAGE:format(words))
end

--- The first request for the redirect address ends the wait; others are told that there is nothing.
local function take(self)
  for request in self.listener.next, self.listener do
    if request.method == "GET" and request.path == PATH then
      local code, err = code_of(self, request.query)
      local words = code and "You can close this page." or "Not logged in. The program says why."
      respond(self, request, code and 200 or 400, words)
      return code, err
    end
    respond(self, request, 404, "Nothing is here.")
  end
end

--- Sends what was answered on its way, and stops listening.
local function finish(self)
  local ends = core.monotonic() + GOODBYE
  repeat
    self.listener:step(0.05)
  until core.monotonic() > ends
  self.listener:close()
end

--- Waits for the person.
---@param timeout number  seconds
---@return string? code
---@return proactive.Error?
function Login:wait(timeout)
  local ends = core.monotonic() + timeout
  while core.monotonic() < ends and not core.interrupted() do
    local going, message = self.listener:step(LOOK)
    if not going then return refuse("the listener failed: " .. message) end
    local code, err = take(self)
    if code or err then
      finish(self)
      return code, err
    end
  end
  self.listener:close()
  if core.interrupted() then
    return nil, errors.new("cancelled", { message = "interrupted before anybody had logged in" })
  end
  local words = ("nobody logged in within %d seconds"):format(timeout)
  return refuse(words, "Run proactive login again.")
end

local PROFILE_FIX = "Client id and secret are those of an LWA security profile "
  .. "(developer console, Settings, Security Profiles), whose return URLs hold the address above."

local AGAIN = "Run proactive login again, after a while."

local FORM = { "Content-Type: application/x-www-form-urlencoded;charset=UTF-8" }

local function exchange(self, code, client_secret)
  local parts = {}
  for index, pair in ipairs {
    { "grant_type", "authorization_code" },
    { "code", code },
    { "client_id", self.options.client_id },
    { "client_secret", client_secret },
    { "redirect_uri", self.redirect_uri },
  } do
    parts[index] = pair[1] .. "=" .. form.escape(pair[2])
  end
  local server = caller.new({ ca_file = self.options.ca_file }, TIMEOUT)
  local result, message = server:ask {
    method = "POST",
    url = endpoints.token_url(self.options),
    headers = FORM,
    body = table.concat(parts, "&"),
  }
  server:close()
  return result, message
end

--- Exchanges the code for a refresh token.
---@param code string
---@param client_secret string
---@return string? refresh_token
---@return proactive.Error?
function Login:redeem(code, client_secret)
  local result, message = exchange(self, code, client_secret)
  if not result then return refuse("the code cannot be exchanged: " .. message) end
  if not result.status then
    return nil, answer.transport(result, "asking for a refresh token", AGAIN)
  end
  local said = json.decode(result.body or "")
  if type(said) ~= "table" then said = {} end
  local token = result.status == 200 and said.refresh_token
  if type(token) == "string" then return token end
  local err = answer.token {
    status = result.status,
    headers = result.headers,
    error = said.error,
    error_description = said.error_description,
    message = "no refresh token in the answer",
  }
  if err.kind == "auth" then err.fix = PROFILE_FIX end
  if err.kind == "server" or err.kind == "throttled" then err.fix = AGAIN end
  return nil, err
end

return login
