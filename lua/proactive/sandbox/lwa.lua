--- The token endpoint: Login with Amazon's client-credentials grant, in its words.
---
--- Sources: https://developer.amazon.com/en-US/docs/alexa/smapi/access-token-api.html (request),
--- https://github.com/alexa-samples/alexa-smarthome/issues/168 (parameters in the query, headers),
--- https://github.com/amzn/selling-partner-api-docs/issues/1447 and
--- https://github.com/saleweaver/python-amazon-sp-api/issues/278 (words of refusals).

local endpoints = require "proactive.endpoints"
local form = require "proactive.form"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"
local reply = require "proactive.sandbox.reply"
local skills = require "proactive.sandbox.skills"

local lwa = {}

local PARAMETERS = { "grant_type", "client_id", "client_secret", "scope" }

-- In every observed body `error_description` precedes `error`.
local function refuse(status, name, description)
  local text = json.encode(description)
  return reply.json(status, ('{"error_description":%s,"error":"%s"}'):format(text, name))
end

local function internal_failure()
  return reply.add(
    reply.json(500, "{}"),
    "x-amzn-errortype",
    "InternalFailure:http://internal.amazon.com/coral/com.amazon.coral.service/"
  )
end

-- A form, or a JSON object of texts; nil when it is neither.
local function parameters(body)
  if not body:find("^%s*{") then return form.parse(body) end
  local fields = json.decode(body)
  if type(fields) ~= "table" or json.is_array(fields) then return nil end
  for _, value in pairs(fields) do
    if type(value) ~= "string" then return nil end
  end
  return fields
end

-- What the list of requests shows of a body: the four parameters, the secret taken out.
local function shown(fields)
  local parts = {}
  for _, name in ipairs(PARAMETERS) do
    local value = name == "client_secret" and journal.REMOVED or fields[name]
    if fields[name] then parts[#parts + 1] = ("%s=%s"):format(name, value) end
  end
  return table.concat(parts, "&")
end

-- The reason to refuse a request whose four parameters are there, or the skill.
local function authorise(world, fields)
  if fields.grant_type ~= "client_credentials" then
    local words = "The authorization grant type is not supported by the authorization server"
    return nil, refuse(400, "unsupported_grant_type", words)
  end
  local skill = world.skills:find(fields.client_id)
  if not skill or skill.client_secret ~= fields.client_secret then
    return nil, refuse(401, "invalid_client", "Client authentication failed")
  end
  local granted = skill.permission and #skill.publications > 0
  if fields.scope ~= endpoints.scope or not granted then
    return nil, refuse(400, "invalid_scope", "The request has an invalid parameter : scope")
  end
  return skill
end

local SUCCESS = '{"access_token":"%s","scope":"%s","token_type":"bearer","expires_in":%d}'

local function judge(world, call)
  local body = call.request.body
  if body == "" and call.request.query then return internal_failure() end
  local fields = parameters(body)
  if not fields then return refuse(400, "invalid_request", "Malformed request") end
  call.shown_body = shown(fields)
  for _, name in ipairs(PARAMETERS) do
    if (fields[name] or "") == "" then
      local words = "The request is missing a required parameter : " .. name
      return refuse(400, "invalid_request", words)
    end
  end
  local skill, refusal = authorise(world, fields)
  if not skill then return refusal end
  local function success(token)
    return SUCCESS:format(token, endpoints.scope, skills.token_life)
  end
  call.shown_answer = success(journal.REMOVED)
  return reply.json(200, success(world.skills:issue(skill)))
end

--- Answers a token request.
---@param world table
---@param call table
---@return table answer
function lwa.judge(world, call)
  local answer = judge(world, call)
  answer.headers[1][2] = "application/json;charset=UTF-8"
  reply.add(answer, "Cache-Control", "no-store")
  reply.add(answer, "Pragma", "no-cache")
  return reply.add(answer, "x-amz-rid", (call.request_id:gsub("-", ""):sub(-20):upper()))
end

return lwa
