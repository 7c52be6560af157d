--- Who looks on: the hook for attempts, the log of outcomes, and what callbacks raise. Nothing an
--- onlooker does can disturb a delivery.

local errors = require "proactive.errors"

---@class proactive.Attempt  what `on_attempt` gets; times are seconds from the start, 0: not needed
---@field region string
---@field reference_id string?
---@field attempt integer      the how many of its event, from 1
---@field kind string          `accepted`, or an error's
---@field status integer?      nil: no answer
---@field cause string?        as the error has it
---@field dns number           until the name was known
---@field connect number       until there was a connection
---@field tls number           until it was encrypted
---@field first_byte number    until the answer began
---@field total number
---@field bytes_sent integer   with headers, before TLS
---@field bytes_received integer
---@field reused boolean       it went over a connection that was there

---@class proactive.LogFields  what a client's `logger` gets; of what callbacks raise only `message`
---@field message string
---@field kind string?         `accepted`, or an error's
---@field status integer?
---@field cause string?
---@field region string?
---@field reference_id string?
---@field request_id string?
---@field customer string?     a hash of the user id
---@field attempts integer?

---@class proactive.Observer
---@field raised_count integer  hooks and callbacks that raised
local Observer = {}
Observer.__index = Observer

-- So much of a customer's SHA-256 tells customers apart in a log and names none.
local HASH_LENGTH = 16

--- What a callback raised goes to the logger; what the logger raises goes nowhere but the count.
---@param problem any
function Observer:raised(problem)
  self.raised_count = self.raised_count + 1
  local message = "a callback raised: " .. errors.text_of(problem)
  if not self.logger then
    io.stderr:write("proactive error: ", message, "\n")
  elseif not pcall(self.logger, "error", { message = message }) then
    self.raised_count = self.raised_count + 1
  end
end

local function guarded(self, hook, ...)
  local ok, problem = pcall(hook, ...)
  if not ok then self:raised(problem) end
end

--- Tells of one attempt that has ended; only with an `on_attempt`.
---@param pool table
---@param id integer               its transfer, not yet released
---@param job proactive.Job
---@param err proactive.Error?     nil: accepted
function Observer:attempt(pool, id, job, err)
  local fields = pool:timings(id)
  fields.region = job.region
  fields.reference_id = job.reference_id
  fields.attempt = job.attempts
  fields.kind = err and err.kind or "accepted"
  fields.status = pool:result(id).status
  fields.cause = err and err.cause
  guarded(self, self.on_attempt, fields)
end

local function hash_of(user)
  return user and require("proactive.core").sha256(user):sub(1, HASH_LENGTH)
end

--- Tells of one event that is completed: a line for the user's own logger; only with one.
---@param job proactive.Job
---@param receipt table?
---@param err proactive.Error?
function Observer:outcome(job, receipt, err)
  local what = receipt or err
  guarded(self, self.logger, err and "warning" or "info", {
    -- not the service's own words: they name the customer
    message = err and "event not accepted" or "event accepted",
    kind = err and err.kind or "accepted",
    status = what.status,
    cause = err and err.cause,
    region = job.region,
    reference_id = job.reference_id,
    request_id = what.request_id,
    customer = hash_of(job.user),
    attempts = job.attempts,
  })
end

---@param options {logger: fun(level: string, fields: table)?, on_attempt: fun(fields: table)?}
---@return proactive.Observer
local function new(options)
  return setmetatable({
    logger = options.logger,
    on_attempt = options.on_attempt,
    raised_count = 0,
  }, Observer)
end

return { new = new }
