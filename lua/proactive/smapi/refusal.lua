--- What SMAPI's refusals mean: the error object of an answer.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (bodies,
--- statuses) and https://developer.amazon.com/en-US/docs/alexa/smapi/error-codes.html.

local answer = require "proactive.answer"
local errors = require "proactive.errors"

local KINDS = {
  [303] = "conflict",
  [400] = "invalid",
  [401] = "auth",
  [403] = "forbidden",
  [404] = "not_found",
  [409] = "conflict",
  [412] = "conflict",
  [429] = "throttled",
}

local FIXES = {
  [303] = "Another update is being worked on: wait for it (proactive manifest status --wait).",
  [400] = "Correct the manifest as it says; proactive manifest check finds most of it before "
    .. "sending.",
  [401] = "The token is not taken: run proactive login again.",
  [403] = "The login must be that of the skill's owner, and must have been allowed this: run "
    .. "proactive login again.",
  [404] = "Check the skill id (proactive skill list) and the stage.",
  [409] = "Another change of the skill is under way: wait for it (proactive manifest status "
    .. "--wait), then try again.",
  [412] = "Somebody changed the manifest after you had read it. Get it again, make your change in "
    .. "it, and push that: nothing was overwritten.",
  [429] = "Try again after a while.",
}

--- Words of a stranger on one line, without what a terminal obeys.
local function plain(words)
  if type(words) ~= "string" or words == "" then return nil end
  return (words:gsub("[%c\127]", " "))
end

--- One problem of a body or a status as a violation.
---@param given any  `{code?, message, validationDetails?}`
---@return proactive.Violation
local function violation_of(given)
  if type(given) ~= "table" then given = { message = tostring(given) } end
  local message = plain(given.message) or "no reason given"
  local details = type(given.validationDetails) == "table" and given.validationDetails or {}
  local instance = type(details.originalInstance) == "table" and details.originalInstance or {}
  local path = plain(instance.propertyPath) or message:match '(%$%.[%w_%.%[%]%-]+)' or ""
  return { path = path, rule = plain(given.code) or "refused", message = message }
end

local refusal = {}

--- Problems as violations.
---@param list any  of a body or a status
---@return proactive.Violation[]?
function refusal.violations(list)
  if type(list) ~= "table" or #list == 0 then return nil end
  local violations = {}
  for index, given in ipairs(list) do
    violations[index] = violation_of(given)
  end
  return violations
end

local function kind_of(status)
  if status >= 500 and status <= 599 then return "server" end
  return KINDS[status] or "unexpected"
end

local UNCERTAIN_FIX = "It may have been done: only the answer is missing. Look what there is now "
  .. "(proactive manifest status, proactive manifest diff); doing it again does no harm."

--- The error of a call that got no answer. A question that was asked in vain leaves nothing behind.
local function lost(result, call)
  local sent = call.method ~= "GET" and result.sent or nil
  local fields = { cause = result.cause, message = result.message, sent = sent }
  return answer.transport(fields, call.what, UNCERTAIN_FIX)
end

local function fix_of(status, kind, call, retry_after)
  if retry_after and retry_after > 0 then
    local unit = retry_after == 1 and "second" or "seconds"
    return ("Try again after %g %s."):format(retry_after, unit)
  end
  if call.fixes and call.fixes[status] then return call.fixes[status] end
  if FIXES[status] then return FIXES[status] end
  if kind == "server" then return "The service failed; try again later." end
  return "This is not an answer of SMAPI: check the host and any proxy between."
end

--- The error of an answer that is not what was asked for.
---@param result table  of the core's pool
---@param call proactive.smapi.Call
---@return proactive.Error
function refusal.of(result, call)
  if not result.status then return lost(result, call) end
  local what = call.what
  local body = answer.object(result) or {}
  local said = plain(body.message)
  local kind, retry_after = kind_of(result.status), answer.retry_after(result)
  return errors.new(kind, {
    message = said and ("%s: %s"):format(what, said)
      or ("%s: the service answered %d"):format(what, result.status),
    status = result.status,
    request_id = answer.header(result, "x-amzn-requestid"),
    retry_after = retry_after,
    violations = refusal.violations(body.violations),
    fix = fix_of(result.status, kind, call, retry_after),
    body = result.body,
  })
end

return refusal
