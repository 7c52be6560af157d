--- When a campaign stops by itself: failures of one kind have too large a share. Pure.

local rule = {}

-- Of fewer outcomes a share says little.
local LEAST = 100

-- A canary that was given no rule of its own stops here.
rule.CANARY = 0.1

---@alias proactive.campaign.StopOn number|table<string, number>
---   a share for any kind, or shares by kind; 0.05 is 5 %

--- Whether something is such a rule.
---@param stop_on any
---@return string? problem
function rule.check(stop_on)
  if type(stop_on) == "number" then stop_on = { any = stop_on } end
  local errors = require "proactive.errors"
  for kind, share in pairs(stop_on) do
    if kind ~= "any" and errors.kinds[kind] == nil then
      return ("'%s' is no kind of failure"):format(tostring(kind))
    end
    if type(share) ~= "number" or not (share > 0 and share <= 1) then
      return ("a share is more than 0 and at most 1, got %s"):format(tostring(share))
    end
  end
end

local function limit_of(stop_on, kind)
  if type(stop_on) == "number" then return stop_on end
  return stop_on[kind] or stop_on.any
end

--- Why to stop, or nil.
---@param stop_on proactive.campaign.StopOn?
---@param tally table<string, integer>
---   outcomes; `accepted`, `presumed` and `erased` are no failures
---@param least integer?  outcomes that must be there; default 100
---@return string?
function rule.problem(stop_on, tally, least)
  local total, kinds = 0, {}
  for outcome, count in pairs(tally) do
    total = total + count
    kinds[#kinds + 1] = outcome
  end
  if not stop_on or total < (least or LEAST) then return nil end
  table.sort(kinds)
  for _, kind in ipairs(kinds) do
    local share, limit = tally[kind] / total, limit_of(stop_on, kind)
    if require("proactive.errors").kinds[kind] ~= nil and limit and share > limit then
      return ("%d of %d failed as %s: more than %.4g %%"):format(
        tally[kind],
        total,
        kind,
        limit * 100
      )
    end
  end
end

return rule
