--- What is sent: one event, and as many customers as are wanted, each with an id of real length.

local proactive = require("proactive")

local load = {}

-- A real id: this prefix, then 180 digits and letters. The number is its last nine.
local PREFIX = "amzn1.ask.account." .. ("A"):rep(171)

---@param number integer
---@return string
function load.user(number) return string.format("%s%09d", PREFIX, number) end

--- Customers 1 to count, one after the other.
---@param count integer
---@return fun(): string?
function load.users(count)
  local number = 0
  return function()
    number = number + 1
    return number <= count and load.user(number) or nil
  end
end

--- The same as a list.
---@param count integer
---@return string[]
function load.list(count)
  local list = {}
  for number = 1, count do list[number] = load.user(number) end
  return list
end

--- The event: an order's status, with two locales.
---@return table
function load.event()
  local name = proactive.localized({ ["en-US"] = "Delivery Owl", ["de-DE"] = "Liefereule" })
  return assert(proactive.events.OrderStatus.Updated({
    state = {
      status = "ORDER_SHIPPED",
      enterTimestamp = os.time(),
      deliveryDetails = { expectedArrival = os.time() + 3 * 86400 },
    },
    order = { seller = { name = name } },
  }))
end

--- The body of the event for customer 0, with a reference id of the length of ours.
---@return table
function load.request()
  local audience = proactive.audience.unicast(load.user(0))
  local reference = ("R"):rep(13) .. ("0"):rep(9)
  return assert(proactive.request(load.event(), audience, { reference_id = reference }))
end

--- The same as JSON text.
---@return string
function load.body() return assert(proactive.encode(load.request())) end

--- The options of a client that sends to a server of `bench.lib.server`.
---@param url string
---@param ca_file string
---@param more table?
---@return table
function load.client(url, ca_file, more)
  local options = {
    client_id = "bench",
    client_secret = "bench",
    sandbox = false,
    token_host = url,
    event_host = url,
    ca_file = ca_file,
  }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(proactive.client(options))
end

return load
