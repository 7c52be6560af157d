--- Whether a request comes from Alexa. Cheap checks come first: nothing is fetched for a request
--- that is stale or of another skill.
---
--- Source: https://developer.amazon.com/en-US/docs/alexa/custom-skills/
--- host-a-custom-skill-as-a-web-service.html. One rule is wider than in Amazon's kits: a skill
--- event keeps its timestamp when it is sent again, for up to an hour, so every type that begins
--- with `AlexaSkillEvent.` may be that old.

local core = require "proactive.core"
local errors = require "proactive.errors"
local headers = require "proactive.skill.headers"
local json = require "proactive.json"
local time = require "proactive.time"

local verify = {}

--- Seconds between the timestamp and now.
local TOLERANCE, EVENT_TOLERANCE = 150, 3600

--- The certificate of the sandbox, as its requests name it.
verify.SANDBOX_URL = "https://s3.amazonaws.com/echo.api/sandbox.pem"

local function refuse(message, ...)
  return nil, errors.new("unverified", { message = message:format(...), status = 400 })
end

local function is_object(value)
  return type(value) == "table" and value ~= json.null and not json.is_array(value)
end

--- A member; nil when the value is no object.
local function member(value, name)
  return is_object(value) and value[name] or nil
end

local function has_text(request, name)
  return type(request[name]) == "string" and request[name] ~= ""
end

--- What any envelope has, however it came here.
---@param envelope any
---@return table? envelope
---@return proactive.Error?
function verify.shape(envelope)
  local request = member(envelope, "request")
  if not is_object(request) then return refuse "the body has no request" end
  if not has_text(request, "type") then return refuse "the request has no type" end
  if not has_text(request, "requestId") then return refuse "the request has no requestId" end
  return envelope
end

--- Whether the request is of this skill. Skill events have no session, so it is not looked at.
---@param self proactive.Skill
---@param envelope table
---@return true?
---@return proactive.Error?
function verify.application(self, envelope)
  local system = member(member(envelope, "context"), "System")
  local id = member(member(system, "application"), "applicationId")
  if type(id) ~= "string" then return refuse "the request has no application id" end
  if not self.applications[id] then return refuse "the request is of another skill" end
  return true
end

local function check_time(envelope, now)
  local request = envelope.request
  if type(request.timestamp) ~= "string" then return refuse "the request has no timestamp" end
  local sent, problem = time.parse(request.timestamp)
  if not sent then return refuse("the request's timestamp: %s", problem) end
  local is_event = request.type:find("^AlexaSkillEvent%.")
  if now - sent > (is_event and EVENT_TOLERANCE or TOLERANCE) then
    return refuse("the request is %d seconds old", math.floor(now - sent))
  end
  if sent - now > TOLERANCE then return refuse "the request's timestamp is in the future" end
  return true
end

--- The URL to fetch the certificate from. Two worlds that never mix: Alexa and the sandbox.
local function certificate_url(self, given)
  local url, problem = core.certificate_url(given)
  if not url then return refuse("SignatureCertChainUrl: %s", problem) end
  local is_sandbox = url == verify.SANDBOX_URL
  if is_sandbox and not self.sandbox then
    return refuse "a sandbox signed it, and this skill was not made for one"
  elseif self.sandbox and not is_sandbox then
    return refuse "this skill was made for the sandbox, which did not sign it"
  end
  return url
end

local function read_headers(given)
  local signature, missing = headers.one(given, "signature-256")
  if not signature then return refuse("Signature-256 %s", missing) end
  local address
  address, missing = headers.one(given, "signaturecertchainurl")
  if not address then return refuse("SignatureCertChainUrl %s", missing) end
  if not core.is_signature(signature) then return refuse "Signature-256 is not base64" end
  return signature, address
end

local function read_body(body)
  if body == "" then return refuse "the body is empty" end
  local envelope, problem = json.decode(body)
  if envelope == nil then return refuse("the body is not JSON: %s", problem) end
  return verify.shape(envelope)
end

local function check_signature(self, url, signature, body, now)
  local chain, reason, is_busy = self.certificates:get(url, now)
  if is_busy then
    return nil, errors.new("busy", { message = reason, status = 503, retry_after = 1 })
  end
  if not chain then return refuse("%s", reason) end
  local good
  good, reason = chain:verify(signature, body)
  if good then return true end
  -- A sandbox that was started anew signs with another key under the same name.
  if self.sandbox then self.certificates:drop(url) end
  return refuse("%s", reason)
end

--- What can be told without a certificate; gives its URL.
local function check_cheaply(self, envelope, address, now)
  local good, err = check_time(envelope, now)
  if good then
    good, err = verify.application(self, envelope)
  end
  if not good then return nil, err end
  return certificate_url(self, address)
end

--- Reads a request that Alexa sent.
---@param self proactive.Skill
---@param given table<string, string|string[]>
---@param body string  as received
---@return table? envelope
---@return proactive.Error?  kind `unverified`, or `busy`
function verify.request(self, given, body)
  local signature, address = read_headers(given)
  if not signature then return nil, address end
  local envelope, err = read_body(body)
  if not envelope then return nil, err end
  local now = self.wall()
  local url, good
  url, err = check_cheaply(self, envelope, address, now)
  if not url then return nil, err end
  good, err = check_signature(self, url, signature, body, now)
  if not good then return nil, err end
  return envelope
end

return verify
