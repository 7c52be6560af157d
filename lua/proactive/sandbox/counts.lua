--- How often an event was accepted, by customer and reference id: what a soak compares its own
--- report with.

local json = require "proactive.json"

-- Pairs that are counted; later ones are accepted and not counted.
local MOST_PAIRS = 1000000

local USER, REFERENCE, ACCEPTED, DESTROYED = 1, 2, 3, 4

local Counts = {}
Counts.__index = Counts

local counts = {}

function counts.new()
  local self = setmetatable({}, Counts)
  self:reset()
  return self
end

function Counts:reset()
  self.pairs, self.by_user, self.multicast = {}, {}, {}
end

--- Counts one accepted request.
---@param user string?  nil for Multicast
---@param reference_id string
---@return table? pair  what `destroyed` takes
function Counts:accepted(user, reference_id)
  local references = self.multicast
  if user then
    references = self.by_user[user]
    if not references then
      references = {}
      self.by_user[user] = references
    end
  end
  local pair = references[reference_id]
  if not pair then
    if #self.pairs >= MOST_PAIRS then return nil end
    pair = { user or false, reference_id, 0, 0 }
    references[reference_id] = pair
    self.pairs[#self.pairs + 1] = pair
  end
  pair[ACCEPTED] = pair[ACCEPTED] + 1
  return pair
end

--- Counts one accepted request whose answer a fault destroyed.
---@param pair table?
function counts.destroyed(pair)
  if pair then pair[DESTROYED] = pair[DESTROYED] + 1 end
end

--- One pair as the control path shows it.
---@param index integer
function Counts:view(index)
  local pair = self.pairs[index]
  return {
    user = pair[USER] or json.null,
    reference_id = pair[REFERENCE],
    accepted = pair[ACCEPTED],
    answers_destroyed = pair[DESTROYED],
  }
end

return counts
