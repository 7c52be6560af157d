--- Answers of the sandbox as plain tables: {status=, headers={{name, value}, …}, body=}. A fault
--- may add `delay` (seconds), `bytes_per_second`, or `abort` (true, or the raw bytes sent before
--- the connection closes) and `lost` (it does not arrive whole).

local json = require "proactive.json"

local reply = {}

-- `type` of an observed error body is the reason phrase. 432 has none in any standard: this text is
-- ours.
-- Source: https://github.com/satr/java-ask-proactive-api-kit (HttpRespondBodyTest)
local REASONS = {
  [200] = "OK",
  [202] = "Accepted",
  [204] = "No Content",
  [302] = "Found",
  [400] = "Bad Request",
  [401] = "Unauthorized",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [409] = "Conflict",
  [412] = "Precondition Failed",
  [413] = "Payload Too Large",
  [429] = "Too Many Requests",
  [432] = "Notification Limit Exceeded",
  [500] = "Internal Server Error",
  [503] = "Service Unavailable",
}

--- The reason phrase of a status.
---@param status integer
---@return string
function reply.reason(status)
  return REASONS[status] or "Unknown"
end

---@param status integer?  nil: none is sent
---@param content_type string?
---@param body string?
function reply.new(status, content_type, body)
  local headers = {}
  if content_type then headers[1] = { "Content-Type", content_type } end
  return { status = status, headers = headers, body = body or "" }
end

--- An answer whose body is JSON text already.
---@param status integer
---@param text string
function reply.json(status, text)
  return reply.new(status, "application/json", text)
end

--- A refusal in the service's shape: `type` before `message` as observed, or `code` as Amazon's
--- SDKs model it.
---@param status integer
---@param message string
---@param shape? "type"|"code"
function reply.refusal(status, message, shape)
  local text = json.encode(message)
  if shape == "code" then
    return reply.json(status, ('{"code":%d,"message":%s}'):format(status, text))
  end
  return reply.json(status, ('{"type":"%s","message":%s}'):format(reply.reason(status), text))
end

--- The methods of a path, as the header `Allow` lists them.
---@param methods table<string, any>
---@return string
function reply.allowed(methods)
  local names = {}
  for name in pairs(methods) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- Adds a header.
function reply.add(answer, name, value)
  answer.headers[#answer.headers + 1] = { name, value }
  return answer
end

--- The answer as it would stand on the wire of HTTP/1.1, for a fault that cuts it.
---@return string
function reply.raw(answer)
  local lines = { ("HTTP/1.1 %d %s"):format(answer.status, reply.reason(answer.status)) }
  for _, header in ipairs(answer.headers) do
    lines[#lines + 1] = ("%s: %s"):format(header[1], header[2])
  end
  lines[#lines + 1] = ("Content-Length: %d\r\n\r\n"):format(#answer.body)
  return table.concat(lines, "\r\n") .. answer.body
end

return reply
