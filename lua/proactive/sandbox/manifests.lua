--- The manifests of skills, and what became of their last update. An update is in progress for a
--- while of the sandbox's clock; what it changes is so from then on.

local core = require "proactive.core"
local json = require "proactive.json"
local list_of = require("proactive.manifest.document").list_of
local rules = require "proactive.manifest.rules"

local PERMISSION = require("proactive.manifest.needs").PERMISSION

local ARN = "arn:aws:lambda:us-east-1:123456789012:function:sandbox"

-- What SMAPI finds only after it has taken the update; all else it refuses at once. Which is which
-- is not known but for these.
local LATE = { CONFLICTING_INSTANCES = true }

local manifests = {}

local ORDER = {}
for rank, name in ipairs {
  "manifestVersion",
  "publishingInformation",
  "apis",
  "permissions",
  "events",
  "publications",
  "endpoint",
  "subscriptions",
} do
  ORDER[name] = rank
end

--- In which locales the customers there are at the start speak.
local LOCALES = { "en-US", "en-GB", "de-DE", "ja-JP" }

local function names_by_locale()
  local names = {}
  for _, locale in ipairs(LOCALES) do
    names[locale] = { name = "Sandbox skill" }
  end
  return names
end

--- The manifest of a skill that nobody has updated yet.
local function first_text(skill)
  local manifest = {
    manifestVersion = "1.0",
    publishingInformation = {
      locales = names_by_locale(),
      category = "EDUCATION_AND_REFERENCE",
    },
    apis = { custom = { endpoint = { uri = ARN }, interfaces = json.array {} } },
  }
  if skill.permission then
    manifest.permissions = list_of("name", { PERMISSION })
    manifest.events = {
      publications = list_of("eventName", skill.publications),
      endpoint = { uri = ARN },
      subscriptions = list_of("eventName", { "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED" }),
    }
  end
  return assert(json.encode({ manifest = manifest }, { order = ORDER }))
end

--- What the skill's manifest grants and publishes.
local function take_over(skill, envelope)
  local manifest = envelope.manifest
  skill.permission, skill.publications = false, {}
  for _, item in ipairs(manifest.permissions or {}) do
    if item.name == PERMISSION then skill.permission = true end
  end
  for _, item in ipairs(manifest.events and manifest.events.publications or {}) do
    table.insert(skill.publications, item.eventName)
  end
  skill.published = {}
  for _, name in ipairs(skill.publications) do
    skill.published[name] = true
  end
  skill.has_credentials = skill.has_credentials or skill.permission
end

--- A manifest with what stands for it in `ETag` and `If-Match`, and since when it is so.
local function held(text, now)
  return { text = text, etag = core.sha256(text):sub(1, 32), at = now }
end

--- Makes the manifest of a skill as its fields say.
---@param skill table
---@param now number
function manifests.renew(skill, now)
  skill.manifest = held(first_text(skill), now)
  skill.live_manifest = skill.live_manifest or skill.manifest
  skill.has_credentials = skill.has_credentials or skill.permission
end

--- Gives a skill back the manifests it had.
---@param skill table
---@param text string  in development
---@param live string
---@param now number
function manifests.restore(skill, text, live, now)
  skill.manifest, skill.live_manifest = held(text, now), held(live, now)
end

--- Lets an update whose time has come take effect.
---@param skill table
---@param now number
function manifests.settle(skill, now)
  local update = skill.update
  if not update or update.status ~= "IN_PROGRESS" or now < update.ends_at then return end
  if #update.errors > 0 then
    update.status = "FAILED"
    return
  end
  update.status = "SUCCEEDED"
  skill.manifest = held(update.text, update.ends_at)
  take_over(skill, update.envelope)
end

--- A violation as SMAPI writes it.
local function shown(violation)
  local code = violation.rule ~= "refused" and violation.rule or nil
  local details
  if violation.rule == "MISSING_REQUIRED_PROPERTY" then
    details = { requiredProperty = violation.message:match "property (%w+) is missing" }
  end
  local original = { type = "BODY", propertyPath = violation.path }
  details = details or {}
  details.originalInstance = original
  local message = violation.message
  if not message:find(violation.path, 1, true) then
    message = ('Instance at "%s": %s'):format(violation.path, message)
  end
  return { code = code, message = message, validationDetails = details }
end

--- Judges a manifest that was sent.
---@param envelope table
---@return table[] early  what it is refused for at once
---@return table[] late   what its update fails with
---@return boolean breaks  whether it makes the service fail
function manifests.judge(envelope)
  local early, late, breaks = {}, {}, false
  for _, violation in ipairs((rules.check(envelope))) do
    if violation.rule == "refused" then breaks = true end
    local list = LATE[violation.rule] and late or early
    list[#list + 1] = shown(violation)
  end
  return early, late, breaks
end

--- Takes an update.
---@param skill table
---@param text string
---@param envelope table  decoded
---@param late table[]    what it will fail with
---@param now number
---@param takes number    seconds until it is done
function manifests.update(skill, text, envelope, late, now, takes)
  text = text:gsub("^\239\187\191", "")
  skill.update = {
    status = "IN_PROGRESS",
    text = text,
    envelope = envelope,
    errors = late,
    ends_at = now + takes,
  }
end

return manifests
