--- The links behind the answer: what others sent, what comes of sending it now, and the device.

local finding = require "proactive.doctor.finding"
local json = require "proactive.json"
local time = require "proactive.time"

local outcome = {}

local ok, unknown, broken = finding.ok, finding.unknown, finding.broken

-- Codes of the event gateway, which posts to /v3/events for smart homes.
local GATEWAY = { "SKILL_DISABLED_EXCEPTION", "INVALID_REQUEST_EXCEPTION" }

local GATEWAY_FIX = "These are words of the event gateway (/v3/events, smart home), which is "
  .. "another API with other credentials: send to /v1/proactiveEvents."

local function is_gateway(words)
  for _, code in ipairs(GATEWAY) do
    if (words or ""):find(code, 1, true) then return true end
  end
  return false
end

-- The last request of others ---------------------------------------------------------------------

local OLD_TOKEN = "A token is good for an hour: ask for a new one before that, and once more when "
  .. "it is refused. proactive.client does both."
local REFUSED_FIX = "Read the service's words; proactive doctor with this event and customer looks "
  .. "for the cause."

local function words_of(entry)
  local body = entry.answer and entry.answer.body
  local said = type(body) == "string" and json.decode(body)
  local words = type(said) == "table" and (said.message or said.error_description or said.code)
  if type(words) == "string" then return words end
  return body and body ~= "" and tostring(body) or "without a word"
end

--- What an event that was sent says of itself; nil when it cannot be read.
local function sent(entry)
  local body = type(entry.body) == "string" and json.decode(entry.body)
  if type(body) ~= "table" then return nil end
  local event, audience = body.event, body.relevantAudience
  local whom = type(audience) == "table" and audience.payload
  return type(event) == "table" and event.name, type(whom) == "table" and whom.user
end

--- Whether what was sent was another event than the one that is examined, or for somebody else.
local function is_of_others(case, entry)
  local name, user = sent(entry)
  if name and user and case.user and user ~= case.user then return true end
  local mine = case:event_name()
  return name and mine and name ~= mine or false
end

--- What the last event that was sent to the sandbox was answered.
function outcome.last_request(case)
  if not case.stand_in then return unknown "Alexa shows nobody what was sent" end
  if case.options.send then return unknown "what is sent now tells more" end
  if case:is_unreachable() then return unknown "the network is in the way" end
  local entry, problem = case.stand_in:last_event()
  if problem then return unknown(problem) end
  if not entry then return unknown "no event was sent to this sandbox" end
  local at = time.format(math.floor(entry.received_at))
  if entry.status and entry.status < 300 then
    return ok("of %s was accepted (%d)", at, entry.status)
  end
  local words = words_of(entry)
  local is_token = entry.status == 403 and words:find("Token in the request is not valid", 1, true)
  local message = ("of %s was answered %s: %s"):format(at, tostring(entry.status), words)
  message = message:gsub("%s+", " ")
  if is_token then return broken(message, OLD_TOKEN) end
  if is_gateway(entry.answer and entry.answer.body) then return broken(message, GATEWAY_FIX) end
  if is_of_others(case, entry) then return unknown(message .. " (another event or customer)") end
  return broken(message, REFUSED_FIX)
end

-- Sending ----------------------------------------------------------------------------------------

local function client_of(case)
  local options = case.options
  return require "proactive.client".new {
    client_id = case.pair.client_id,
    client_secret = case.pair.client_secret,
    sandbox = case.sandbox or false,
    region = case.regions[1],
    stage = case.stage,
    token_host = options.token_host,
    event_host = options.event_host,
    ca_file = options.ca_file,
    proxy = options.proxy,
    timeout = options.timeout,
    clock = { wall = case.wall, monotonic = require("proactive.core").monotonic },
    retry = false,
  }
end

--- Sends the event: made anew when a script gave it, as it stands when it is a body.
local function send(case)
  local client, err = client_of(case)
  if not client then return nil, err end
  local options, mine = case.options, case:letter()
  local receipt
  if options.event.payload == nil then
    receipt, err = client:send_request(mine.body, { region = case.regions[1] })
  else
    local audience = require "proactive.audience"
    local whom = case.user and audience.unicast(case.user)
      or audience.multicast { regions = case.regions }
    local opts = { expires_in = options.expires_in, reference_id = options.reference_id }
    receipt, err = client:send(options.event, whom, opts)
  end
  client:close()
  return receipt, err
end

local function accepted(case, receipt)
  case.receipt = receipt.regions and receipt.regions[case.regions[1]] or receipt
  local id = case.receipt.request_id
  return ok("accepted (%d)%s", case.receipt.status, id and ", request id " .. id or "")
end

--- What the service says to the event, when it is to be sent.
function outcome.sending(case)
  if not case.options.send then return unknown "nothing was sent (--send tries it)" end
  local mine = case:letter()
  if not mine then return unknown "no event was given" end
  if mine.err then return unknown "there is no event to send" end
  if not case.pair then return unknown "there are no credentials" end
  if case:is_unreachable() then return unknown "the network is in the way" end
  local receipt, err = send(case)
  if receipt then return accepted(case, receipt) end
  if err.kind == "invalid" and not err.status then
    return unknown "not sent: the service would refuse it, for what is named above"
  end
  local found = finding.of(err)
  if is_gateway(err.body or err.message) then found.fix = GATEWAY_FIX end
  return found
end

-- The device -------------------------------------------------------------------------------------

local UNSEEN = "nobody can ask a device: look for Do Not Disturb, its notifications switched off, "
  .. "another account or household profile"

local AGAIN = "Send it again under another reference id."

local STATES = {
  new = "waits on the device to be heard",
  old = "was heard",
}

--- What became of a notification.
local function fate(notification)
  local what = notification.event
  if notification.readable == false then
    return broken(("%s was delivered and cannot be read: %s"):format(what, notification.reason),
      "Add that text, then send it again.")
  elseif notification.state == "expired" then
    local at = time.format(math.floor(notification.expires_at))
    return broken(("%s was delivered and expired at %s, before it was heard"):format(what, at),
      AGAIN .. " A longer expires_in keeps it longer, 24 hours at most.")
  elseif notification.state == "deleted" then
    return broken(("%s was delivered and is deleted: by the customer, or hours after it was heard")
      :format(what), AGAIN)
  end
  return ok("%s %s; it cannot be taken back, only changed under the same reference id", what,
    STATES[notification.state])
end

local LOST = "it was accepted, and nobody got it"
local LOST_FIX = "The host of another region accepts an event and delivers it to nobody, and so "
  .. "does one without subscribers: see region and audience."

-- How many devices of a Multicast are asked.
local LOOKED_AT = 20

--- What became of the Multicast that was sent just now.
local function fate_of_all(case)
  if not case.receipt then return unknown "no customer was named (--user ID)" end
  local reference = case.receipt.reference_id
  local users, problem = case.stand_in:recipients(reference)
  if not users then return unknown(problem) end
  if #users == 0 then return broken(LOST, LOST_FIX) end
  for index = 1, math.min(#users, LOOKED_AT) do
    local notification = case.stand_in:last_notification(users[index], { reference_id = reference })
    local found = notification and fate(notification)
    if found and found.state == "broken" then return found end
  end
  return ok("delivered to %d customer%s", #users, #users == 1 and "" or "s")
end

--- What the customer's device has of it.
function outcome.device(case)
  if not case.stand_in then return unknown(UNSEEN) end
  if case:is_unreachable() then return unknown "the network is in the way" end
  if not case.user then return fate_of_all(case) end
  local wanted = { event = case:event_name() }
  if case.receipt then wanted.reference_id = case.receipt.reference_id end
  local notification, problem = case.stand_in:last_notification(case.user, wanted)
  if problem then return unknown(problem) end
  if notification then return fate(notification) end
  if case.receipt then return broken(LOST, LOST_FIX) end
  return unknown "no such notification was delivered yet"
end

return outcome
