--- What is to be said when something in the house changes: `device = function(state, notify)`.

local proactive = require "proactive"

-- Taken here, so that no rule spends its time on loading the catalogue.
local MessageAlert = proactive.events.MessageAlert

local rules = {}

function rules.mailbox(state, notify)
  if state ~= "full" then return end
  notify(assert(MessageAlert.Activated {
    state = { status = "UNREAD", freshness = "NEW" },
    messageGroup = { creator = { name = "Mailbox" }, count = 1, urgency = "URGENT" },
  }))
end

--- A mistake: it never ends. The host ends it.
function rules.door()
  local count = 0
  while true do
    count = count + 1
  end
end

return rules
