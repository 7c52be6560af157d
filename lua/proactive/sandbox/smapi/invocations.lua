--- Test requests that a developer has sent to a skill. They go where the sandbox was told that the
--- skill is (`--skill URL`), whatever its manifest says: the sandbox calls nobody else.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (v2, shapes,
--- codes; that the skill must be enabled). Codes of what a skill did wrong are not published: none
--- is given; the words are ours.

local answers = require "proactive.sandbox.smapi.answers"
local core = require "proactive.core"
local document = require "proactive.manifest.document"
local json = require "proactive.json"
local post = require "proactive.sandbox.post"

local invocations = {}

-- Seconds a skill may take.
local TIMEOUT = 10

local REGIONS = { NA = true, EU = true, FE = true, default = true }

local is_object = document.is_object

--- What is sent to the skill; or the answer that refuses the request.
local function body_of(request)
  local given, message = json.decode(request.body)
  if not is_object(given) then
    local problem = given == nil and message or "an object is expected"
    return nil, answers.refuse(400, "The request is not valid.", { { message = problem } })
  end
  local violations = {}
  if not REGIONS[given.endpointRegion] then
    violations[1] = { message = "endpointRegion must be one of NA, EU, FE, default." }
  end
  local body = is_object(given.skillRequest) and given.skillRequest.body
  if not is_object(body) then
    violations[#violations + 1] = { message = "skillRequest.body must be an object." }
  end
  if #violations == 0 then return body end
  return nil, answers.refuse(400, "The request is not valid.", violations)
end

local function failed(request, message)
  local info = request and { invocationRequest = request }
  local result = { skillExecutionInfo = info, error = { message = message } }
  return answers.json { status = "FAILED", result = result }
end

--- The answer to the developer, once the skill has given its own.
local function judge(request, result, milliseconds)
  if not result.status then
    return failed(request, "The skill did not answer: " .. result.message)
  elseif result.status ~= 200 then
    return failed(request, ("The skill answered with status %d."):format(result.status))
  end
  local body = json.decode(result.body)
  if not is_object(body) then return failed(request, "The skill's answer is no JSON object.") end
  local info = {
    invocationRequest = request,
    invocationResponse = { body = body },
    metrics = { skillExecutionTimeInMilliseconds = milliseconds },
  }
  return answers.json { status = "SUCCESSFUL", result = { skillExecutionInfo = info } }
end

local NOWHERE = "The skill has no endpoint in the sandbox: start it with --skill URL, or put one "
  .. "with PUT /sandbox/skills/{client_id}."

local NOT_ENABLED = "The skill is not enabled in this stage."

--- Sends a request to the skill; the answer comes `later`.
function invocations.invoke(world, call, id, stage)
  local skill, refusal = answers.staged(world, id, stage)
  if not skill then return refusal end
  if skill.enabled_stage ~= stage then return answers.refuse(403, NOT_ENABLED, {}) end
  local body
  body, refusal = body_of(call.request)
  if not body then return refusal end
  if not skill.endpoint then return failed(nil, NOWHERE) end
  local request, began = { endpoint = skill.endpoint, body = body }, core.monotonic()
  local sent, problem =
    post.start(world.outbox.signer, skill.endpoint, assert(json.encode(body)), TIMEOUT)
  if not sent then return failed(request, problem) end
  return {
    later = function()
      local result = sent:result()
      local took = math.floor((core.monotonic() - began) * 1000)
      return result and judge(request, result, took)
    end,
  }
end

return invocations
