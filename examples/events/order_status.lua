-- An order is on its way and will arrive in three days.
-- Try it: proactive preview examples/events/order_status.lua

local proactive = require "proactive"

local DAY = 24 * 60 * 60
local now = os.time()

return assert(proactive.events.OrderStatus.Updated {
  state = {
    status = "ORDER_SHIPPED",
    enterTimestamp = now,
    deliveryDetails = { expectedArrival = now + 3 * DAY },
  },
  order = { seller = { name = proactive.localized { ["en-US"] = "Delivery Owl" } } },
})
