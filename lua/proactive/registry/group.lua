--- One commit for handlers that run at the same time: each waits a moment for the others, and who
--- comes back first commits for all.

local event = require "proactive.registry.event"

---@class proactive.registry.Group
---@field waiting {envelope: table, done: boolean?, result: any}[]
local Group = {}
Group.__index = Group

--- Applies each by itself, to find out which one is refused.
local function apply_each(registry, list)
  for _, entry in ipairs(list) do
    local done, result = registry:apply_many { entry.envelope }
    entry.result, entry.done = done and result[1] or result, done or false
  end
end

local function apply_all(self, registry)
  local list, envelopes = self.waiting, {}
  self.waiting = {}
  for index, entry in ipairs(list) do
    envelopes[index] = entry.envelope
  end
  local done, result = registry:apply_many(envelopes)
  if not done and result.kind == "invalid" and #list > 1 then return apply_each(registry, list) end
  for index, entry in ipairs(list) do
    entry.result, entry.done = done and result[index] or result, done or false
  end
end

--- Takes in a request together with those of other handlers.
---@param registry proactive.Registry
---@param envelope table
---@param pause fun()  lets the other handlers run
---@return true?
---@return proactive.registry.Change|proactive.Error
function Group:apply(registry, envelope, pause)
  local read, err = event.read(envelope) -- one that cannot be read does not spoil the others
  if not read then return nil, err end
  local entry = { envelope = envelope }
  self.waiting[#self.waiting + 1] = entry
  pause()
  if entry.done == nil then apply_all(self, registry) end
  return entry.done or nil, entry.result
end

---@return proactive.registry.Group
return function()
  return setmetatable({ waiting = {} }, Group)
end
