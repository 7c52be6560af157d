--- Fetches one certificate file. Waits without holding up the host, where the host has a way.

local core = require "proactive.core"
local host = require "proactive.host"

-- Seconds. Alexa waits about 8 for an answer.
local TIMEOUT = 5

-- Longest wait for the socket where nothing else runs.
local WAIT = 0.5

--- The result of a GET, or nil and why there is none.
local function exchange(pool, url)
  local route, problem = pool:route { method = "GET", url = url }
  if not route then return nil, problem end
  local pause = host.pause()
  local id
  id, problem = pool:start(route, "", TIMEOUT)
  while not id and problem == "wait" do
    pool:step(WAIT, nil, 1)
    id, problem = pool:start(route, "", TIMEOUT)
  end
  if not id then return nil, problem end
  local result = pool:result(id)
  while not result do
    local stepped, failed = pool:step(pause and 0 or WAIT, nil, 1)
    if not stepped then return nil, failed end
    result = pool:result(id)
    if not result and pause then pause() end
  end
  pool:release(id)
  return result
end

---@param url string
---@param ca_file string?  whom the server's certificate must end at; default: the system's store
---@return string? pem
---@return string? reason
---@return boolean? is_final  the server answered that there is no such file
local function fetch(url, ca_file)
  local pool, problem = core.http { ca_file = ca_file, max_connections = 1 }
  if not pool then return nil, problem end
  local result
  result, problem = exchange(pool, url)
  pool:close()
  if not result then return nil, problem end
  if not result.status then return nil, result.message or result.cause end
  if result.status ~= 200 then
    return nil, ("the server answered with status %d"):format(result.status), result.status < 500
  end
  return result.body
end

return fetch
