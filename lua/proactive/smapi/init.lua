--- Skill management: reads and writes a skill's manifest, waits for what comes of it, enables the
--- skill for its owner, and gets its credentials.
---
---   local smapi = assert(proactive.smapi {})
---   local held = assert(smapi:get_manifest(skill_id))
---   assert(smapi:update_manifest(skill_id, new_text, { if_match = held.etag }))
---   assert(smapi:wait(skill_id))
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs
--- (ask-smapi-model); the pace of `wait` is that of https://github.com/alexa/ask-cli.

local core = require "proactive.core"
local document = require "proactive.manifest.document"
local errors = require "proactive.errors"
local form = require "proactive.form"
local json = require "proactive.json"
local open = require "proactive.smapi.open"
local refusal = require "proactive.smapi.refusal"

local STAGES = { "development", "certified", "live" }

-- ask-cli's pace.
local FIRST_PAUSE, GROWTH = 2, 1.12

---@class proactive.Smapi
---@field private session proactive.smapi.Session
local Smapi = { __name = "proactive.smapi" }
Smapi.__index = Smapi

-- Addresses ---------------------------------------------------------------------------------------

local function check_id(skill_id)
  if type(skill_id) ~= "string" or skill_id == "" or #skill_id > 255 then
    error("a skill id of 1 to 255 characters expected", 3)
  end
  return form.escape(skill_id)
end

local function check_stage(stage)
  stage = stage or "development"
  for _, known in ipairs(STAGES) do
    if stage == known then return stage end
  end
  error("stage must be development, certified or live", 3)
end

local function stage_path(skill_id, stage, rest)
  return ("/v1/skills/%s/stages/%s/%s"):format(skill_id, stage, rest)
end

--- The decoded object of an answer.
local function object_of(result, what)
  local value, message = json.decode(result.body)
  if type(value) == "table" and not result.truncated then return value end
  return nil, errors.new("unexpected", {
    message = ("%s: the answer is no JSON object: %s"):format(what, message or "it was cut short"),
    status = result.status,
    fix = "This is not an answer of SMAPI: check the host and any proxy between.",
  })
end

local OK = { [200] = true }
local ACCEPTED = { [202] = true }
local NO_CONTENT = { [204] = true }
local THERE_OR_NOT = { [204] = true, [404] = true }

--- A call whose answer is an object.
local function fetch(self, path, what)
  local result, err = self.session:ask { method = "GET", path = path, what = what, good = OK }
  if not result then return nil, err end
  local value
  value, err = object_of(result, what)
  if not value then return nil, err end
  return value, nil, result
end

-- The manifest ------------------------------------------------------------------------------------

---@class proactive.smapi.Held
---@field text string       as it was sent
---@field manifest table    the envelope, decoded
---@field etag string?      for `if_match`

--- The manifest of a skill.
---@param skill_id string
---@param opts {stage: "development"|"certified"|"live"|nil}?
---@return proactive.smapi.Held?
---@return proactive.Error?  `not_found`, `auth`, `forbidden`, `conflict`, `transport`, …
function Smapi:get_manifest(skill_id, opts)
  local id, stage = check_id(skill_id), check_stage(opts and opts.stage)
  local what = "getting the manifest"
  local value, err, result = fetch(self, stage_path(id, stage, "manifest"), what)
  if not value then return nil, err end
  local envelope, problem = document.envelope(value)
  if not envelope then
    return nil, errors.new("unexpected", {
      message = ("%s: the answer is no manifest: %s"):format(what, problem.message),
      status = result.status,
      fix = "This is not an answer of SMAPI: check the host and any proxy between.",
    })
  end
  local etag = self.session.header(result, "etag")
  return { text = result.body, manifest = value, etag = etag }
end

local LIVE_FIX = "The manifest of a live skill cannot be changed: change the one in development, "
  .. "and have the skill certified again."

--- Sends a new manifest. That it was taken does not say that it is good: `wait` tells.
---@param skill_id string
---@param manifest string|table  the envelope `{"manifest": {…}}`, as text or as a table
---@param opts {stage: string?, if_match: string?}?
---   `if_match`: the ETag of the manifest it was made from; an other one that has come meanwhile is
---   not overwritten
---@return true?
---@return proactive.Error?  `conflict` with status 412 when the ETag is old; `invalid` with
---   violations; …
function Smapi:update_manifest(skill_id, manifest, opts)
  local id, stage = check_id(skill_id), check_stage(opts and opts.stage)
  local text = manifest
  if type(manifest) == "table" then text = assert(json.encode(manifest)) end
  local result, err = self.session:ask {
    method = "PUT",
    path = stage_path(id, stage, "manifest"),
    what = "updating the manifest",
    body = text,
    if_match = opts and opts.if_match,
    good = ACCEPTED,
    fixes = stage == "live" and { [409] = LIVE_FIX } or nil,
  }
  if not result then return nil, err end
  return true
end

---@class proactive.smapi.Status
---@field state "IN_PROGRESS"|"SUCCEEDED"|"FAILED"|nil  of the last update; nil: there was none
---@field errors proactive.Violation[]?
---@field warnings proactive.Violation[]?
---@field etag string?

--- What came of the last update of the manifest.
---@param skill_id string
---@return proactive.smapi.Status?
---@return proactive.Error?
function Smapi:status(skill_id)
  local path = ("/v1/skills/%s/status?resource=manifest"):format(check_id(skill_id))
  local value, err = fetch(self, path, "asking for the status")
  if not value then return nil, err end
  local part = type(value.manifest) == "table" and value.manifest or {}
  local last = type(part.lastUpdateRequest) == "table" and part.lastUpdateRequest or {}
  return {
    state = last.status,
    errors = refusal.violations(last.errors),
    warnings = refusal.violations(last.warnings),
    etag = part.eTag,
  }
end

local function failed(status)
  return errors.new("invalid", {
    message = "the update of the manifest failed",
    violations = status.errors,
    fix = "The manifest is as it was before. Correct the parts named, then push again.",
    state = status.state,
  })
end

--- Whether a question for the status may be asked again after such an answer.
local PASSES = { server = true, throttled = true, transport = true }

--- The error of a wait that has lasted long enough, by what was seen last.
local function expired(status, err, timeout)
  local words
  if err then
    words = ("what came of the update is not known after %g seconds: %s"):format(
      timeout,
      err.message
    )
  elseif status.state == "IN_PROGRESS" then
    words = ("the update is still in progress after %g seconds"):format(timeout)
  elseif status.state then
    words = ("the update is %s after %g seconds"):format(tostring(status.state), timeout)
  else
    words = ("the status names no update after %g seconds"):format(timeout)
  end
  return errors.new("expired", {
    message = words,
    retry_after = err and err.retry_after,
    fix = "It may yet succeed: ask again later (proactive manifest status --wait).",
  })
end

--- Waits until the last update has succeeded or failed.
---@param skill_id string
---@param opts {timeout: number?, pause: number?, on_status: fun(status: proactive.smapi.Status)?}?
---   `timeout` in seconds, default 300; `pause` before the second question, default 2
---@return proactive.smapi.Status?  of an update that succeeded
---@return proactive.Error?
---   `invalid` with `state` FAILED and the errors; `expired` when it is still in progress, or when
---   the service had no answer that tells; `auth`, `not_found`, … at once
function Smapi:wait(skill_id, opts)
  local timeout = opts and opts.timeout or 300
  local ends, pause = core.monotonic() + timeout, opts and opts.pause or FIRST_PAUSE
  while true do
    local status, err = self:status(skill_id)
    if err and not PASSES[err.kind] then return nil, err end
    local state = status and status.state
    if status and opts and opts.on_status then opts.on_status(status) end
    if state == "FAILED" then return nil, failed(status) end
    if state == "SUCCEEDED" then return status end
    local left, asked = ends - core.monotonic(), err and err.retry_after or 0
    if left <= 0 or asked > left then return nil, expired(status, err, timeout) end
    local waited, problem = self.session:pause(math.min(math.max(pause, asked), left))
    if not waited then return nil, problem end
    pause = pause * GROWTH
  end
end

-- Enablement and credentials ----------------------------------------------------------------------

local NOT_ENABLED = "The skill is not enabled in this stage, or there is no such skill: proactive "
  .. "skill list shows those there are."

local function enablement(self, method, skill_id, stage, what, good)
  return self.session:ask {
    method = method,
    path = stage_path(skill_id, stage, "enablement"),
    what = what,
    good = good,
    fixes = method == "DELETE" and { [404] = NOT_ENABLED } or nil,
  }
end

-- By the service's own words.
local ENABLE_FIXES = {
  ["not ready for enablement"] = "Give the skill an endpoint of its own first: "
    .. "apis.custom.endpoint in its manifest, then proactive manifest push.",
  ["only enable custom skills"] = "Only a skill with apis.custom in its manifest can be enabled.",
}

local function enable_error(err)
  for words, fix in pairs(ENABLE_FIXES) do
    if err.message:find(words, 1, true) then err.fix = fix end
  end
  return err
end

--- Whether the skill is enabled for its owner.
---@param skill_id string
---@param stage "development"|"live"|nil
---@return boolean?  false also where there is no such skill
---@return proactive.Error?
function Smapi:is_enabled(skill_id, stage)
  local id, what = check_id(skill_id), "asking whether the skill is enabled"
  local result, err = enablement(self, "GET", id, check_stage(stage), what, THERE_OR_NOT)
  if not result then return nil, err end
  return result.status == 204
end

--- Enables the skill for its owner; the other stage is disabled by it.
---@param skill_id string
---@param stage "development"|"live"|nil
---@return true?
---@return proactive.Error?
function Smapi:enable(skill_id, stage)
  local id, what = check_id(skill_id), "enabling the skill"
  local result, err = enablement(self, "PUT", id, check_stage(stage), what, NO_CONTENT)
  if not result then return nil, enable_error(err) end
  return true
end

--- Disables the skill for its owner. Their user id is another one when they enable it again.
---@param skill_id string
---@param stage "development"|"live"|nil
---@return true?
---@return proactive.Error?
function Smapi:disable(skill_id, stage)
  local id, what = check_id(skill_id), "disabling the skill"
  local result, err = enablement(self, "DELETE", id, check_stage(stage), what, NO_CONTENT)
  if not result then return nil, err end
  return true
end

local NO_CREDENTIALS = "Check the skill id (proactive skill list). A skill has credentials once "
  .. "its manifest has a permission: proactive manifest patch and push, then ask again."

--- Client id and secret of the skill itself, with which its events are sent.
---@param skill_id string
---@return {client_id: string, client_secret: string}?
---@return proactive.Error?  `not_found` until the manifest has a permission
function Smapi:credentials(skill_id)
  local path, what = ("/v1/skills/%s/credentials"):format(check_id(skill_id)), "getting credentials"
  local value, err = fetch(self, path, what)
  if err and err.kind == "not_found" then err.fix = NO_CREDENTIALS end
  if not value then return nil, err end
  local pair = value.skillMessagingCredentials
  local id = type(pair) == "table" and pair.clientId
  local secret = type(pair) == "table" and pair.clientSecret
  if type(id) == "string" and type(secret) == "string" then
    return { client_id = id, client_secret = secret }
  end
  return nil, errors.new("unexpected", { message = what .. ": the answer has none" })
end

-- Skills ------------------------------------------------------------------------------------------

--- The vendors this login may act for.
---@return {id: string, name: string?}[]?
---@return proactive.Error?
function Smapi:vendors()
  local value, err = fetch(self, "/v1/vendors", "asking for the vendors")
  if not value then return nil, err end
  return type(value.vendors) == "table" and value.vendors or {}
end

local function vendor_of(self)
  local vendors, err = self:vendors()
  if not vendors then return nil, err end
  if vendors[1] then return vendors[1].id end
  return nil, errors.new("not_found", {
    message = "this login is no vendor's",
    fix = "Log in with the account of the developer console.",
  })
end

---@class proactive.smapi.Skill
---@field id string
---@field stage string?
---@field name string?   in any locale, English first
---@field updated string?

local function name_of(names)
  if type(names) ~= "table" then return nil end
  if names["en-US"] then return names["en-US"] end
  local best
  for locale in pairs(names) do
    if not best or locale < best then best = locale end
  end
  return best and names[best]
end

local function summary(given)
  return {
    id = given.skillId,
    stage = given.stage,
    name = name_of(given.nameByLocale),
    updated = given.lastUpdated,
  }
end

local function same_page()
  return errors.new("unexpected", {
    message = "listing the skills: the service gives the same page again and again",
    fix = "Try again later; the skill's id is in the developer console too.",
  })
end

--- The skills of a vendor.
---@param vendor_id string?  default: the login's first
---@return proactive.smapi.Skill[]?
---@return proactive.Error?
function Smapi:skills(vendor_id)
  local err
  if not vendor_id then
    vendor_id, err = vendor_of(self)
    if not vendor_id then return nil, err end
  end
  local list, more, last = {}, "", nil
  repeat
    local path = ("/v1/skills?vendorId=%s&maxResults=50%s"):format(form.escape(vendor_id), more)
    local value
    value, err = fetch(self, path, "listing the skills")
    if not value then return nil, err end
    for _, given in ipairs(type(value.skills) == "table" and value.skills or {}) do
      list[#list + 1] = summary(given)
    end
    local next_token = value.isTruncated ~= false and value.nextToken
    if next_token and next_token == last then return nil, same_page() end
    last = next_token
    more = type(next_token) == "string" and "&nextToken=" .. form.escape(next_token) or nil
  until not more
  return list
end

--- Closes connections; the next call opens new ones.
function Smapi:close()
  self.session:close()
end

--- A client of SMAPI. Its calls block; in OpenResty they yield.
---@param options proactive.smapi.Options?
---@return proactive.Smapi?
---@return proactive.Error?  kind `auth`: there is no login
local function new(options)
  local session, err = open(options)
  if not session then return nil, err end
  return setmetatable({ session = session }, Smapi)
end

return new
