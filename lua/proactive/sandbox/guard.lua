--- Keeps web pages of others away from the control paths. A page in the browser of somebody who
--- runs a sandbox can send requests to loopback, and by a name of its own that resolves there (DNS
--- rebinding) also read answers.

local guard = {}

local function is_loopback(name)
  return name:lower() == "localhost" or name == "[::1]" or name:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

-- "name:port" or "[::1]:port", without the port.
local function name_of(host)
  return host:match("^(%[[%x:%.]+%])$")
    or host:match("^(%[[%x:%.]+%]):%d+$")
    or host:match("^([^:%[%]]+)$")
    or host:match("^([^:%[%]]+):%d+$")
end

--- Why a request may not use the control paths, or nil.
---@param request table
---@param own {scheme: string, host: string}  scheme and the host the server was told to bind
---@return string?
function guard.refusal(request, own)
  local host, origin = request.headers.host, request.headers.origin
  local name = type(host) == "string" and name_of(host)
  if not name or not (is_loopback(name) or name == own.host or name == "[" .. own.host .. "]") then
    return "control paths answer to this machine's own name only (Host header)"
  end
  if origin ~= nil and origin ~= ("%s://%s"):format(own.scheme, host) then
    return "control paths refuse requests of other sites (Origin header)"
  end
end

return guard
