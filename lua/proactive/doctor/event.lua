--- The links of the event itself: what it holds, until when it is good, its reference id.

local finding = require "proactive.doctor.finding"
local time = require "proactive.time"

local event = {}

local ok, unknown, broken = finding.ok, finding.unknown, finding.broken

local NO_EVENT = "no event was given"

-- What people try who want another sentence than Alexa's own.
local FREE_TEXT = "Alexa speaks fixed sentences only; what comes nearest to a text of your own is "
  .. "AMAZON.MessageAlert.Activated with the text in creator.name. "
local EVENT_FIX = "Correct what is named; proactive validate FILE shows it in full, proactive "
  .. "events NAME the fields."

local function has_rule(violations, rule)
  for _, violation in ipairs(violations) do
    if violation.rule == rule then return true end
  end
  return false
end

local function fix_of(violations)
  return (has_rule(violations, "unknown") and FREE_TEXT or "") .. EVENT_FIX
end

--- Whether the service would take the event as it stands.
function event.event(case)
  local mine = case:letter()
  if not mine then return unknown(NO_EVENT) end
  if mine.err then
    local found = finding.of(mine.err)
    found.fix = mine.err.violations and fix_of(mine.err.violations) or found.fix
    return found
  end
  local wrong = mine.wrong.event
  if #wrong > 0 then return broken(finding.violations(wrong), fix_of(wrong)) end
  return ok("%s is as the service wants it", mine.body.event.name)
end

local EXPIRY_FIX = "Take it from the clock at the moment of sending: at least 5 minutes and at "
  .. "most 24 hours less a minute ahead. Leave expires_in out for the longest."

--- Whether it is good until a moment that the service takes.
function event.expiry(case)
  local mine = case:letter()
  if not (mine and mine.body) then return unknown(mine and "there is no event" or NO_EVENT) end
  local wrong = mine.wrong.expiry
  if #wrong > 0 then return broken(finding.violations(wrong), EXPIRY_FIX) end
  local at = time.parse(mine.body.expiryTime)
  return ok("until %s, %s from now", mine.body.expiryTime, finding.span(at - case:now()))
end

local REFERENCE_FIX = "Use another reference id for another notification. The same one again "
  .. "changes the notification that is there, or is refused (409 or 400)."

--- The reference id that every send would use; nil: a new one each time.
local function fixed_reference(case, mine)
  if case.options.event.payload ~= nil then return case.options.reference_id end
  return mine.body.referenceId
end

--- Whether its reference id was used before.
function event.reference(case)
  local mine = case:letter()
  if not (mine and mine.body) then return unknown(mine and "there is no event" or NO_EVENT) end
  local wrong = mine.wrong.reference
  if #wrong > 0 then return broken(finding.violations(wrong), REFERENCE_FIX) end
  local reference = fixed_reference(case, mine)
  if not reference then return ok "a new one each time" end
  if not case.stand_in then
    return unknown("%s is fixed, and the service cannot be asked whether it was used", reference)
  end
  local uses, problem = case.stand_in:uses(case.user, reference)
  if not uses then return unknown(problem) end
  if uses == 0 then return ok("%s was not used before", reference) end
  local whom = case.user and "to this customer" or "in this sandbox"
  local times = uses == 1 and "once" or ("%d times"):format(uses)
  return broken(("%s was sent before, %s %s"):format(reference, times, whom), REFERENCE_FIX)
end

return event
