--- The token endpoint of Login with Amazon, in its words: a skill's own token, and those of people
--- who let a program manage their skills.
---
--- Sources: https://developer.amazon.com/en-US/docs/alexa/smapi/access-token-api.html (request),
--- https://github.com/alexa-samples/alexa-smarthome/issues/168 (parameters in the query, headers),
--- https://github.com/amzn/selling-partner-api-docs/issues/1447 and
--- https://github.com/saleweaver/python-amazon-sp-api/issues/278 (words of refusals),
--- https://github.com/amzn/amazon-advertising-api-php-sdk/issues/8 (words for a refused grant).

local endpoints = require "proactive.endpoints"
local form = require "proactive.form"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"
local logins = require "proactive.sandbox.logins"
local reply = require "proactive.sandbox.reply"
local skills = require "proactive.sandbox.skills"

local lwa = {}

--- What the list of requests may show of a request, and what it may not.
local SHOWN = { "grant_type", "client_id", "client_secret", "scope", "refresh_token", "code" }
local SECRET = { client_secret = true, refresh_token = true, code = true }

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

-- What the list of requests shows of a body, secrets taken out.
local function shown(fields)
  local parts = {}
  for _, name in ipairs(SHOWN) do
    local value = SECRET[name] and journal.REMOVED or fields[name]
    if fields[name] then parts[#parts + 1] = ("%s=%s"):format(name, value) end
  end
  return table.concat(parts, "&")
end

-- The reason to refuse a skill's request, or the skill.
local function authorise(world, fields)
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

local LOGIN_SUCCESS =
  '{"access_token":"%s","refresh_token":"%s","token_type":"bearer","expires_in":%d}'

local function give_login(world, call, refresh_token)
  local function success(access, refresh)
    return LOGIN_SUCCESS:format(access, refresh, logins.token_life)
  end
  call.shown_answer = success(journal.REMOVED, journal.REMOVED)
  return reply.json(200, success(world.logins:issue(), refresh_token))
end

local function refuse_grant(name)
  return refuse(400, "invalid_grant", "The request has an invalid grant parameter : " .. name)
end

-- Of each grant: its parameters, and what is done with good ones.
local GRANTS = {
  client_credentials = { parameters = { "client_id", "client_secret", "scope" } },
  refresh_token = { parameters = { "client_id", "refresh_token" } },
  authorization_code = { parameters = { "client_id", "client_secret", "code", "redirect_uri" } },
}

function GRANTS.client_credentials.give(world, call, fields)
  local skill, refusal = authorise(world, fields)
  if not skill then return refusal end
  local function success(token)
    return SUCCESS:format(token, endpoints.scope, skills.token_life)
  end
  call.shown_answer = success(journal.REMOVED)
  return reply.json(200, success(world.skills:issue(skill)))
end

-- A program's own client id and secret are its affair: any are taken.
function GRANTS.refresh_token.give(world, call, fields)
  if not world.logins:knows(fields.refresh_token) then return refuse_grant "refresh_token" end
  return give_login(world, call, fields.refresh_token)
end

function GRANTS.authorization_code.give(world, call, fields)
  local token = world.logins:redeem(fields.code, fields.client_id, fields.redirect_uri)
  if not token then return refuse_grant "code" end
  return give_login(world, call, token)
end

local function missing_parameter(fields)
  local grant = GRANTS[fields.grant_type] or GRANTS.client_credentials
  if (fields.grant_type or "") == "" then return "grant_type" end
  for _, name in ipairs(grant.parameters) do
    if (fields[name] or "") == "" then return name end
  end
end

local function judge(world, call)
  local body = call.request.body
  if body == "" and call.request.query then return internal_failure() end
  local fields = parameters(body)
  if not fields then return refuse(400, "invalid_request", "Malformed request") end
  call.shown_body = shown(fields)
  local missing = missing_parameter(fields)
  if missing then
    local words = "The request is missing a required parameter : " .. missing
    return refuse(400, "invalid_request", words)
  end
  local grant = GRANTS[fields.grant_type]
  if grant then return grant.give(world, call, fields) end
  local words = "The authorization grant type is not supported by the authorization server"
  return refuse(400, "unsupported_grant_type", words)
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
