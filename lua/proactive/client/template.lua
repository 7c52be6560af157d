--- An event encoded once: each customer costs one copy with customer and reference id filled in,
--- each second one with the times. The result is byte for byte what a full encode would give.

local core = require "proactive.core"
local errors = require "proactive.errors"
local new_report = require("proactive.schema.report").new
local outgoing = require "proactive.client.outgoing"
local request_of = require "proactive.request"
local schema = require "proactive.schema"
local time = require "proactive.time"
local validate = require "proactive.validate"

local extends, new_id = core.extends, core.id

---@class proactive.BodyTemplate
local Template = {}
Template.__index = Template

local BODY = schema.envelope.by_name
local ID = BODY.referenceId
local USER = BODY.relevantAudience.by_name.payload.of.Unicast.by_name.user
local PREFIX = USER.prefix

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

--- Where each word stands in the text, in this order.
local function marks_of(text, words)
  local marks = {}
  for i, word in ipairs(words) do
    local first, last = text:find(word, 1, true)
    marks[i] = { first, last }
  end
  return marks
end

--- The body of events that begin now, which takes a reference id and a user. Times are written to
--- the second, so that it is made once a second.
---@param now number  Unix seconds
---@return table? body  nil: too long, which is known from the first time on
---@return number|string expires_at  or what is wrong
function Template:body_at(now)
  local second = math.floor(now)
  if second ~= self.second then
    local expires_at = second + (self.expires_in or request_of.EXPIRES_IN)
    local text = self.text:gsub(self.timestamp, time.format(second), 1)
    text = text:gsub(self.expiry, time.format(expires_at), 1)
    local body, message = core.body(text, marks_of(text, self.words))
    if not body then return nil, message end
    self.body, self.expires_at, self.second = body, expires_at, second
  end
  return self.body, self.expires_at
end

--- A job's `start`: the body is filled in where it leaves, with the times of the first attempt.
---@param job proactive.Job
---@param pool table
---@param token table
---@param now number  Unix seconds
local function start(job, pool, token, now)
  if not job.body then
    job.body, job.expires_at = job.template:body_at(now)
  end
  return pool:start(job.route, job.body, job.timeout, token, job.reference_id, job.user)
end

--- A job's `is_valid` for bodies that were sent unchecked.
local function check_late(job)
  return (validate(job.body:fill(job.reference_id, job.user))) == true
end

--- What keeps a body from being written that is not judged.
local function unwritable(part)
  local _, err = request_of.encode(part)
  return err
end

--- What keeps a customer from being sent to.
---@param user string
---@return proactive.Error?
function Template:user_problem(user)
  if extends(user, PREFIX) then return nil end
  if self.checks then return check(user, USER, "relevantAudience", "payload", "user") end
  return unwritable { relevantAudience = { payload = { user = user } } }
end

--- What keeps an event from having a reference id.
local function id_problem(self, id)
  if #id <= ID.max and extends(id, "") then return nil end
  if self.checks then return check(id, ID, "referenceId") end
  return unwritable { referenceId = id }
end

--- The part of a job that is the event's.
---@param user string           one that can be sent to
---@param reference_id string?  default: a random one
---@return table? fields        of a `proactive.Job`
---@return proactive.Error?     kind `invalid`: the id
function Template:job(user, reference_id)
  local problem = reference_id and id_problem(self, reference_id)
  if problem then return nil, problem end
  return {
    template = self,
    start = start,
    is_valid = self.checks and outgoing.yes or check_late,
    user = user,
    reference_id = reference_id or new_id(),
  }
end

--- The same for an event that has begun.
---@param text string  its body
---@return table fields
function Template:begun_job(text)
  return outgoing.begun(text, self.checks and outgoing.yes or outgoing.check_late)
end

local template = {
  USER_PREFIX = PREFIX, -- of every user id
}

--- Encodes an event for many customers.
---@param event table
---@param opts {expires_in: number?, validate: boolean?}
---@param now number  Unix seconds, for the check
---@return proactive.BodyTemplate?
---@return proactive.Error?
function template.new(event, opts, now)
  -- Words that cannot stand anywhere else in the text: random, and found again as they are.
  local id, user = new_id(), PREFIX .. new_id()
  local request, err = outgoing.build(event, { type = "Unicast", user = user }, {
    expires_in = opts.expires_in,
    reference_id = id,
    validate = opts.validate,
  }, now)
  if not request then return nil, err end
  request.timestamp, request.expiryTime = new_id(), new_id()
  local text
  text, err = request_of.encode(request)
  if not text then return nil, err end
  local self = setmetatable({
    text = text,
    words = { id, user },
    timestamp = request.timestamp,
    expiry = request.expiryTime,
    body = false, -- these three are there from the start, so that to set them needs no memory
    expires_at = 0,
    second = -1,
    expires_in = opts.expires_in,
    checks = opts.validate ~= false,
  }, Template)
  local body, message = self:body_at(now)
  if body then return self end
  return nil, errors.new("invalid", { message = "cannot be sent: " .. message })
end

return template
