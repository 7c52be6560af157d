--- What waits for one region, and how fast it may go: a queue before a pace.

local new_pace = require("proactive.delivery.pace").new

---@class proactive.Lane
---@field pace proactive.Pace
---@field region string
local Lane = {}
Lane.__index = Lane

---@param region string
---@param rate number?  events per second that were asked for
---@param now number    monotonic seconds
---@return proactive.Lane
local function new(region, rate, now)
  return setmetatable({
    region = region,
    pace = new_pace(rate, now),
    jobs = {}, -- by place; `first` moves on, and back for a job that goes first again
    first = 1,
    last = 0,
    doomed = 0, -- of the first jobs, so many will fail
  }, Lane)
end

--- Makes room for so many more jobs, so that to append them needs no memory.
function Lane:reserve(count)
  for place = self.last + 1, self.last + count do
    self.jobs[place] = self.jobs[place] or false
  end
end

--- Puts a job behind all that wait.
function Lane:append(job)
  self.jobs[self.last + 1] = job
  self.last = self.last + 1
end

--- Puts a job before all that wait.
function Lane:prepend(job)
  self.jobs[self.first - 1] = job
  self.first = self.first - 1
end

--- The first job that waits, or nil. It stays where it is.
function Lane:peek()
  return self.jobs[self.first]
end

--- Takes the first job out. Allocates nothing, so that a job is here or elsewhere, never nowhere.
function Lane:drop()
  self.jobs[self.first] = nil
  self.first = self.first + 1
end

---@return integer
function Lane:size()
  return self.last - self.first + 1
end

return { new = new }
