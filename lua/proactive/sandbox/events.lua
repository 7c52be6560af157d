--- The events endpoint: who may send, what may be sent, to whom. What an event must contain is
--- judged by the library's own validation; the words are the service's where they are known.
---
--- Sources: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html and
--- https://medium.com/swlh/get-started-with-amazon-alexa-skills-proactive-events-api-5b082bcb282c
--- (403s, 400s), https://github.com/satr/java-ask-proactive-api-kit (error bodies).

local inbox = require "proactive.sandbox.inbox"
local json = require "proactive.json"
local reply = require "proactive.sandbox.reply"
local time = require "proactive.time"
local validate = require "proactive.validate"

local events = {}

-- The known part of the sentence; the whole of it was never published.
local BAD_TOKEN = "Token in the request is not valid"

--- The token of a request: nil without an Authorization header, false when it holds no single
--- bearer token.
---@param request table
---@return string|false|nil
function events.token(request)
  local header = request.headers.authorization
  if header == nil then return nil end
  local scheme, token
  if type(header) == "string" then
    scheme, token = header:match("^(%a+) +(%S+)$")
  end
  return scheme and scheme:lower() == "bearer" and token or false
end

local function authorise(world, call)
  local token = events.token(call.request)
  if token == nil then return nil, world.options.no_auth_status, "Missing Authorization header" end
  local skill = token and world.skills:holder(token)
  if not skill then return nil, 403, BAD_TOKEN end
  return skill
end

-- One line of a payload's message. The service's own text was seen in a picture only, as long, of
-- several lines, with the property in escaped quotes; the wording here is ours.
local function payload_line(violation)
  if violation.got == nil or violation.expected == nil then
    return ('"%s": %s'):format(violation.path, violation.message)
  end
  local found, expected = tostring(violation.got), tostring(violation.expected)
  return ('"%s": found %s, expected %s'):format(violation.path, found, expected)
end

-- The envelope is "metadata" in the service's words: a bracketed list of sentences that begin with
-- the field.
local function metadata_sentence(violation)
  local known = violation.message:match("^Violations for metadata: %[(.*)%]$")
  return known or ("%s %s"):format(violation.path, violation.message)
end

local function refusal_text(violations)
  local metadata, payload = {}, {}
  for _, violation in ipairs(violations) do
    if violation.rule == "json" or violation.path == "" then
      return "The request body is not valid: " .. violation.message
    elseif violation.path:find("^event%.payload") then
      payload[#payload + 1] = payload_line(violation)
    else
      metadata[#metadata + 1] = metadata_sentence(violation)
    end
  end
  if #metadata > 0 then
    return ("Violations for metadata: [%s]"):format(table.concat(metadata, ", "))
  end
  return "Violations for payload:\n" .. table.concat(payload, "\n")
end

--- The decoded body when it may be delivered, or the sentence to refuse it with.
local function examine(world, call)
  local document, message = call:document()
  if type(document) ~= "table" then
    return nil, "The request body is not valid: " .. (message or "a JSON object is expected")
  end
  world.judging.now = world.clock:now()
  local valid, err = validate(document, world.judging)
  if not valid then return nil, refusal_text(err.violations) end
  return document
end

local function no_subscription(skill, stage, event)
  return ("Can't find any subscription for stage=%s, skillId=%s, topicId=%s"):format(
    stage,
    skill.skill_id,
    event
  )
end

--- The customers an accepted event is delivered to, or the words of a 403.
local function audience(world, call, skill, document)
  local event, stage, region = document.event.name, call.route.stage, call.route.region
  if not skill.published[event] then return nil, no_subscription(skill, stage, event) end
  if document.relevantAudience.type == "Multicast" then
    return world.customers:audience(skill.skill_id, region, event)
  end
  local id = document.relevantAudience.payload.user
  local customer = world.customers:find(id)
  if not customer or customer.skill_id ~= skill.skill_id or not customer.enabled then
    return nil, ("No enablement for clientId: %s, userId: %s"):format(skill.client_id, id)
  elseif not customer.subscribed[event] then
    return nil, no_subscription(skill, stage, event)
  end
  -- Another region's host accepts the event and reaches nobody.
  return customer.region == region and { customer } or {}
end

local DUPLICATE = {
  [409] = "An event with referenceId %s was already sent to this customer",
  [400] = "The requested creation with referenceId %s was already completed by a previous request",
}

local function is_duplicate(reached, reference_id)
  for _, customer in ipairs(reached) do
    if inbox.holds(customer, reference_id) then return true end
  end
  return false
end

local function deliver(world, call, document, reached)
  local event = {
    event = document.event.name,
    reference_id = document.referenceId,
    stage = call.route.stage,
    text = call.request.body,
    received_at = call.received_at,
    expires_at = time.parse(document.expiryTime),
  }
  local locales = {}
  for _, customer in ipairs(reached) do
    world.inbox:deliver(customer, event)
    locales[customer.locale] = (locales[customer.locale] or 0) + 1
  end
  call.delivered, call.audience = #reached, document.relevantAudience.type
  call.locales = #reached > 0 and locales or nil
end

--- Judges one request and delivers its event. The checks come in the order: token, body,
--- publication, audience.
---@param world table
---@param call table  `call.accepted` becomes what `Counts:accepted` gives, when it was accepted
---@return table answer
function events.judge(world, call)
  local function refuse(status, message)
    return reply.refusal(status, message, world.options.error_body)
  end
  local skill, status, message = authorise(world, call)
  if not skill then return refuse(status, message) end
  local document
  document, message = examine(world, call)
  if not document then return refuse(400, message) end
  local reached
  reached, message = audience(world, call, skill, document)
  if not reached then return refuse(403, message) end
  status = world.options.duplicates
  if DUPLICATE[status] and is_duplicate(reached, document.referenceId) then
    return refuse(status, DUPLICATE[status]:format(document.referenceId))
  end
  deliver(world, call, document, reached)
  call.accepted = world.counts:accepted(call:user(), document.referenceId)
  return reply.new(world.options.success)
end

--- The decoded body of a request, or nil and why it is not JSON. Decoded once.
---@param call table
---@return table?
---@return string? message
function events.document(call)
  if call.decoded == nil and not call.problem then
    local value, message, line, column = json.decode(call.request.body)
    call.decoded = value
    if value == nil then
      call.problem = ("%s (line %d, column %d)"):format(message, line or 1, column or 1)
    end
  end
  return call.decoded, call.problem
end

--- The customer a request names, or nil: a Multicast, or a body that is not as it should be.
---@param call table
---@return string?
function events.user(call)
  local node = events.document(call)
  for _, key in ipairs { "relevantAudience", "payload", "user" } do
    if type(node) ~= "table" then return nil end
    node = node[key]
  end
  return type(node) == "string" and node or nil
end

return events
