--- An element of the `users` of a run: a user id, or a table with the field `user`.

local errors = require "proactive.errors"

local recipient = {}

--- The error of an element that names no customer of a region.
local function misfit(user, region)
  local message
  if type(user) ~= "string" then
    message = "a user is a user id, or a table with the field user, got " .. type(user)
  else
    message = "the region of a user is NA, EU or FE, got " .. tostring(region)
  end
  return errors.new("invalid", { message = message, fix = "Correct this element of users." })
end

--- Whom an element names.
---@param many proactive.Many
---@param entry any
---@return string? user
---@return integer? route
---@return string? region
---@return proactive.Error? err  nobody who can be sent to
function recipient.of(many, entry)
  local user, region = entry, many.region
  if type(entry) == "table" then
    user, region = entry.user, entry.region or region
  end
  local route = many.routes[region]
  if type(user) ~= "string" or not route then return nil, nil, nil, misfit(user, region) end
  local err = many.template and many.template:user_problem(user)
  return user, route, region, err
end

return recipient
