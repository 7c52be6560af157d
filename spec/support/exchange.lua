--- The sandbox without a server: requests as tables, answers as tables, a clock that stands still.

local app = require "proactive.sandbox.app"
local json = require "proactive.json"
local time = require "proactive.time"
local world = require "proactive.sandbox.world"

local Exchange = {}
Exchange.__index = Exchange

local exchange = {}

exchange.CLIENT_ID = "amzn1.application-oa2-client.sandbox"
exchange.OTHER_ID = "amzn1.application-oa2-client.other"
exchange.NOW = 1800000000
exchange.LIVE = "/v1/proactiveEvents/"
exchange.DEVELOPMENT = "/v1/proactiveEvents/stages/development"

--- A sandbox's application with a clock that stands at NOW.
---@param options table?  those of `world.new`
function exchange.new(options)
  local given = {
    wall = function()
      return exchange.NOW
    end,
  }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  local self = setmetatable({ world = world.new(given) }, Exchange)
  self.app = app.new(self.world, { scheme = "http", host = "127.0.0.1" })
  return self
end

--- One request.
---@param method string
---@param target string
---@param body string|table|nil
---@param headers table?
---@return table answer   with `header`: by lower-case name
---@return any decoded    of a JSON body
function Exchange:ask(method, target, body, headers)
  local path, query = target:match "^([^?]*)%??(.*)$"
  local given = { host = "127.0.0.1:4380" }
  for name, value in pairs(headers or {}) do
    given[name] = value
  end
  local answer = self.app:handle {
    id = 1,
    method = method,
    target = target,
    path = path,
    query = query ~= "" and query or nil,
    headers = given,
    body = type(body) == "table" and assert(json.encode(body)) or body or "",
  }
  answer.header = {}
  for _, header in ipairs(answer.headers) do
    answer.header[header[1]:lower()] = header[2]
  end
  return answer, answer.body:find "^[{%[]" and assert(json.decode(answer.body)) or nil
end

--- A token of a client.
---@param client_id string?
---@return string
function Exchange:token(client_id)
  local form = "grant_type=client_credentials&client_id=%s&client_secret=sandbox"
    .. "&scope=alexa%%3A%%3Aproactive_events"
  local _, granted = self:ask("POST", "/auth/o2/token", form:format(client_id or exchange.CLIENT_ID))
  return granted.access_token
end

--- The body of an event that the service accepts, for all or for one customer. The fields given
--- replace its own.
---@param user string?
---@param fields table?
---@return table
function Exchange:event(user, fields)
  local now = self.world.clock:now()
  local body = {
    timestamp = time.format(now),
    referenceId = "reference1",
    expiryTime = time.format(now + 3600),
    event = {
      name = "AMAZON.WeatherAlert.Activated",
      payload = {
        weatherAlert = { source = "localizedattribute:source", alertType = "TORNADO" },
      },
    },
    localizedAttributes = json.array {
      { locale = "en-US", source = "Example Weather Corp" },
      { locale = "de-DE", source = "Beispielwetter" },
    },
    relevantAudience = {
      type = user and "Unicast" or "Multicast",
      payload = { user = user },
    },
  }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  return body
end

--- Sends an event.
---@param body table|string
---@param path string?   default: development in NA
---@param token string?  default: a new one
---@return table answer
---@return table? decoded
function Exchange:send(body, path, token)
  local headers = { authorization = "Bearer " .. (token or self:token()) }
  return self:ask("POST", path or exchange.DEVELOPMENT, body, headers)
end

--- A decoded answer of a control path.
---@param path string
function Exchange:get(path)
  local answer, decoded = self:ask("GET", path)
  assert(answer.status == 200, answer.body)
  return decoded
end

return exchange
