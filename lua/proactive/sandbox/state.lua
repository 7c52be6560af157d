--- A sandbox's skills, customers, notifications and faults as one JSON document: a list of records,
--- the first of which names the version. No secret and no token is in it.
---
--- Times in it are those of the sandbox's clock. Read again, all of them are shifted so that what
--- had an hour left then has an hour left now.

local faults = require "proactive.sandbox.faults"
local fields = require "proactive.sandbox.fields"
local json = require "proactive.json"
local shapes = require "proactive.sandbox.shapes"
local validate = require "proactive.validate"

local state = {}

local VERSION = 1

local HEAD = {
  proactive_sandbox = { "number", required = true },
  now = { "number", required = true },
}

local RECORD = {
  skill = { "object" },
  customer = { "object" },
  notification = { "object" },
  faults = { "object" },
}

local NOTIFICATION = {
  user = { "string", required = true },
  event = { "string", required = true },
  reference_id = { "string", required = true },
  stage = { "string", one_of = { "development", "live" }, required = true },
  region = shapes.customer.region,
  locale = shapes.customer.locale,
  utc_offset = shapes.customer.utc_offset,
  received_at = { "number", required = true },
  judged_at = { "number" },
  expires_at = { "number", required = true },
  heard_at = { "number" },
  deleted = { "boolean" },
  body = { "string", required = true },
}

-- What a skill has beside what its control path shows.
local SKILL = {
  manifest = { "string", required = true },
  live_manifest = { "string", required = true },
  enabled_stage = { "string" },
  has_credentials = { "boolean" },
  certificates = { "string" },
}
for name, rule in pairs(shapes.skill) do
  if name ~= "client_secret" then SKILL[name] = rule end
end

-- Writing -----------------------------------------------------------------------------------------

local function skill_record(skill)
  local shown = shapes.show_skill(skill)
  shown.manifest, shown.live_manifest = skill.manifest.text, skill.live_manifest.text
  shown.enabled_stage, shown.has_credentials = skill.enabled_stage, skill.has_credentials
  shown.certificates = skill.certificates
  return { skill = shown }
end

local function notification_record(notification)
  if not notification.text then return nil end -- one that was forgotten
  local shown = { body = notification.text }
  for name in pairs(NOTIFICATION) do
    shown[name] = shown[name] or notification[name]
  end
  return { notification = shown }
end

--- The records of a world, by number; some may be nil.
---@param world table
---@return integer last
---@return fun(index: integer): table?
function state.records(world)
  local now, skills, customers = world.clock:now(), world.skills:list(), world.customers.list
  local notifications, rules = world.inbox.all, world.faults.given
  local before_customers = 2 + #skills
  local before_notifications = before_customers + #customers
  local last = before_notifications + notifications.last - notifications.first + 1
  return last, function(index)
    if index == 1 then return { proactive_sandbox = VERSION, now = now } end
    if index == 2 then return rules and { faults = rules } end
    if index <= before_customers then
      return skill_record(skills[index - 2])
    elseif index <= before_notifications then
      return { customer = shapes.show_customer(customers[index - before_customers]) }
    end
    local number = notifications.first + index - before_notifications - 1
    return notification_record(notifications[number])
  end
end

-- Reading -----------------------------------------------------------------------------------------

---@class proactive.sandbox.State
---@field now number
---@field skills table[]
---@field customers table[]
---@field notifications table[]
---@field faults table?

local KEEP = {}

--- Notes that a record has this id; the problem when another of its kind had it before.
local function repeated(found, kind, id)
  local key = kind .. " " .. id
  if found.seen[key] then return ("%s: %s is there twice"):format(kind, id) end
  found.seen[key] = true
end

-- The manifests of a skill are texts of their own.
local function manifest_problem(skill)
  for _, name in ipairs { "manifest", "live_manifest" } do
    local document = json.decode(skill[name])
    if type(document) ~= "table" then return ("skill: %s is not JSON"):format(name) end
    if type(document.manifest) ~= "table" then
      return ("skill: %s is no manifest: it has no object manifest"):format(name)
    end
  end
end

function KEEP.skill(found, skill)
  local problem = fields.problem(skill, SKILL, "skill")
    or shapes.events_problem(skill.publications, "skill: publications")
  if problem then return problem end
  if not skill.client_id then return "skill: client_id is required" end
  problem = manifest_problem(skill)
    or repeated(found, "skill", skill.client_id)
    or skill.skill_id and repeated(found, "skill", skill.skill_id)
  if problem then return problem end
  found.skills[#found.skills + 1] = skill
end

function KEEP.customer(found, customer)
  local problem = fields.problem(customer, shapes.customer, "customer")
    or shapes.events_problem(customer.subscriptions, "customer: subscriptions")
  if problem then return problem end
  if not customer.user then return "customer: user is required" end
  if customer.user == "" then return "customer: user is empty" end
  local skill = customer.skill_id
  if skill and #found.skills > 0 and not found.seen["skill " .. skill] then
    return ("customer: none of the skills before it has the skill_id %s"):format(skill)
  end
  problem = repeated(found, "customer", customer.user)
  if problem then return problem end
  found.customers[#found.customers + 1] = customer
end

function KEEP.notification(found, notification)
  local problem = fields.problem(notification, NOTIFICATION, "notification")
  if problem then return problem end
  local judged_at = notification.judged_at or notification.received_at
  local valid, err = validate(notification.body, { as = "service", now = judged_at })
  if not valid then return "notification: body: " .. err.message end
  local body = json.decode(notification.body)
  if notification.event ~= body.event.name then
    return ("notification: event is not that of its body, %s"):format(body.event.name)
  elseif notification.reference_id ~= body.referenceId then
    return ("notification: reference_id is not that of its body, %s"):format(body.referenceId)
  elseif notification.expires_at <= notification.received_at then
    return "notification: expires_at is not after received_at"
  end
  found.notifications[#found.notifications + 1] = notification
end

function KEEP.faults(found, given)
  if found.faults then return "faults: they are there twice" end
  local _, problem = faults.rules(given)
  if problem then return "faults: " .. problem end
  found.faults = given
end

local function keep(found, record)
  local problem = fields.problem(record, RECORD, "")
  if problem then return problem end
  local name, value = next(record)
  if not name or next(record, name) then return "one of skill, customer, notification, faults" end
  return KEEP[name](found, value)
end

local function head_problem(head)
  if type(head) ~= "table" or head.proactive_sandbox == nil then
    return "this is no saved sandbox: its first record has no proactive_sandbox"
  end
  local problem = fields.problem(head, HEAD, "the first record")
  if problem then return problem end
  if head.proactive_sandbox == VERSION then return nil end
  local text = "it was saved as version %.14g, and this proactive reads version %d"
  return text:format(head.proactive_sandbox, VERSION)
end

--- Reads a document that `records` wrote.
---@param document any  decoded
---@return proactive.sandbox.State?
---@return string? message
function state.read(document)
  if not json.is_array(document) then return nil, "this is no saved sandbox: a list is expected" end
  local problem = head_problem(document[1])
  if problem then return nil, problem end
  local found = { skills = {}, customers = {}, notifications = {}, seen = {} }
  found.now = document[1].now
  for index = 2, #document do
    problem = keep(found, document[index])
    if problem then return nil, ("record %d: %s"):format(index, problem) end
  end
  return found
end

--- Puts the notifications of a state into a world that has its skills and customers.
---@param world table
---@param saved proactive.sandbox.State
function state.deliver(world, saved)
  local shift = world.clock:now() - saved.now
  for _, notification in ipairs(saved.notifications) do
    local owner = world.customers:find(notification.user) or { user = notification.user }
    world.inbox:restore(owner, notification, shift)
  end
end

return state
