-- A tornado is coming. Try it: proactive preview examples/events/weather_alert.lua

local proactive = require "proactive"

return assert(proactive.events.WeatherAlert.Activated {
  weatherAlert = {
    source = proactive.localized {
      ["en-US"] = "Example Weather Corp",
      ["de-DE"] = "Wetterdienst Beispiel",
      ["ja-JP"] = "天気予報チャンネル",
    },
    alertType = "TORNADO",
  },
})
