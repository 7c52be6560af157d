--- What was delivered. Each customer's is in its `box`. Bounded: a customer keeps the last 1,000
--- notifications, all together the last `max_notifications`; older ones are forgotten with their
--- reference ids.

local speech = require "proactive.sandbox.speech"

local PER_CUSTOMER = 1000

-- Notifications that were listened to are kept for some hours. How many is not published.
-- Source:
-- https://medium.com/swlh/get-started-with-amazon-alexa-skills-proactive-events-api-5b082bcb282c
local KEPT_AS_OLD = 6 * 3600

-- What is shown of a notification as it is kept.
local SHOWN = {
  "user",
  "event",
  "reference_id",
  "stage",
  "region",
  "locale",
  "received_at",
  "expires_at",
}

local Inbox = {}
Inbox.__index = Inbox

local inbox = {}

---@param clock table
---@param most integer  notifications kept in all
function inbox.new(clock, most)
  local self = setmetatable({ clock = clock, most = most }, Inbox)
  self:reset()
  return self
end

local function new_ring()
  return { first = 1, last = 0 }
end

--- Forgets all notifications. The boxes go with the customers, who are made anew at the same time.
function Inbox:reset()
  self.all = new_ring()
end

local function push(ring, value)
  ring.last = ring.last + 1
  ring[ring.last] = value
end

local function shift(ring)
  local value = ring[ring.first]
  ring[ring.first] = nil
  ring.first = ring.first + 1
  return value
end

--- Whether a customer was sent this reference id, as far back as the inbox goes.
---@param customer table
---@param reference_id string
---@return boolean
function inbox.holds(customer, reference_id)
  local box = customer.box
  return box ~= nil and box.by_reference[reference_id] ~= nil
end

-- A forgotten notification may stand in the ring of all for a while; its text need not.
local function forget(box, notification)
  if box.by_reference[notification.reference_id] == notification then
    box.by_reference[notification.reference_id] = nil
  end
  notification.text = nil
end

local function add(self, box, notification)
  push(box.ring, notification)
  push(self.all, notification)
  if box.ring.last - box.ring.first >= PER_CUSTOMER then forget(box, shift(box.ring)) end
  if self.all.last - self.all.first >= self.most then
    local oldest = shift(self.all)
    -- What is oldest of all is oldest in its box too, if that still has it.
    if oldest.text then forget(oldest.box, shift(oldest.box.ring)) end
  end
end

--- Puts an event into a customer's inbox. The same reference id again replaces what it said before.
---@param customer table
---@param event table  event, reference_id, stage, text, received_at, expires_at
function Inbox:deliver(customer, event)
  local box = customer.box
  if not box then
    box = { ring = new_ring(), by_reference = {} }
    customer.box = box
  end
  local notification = box.by_reference[event.reference_id]
  local fresh = not notification
  if fresh then
    notification = { box = box, user = customer.user, reference_id = event.reference_id }
    box.by_reference[event.reference_id] = notification
  end
  notification.event, notification.stage = event.event, event.stage
  notification.text = event.text
  notification.received_at, notification.expires_at = event.received_at, event.expires_at
  notification.region, notification.locale = customer.region, customer.locale
  notification.utc_offset = customer.utc_offset
  notification.heard_at, notification.deleted, notification.judged_at = nil, nil, nil
  if fresh then add(self, box, notification) end
end

--- Puts a notification back that was saved, its times latered.
---@param customer table
---@param saved table   as `sandbox.state` keeps it
---@param later number  seconds
function Inbox:restore(customer, saved, later)
  self:deliver(customer, {
    event = saved.event,
    reference_id = saved.reference_id,
    stage = saved.stage,
    text = saved.body,
    received_at = saved.received_at + later,
    expires_at = saved.expires_at + later,
  })
  local notification = customer.box.by_reference[saved.reference_id]
  notification.judged_at = saved.judged_at or saved.received_at
  notification.region, notification.locale = saved.region, saved.locale
  notification.utc_offset = saved.utc_offset
  notification.heard_at = saved.heard_at and saved.heard_at + later
  notification.deleted = saved.deleted
end

--- `new` until it is listened to or expires, then `old` or `expired`; `deleted` on demand or some
--- hours after.
local function state_of(notification, now)
  if notification.deleted then return "deleted" end
  if notification.heard_at then
    return now - notification.heard_at < KEPT_AS_OLD and "old" or "deleted"
  end
  return now < notification.expires_at and "new" or "expired"
end

--- One notification as the control path shows it; brief: without what a device says of it.
local function view(notification, now, brief)
  local shown = brief and {}
    or speech.of(
      notification.text,
      notification.locale,
      notification.utc_offset,
      notification.judged_at or notification.received_at
    )
  for _, name in ipairs(SHOWN) do
    shown[name] = notification[name]
  end
  shown.state = state_of(notification, now)
  return shown
end

--- The notifications of one customer, or of all, from the oldest.
---@param customer table?
---@param brief boolean?  without what a device says of them, which takes ten times as long
---@return integer first
---@return integer last
---@return fun(index: integer): table?  nil for one that was forgotten
function Inbox:listing(customer, brief)
  local now, ring = self.clock:now(), self.all
  if customer then ring = customer.box and customer.box.ring or new_ring() end
  return ring.first, ring.last, function(index)
    local notification = ring[index]
    return notification.text and view(notification, now, brief) or nil
  end
end

local function each(customer)
  local box = customer.box
  local index = box and box.ring.first - 1 or 0
  return function()
    index = index + 1
    return box and box.ring[index]
  end
end

--- "What are my notifications?": the new ones are read out and become old.
---@param customer table
---@return table[]
function Inbox:listen(customer)
  local now, heard = self.clock:now(), {}
  for notification in each(customer) do
    if state_of(notification, now) == "new" then
      notification.heard_at = now
      heard[#heard + 1] = view(notification, now)
    end
  end
  return heard
end

--- "Delete all my notifications."
---@param customer table
function inbox.delete(customer)
  for notification in each(customer) do
    notification.deleted = true
  end
end

--- How many are waiting to be heard: the device's light.
---@param customer table
---@return integer
function Inbox:waiting(customer)
  local now, count = self.clock:now(), 0
  for notification in each(customer) do
    if state_of(notification, now) == "new" then count = count + 1 end
  end
  return count
end

return inbox
