--- What the parts of skill management have in common: the shapes of answers, and the skill and
--- stage that a path names.

local form = require "proactive.form"
local json = require "proactive.json"
local reply = require "proactive.sandbox.reply"

local answers = {}

--- An answer with a JSON body.
---@param value table
---@param status integer?  default 200
function answers.json(value, status)
  return reply.json(status or 200, json.encode(value))
end

--- A refusal in SMAPI's shape.
---@param status integer
---@param message string
---@param violations table[]?
function answers.refuse(status, message, violations)
  local listed = violations and json.array(violations)
  return answers.json({ message = message, violations = listed }, status)
end

function answers.no_content()
  return reply.new(204)
end

--- The skill of a path, settled as of now; or the answer that there is none.
---@param world table
---@param id string
---@return table? skill
---@return table? refusal
function answers.skill_of(world, id)
  local skill = world.skills:by_id(id)
  if skill then return skill end
  return nil, answers.refuse(404, ("Skill %s does not exist."):format(id))
end

--- The skill of a path with a stage.
---@param world table
---@param id string
---@param stage string
---@return table? skill
---@return table? refusal
function answers.staged(world, id, stage)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return nil, refusal end
  if stage == "development" or stage == "live" then return skill end
  return nil, answers.refuse(404, ("Skill %s has no stage %s."):format(id, stage))
end

--- Where the status of a skill's last update is.
---@param id string
---@return string
function answers.status_link(id)
  return ("/v1/skills/%s/status?resource=manifest"):format(form.escape(id))
end

return answers
