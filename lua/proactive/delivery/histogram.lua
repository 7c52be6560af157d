--- How long things took: counts in buckets whose bounds grow by a fixed factor, so that percentiles
--- of any range cost a few hundred counters and are right within 5 %.

-- Buckets for each doubling, from a tenth of a millisecond.
local STEPS, LEAST = 8, 1e-4
local LOG2 = math.log(2)

---@class proactive.Histogram
---@field count integer
---@field sum number      seconds
---@field max number      seconds
local Histogram = {}
Histogram.__index = Histogram

local function bucket_of(seconds)
  if seconds <= LEAST then return 0 end
  return math.ceil(math.log(seconds / LEAST) / LOG2 * STEPS)
end

local function bound_of(bucket)
  return LEAST * 2 ^ (bucket / STEPS)
end

--- Counts things that took the same time.
---@param seconds number
---@param count integer
---@private
function Histogram:add(seconds, count)
  local bucket, buckets = bucket_of(seconds), self.buckets
  buckets[bucket] = (buckets[bucket] or 0) + count
  self.count = self.count + count
  self.sum = self.sum + seconds * count
  if seconds > self.max then
    self.max = seconds
    self.last = math.max(self.last, bucket)
  end
end

--- The time that a share of all did not exceed; nil when nothing was counted.
---@param share number  0 to 1
---@return number?
function Histogram:percentile(share)
  local wanted, seen = share * self.count, 0
  for bucket = 0, self.last do
    seen = seen + (self.buckets[bucket] or 0)
    if seen >= wanted and seen > 0 then return math.min(bound_of(bucket), self.max) end
  end
end

--- Cumulative counts at each doubling, as Prometheus takes them: `{{le = seconds, count = n}, …}`.
---@return {le: number, count: integer}[]
function Histogram:cumulative()
  local list, seen = {}, 0
  for bucket = 0, self.last + STEPS - 1 do
    seen = seen + (self.buckets[bucket] or 0)
    if bucket % STEPS == 0 then list[#list + 1] = { le = bound_of(bucket), count = seen } end
  end
  return list
end

---@return proactive.Histogram
local function new()
  return setmetatable({ buckets = {}, last = 0, count = 0, sum = 0, max = 0 }, Histogram)
end

return { new = new }
