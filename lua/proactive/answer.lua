--- What an answer means: of the events API, and of Login with Amazon.
---
--- Statuses and words are those of Amazon's SDKs and of observed answers; see the reference page on
--- facts. A 202 says that the event was accepted, not that a device rang.

local errors = require "proactive.errors"

local answer = {}

-- The first bytes of a body we do not understand, for a person.
local EXCERPT = 200

--- One header of the final answer, or nil.
---@param result table  as `pool:take` gives it
---@param name string   lower case
---@return string?
function answer.header(result, name)
  for line_name, value in (result.headers or ""):gmatch("([^\r\n:]+):[ \t]*([^\r\n]*)") do
    if line_name:lower() == name then return value end
  end
end

local function excerpt(body)
  local text = body:sub(1, EXCERPT):gsub("[%c\127]", " ")
  return #body > EXCERPT and text .. " …" or text
end

--- The JSON object of a body, or nil.
---@param result table  as `pool:result` gives it
---@return table?
function answer.object(result)
  if result.truncated or not result.body:find("^%s*{") then return nil end
  local value = require("proactive.json").decode(result.body)
  return type(value) == "table" and value or nil
end

--- The service's own words as lines. Its schema messages arrive escaped twice.
local function words(value)
  if type(value) ~= "string" then return nil end
  local text = value:gsub("\\n", "\n"):gsub('\\"', '"'):gsub("%s+$", "")
  -- a terminal must not obey what a stranger wrote
  return (text:gsub("[\1-\8\11-\31\127]", " "):gsub("\194[\128-\159]", " "))
end

--- The field of the body that a sentence begins with, or nil.
local function field_of(sentence)
  local path = sentence:match("^(%a[%w%.]*) ")
  local known = path and require("proactive.schema").envelope.by_name[path:match("^%a+")]
  return known and path
end

-- The envelope's violations come as a bracketed list of sentences that begin with the field's name.
-- A comma that no field follows stands inside a sentence.
local function metadata_violations(message, violations)
  local list = message:match("^Violations for metadata: %[(.*)%]$")
  if not list then return end
  for part in (list .. ","):gmatch("%s*(.-),") do
    local path, last = field_of(part), violations[#violations]
    if path then
      violations[#violations + 1] = { path = path, rule = "service", message = part }
    elseif last then
      last.message = ("%s, %s"):format(last.message, part)
    end
  end
end

local PAYLOAD_LINE = '^[%s%-]*"?([%a$][%w_%.%[%]$/]*[%.%[/][%w_%.%[%]/]*)"?%s*:%s*(.+)$'

-- A payload's violations come as lines; what is quoted first is taken as the path, what follows as
-- the value.
local function payload_violations(message, violations)
  for line in message:gmatch("[^\n]+") do
    local path, value = line:match(PAYLOAD_LINE)
    if path then
      violations[#violations + 1] = {
        path = path,
        rule = "service",
        message = (value:gsub("^%s+", "")),
        got = value:match('found "([^"]*)"') or value:match('^"([^"]*)"'),
      }
    end
  end
end

--- What can be taken from the service's message.
local function violations_of(message)
  local violations = {}
  metadata_violations(message, violations)
  if #violations == 0 then payload_violations(message, violations) end
  return #violations > 0 and violations or nil
end

local FIX = {
  not_enabled = "Use the user id and the credentials of the same skill. A customer who disabled "
    .. "and enabled the "
    .. "skill again has a new id: take it from the skill's latest request.",
  not_subscribed = "The customer must allow notifications for the skill in the Alexa app (skill, "
    .. "Settings, Manage "
    .. "Permissions), in this stage; and the manifest must publish this event.",
  token = "The service does not take the token though it is new: check that client id and secret "
    .. "belong to this skill, "
    .. "and that the manifest has the permission alexa::devices:all:notifications:write.",
  forbidden = "The service gave a reason this library does not know; read it above.",
  duplicate = "This reference id was sent to this customer before. Use another one for another "
    .. "notification.",
  throttled = "Send more slowly, and again after a while.",
  quota = "The skill's limit of notifications is reached (it applies to live skills only). Stop "
    .. "sending for now.",
  server = "The service failed; the same event can be sent again later.",
  invalid = "Correct the event as the service says. proactive validate FILE finds most of this "
    .. "before sending.",
  unexpected = "This is not an answer of the events API: check event_host and any proxy between.",
}

local STATUS_KIND = { [401] = "auth", [409] = "duplicate", [429] = "throttled", [432] = "quota" }

local function kind_of_403(message)
  if message:find("Token in the request is not valid", 1, true) then
    return "auth"
  elseif message:find("No enablement", 1, true) then
    return "not_enabled"
  elseif message:lower():find("can't find any subscription", 1, true) then
    return "not_subscribed"
  end
  return "forbidden"
end

local function kind_of(status, message)
  if status == 400 then return message and "invalid" or "unexpected" end
  if status == 403 then return kind_of_403(message or "") end
  if status >= 500 and status <= 599 then return "server" end
  return STATUS_KIND[status] or "unexpected"
end

--- Seconds that an answer asks to wait, in either form of `Retry-After`, or nil.
---@param result table
---@return number?
function answer.retry_after(result)
  local value = answer.header(result, "retry-after")
  if value and value:find "^%d+$" then return tonumber(value) end
  local at = value and require("proactive.time").parse_http(value)
  if not at then return nil end
  local date = require("proactive.time").parse_http(answer.header(result, "date") or "")
  return math.max(0, at - (date or os.time()))
end

local function fallback(kind, result)
  local text = ("the service answered %d"):format(result.status)
  if kind == "quota" then text = text .. ": notification limit exceeded" end
  if result.body ~= "" then text = ("%s: %s"):format(text, excerpt(result.body)) end
  return text
end

local function fix_of(kind, status)
  if kind == "auth" then return FIX.token end
  if status == 413 then return "The request is too large for the service: shorten its texts." end
  return FIX[kind]
end

--- The error of an answer that is not an acceptance.
local function refusal(result)
  local body = answer.object(result)
  local message = body and words(body.message)
  local kind = kind_of(result.status, message)
  return errors.new(kind, {
    message = message and kind ~= "unexpected" and message or fallback(kind, result),
    status = result.status,
    request_id = answer.header(result, "x-amzn-requestid"),
    retry_after = answer.retry_after(result),
    violations = kind == "invalid" and violations_of(message) or nil,
    fix = fix_of(kind, result.status),
    body = result.body,
  })
end

local TRANSPORT_FIX = {
  dns = "Check the host's name and this machine's name service.",
  connect = "Check that the host can be reached from here, and any proxy or firewall between.",
  tls = "Check the certificate authorities of this machine (ca-certificates), its clock, and "
    .. "ca_file or --ca-file; a sandbox with TLS says on its start which file that is.",
  timeout = "Try again, or give a longer timeout.",
  reset = "The connection ended before the answer; try again.",
  protocol = "What answered does not speak HTTP as it should: check the host and any proxy "
    .. "between.",
  memory = "This process has no memory left.",
}

local UNCERTAIN_FIX = "The event may have been accepted: only its answer is missing. Send it "
  .. "again under the same "
  .. "reference_id, so that the customer has it once."

--- The error of a transfer that got no final status.
---@param result table  with `cause`, `message` and, for an event, `sent`
---@param what string   what was asked for, for the message
---@param uncertain_fix string?  what to do when the request has left, if it was no event
---@return proactive.Error
function answer.transport(result, what, uncertain_fix)
  return errors.new("transport", {
    message = ("%s: %s"):format(what, result.message),
    cause = result.cause,
    fix = result.sent and (uncertain_fix or UNCERTAIN_FIX) or TRANSPORT_FIX[result.cause],
    uncertain = result.sent or nil,
  })
end

--- Whether a 2xx body is what the service promises: nothing, or a JSON object.
local function is_acceptance(result)
  if result.status ~= 202 and result.status ~= 200 then return false end
  if not result.body:find("%S") then return true end
  return answer.object(result) ~= nil or (result.truncated and result.body:find("^%s*{") ~= nil)
end

--- Reads an answer of the events API.
---@param result table  as `pool:take` gives it
---@return {status: integer, request_id: string?}? accepted
---@return proactive.Error?
function answer.event(result)
  if not result.status then return nil, answer.transport(result, "sending the event") end
  if is_acceptance(result) then
    return { status = result.status, request_id = answer.header(result, "x-amzn-requestid") }
  end
  if result.status >= 200 and result.status <= 299 then
    return nil, errors.new("unexpected", {
      message = fallback("unexpected", result),
      status = result.status,
      request_id = answer.header(result, "x-amzn-requestid"),
      fix = FIX.unexpected,
      body = result.body,
    })
  end
  return nil, refusal(result)
end

-- By LWA's own error names. Source: facts on the token endpoint,
-- https://developer.amazon.com/en-US/docs/alexa/smapi/access-token-api.html
local AUTH_FIX = {
  invalid_client = "Take client id and secret from the skill itself: developer console, Build, "
    .. "Permissions, at the bottom. "
    .. "An LWA security profile's pair does not work here.",
  invalid_scope = "The skill's manifest needs the permission "
    .. "alexa::devices:all:notifications:write and the events "
    .. "under events.publications; and the credentials must be this skill's, not an LWA security "
    .. "profile's.",
  unauthorized_client = "These credentials are not allowed this grant: use the skill's own pair "
    .. "(developer console, "
    .. "Build, Permissions).",
}

--- Reads a refusal of the token endpoint.
---@param refused table  as `token:settle` gives it
---@return proactive.Error
function answer.token(refused)
  if not refused.status then return answer.transport(refused, "asking for a token") end
  local fields = {
    status = refused.status,
    request_id = answer.header(refused, "x-amzn-requestid"),
    retry_after = answer.retry_after(refused),
    body = refused.body,
  }
  if refused.status >= 500 and refused.status <= 599 then
    fields.message = ("the token service answered %d"):format(refused.status)
    fields.fix = FIX.server
    return errors.new("server", fields)
  elseif refused.status == 429 then
    fields.message = "the token service answered 429"
    fields.fix = FIX.throttled
    return errors.new("throttled", fields)
  elseif refused.error then
    fields.message = ("Login with Amazon refused the token: %s (%s)"):format(
      words(refused.error_description) or "no description",
      words(refused.error)
    )
    fields.fix = AUTH_FIX[refused.error] or "Check the credentials and the skill's permissions."
    return errors.new("auth", fields)
  end
  fields.message = ("the token service answered %d: %s"):format(
    refused.status,
    refused.message or excerpt(refused.body or "")
  )
  fields.fix = "This is not an answer of Login with Amazon: check token_host and any proxy between."
  return errors.new("unexpected", fields)
end

return answer
