--- Skill management as Amazon serves it: who may ask, and which part a path is for. Words of
--- refusals are ours where the parts name no source.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths).

local answers = require "proactive.sandbox.smapi.answers"
local enablement = require "proactive.sandbox.smapi.enablement"
local events = require "proactive.sandbox.events"
local form = require "proactive.form"
local invocations = require "proactive.sandbox.smapi.invocations"
local listing = require "proactive.sandbox.smapi.listing"
local manifest = require "proactive.sandbox.smapi.manifest"
local reply = require "proactive.sandbox.reply"
local resources = require "proactive.sandbox.smapi.resources"

local smapi = {}

-- Each takes (world, call, id, stage). The first pattern that fits is taken.
local PATHS = {
  { "^/v1/vendors$", { GET = listing.vendors } },
  { "^/v1/skills$", { GET = listing.skills, POST = listing.create } },
  { "^/v1/skills/resourceSchema/([^/]+)$", { GET = resources.schema } },
  { "^/v1/skills/([^/]+)$", { DELETE = listing.delete } },
  { "^/v1/skills/([^/]+)/status$", { GET = manifest.status } },
  { "^/v1/skills/([^/]+)/credentials$", { GET = enablement.credentials } },
  {
    "^/v1/skills/([^/]+)/sslCertificateSets/~latest$",
    { GET = resources.certificates, PUT = resources.put_certificates },
  },
  {
    "^/v1/skills/([^/]+)/stages/([^/]+)/manifest$",
    { GET = manifest.get, PUT = manifest.put },
  },
  {
    "^/v1/skills/([^/]+)/stages/([^/]+)/enablement$",
    { GET = enablement.get, PUT = enablement.put, DELETE = enablement.delete },
  },
  { "^/v2/skills/([^/]+)/stages/([^/]+)/invocations$", { POST = invocations.invoke } },
}

--- Whether a path is one of skill management.
---@param path string
---@return boolean
function smapi.is_path(path)
  return path == "/v1/vendors" or path:find "^/v[12]/skills" ~= nil
end

local function dispatch(world, call)
  for _, route in ipairs(PATHS) do
    local id, stage = call.request.path:match(route[1])
    if id then
      local method = route[2][call.request.method]
      if method then return method(world, call, form.unescape(id) or "", stage) end
      local allowed = reply.allowed(route[2])
      return reply.add(answers.refuse(405, "Method not allowed."), "Allow", allowed)
    end
  end
  return answers.refuse(404, "no such path")
end

--- Answers a request.
---@param world table
---@param call table
---@return table answer
function smapi.judge(world, call)
  local token = events.token(call.request)
  call.shown_body = call.request.body
  if not token or not world.logins:holds(token) then
    local words = token == nil and "The Authorization header is missing."
      or "The token is not valid, or has expired."
    return reply.add(answers.refuse(401, words), "WWW-Authenticate", "Bearer")
  end
  return dispatch(world, call)
end

return smapi
