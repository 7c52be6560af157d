-- An appointment in four weeks is confirmed. Try it: proactive preview examples/events/occasion.lua

local proactive = require "proactive"

local L = proactive.localized
local DAY = 24 * 60 * 60

return assert(proactive.events.Occasion.Updated {
  state = { confirmationStatus = "CONFIRMED" },
  occasion = {
    occasionType = "APPOINTMENT",
    subject = L { ["en-US"] = "root canal", ["de-DE"] = "eine Wurzelbehandlung" },
    provider = { name = L { ["en-US"] = "Dental XYZ", ["de-DE"] = "Zahnarzt XYZ" } },
    bookingTime = os.time() + 28 * DAY,
    broker = { name = L { ["en-US"] = "Dental Finder", ["de-DE"] = "Zahnarztsuche" } },
  },
})
