--- What leaves: the body of one event, checked now and stamped at its first attempt, for one region
--- or several.

local core = require "proactive.core"
local errors = require "proactive.errors"
local json = require "proactive.json"
local request_of = require "proactive.request"
local time = require "proactive.time"
local validate = require "proactive.validate"

---@class proactive.SendOptions
---@field expires_in number?    seconds until the notification is dropped, default 86,340
---@field reference_id string?  default: a random one
---@field timeout number?       seconds for one attempt, default the client's
---@field deadline number?      seconds from the call: no attempt begins later
---@field validate boolean?     false: without our check, to read the service's own answer

---@class proactive.SendRequestOptions
---@field region string?    default: the client's
---@field timeout number?   seconds for one attempt, default the client's
---@field deadline number?  seconds from the call: no attempt begins later
---@field validate boolean? false: without our check, to read the service's own answer

local outgoing = {}

--- A job's `is_valid` after its body was checked.
---@return boolean
function outgoing.yes()
  return true
end

--- A job's `is_valid` for a body that was sent unchecked.
---@param job proactive.Job
---@return boolean
function outgoing.check_late(job)
  return (validate(job.body)) == true
end

--- Sets what the receipt names, and the JSON text.
local function set_body(job, request, text)
  local expiry, id = request.expiryTime, request.referenceId
  job.body = text
  job.reference_id = type(id) == "string" and id or nil
  job.expires_at = type(expiry) == "string" and time.parse(expiry) or nil
end

--- Sets the times of the first attempt.
local function stamp(job, now)
  request_of.stamp(job.request, math.floor(now), job.expires_in)
  set_body(job, job.request, assert(request_of.encode(job.request)))
end

--- A job's `start`, of a body that the caller gave whole.
local function start(job, pool, token)
  return pool:start(job.route, job.body, job.timeout, token)
end

--- A job's `start`, of an event.
local function start_event(job, pool, token, now)
  if not job.body then stamp(job, now) end
  return start(job, pool, token)
end

--- The request body of an event, checked.
---@param event table
---@param audience proactive.Audience
---@param opts {expires_in: number?, reference_id: string?, validate: boolean?}
---@param now number  Unix seconds, for the check
---@return table? request
---@return proactive.Error?
function outgoing.build(event, audience, opts, now)
  local request, err = request_of.build(event, audience, {
    expires_in = opts.expires_in,
    reference_id = opts.reference_id or core.id(),
    now = now,
  })
  if not request then return nil, err end
  if opts.validate ~= false then
    local ok, invalid = validate(request, { now = now })
    if not ok then return nil, invalid end
  end
  return request
end

--- The part of a job that is the event's: its body gets the times of the first attempt.
---@param event table
---@param audience proactive.Audience
---@param opts {expires_in: number?, reference_id: string?, validate: boolean?}
---@param now number  Unix seconds, for the check
---@return table? fields  of a `proactive.Job`
---@return proactive.Error?
function outgoing.event(event, audience, opts, now)
  local request, err = outgoing.build(event, audience, opts, now)
  if not request then return nil, err end
  -- What cannot be written as JSON is told now, not at the attempt.
  local text
  text, err = request_of.encode(request)
  if not text then return nil, err end
  return {
    request = request,
    expires_in = opts.expires_in,
    start = start_event,
    is_valid = opts.validate ~= false and outgoing.yes or outgoing.check_late,
    user = audience.user,
  }
end

--- The part of a job that is a body sent as it stands.
---@param request table|string
---@param opts {validate: boolean?}
---@param now number
---@return table? fields  of a `proactive.Job`
---@return proactive.Error?
function outgoing.request(request, opts, now)
  if opts.validate ~= false then
    local ok, err = validate(request, { now = now })
    if not ok then return nil, err end
  end
  local is_text = type(request) == "string"
  local value = is_text and json.decode(request) or request
  local text, err = request, nil
  if not is_text then
    text, err = request_of.encode(request)
  end
  if not text then return nil, err end
  local fields = {
    start = start,
    fixed = opts.validate ~= false,
    is_valid = opts.validate ~= false and outgoing.yes or outgoing.check_late,
  }
  set_body(fields, type(value) == "table" and value or {}, text)
  return fields
end

--- The part of a job that is an event whose body has left already.
---@param text string
---@param is_valid fun(job: proactive.Job): boolean
---@return table fields  of a `proactive.Job`
function outgoing.begun(text, is_valid)
  local request = json.decode(text)
  local user = request.relevantAudience.payload.user
  local fields = { start = start, is_valid = is_valid, user = user }
  set_body(fields, request, text)
  return fields
end

--- The regions one audience is sent to.
---@param audience proactive.Audience
---@param default string
---@return string[]
function outgoing.regions(audience, default)
  return audience.regions or { audience.region or default }
end

--- One outcome for several regions: a receipt when all were accepted, else an error; `regions[R]`
--- of either tells what became of each.
---@param regions string[]
---@param receipts table<string, table>
---@param failures table<string, proactive.Error>
---@return table? receipt
---@return proactive.Error?
function outgoing.join(regions, receipts, failures)
  local first, lines, outcomes = nil, {}, {}
  for _, region in ipairs(regions) do
    local err = failures[region]
    outcomes[region] = receipts[region] or err
    if err then
      first = first or err
      lines[#lines + 1] = region .. ": " .. err.message
    end
  end
  if not first then return { regions = outcomes, sandbox = outcomes[regions[1]].sandbox } end
  return nil,
    errors.new(first.kind, {
      message = "not accepted in every region: " .. table.concat(lines, "; "),
      fix = first.fix,
      regions = outcomes,
    })
end

return outgoing
