--- An event encoded once: each customer costs one copy with customer, reference id and times filled
--- in. The result is byte for byte what a full encode would give.

local core = require "proactive.core"
local new_report = require("proactive.schema.report").new
local outgoing = require "proactive.client.outgoing"
local request_of = require "proactive.request"
local schema = require "proactive.schema"
local time = require "proactive.time"
local validate = require "proactive.validate"

local extends = core.extends

---@class proactive.BodyTemplate
local Template = {}
Template.__index = Template

local BODY = schema.envelope.by_name
local ID = BODY.referenceId
local USER = BODY.relevantAudience.by_name.payload.of.Unicast.by_name.user

--- The violations of one value of the body.
local function check(value, node, ...)
  local report = new_report {}
  for _, name in ipairs { ... } do
    report:enter(name)
  end
  schema.check(value, node, report)
  local ok, err = report:result "the request body"
  return not ok and err or nil
end

--- What keeps this customer or id from being sent to; the common case costs two comparisons.
local function problem_of(user, id)
  if not extends(user, USER.prefix) then
    return check(user, USER, "relevantAudience", "payload", "user")
  elseif #id == 0 or #id > ID.max then
    return check(id, ID, "referenceId")
  end
end

-- Times are written to the second, so that they are formatted once a second and not once an event.
local function set_times(self, now)
  local second = math.floor(now)
  self.second = second
  self.timestamp = time.format(second)
  self.expires_at = second + (self.expires_in or request_of.EXPIRES_IN)
  self.expiry = time.format(self.expires_at)
end

--- A job's `prepare`: the times of the first attempt.
---@param job proactive.Job
---@param now number  Unix seconds
local function prepare(job, now)
  local self = job.template
  if now - now % 1 ~= self.second then set_times(self, now) end
  job.timestamp, job.expiry, job.expires_at = self.timestamp, self.expiry, self.expires_at
  job.body = self.body
end

--- A job's `start`: the body is filled in where it leaves, the same at each attempt.
---@param job proactive.Job
---@param pool table
---@param token table
local function start(job, pool, token)
  return pool:start(
    job.route,
    job.body,
    job.timeout,
    token,
    job.timestamp,
    job.reference_id,
    job.expiry,
    job.user
  )
end

--- A job's `is_valid` for bodies that were sent unchecked.
local function check_late(job)
  local id, user = job.reference_id, job.user
  return (validate(job.body:fill(job.timestamp, id, job.expiry, user))) == true
end

--- Says whom a job is for.
---@param job proactive.Job     gets `user` and `reference_id`
---@param user string
---@param reference_id string?  default: a random one
---@return proactive.Error?     kind `invalid`: this customer or id cannot be sent to
function Template:address(job, user, reference_id)
  reference_id = reference_id or core.id()
  local err = self.checks and problem_of(user, reference_id)
  if err then return err end
  job.user, job.reference_id = user, reference_id
end

--- Where each word stands in the text, in this order.
local function marks_of(text, words)
  local marks = {}
  for i, word in ipairs(words) do
    local first, last = text:find(word, 1, true)
    marks[i] = { first, last }
  end
  return marks
end

local template = {}

--- Encodes an event for many customers.
---@param event table
---@param opts {expires_in: number?, validate: boolean?}
---@param now number  Unix seconds, for the check
---@return proactive.BodyTemplate?
---@return proactive.Error?
function template.new(event, opts, now)
  -- Words that cannot stand anywhere else in the text: random, and found again as they are.
  local id, user = core.id(), USER.prefix .. core.id()
  local request, err = outgoing.build(event, { type = "Unicast", user = user }, {
    expires_in = opts.expires_in,
    reference_id = id,
    validate = opts.validate,
  }, now)
  if not request then return nil, err end
  request.timestamp, request.expiryTime = core.id(), core.id()
  local text
  text, err = request_of.encode(request)
  if not text then return nil, err end
  local words = { request.timestamp, id, request.expiryTime, user }
  return setmetatable({
    body = core.body(text, marks_of(text, words)),
    expires_in = opts.expires_in,
    checks = opts.validate ~= false,
    prepare = prepare,
    start = start,
    is_valid = opts.validate ~= false and outgoing.yes or check_late,
  }, Template)
end

return template
