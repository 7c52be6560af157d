--- Fetches one certificate file. Waits without holding up the host, where the host has a way.

local caller = require "proactive.caller"

-- Seconds. Alexa waits about 8 for an answer.
local TIMEOUT = 5

---@param url string
---@param ca_file string?  whom the server's certificate must end at; default: the system's store
---@return string? pem
---@return string? reason
---@return boolean? is_final  the server answered that there is no such file
local function fetch(url, ca_file)
  local server = caller.new({ ca_file = ca_file }, TIMEOUT)
  local result, problem = server:ask { method = "GET", url = url }
  server:close()
  if not result then return nil, problem end
  if not result.status then return nil, result.message or result.cause end
  if result.status ~= 200 then
    return nil, ("the server answered with status %d"):format(result.status), result.status < 500
  end
  return result.body
end

return fetch
