--- Whether a skill is enabled for its owner, and its credentials.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths, codes,
--- shapes), https://github.com/alexa/skill-sample-nodejs-fact/issues/88 (words of a refusal).

local answers = require "proactive.sandbox.smapi.answers"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"

local enablement = {}

local NOT_READY = 'custom - object has missing required properties (["endpoint"])'

local function has_endpoint(skill)
  local manifest = json.decode(skill.manifest.text).manifest
  local custom = type(manifest.apis) == "table" and manifest.apis.custom
  return type(custom) == "table" and custom.endpoint ~= nil, type(custom) == "table"
end

function enablement.get(world, _, id, stage)
  local skill, refusal = answers.staged(world, id, stage)
  if not skill then return refusal end
  if skill.enabled_stage == stage then return answers.no_content() end
  return answers.refuse(404, ("The skill is not enabled in stage %s."):format(stage))
end

function enablement.put(world, _, id, stage)
  local skill, refusal = answers.staged(world, id, stage)
  if not skill then return refusal end
  local ready, is_custom = has_endpoint(skill)
  if not is_custom then return answers.refuse(403, "You can only enable custom skills.") end
  if not ready then
    return answers.refuse(403, "Skill is not ready for enablement.", { { message = NOT_READY } })
  end
  skill.enabled_stage = stage
  return answers.no_content()
end

function enablement.delete(world, call, id, stage)
  local skill = answers.staged(world, id, stage)
  local is_enabled = skill and skill.enabled_stage == stage
  if not is_enabled then return enablement.get(world, call, id, stage) end
  skill.enabled_stage = nil
  return answers.no_content()
end

function enablement.credentials(world, call, id)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return refusal end
  if not skill.has_credentials then
    return answers.refuse(404, "The skill has no credentials: its manifest has no permission.")
  end
  local pair = { clientId = skill.client_id, clientSecret = skill.client_secret }
  local shown = { clientId = skill.client_id, clientSecret = journal.REMOVED }
  call.shown_answer = json.encode { skillMessagingCredentials = shown }
  return answers.json { skillMessagingCredentials = pair }
end

return enablement
