--- What is due later: a binary heap by time. Equal times come out in the order they went in.

local Timers = {}
Timers.__index = Timers

local timers = {}

function timers.new()
  return setmetatable({ size = 0, added = 0 }, Timers)
end

local function earlier(a, b)
  return a.at < b.at or (a.at == b.at and a.number < b.number)
end

--- Adds a value that is due at a time of the monotonic clock.
---@param at number
---@param value any
function Timers:add(at, value)
  local entry, index = { at = at, number = self.added + 1, value = value }, self.size + 1
  self[index] = entry -- what needs memory comes before what changes
  self.size, self.added = self.size + 1, self.added + 1
  while index > 1 do
    local parent = math.floor(index / 2)
    if not earlier(entry, self[parent]) then break end
    self[index], index = self[parent], parent
  end
  self[index] = entry
end

--- The time of the earliest, or nil.
---@return number?
function Timers:next_at()
  return self[1] and self[1].at
end

-- Lets the last entry sink from the top to its place.
local function sink(self)
  local entry, index = self[self.size + 1], 1
  self[self.size + 1] = nil
  if self.size == 0 then return end
  while true do
    local child = 2 * index
    if child > self.size then break end
    if child < self.size and earlier(self[child + 1], self[child]) then child = child + 1 end
    if not earlier(self[child], entry) then break end
    self[index], index = self[child], child
  end
  self[index] = entry
end

--- The earliest value if it is due, or nil. It stays where it is.
---@param now number
---@return any?
function Timers:peek(now)
  local top = self[1]
  return top and top.at <= now and top.value or nil
end

--- Takes the earliest value that is due, or nil. Allocates nothing.
---@param now number
---@return any?
function Timers:take(now)
  local top = self[1]
  if not top or top.at > now then return nil end
  self.size = self.size - 1
  sink(self)
  return top.value
end

return timers
