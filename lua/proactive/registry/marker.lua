--- Judges the 403s of a run: whom to mark, and whether the run is for the wrong customers
--- altogether. Pure.
---
--- With the wrong credentials, stage or region every customer is refused. So marks of a region are
--- held back until the run had an event accepted there, and a run whose first answers are all 403
--- stops and marks nobody.

local marker = {}

-- So many first answers, all of them 403, are no accident.
marker.FIRST = 50

-- Marks held back for a region; the first ones are kept.
local HELD = 10000

local REASON = "the first %d answers were all 403: credentials, stage or region do not belong to "
  .. "these customers; nobody was marked"

--- Why a run was stopped.
---@type string
marker.REASON = REASON:format(marker.FIRST)

---@class proactive.registry.Marker
local Marker = {}
Marker.__index = Marker

---@param event string?  the name of the run's event, when it has one for all
---@return proactive.registry.Marker
function marker.new(event)
  return setmetatable({
    event = event,
    answers = 0,
    refused = 0,
    accepted = {}, -- by region
    held = {}, -- by region
    ready = {},
  }, Marker)
end

local KINDS = { not_enabled = true, not_subscribed = true, forbidden = true }

local function hold(self, region, mark)
  local held = self.held[region]
  if not held then
    held = {}
    self.held[region] = held
  end
  if #held < HELD then held[#held + 1] = mark end
end

--- Notes an outcome; true when the run must stop.
---@param region string
---@param customer string          whatever names the customer to who writes the marks
---@param err proactive.Error?     nil: accepted
---@return boolean?
function Marker:saw(region, customer, err)
  if not err then
    if not self.accepted[region] then
      self.accepted[region] = true
      for _, mark in ipairs(self.held[region] or {}) do
        self.ready[#self.ready + 1] = mark
      end
      self.held[region] = nil
    end
    self.answers = self.answers + 1
    return
  end
  if err.status then self.answers = self.answers + 1 end
  if err.status ~= 403 or not KINDS[err.kind] then return end
  self.refused = self.refused + 1
  if self.refused == marker.FIRST and self.answers == self.refused then return true end
  if err.kind == "forbidden" then return end
  local mark = { customer = customer, event = err.kind == "not_subscribed" and self.event or nil }
  if err.kind == "not_subscribed" and not self.event then return end
  if self.accepted[region] then
    self.ready[#self.ready + 1] = mark
  else
    hold(self, region, mark)
  end
end

return marker
