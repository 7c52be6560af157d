--- Sends two events at the same time in luv's loop, while a timer goes on.
---
---   proactive sandbox &
---   PROACTIVE_SANDBOX=http://127.0.0.1:4380 lua5.4 examples/loops/luv.lua

local loop = require "proactive.loop.luv"
local proactive = require "proactive"
local uv = require "luv"

local function event(kind)
  return assert(proactive.events.WeatherAlert.Activated {
    weatherAlert = {
      source = proactive.localized { ["en-US"] = "Example Weather Corp" },
      alertType = kind,
    },
  })
end

local ticks = 0
local timer = uv.new_timer()
timer:start(0, 1, function()
  ticks = ticks + 1
end)

loop.run(function()
  local client = assert(loop.client {})
  local everyone = proactive.audience.multicast()
  local left = 2
  for _, kind in ipairs { "TORNADO", "HURRICANE" } do
    loop.wrap(function()
      local receipt, err = client:send(event(kind), everyone) -- the loop goes on meanwhile
      print(kind, receipt and receipt.status or err)
      left = left - 1
      if left == 0 then client:close() end
    end)() -- begins in the loop's next round
  end
end)

timer:close()
uv.run "nowait"
assert(ticks > 0)
