--- A small back end: a shop tells its customers through Alexa where their parcels are.

local proactive = require "proactive"

local Parcels = {}
Parcels.__index = Parcels

local parcels = {}

local SELLER = proactive.localized {
  ["en-US"] = "Example Shop",
  ["de-DE"] = "Beispielladen",
}

--- Refusals that mean: this customer wants no notifications. Asking again would change nothing.
local UNWANTED = { not_subscribed = true, not_enabled = true }

---@param client table  of `proactive.client`
---@return table
function parcels.new(client)
  return setmetatable({ client = client, unwanted = {} }, Parcels)
end

local function event_of(parcel, status)
  local arrives = status ~= "ORDER_DELIVERED" and parcel.arrives or nil
  return assert(proactive.events.OrderStatus.Updated {
    state = {
      status = status,
      deliveryDetails = arrives and { expectedArrival = arrives },
    },
    order = { seller = { name = SELLER } },
  })
end

--- Tells the customer of a parcel what became of it. What was said before of the same parcel gives
--- way to it.
---@param parcel {number: integer, customer: string, region: string, arrives: number}
---@param status "ORDER_SHIPPED"|"ORDER_OUT_FOR_DELIVERY"|"ORDER_DELIVERED"
---@return boolean told
---@return string? why not
function Parcels:tell(parcel, status)
  if self.unwanted[parcel.customer] then return false, "the customer wants no notifications" end
  local to = proactive.audience.unicast(parcel.customer, { region = parcel.region })
  local opts = { reference_id = ("parcel%d"):format(parcel.number), expires_in = 12 * 3600 }
  local receipt, err = self.client:send(event_of(parcel, status), to, opts)
  if receipt then return true end
  if UNWANTED[err.kind] then self.unwanted[parcel.customer] = true end
  return false, tostring(err)
end

return parcels
