--- The last requests with their answers. Secrets are taken out before anything is stored.

local json = require "proactive.json"
local text = require "proactive.text"

-- Requests kept, and bytes kept of each body.
local MOST_REQUESTS = 1000
local MOST_BYTES = 16384

local REMOVED = "<removed>"

-- Headers that carry a secret.
local SECRET_HEADERS = { "authorization", "proxy-authorization", "cookie" }

local Journal = {}
Journal.__index = Journal

local journal = { REMOVED = REMOVED }

function journal.new()
  local self = setmetatable({}, Journal)
  self:reset()
  return self
end

function Journal:reset()
  self.first, self.last, self.entries = 1, 0, {}
end

-- Cuts between characters.
local function shorten(body)
  if #body <= MOST_BYTES then return body end
  local length = MOST_BYTES
  while length > 0 and body:find("^[\128-\191]", length + 1) do
    length = length - 1
  end
  return body:sub(1, length)
end

-- What JSON can carry of bytes from anywhere, also inside a list.
local function showable(value)
  if type(value) == "table" then
    local copy = json.is_array(value) and json.array {} or {}
    for key, part in pairs(value) do
      copy[key] = showable(part)
    end
    return copy
  elseif type(value) == "string" and text.problem(value) then
    return (value:gsub("[%z\128-\255]", "?"))
  end
  return value
end

journal.showable = showable

local function remove_from_headers(headers)
  for _, name in ipairs(SECRET_HEADERS) do
    local value = headers[name]
    if value then
      local scheme = type(value) == "string" and value:match("^(%a+) ")
      headers[name] = scheme and ("%s %s"):format(scheme, REMOVED) or REMOVED
    end
  end
  return headers
end

-- Only an event's body is known to hold no secret: of others, what the endpoint says may be shown.
local function shown_body(call)
  if call.route.kind == "events" then return shorten(call.request.body) end
  return call.shown_body or (call.request.body == "" and "" or REMOVED)
end

--- Stores one exchange. The request's headers are changed: call this when nobody needs its secrets
--- any more.
---@param call table    an exchange, as `proactive.sandbox.app` makes it
---@param answer table  as `reply` makes it
function Journal:add(call, answer)
  local request = call.request
  self.last = self.last + 1
  self.entries[self.last] = {
    received_at = call.received_at,
    request_id = call.request_id,
    kind = call.route.kind,
    method = request.method,
    path = request.path,
    query = request.query and REMOVED,
    headers = remove_from_headers(request.headers),
    body = shown_body(call),
    body_is_cut = #request.body > MOST_BYTES or nil,
    status = answer.status,
    answer_headers = answer.headers,
    answer = shorten(call.shown_answer or answer.body),
    region = call.route.region,
    audience = call.audience,
    delivered = call.delivered,
    locales = call.locales,
    fault = call.fault,
    answer_lost = answer.lost,
  }
  if self.last - self.first >= MOST_REQUESTS then
    self.entries[self.first] = nil
    self.first = self.first + 1
  end
end

--- One exchange as the control path shows it.
---@param index integer
function Journal:view(index)
  local entry, headers = self.entries[index], {}
  for _, header in ipairs(entry.answer_headers) do
    headers[header[1]:lower()] = header[2]
  end
  local view = {}
  for name, value in pairs(entry) do
    view[name] = showable(value)
  end
  view.answer_headers = nil
  view.answer = { headers = showable(headers), body = showable(entry.answer) }
  return view
end

return journal
