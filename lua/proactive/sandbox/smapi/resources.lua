--- Schemas of what a skill is made of, and the certificates of its endpoints.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths, codes,
--- shapes). Amazon's schemas are made for a vendor and not published: those served here say what
--- `proactive.manifest` knows, and allow all else.

local answers = require "proactive.sandbox.smapi.answers"
local document = require "proactive.manifest.document"
local form = require "proactive.form"
local json = require "proactive.json"
local reply = require "proactive.sandbox.reply"
local schemas = require "proactive.sandbox.smapi.schemas"
local time = require "proactive.time"

local resources = {}

-- Where schemas are; the name of one follows.
local PREFIX = "/schemas/"

-- Seconds for which the link to a schema is good. Amazon's is not known.
local LINK_LIFE = 3600

local OPERATIONS =
  { CREATE_SKILL = true, UPDATE_SKILL = true, SUBMIT_SKILL = true, ENABLE_SKILL = true }

local is_object = document.is_object

-- Schemas -----------------------------------------------------------------------------------------

local function problem_of(name, query)
  if not schemas[name] then return "resource must be manifest or skillPackageStructure." end
  if not query or (query.vendorId or "") == "" then return "vendorId is missing." end
  local is_needed = name == "manifest" or query.operation
  if is_needed and not OPERATIONS[query.operation] then
    return "operation must be CREATE_SKILL, UPDATE_SKILL, SUBMIT_SKILL or ENABLE_SKILL."
  end
end

--- Tells where a schema is, for a while.
function resources.schema(world, call, name)
  local problem = problem_of(name, form.parse(call.request.query or ""))
  if problem then return answers.refuse(400, problem, { { message = problem } }) end
  local expires = math.floor(world.clock:now()) + LINK_LIFE
  local host = call.request.headers.host
  local link = ("%s://%s%s%s?expires=%d"):format(
    call.own.scheme,
    type(host) == "string" and host or call.own.host,
    PREFIX,
    name,
    expires
  )
  return answers.json { schemaLocationUrl = link, expiryTime = time.format(expires) }
end

--- Whether a path is one of schemas.
---@param path string
---@return boolean
function resources.is_path(path)
  return path:sub(1, #PREFIX) == PREFIX
end

--- Answers a request for a schema at its link: whoever has it may read it.
---@param world table
---@param request table
---@return table answer
function resources.read(world, request)
  local found = schemas[request.path:sub(#PREFIX + 1)]
  if not found then return reply.refusal(404, "no such schema") end
  local query = form.parse(request.query or "") or {}
  local expires = tonumber(query.expires)
  if not expires or expires <= world.clock:now() then
    return reply.refusal(403, "the link to this schema is no longer good: ask for another one")
  end
  return answers.json(found)
end

-- Certificates ------------------------------------------------------------------------------------

local function certificate_problem(given, path)
  if not is_object(given) then return path .. " must be an object." end
  local text = given.sslCertificate
  if text ~= nil and type(text) ~= "string" then
    return path .. ".sslCertificate must be a string."
  end
end

local function set_problem(given)
  local problem = certificate_problem(given, "$")
  if problem or given.regions == nil then return problem end
  if not is_object(given.regions) then return "$.regions must be an object." end
  for region, own in pairs(given.regions) do
    problem = certificate_problem(own, "$.regions." .. region)
    if problem then return problem end
  end
end

--- The certificates as they were put last.
function resources.certificates(world, _, id)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return refusal end
  return reply.json(200, skill.certificates or "{}")
end

function resources.put_certificates(world, call, id)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return refusal end
  local given, message = json.decode(call.request.body)
  local problem = given == nil and message or set_problem(given)
  if problem then
    return answers.refuse(400, "The certificates are not valid.", { { message = problem } })
  end
  skill.certificates = call.request.body
  return answers.no_content()
end

return resources
