--- Where the users of a run come from: an array, an iterator, a coroutine, or the subscribers of a
--- registry.

---@alias proactive.User
---| string # a user id
---| {user: string, region: string?} # a user id and where the customer is

---@alias proactive.Users
---| proactive.User[]
---| fun(): proactive.User? # gives the next one, or nil
---| thread # a coroutine that yields them
---| proactive.Audience # of `proactive.audience.subscribers`

--- Subscribers whom the service refused in this stage are left out, where the registry keeps marks
--- of them.
local function subscribers(users, stage)
  if not users.registry.mark then return users.registry:each(users.filter) end
  local filter = { stage = stage }
  for name, value in pairs(users.filter or {}) do
    filter[name] = value
  end
  return users.registry:each(filter)
end

--- A function that gives the next user, and how many there are when that is known; nil: that is no
--- source.
---@param users any
---@param stage string
---@return (fun(): string|table|nil)?
---@return integer?
---@return boolean? is_list  a plain one, which can as well be read without this function
return function(users, stage)
  if type(users) == "function" then return users end
  if type(users) == "thread" then
    return function()
      local ok, user = coroutine.resume(users)
      if not ok then error(user, 0) end
      return coroutine.status(users) ~= "dead" and user or nil
    end
  end
  if type(users) ~= "table" then return nil end
  if users.type == "Subscribers" then return subscribers(users, stage) end
  if users.type then return nil end
  local place = 0
  return function()
    place = place + 1
    return users[place]
  end, #users, not getmetatable(users)
end
