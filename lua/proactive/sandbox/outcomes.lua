--- How many events ended how, second by second of the last minute: the chart of the page. In real
--- time, since the sandbox's clock may jump.

local core = require "proactive.core"
local json = require "proactive.json"

-- Seconds kept.
local LENGTH = 60

local THROTTLED = { [429] = true, [432] = true }

local Outcomes = {}
Outcomes.__index = Outcomes

local outcomes = { LENGTH = LENGTH }

--- In the order in which they are shown.
outcomes.names = { "accepted", "refused", "throttled", "failed", "lost" }

---@param monotonic? fun(): number
function outcomes.new(monotonic)
  local self = setmetatable({ monotonic = monotonic or core.monotonic }, Outcomes)
  self:reset()
  return self
end

function Outcomes:reset()
  self.seconds = {}
end

--- How a request ended, as one of `outcomes.names`.
---@param status integer?
---@param lost boolean?  its answer did not leave whole
---@return string
function outcomes.of(status, lost)
  if lost or not status then return "lost" end
  if status < 300 then return "accepted" end
  if THROTTLED[status] then return "throttled" end
  return status >= 500 and "failed" or "refused"
end

--- Counts an answered event.
---@param answer table  as `reply` makes it
function Outcomes:add(answer)
  local now = math.floor(self.monotonic())
  local place = now % LENGTH
  local second = self.seconds[place]
  if not second or second.at ~= now then
    second = { at = now }
    self.seconds[place] = second
  end
  local name = outcomes.of(answer.status, answer.lost)
  second[name] = (second[name] or 0) + 1
end

--- The seconds in which something happened, each with its age.
---@return table
function Outcomes:view()
  local now, list = math.floor(self.monotonic()), json.array {}
  for age = LENGTH - 1, 0, -1 do
    local second = self.seconds[(now - age) % LENGTH]
    if second and second.at == now - age then
      local shown = { age = age }
      for _, name in ipairs(outcomes.names) do
        shown[name] = second[name]
      end
      list[#list + 1] = shown
    end
  end
  return list
end

return outcomes
