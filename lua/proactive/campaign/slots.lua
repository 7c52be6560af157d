--- The one rate of a campaign: its workers take slots of time from it, in which they may send.

local slots = {}

-- Seconds. A worker that asks late may catch up on so much, so that the rate is kept on average.
local CATCH_UP = 0.5

-- A slot lasts about so long.
local LENGTH = 0.25

local GET = "SELECT CAST(slot_at AS TEXT) FROM proactive_campaigns WHERE campaign = ?"
local SET = "UPDATE proactive_campaigns SET slot_at = ? WHERE campaign = ?"

--- Takes the next slot.
---@param session proactive.storage.Session  in a transaction
---@param campaign string
---@param rate number  events per second
---@return integer count  events that may be sent in it
---@return number delay   seconds until it begins
function slots.take(session, campaign, rate)
  local count = math.max(1, math.floor(rate * LENGTH))
  local given = session:query(GET .. session.dialect.for_update, campaign)[1][1]
  local now = session:now()
  local begins = math.max(given and tonumber(given) or now, now - CATCH_UP)
  session:execute(SET, ("%.6f"):format(begins + count / rate), campaign)
  return count, math.max(0, begins - now)
end

return slots
