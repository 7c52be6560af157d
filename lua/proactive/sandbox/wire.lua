--- Control calls over the wire.

local caller = require "proactive.caller"

local TIMEOUT = 30

local JSON = { "Content-Type: application/json" }

---@class proactive.sandbox.Wire: proactive.sandbox.Link
local Wire = {}
Wire.__index = Wire

local wire = {}

---@param url string
---@param ca_file string?  for https
---@return proactive.sandbox.Wire
function wire.new(url, ca_file)
  return setmetatable({ url = url, caller = caller.new({ ca_file = ca_file }, TIMEOUT) }, Wire)
end

--- One call.
---@param method string
---@param path string  with its query
---@param body string?
---@return {status: integer?, body: string, next: string?, message: string?, cause: string?}?
---@return string? message
function Wire:ask(method, path, body)
  local call = { method = method, url = self.url .. path, headers = JSON, body = body }
  local result, message = self.caller:ask(call)
  if not result then return nil, message end
  if result.status then
    result.next = result.headers:lower():match "\nx%-sandbox%-next: *(%d+)"
  end
  return result
end

function Wire:close()
  self.caller:close()
end

return wire
