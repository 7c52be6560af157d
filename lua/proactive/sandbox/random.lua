--- Numbers by chance that come again: the same seed gives the same ones on every Lua.

local random = {}

-- Park and Miller's generator with the multiplier 48271: every product is below 2^53, so doubles
-- are exact.
local MODULUS = 2147483647

--- A generator of numbers in (0, 1).
---@param seed integer
---@return fun(): number
function random.new(seed)
  local state = (seed % MODULUS * 69621 + 40692) % MODULUS
  if state == 0 then state = 1 end
  return function()
    state = state * 48271 % MODULUS
    return state / MODULUS
  end
end

return random
