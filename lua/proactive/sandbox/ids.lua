--- Request ids: they look like the service's, are unique, grow, and cost no random bytes each.

local core = require "proactive.core"

local ids = {}

---@return fun(): string
function ids.new()
  local digits = core.id():gsub(".", function(character)
    return ("%02x"):format(character:byte())
  end)
  local prefix = ("%s-%s-%s-%s-"):format(
    digits:sub(1, 8),
    digits:sub(9, 12),
    digits:sub(13, 16),
    digits:sub(17, 20)
  )
  local number = 0
  return function()
    number = number + 1
    return ("%s%012x"):format(prefix, number)
  end
end

return ids
