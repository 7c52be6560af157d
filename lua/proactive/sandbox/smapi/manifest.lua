--- A skill's manifest, its updates, and what became of the last one.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths, codes,
--- shapes), https://github.com/alexa/ask-cli/issues/34 (an empty list of permissions).

local answers = require "proactive.sandbox.smapi.answers"
local document = require "proactive.manifest.document"
local json = require "proactive.json"
local manifests = require "proactive.sandbox.manifests"
local reply = require "proactive.sandbox.reply"

local manifest = {}

function manifest.get(world, _, id, stage)
  local skill, refusal = answers.staged(world, id, stage)
  if not skill then return refusal end
  local held = stage == "live" and skill.live_manifest or skill.manifest
  return reply.add(reply.json(200, held.text), "ETag", held.etag)
end

--- Reads and judges a manifest that was sent.
---@param body string
---@return table? envelope
---@return table? refusal
---@return table[]? late  what its update will fail with
function manifest.examine(body)
  local envelope, err = document.decode(body)
  if not envelope then
    local violation = { code = "CONTENT_PARSE_FAILURE", message = err.message }
    return nil, answers.refuse(400, "The manifest cannot be read.", { violation })
  end
  local early, late, breaks = manifests.judge(envelope)
  if breaks then return nil, answers.refuse(500, "Internal server error.") end
  if #early > 0 then return nil, answers.refuse(400, "The manifest is not valid.", early) end
  return envelope, nil, late
end

function manifest.put(world, call, id, stage)
  local skill, refusal = answers.staged(world, id, stage)
  if not skill then return refusal end
  if stage == "live" then
    return answers.refuse(409, "The manifest of a live skill cannot be changed.")
  end
  local wanted = call.request.headers["if-match"]
  if wanted and wanted ~= skill.manifest.etag and wanted ~= "*" then
    return answers.refuse(412, ("The manifest's ETag is not %s."):format(wanted))
  end
  if skill.update and skill.update.status == "IN_PROGRESS" then
    return answers.refuse(409, "Another update of the manifest is in progress.")
  end
  local envelope, problem, late = manifest.examine(call.request.body)
  if not envelope then return problem end
  local now, takes = world.clock:now(), world.update_takes
  manifests.update(skill, call.request.body, envelope, late, now, takes)
  return reply.add(reply.new(202), "Location", answers.status_link(id))
end

--- Whether a query asks for the status of the manifest; without a resource it asks for all.
local function asks_for_manifest(query)
  local asked
  for name in ("&" .. query):gmatch "&resource=([^&]*)" do
    if name == "manifest" then return true end
    asked = true
  end
  return not asked
end

--- What else a skill has, interaction models above all, has had no update here.
function manifest.status(world, call, id)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return refusal end
  if not asks_for_manifest(call.request.query or "") then return answers.json {} end
  local update = skill.update or { status = "SUCCEEDED", errors = {} }
  local errors = update.status == "FAILED" and json.array(update.errors) or nil
  return answers.json {
    manifest = {
      eTag = skill.manifest.etag,
      lastUpdateRequest = { status = update.status, errors = errors },
    },
  }
end

return manifest
