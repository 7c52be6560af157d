--- Addresses that this Lua state serves itself: whoever waits for an answer from there without
--- serving meanwhile waits for ever.

local in_process = {}

local served = {}

-- "host:port" of a URL; one machine's two usual names are one.
local function authority_of(url)
  local authority = url:match "^%a+://([^/]+)"
  return authority and (authority:lower():gsub("^localhost:", "127.0.0.1:"))
end

--- This state serves an address from now on, or no longer.
---@param url string
---@param is_served boolean
function in_process.set(url, is_served)
  served[authority_of(url)] = is_served or nil
end

--- Whether this state serves what a URL names.
---@param url string?
---@return boolean
function in_process.serves(url)
  if not url or next(served) == nil then return false end
  return served[authority_of(url)] ~= nil
end

return in_process
