--- Clients of a spec's sandbox, the walkthrough's event, and customers to send it to.

local core = require "proactive.core"
local proactive = require "proactive"

local L = proactive.localized

local stand_in = {}

--- Options for a client of that sandbox. Its clock is its own, so that its token is; and it makes
--- one attempt, unless told otherwise.
---@param sandbox table
---@param options table?
function stand_in.options(sandbox, options)
  local clock = { wall = core.wall, monotonic = core.monotonic }
  local merged = { sandbox = sandbox.url, ca_file = sandbox.ca_file, clock = clock, retry = false }
  for name, value in pairs(options or {}) do
    merged[name] = value
  end
  return merged
end

--- A client of that sandbox that has announced it already.
---@param sandbox table
---@param options table?
function stand_in.client(sandbox, options)
  local client = assert(proactive.client(stand_in.options(sandbox, options)))
  client.announced = true
  return client
end

--- An event that every device of the sandbox but the Japanese can read.
function stand_in.event()
  return assert(proactive.events.MediaContent.Available {
    availability = {
      startTime = os.time() + 3600,
      provider = { name = L { ["en-US"] = "Alexa Events Example", ["de-DE"] = "Beispielsender" } },
      method = "AIR",
    },
    content = {
      name = L { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
      contentType = "EPISODE",
    },
  })
end

--- The user ids of customers by number.
---@param first integer
---@param last integer
---@return string[]
function stand_in.users(first, last)
  local list = {}
  for number = first, last do
    list[#list + 1] = proactive.sandbox.user_id(number)
  end
  return list
end

local function find(sandbox, region, wanted)
  for _, customer in ipairs(sandbox:users()) do
    if customer.region == region and (#customer.subscriptions > 0) == wanted then return customer end
  end
  error("the sandbox has no such customer", 2)
end

--- A customer who gets notifications.
function stand_in.subscriber(sandbox, region)
  return find(sandbox, region or "NA", true)
end

--- A customer who has enabled the skill and allowed no notifications.
function stand_in.silent(sandbox)
  return find(sandbox, "NA", false)
end

return stand_in
