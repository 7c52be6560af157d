--- The reference id of a customer in a campaign: the same at every attempt of every worker, so that
--- a repeat after a crash is the same event to Alexa.

local core = require "proactive.core"

--- 64 hexadecimal digits.
---@param id string    of the campaign, random: another campaign of the same name is another one
---@param user string
---@return string
return function(id, user)
  return core.sha256(id .. user)
end
