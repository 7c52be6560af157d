--- Counts by kind of error. There is room for every kind from the start, so that to count one needs
--- no memory.

local errors = require "proactive.errors"

local tally = {}

---@return table<proactive.ErrorKind, integer>
function tally.new()
  local counts = {}
  for kind in pairs(errors.kinds) do
    counts[kind] = 0
  end
  return counts
end

--- Counts one more.
---@param counts table<proactive.ErrorKind, integer>
---@param kind proactive.ErrorKind
function tally.add(counts, kind)
  counts[kind] = (counts[kind] or 0) + 1 -- an error is its owner's, who may have changed it
end

--- Those kinds that there were.
---@param counts table<proactive.ErrorKind, integer>
---@return table<proactive.ErrorKind, integer>
function tally.copy(counts)
  local seen = {}
  for kind, count in pairs(counts) do
    if count > 0 then seen[kind] = count end
  end
  return seen
end

return tally
