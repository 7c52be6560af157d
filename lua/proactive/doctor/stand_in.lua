--- What the sandbox shows and Alexa does not: its customers, what was delivered to them, what was
--- asked of it.

local form = require "proactive.form"
local remote = require "proactive.sandbox.remote"

---@class proactive.doctor.StandIn
---@field control table  of `proactive.sandbox.remote`
local StandIn = {}
StandIn.__index = StandIn

local stand_in = {}

---@param url string
---@param ca_file string?
---@return proactive.doctor.StandIn
function stand_in.new(url, ca_file)
  return setmetatable({ control = remote.new((url:gsub("/+$", "")), ca_file) }, StandIn)
end

--- Seconds by which its clock was put ahead.
---@return number
function StandIn:ahead()
  local clock = self.control:request("GET", "/sandbox/clock")
  return type(clock) == "table" and tonumber(clock.ahead) or 0
end

--- The skill of a client id; nil when there is none.
---@param client_id string
---@return string?
function StandIn:skill_id(client_id)
  local skill = self.control:request("GET", "/sandbox/skills/" .. form.escape(client_id))
  return type(skill) == "table" and skill.skill_id or nil
end

--- What is known of a customer; false when there is none.
---@param user string
---@return table|false|nil
---@return string? problem
function StandIn:customer(user)
  local customer, err = self.control:request("GET", "/sandbox/users/" .. form.escape(user))
  if customer then return customer end
  if err.kind == "not_found" then return false end
  return nil, err.message
end

--- How many customers of a skill an event reaches, by region.
---@param skill_id string
---@param event string
---@return table<string, integer>?
---@return string? problem
function StandIn:audience(skill_id, event)
  local users, err = self.control:users()
  if not users then return nil, err.message end
  local counts = {}
  for _, customer in ipairs(users) do
    if customer.skill_id == skill_id and customer.enabled then
      for _, name in ipairs(customer.subscriptions) do
        if name == event then counts[customer.region] = (counts[customer.region] or 0) + 1 end
      end
    end
  end
  return counts
end

--- How often a reference id was accepted for a customer, or for all.
---@param user string?
---@param reference_id string
---@return integer?
---@return string? problem
function StandIn:uses(user, reference_id)
  local pairs_of, err = self.control:counts()
  if not pairs_of then return nil, err.message end
  local uses = 0
  for _, entry in ipairs(pairs_of) do
    local concerns = entry.user == nil or user == nil or entry.user == user
    if entry.reference_id == reference_id and concerns then uses = uses + entry.accepted end
  end
  return uses
end

--- The last notification of an event that a customer got.
---@param user string
---@param wanted {event: string?, reference_id: string?}
---@return table?
---@return string? problem
function StandIn:last_notification(user, wanted)
  local list, err = self.control:notifications(user)
  if not list then return nil, err.message end
  local last
  for _, notification in ipairs(list) do
    local matches = true
    for name, value in pairs(wanted) do
      matches = matches and notification[name] == value
    end
    if matches and (not last or notification.received_at >= last.received_at) then
      last = notification
    end
  end
  return last
end

--- The customers who got a notification with a reference id.
---@param reference_id string
---@return string[]?
---@return string? problem
function StandIn:recipients(reference_id)
  local list, err = self.control:notifications(nil, true)
  if not list then return nil, err.message end
  local users = {}
  for _, notification in ipairs(list) do
    if notification.reference_id == reference_id then users[#users + 1] = notification.user end
  end
  return users
end

--- The last event that was sent to it, with its answer.
---@return table?
---@return string? problem
function StandIn:last_event()
  local requests, err = self.control:requests()
  if not requests then return nil, err.message end
  for index = #requests, 1, -1 do
    local entry = requests[index]
    if entry.kind == "events" and entry.method == "POST" then return entry end
  end
end

--- The skill event that was sent last, to a customer's skill.
---@return table?
---@return string? problem
function StandIn:last_skill_event()
  local events, err = self.control:skill_events()
  if not events then return nil, err.message end
  return events[#events]
end

function StandIn:close()
  self.control:stop()
end

return stand_in
