-- Three messages wait. Try it: proactive preview examples/events/message_alert.lua

local proactive = require "proactive"

return assert(proactive.events.MessageAlert.Activated {
  state = { status = "UNREAD", freshness = "NEW" },
  messageGroup = { creator = { name = "Jane Doe" }, count = 3 },
})
