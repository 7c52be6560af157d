--- Marks the subscribers of a registry whom the service refuses, so that the next run passes them
--- over; see `proactive.registry.marker` for whom, and when.

local core = require "proactive.core"
local marker = require "proactive.registry.marker"

-- So many marks are written at once.
local BATCH = 500

---@class proactive.Marking
---@field registry table
---@field stage string
---@field run string   names this run's marks
---@field marker proactive.registry.Marker
---@field count integer written
local Marking = {}
Marking.__index = Marking

--- Writes the marks that are ready.
---@param many proactive.Many
function Marking:write(many)
  local list = {}
  for index, mark in ipairs(self.marker.ready) do
    list[index] = { user = mark.customer, event = mark.event }
  end
  if #list == 0 then return end
  self.marker.ready = {}
  local done, err = self.registry:mark(self.run, self.stage, list)
  if done then
    self.count = self.count + #list
  else
    many.problem = many.problem or tostring(err)
  end
end

--- Notes an outcome; stops a run whose first answers were all refusals.
---@param many proactive.Many
---@param user string
---@param region string
---@param err proactive.Error?
function Marking:saw(many, user, region, err)
  if self.marker:saw(region, user, err) then
    many.problem = marker.REASON
    many:stop "refused"
    many.stopped = "refused" -- also when all were taken already
  end
  if #self.marker.ready >= BATCH then self:write(many) end
end

---@return {run: string, count: integer}
function Marking:report()
  return { run = self.run, count = self.count }
end

--- For a run to the subscribers of a registry that keeps marks; else nil.
---@param client proactive.Client
---@param event table|function
---@param users any
---@return proactive.Marking?
return function(client, event, users)
  local registry = type(users) == "table" and users.type == "Subscribers" and users.registry
  if not registry or not registry.mark then return nil end
  return setmetatable({
    registry = registry,
    stage = client.stage,
    run = core.id(),
    marker = marker.new(type(event) == "table" and event.name or nil),
    count = 0,
  }, Marking)
end
