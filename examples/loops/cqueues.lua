--- Sends two events at the same time in a controller of cqueues.
---
---   proactive sandbox &
---   PROACTIVE_SANDBOX=http://127.0.0.1:4380 lua5.4 examples/loops/cqueues.lua

local loop = require "proactive.loop.cqueues"
local proactive = require "proactive"

local function event(kind)
  return assert(proactive.events.WeatherAlert.Activated {
    weatherAlert = {
      source = proactive.localized { ["en-US"] = "Example Weather Corp" },
      alertType = kind,
    },
  })
end

loop.run(function()
  local client = assert(loop.client {})
  local everyone = proactive.audience.multicast()
  for _, kind in ipairs { "TORNADO", "HURRICANE" } do
    loop.wrap(function()
      local receipt = assert(client:send(event(kind), everyone)) -- the controller goes on meanwhile
      print(kind, receipt.status)
    end)()
  end
  local last = assert(client:send(event "SNOW_STORM", everyone))
  print("SNOW_STORM", last.status)
  assert(client:flush(30))
  client:close()
end)
