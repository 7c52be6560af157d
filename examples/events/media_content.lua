-- An episode begins in an hour. Try it: proactive preview examples/events/media_content.lua

local proactive = require "proactive"

local L = proactive.localized

return assert(proactive.events.MediaContent.Available {
  availability = {
    startTime = os.time() + 60 * 60,
    provider = { name = L { ["en-US"] = "Alexa Events Example", ["de-DE"] = "Beispielsender" } },
    method = "AIR",
  },
  content = {
    name = L { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
    contentType = "EPISODE",
  },
})
