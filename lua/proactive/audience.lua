--- Who is to be told: plain tables, or a stream of them.

local endpoints = require "proactive.endpoints"
local options = require "proactive.options"

---@class proactive.audience
local audience = {}

---@class proactive.Audience
---@field type "Multicast"|"Unicast"|"Subscribers"
---@field regions string[]?  Multicast: one request for each
---@field user string?       Unicast: the user id from a request to the skill
---@field region string?     Unicast: where the customer is
---@field registry proactive.Registry|table|nil   Subscribers: where they are kept
---@field filter proactive.registry.Filter?  Subscribers: which of them

local function check_region(region, what)
  for _, known in ipairs(endpoints.regions) do
    if region == known then return end
  end
  local list = table.concat(endpoints.regions, ", ")
  error(("%s: a region is one of %s, got %s"):format(what, list, tostring(region)), 3)
end

--- All customers who subscribed to the event.
---@param opts? {regions: string[]?}  default: the client's region
---@return proactive.Audience
function audience.multicast(opts)
  opts = options.check(opts, { regions = { "table" } }, "audience.multicast")
  if not opts.regions then return { type = "Multicast" } end
  local regions = {}
  for i, region in ipairs(opts.regions) do
    check_region(region, "audience.multicast")
    regions[i] = region
  end
  if #regions == 0 then error("audience.multicast: regions is empty", 2) end
  return { type = "Multicast", regions = regions }
end

--- One customer.
---@param user string               the user id from a request to the skill; judged when it is sent
---@param opts? {region: string?}   default: the client's region
---@return proactive.Audience
function audience.unicast(user, opts)
  if type(user) ~= "string" then
    error(("audience.unicast: a user id expected, got %s"):format(type(user)), 2)
  end
  opts = options.check(opts, { region = { "string" } }, "audience.unicast")
  if opts.region then check_region(opts.region, "audience.unicast") end
  return { type = "Unicast", user = user, region = opts.region }
end

--- The customers of a registry, as a stream for `client:send_many`.
---@param registry proactive.Registry|table   or any table with its functions
---@param filter proactive.registry.Filter?
---@return proactive.Audience
function audience.subscribers(registry, filter)
  if type(registry) ~= "table" or type(registry.each) ~= "function" then
    error("audience.subscribers: a registry expected, with the function `each`", 2)
  end
  if filter ~= nil and type(filter) ~= "table" then
    error(("audience.subscribers: a filter is a table, got %s"):format(type(filter)), 2)
  end
  return { type = "Subscribers", registry = registry, filter = filter }
end

return audience
