--- Erases a customer from the rest of a store: from campaigns, whose outcomes keep the hash of the
--- user id and no more, and from the marks.

local marks = require "proactive.registry.marks"

local ERASE = "UPDATE proactive_recipients SET user_id = NULL "
  .. "WHERE campaign IN (SELECT campaign FROM proactive_campaigns) AND customer = ?"

---@param session proactive.storage.Session
---@param customer string  hash of the user id
return function(session, customer)
  session:execute(ERASE, customer)
  marks.erase(session, customer)
end
