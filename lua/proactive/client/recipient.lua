--- An element of the `users` of a run: a user id, or a table with the field `user`.

local core = require "proactive.core"
local errors = require "proactive.errors"
local USER_PREFIX = require("proactive.client.template").USER_PREFIX

local extends = core.extends

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

--- Whether an element is simply a user id, as most are.
---@param entry any
---@return boolean
function recipient.is_user_id(entry)
  return extends(entry, USER_PREFIX)
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
