-- Glass and paper are collected on Tuesday.
-- Try it: proactive preview examples/events/trash_collection_alert.lua --locale de-DE

local proactive = require "proactive"

return assert(proactive.events.TrashCollectionAlert.Activated {
  alert = { garbageTypes = { "GLASS", "WASTE_PAPER" }, collectionDayOfWeek = "TUESDAY" },
})
