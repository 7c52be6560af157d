--- The one error object of proactive, made only here.
---
--- The world's refusals (network, service, database, bad data) come back as `nil, err` with this
--- object; a programmer's mistake raises a string instead. `tostring(err)` is a readable text,
--- `err.kind` is for code.

local errors = {}

---@class proactive.Violation
---@field path string     where, as `event.payload.alert.garbageTypes[2]`; arrays count from 1
---@field rule string     the rule that was broken, a short word
---@field message string  a sentence for a person; the service's own words where they are known
---@field got any         what was found
---@field expected any    what is allowed
---@field hint string?    what to do, when more can be said than `expected`

---@alias proactive.ErrorKind
---| '"invalid"' # refused here, or the service's 400
---| '"auth"' # credentials, token, scope
---| '"not_enabled"' # 403: no enablement of this customer for this skill
---| '"not_subscribed"' # 403: the customer has not allowed these notifications
---| '"forbidden"' # 403 in words we do not know
---| '"duplicate"' # 409
---| '"throttled"' # 429
---| '"quota"' # 432
---| '"server"' # 5xx
---| '"busy"' # our own window and queue are full; nothing was sent
---| '"transport"' # no final status arrived
---| '"unexpected"' # another status, or a body that is not what the status promises
---| '"not_found"' # a thing that does not exist (SMAPI, control calls)
---| '"conflict"' # SMAPI 409 and 412; a campaign whose state or name does not allow it
---| '"storage"' # database
---| '"unverified"' # a skill request that did not come from Alexa
---| '"expired"' # the event or the caller's deadline ended before an attempt could begin
---| '"cancelled"' # the client was closed first
---| '"forked"' # the client was made in another process

---@class proactive.Error
---@field kind proactive.ErrorKind
---@field message string      what was wrong
---@field fix string?         what a person should do about it
---@field retryable boolean   whether the same call can succeed later
---@field retry_after number? seconds the service asked to wait
---@field status integer?     the HTTP status, when one arrived
---@field request_id string?  the service's `x-amzn-requestid`
---@field violations proactive.Violation[]?
---@field attempts integer?   how many requests were sent for it
---@field cause string?
---   for `transport`: dns, connect, tls, timeout, reset, protocol; for `storage`: the database's
---   text
---@field uncertain boolean?
---   a request left and no answer came, now or at an earlier attempt: it may have been accepted
---@field body string?        the raw answer, capped
---@field regions table<string, table>? of a send to several regions: a receipt or an error each

--- The closed list: kind -> can the same call succeed later?
---@type table<proactive.ErrorKind, boolean>
errors.kinds = {
  invalid = false,
  auth = false,
  not_enabled = false,
  not_subscribed = false,
  forbidden = false,
  duplicate = false,
  throttled = true,
  quota = false,
  server = true,
  busy = true,
  transport = true,
  unexpected = false,
  not_found = false,
  conflict = false,
  storage = true,
  unverified = false,
  expired = false,
  cancelled = false,
  forked = false,
}

local Error = { __name = "proactive.Error" }
Error.__index = Error

local function violation_line(violation)
  local line = "  " .. (violation.path ~= "" and violation.path .. ": " or "") .. violation.message
  if violation.hint then line = line .. " (" .. violation.hint .. ")" end
  return line
end

function Error.__tostring(err)
  local lines = { err.kind .. ": " .. err.message }
  for _, violation in ipairs(err.violations or {}) do
    -- those taken from the service's words are in the message already
    if violation.rule ~= "service" then lines[#lines + 1] = violation_line(violation) end
  end
  if err.fix then lines[#lines + 1] = "  What to do: " .. err.fix end
  return table.concat(lines, "\n")
end

--- Makes the error object.
---@param kind proactive.ErrorKind
---@param fields table    `message` and any other field of `proactive.Error`; becomes the object
---@return proactive.Error
function errors.new(kind, fields)
  local retryable = errors.kinds[kind]
  if retryable == nil then error("no such error kind: " .. tostring(kind), 2) end
  if type(fields.message) ~= "string" then error("an error needs a message", 2) end
  fields.kind = kind
  if fields.retryable == nil then fields.retryable = retryable end
  return setmetatable(fields, Error)
end

--- Whether a value is an error object of this library.
---@param value any
---@return boolean
function errors.is(value)
  return getmetatable(value) == Error
end

--- What was raised, as a text; also of a value whose own `__tostring` raises.
---@param raised any
---@return string
function errors.text_of(raised)
  local ok, text = pcall(tostring, raised)
  return ok and text or ("a %s that cannot be read"):format(type(raised))
end

return errors
