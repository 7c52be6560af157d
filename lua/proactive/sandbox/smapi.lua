--- Skill management as Amazon serves it: manifests, their status, enablement, credentials, lists.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths, codes,
--- shapes), https://github.com/alexa/skill-sample-nodejs-fact/issues/88 (words of a refused
--- enablement), https://github.com/alexa/ask-cli/issues/34 (an empty list of permissions). Words of
--- other refusals are ours.

local document = require "proactive.manifest.document"
local events = require "proactive.sandbox.events"
local form = require "proactive.form"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"
local manifests = require "proactive.sandbox.manifests"
local reply = require "proactive.sandbox.reply"
local time = require "proactive.time"

local smapi = {}

local VENDOR = "MSANDBOXVENDOR"
local MOST_RESULTS, MOST_IDS = 50, 10

local function answer(value, status)
  return reply.json(status or 200, json.encode(value))
end

local function refuse(status, message, violations)
  return answer({ message = message, violations = violations and json.array(violations) }, status)
end

local function no_content()
  return reply.new(204)
end

-- Skills ------------------------------------------------------------------------------------------

--- The skill of a path, settled as of now; or the answer that there is none.
local function skill_of(world, id)
  local skill = world.skills:by_id(id)
  if skill then return skill end
  return nil, refuse(404, ("Skill %s does not exist."):format(id))
end

local function stage_known(stage)
  return stage == "development" or stage == "live"
end

local function staged(world, id, stage)
  local skill, refusal = skill_of(world, id)
  if not skill then return nil, refusal end
  if stage_known(stage) then return skill end
  return nil, refuse(404, ("Skill %s has no stage %s."):format(id, stage))
end

local function status_link(id)
  return ("/v1/skills/%s/status?resource=manifest"):format(form.escape(id))
end

-- Manifest ----------------------------------------------------------------------------------------

local function get_manifest(world, _, id, stage)
  local skill, refusal = staged(world, id, stage)
  if not skill then return refusal end
  if stage == "live" then return reply.json(200, skill.live_manifest) end
  return reply.add(reply.json(200, skill.manifest.text), "ETag", skill.manifest.etag)
end

--- What is wrong with a manifest that was sent, as an answer; or its envelope and what its update
--- will fail with.
local function examine(body)
  local envelope, err = document.decode(body)
  if not envelope then
    local violation = { code = "CONTENT_PARSE_FAILURE", message = err.message }
    return nil, refuse(400, "The manifest cannot be read.", { violation })
  end
  local early, late, breaks = manifests.judge(envelope)
  if breaks then return nil, refuse(500, "Internal server error.") end
  if #early > 0 then return nil, refuse(400, "The manifest is not valid.", early) end
  return envelope, nil, late
end

local function put_manifest(world, call, id, stage)
  local skill, refusal = staged(world, id, stage)
  if not skill then return refusal end
  if stage == "live" then return refuse(409, "The manifest of a live skill cannot be changed.") end
  local wanted = call.request.headers["if-match"]
  if wanted and wanted ~= skill.manifest.etag and wanted ~= "*" then
    return refuse(412, ("The manifest's ETag is not %s."):format(wanted))
  end
  if skill.update and skill.update.status == "IN_PROGRESS" then
    return refuse(409, "Another update of the manifest is in progress.")
  end
  local envelope, problem, late = examine(call.request.body)
  if not envelope then return problem end
  manifests.update(skill, call.request.body, envelope, late, world.clock:now())
  return reply.add(reply.new(202), "Location", status_link(id))
end

local function get_status(world, _, id)
  local skill, refusal = skill_of(world, id)
  if not skill then return refusal end
  local update = skill.update or { status = "SUCCEEDED", errors = {} }
  local errors = update.status == "FAILED" and json.array(update.errors) or nil
  return answer {
    manifest = {
      eTag = skill.manifest.etag,
      lastUpdateRequest = { status = update.status, errors = errors },
    },
  }
end

-- Enablement and credentials ----------------------------------------------------------------------

local NOT_READY = 'custom - object has missing required properties (["endpoint"])'

local function has_endpoint(skill)
  local manifest = json.decode(skill.manifest.text).manifest
  local custom = type(manifest.apis) == "table" and manifest.apis.custom
  return type(custom) == "table" and custom.endpoint ~= nil, type(custom) == "table"
end

local function get_enablement(world, _, id, stage)
  local skill, refusal = staged(world, id, stage)
  if not skill then return refusal end
  if skill.enabled_stage == stage then return no_content() end
  return refuse(404, ("The skill is not enabled in stage %s."):format(stage))
end

local function put_enablement(world, _, id, stage)
  local skill, refusal = staged(world, id, stage)
  if not skill then return refusal end
  local ready, is_custom = has_endpoint(skill)
  if not is_custom then return refuse(403, "You can only enable custom skills.") end
  if not ready then
    return refuse(403, "Skill is not ready for enablement.", { { message = NOT_READY } })
  end
  skill.enabled_stage = stage
  return no_content()
end

local function delete_enablement(world, call, id, stage)
  local skill = staged(world, id, stage)
  local is_enabled = skill and skill.enabled_stage == stage
  if not is_enabled then return get_enablement(world, call, id, stage) end
  skill.enabled_stage = nil
  return no_content()
end

local function get_credentials(world, call, id)
  local skill, refusal = skill_of(world, id)
  if not skill then return refusal end
  if not skill.has_credentials then
    return refuse(404, "The skill has no credentials: its manifest has no permission.")
  end
  local pair = { clientId = skill.client_id, clientSecret = skill.client_secret }
  local shown = { clientId = skill.client_id, clientSecret = journal.REMOVED }
  call.shown_answer = json.encode { skillMessagingCredentials = shown }
  return answer { skillMessagingCredentials = pair }
end

-- Lists -------------------------------------------------------------------------------------------

local function get_vendors()
  local vendor = { id = VENDOR, name = "Sandbox", roles = json.array { "ROLE_ADMINISTRATOR" } }
  return answer { vendors = json.array { vendor } }
end

local function names_of(text)
  local manifest, names = json.decode(text).manifest, {}
  local publishing = type(manifest.publishingInformation) == "table"
      and manifest.publishingInformation.locales
    or {}
  for locale, entry in pairs(publishing) do
    names[locale] = type(entry) == "table" and entry.name or nil
  end
  return names
end

local function summary(skill, stage, text)
  return {
    skillId = skill.skill_id,
    stage = stage,
    apis = json.array { "custom" },
    publicationStatus = stage == "live" and "PUBLISHED" or "DEVELOPMENT",
    lastUpdated = time.format(skill.manifest.at),
    nameByLocale = names_of(text),
  }
end

--- Ids that a query asks for; nil: for all.
local function wanted_ids(query)
  local ids, count = {}, 0
  for id in ("&" .. query):gmatch "&skillId=([^&]*)" do
    ids[form.unescape(id) or ""] = true
    count = count + 1
  end
  return count > 0 and ids or nil, count
end

local function get_skills(world, call)
  local query = call.request.query or ""
  local given = form.parse(query) or {}
  local most, ids, count = tonumber(given.maxResults or "10"), wanted_ids(query)
  if not given.vendorId then return refuse(400, "vendorId is missing.") end
  if not most or most < 1 or most > MOST_RESULTS or count > MOST_IDS then
    return refuse(400, "maxResults is from 1 to 50, and skillId may stand 10 times.")
  end
  local all = {}
  for _, skill in ipairs(world.skills:list()) do
    if not ids or ids[skill.skill_id] then
      all[#all + 1] = summary(skill, "development", skill.manifest.text)
      all[#all + 1] = summary(skill, "live", skill.live_manifest)
    end
  end
  local from = (tonumber(given.nextToken) or 0) + 1
  local page = json.array {}
  for index = from, math.min(#all, from + most - 1) do
    page[#page + 1] = all[index]
  end
  local last = from + #page - 1
  local is_truncated = last < #all
  local next_token = is_truncated and ("%d"):format(last) or nil
  return answer { skills = page, isTruncated = is_truncated, nextToken = next_token }
end

local function post_skill(world, call)
  local given = json.decode(call.request.body)
  if type(given) ~= "table" then return refuse(400, "The request is not valid.") end
  local text = json.encode { manifest = given.manifest }
  local envelope, problem, late = examine(text)
  if not envelope then return problem end
  local skill = world.skills:create()
  manifests.update(skill, text, envelope, late, world.clock:now())
  local created = answer({ skillId = skill.skill_id }, 202)
  return reply.add(created, "Location", status_link(skill.skill_id))
end

local function delete_skill(world, _, id)
  local skill, refusal = skill_of(world, id)
  if not skill then return refusal end
  world.skills:delete(skill.client_id)
  return no_content()
end

-- Routes ------------------------------------------------------------------------------------------

-- Each takes (world, call, id, stage). The first pattern that fits is taken.
local PATHS = {
  { "^/v1/vendors$", { GET = get_vendors } },
  { "^/v1/skills$", { GET = get_skills, POST = post_skill } },
  { "^/v1/skills/([^/]+)$", { DELETE = delete_skill } },
  { "^/v1/skills/([^/]+)/status$", { GET = get_status } },
  { "^/v1/skills/([^/]+)/credentials$", { GET = get_credentials } },
  { "^/v1/skills/([^/]+)/stages/([^/]+)/manifest$", { GET = get_manifest, PUT = put_manifest } },
  {
    "^/v1/skills/([^/]+)/stages/([^/]+)/enablement$",
    { GET = get_enablement, PUT = put_enablement, DELETE = delete_enablement },
  },
}

--- Whether a path is one of skill management.
---@param path string
---@return boolean
function smapi.is_path(path)
  return path == "/v1/vendors" or path:find "^/v1/skills" ~= nil
end

local function dispatch(world, call)
  for _, route in ipairs(PATHS) do
    local id, stage = call.request.path:match(route[1])
    if id then
      local method = route[2][call.request.method]
      if method then return method(world, call, form.unescape(id) or "", stage) end
      local allowed = reply.allowed(route[2])
      return reply.add(refuse(405, "Method not allowed."), "Allow", allowed)
    end
  end
  return refuse(404, "no such path")
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
    return reply.add(refuse(401, words), "WWW-Authenticate", "Bearer")
  end
  return dispatch(world, call)
end

return smapi
