--- What became of each event that `send` sent, for a person or as JSON, and the exit status of all
--- of them.

local endpoints = require "proactive.endpoints"
local output = require "proactive.cli.output"
local text = require "proactive.text"

---@class proactive.cli.Report
---@field out proactive.cli.Output
---@field failed boolean?  something was refused
---@field unread boolean?  a line of the list named no customer
local Report = {}
Report.__index = Report

local LONGEST_USER = 48 -- real user ids have some 200 characters; begin and end tell them apart

--- Who a target is, short enough for a line.
---@param user string?  nil: all customers
---@return string
local function whom(user)
  if not user then return "all customers" end
  if #user > LONGEST_USER then user = ("%s...%s"):format(user:sub(1, 27), user:sub(-8)) end
  -- a terminal must not obey what a list holds
  return (text.mended(user):gsub("%c", "?"):gsub("\194[\128-\159]", "?"))
end

--- A target in one region, for a line.
local function subject_of(target, region)
  local line = target.line and ("line %d, "):format(target.line) or ""
  return line .. whom(target.user) .. (region and ", " .. region or "")
end

local RECEIPT_FIELDS = {
  "status",
  "request_id",
  "reference_id",
  "expires_at",
  "attempts",
  "elapsed",
  "presumed",
  "sandbox",
}

local function as_json(target, region, receipt, err)
  local line = {
    line = target.line,
    user = target.user,
    audience = target.audience.type,
    region = region,
    accepted = receipt ~= nil,
    error = err and output.error(err),
  }
  for _, name in ipairs(receipt and RECEIPT_FIELDS or {}) do
    line[name] = receipt[name]
  end
  return line
end

--- The outcome for one target in one region.
---@param target proactive.cli.Target
---@param region string?
---@param receipt table?
---@param err proactive.Error?
function Report:one(target, region, receipt, err)
  local out = self.out
  if err then self.failed = true end
  if out.as_json then return out:json(as_json(target, region, receipt, err)) end
  local subject = subject_of(target, region)
  if err then
    out:refusal(("refused: %s"):format(subject), err)
  elseif not out.quiet then
    local line = "%s: %s: status %d, request id %s, reference id %s"
    local ids = { receipt.request_id or "none", receipt.reference_id or "none" }
    out:print(line, out:paint("green", "accepted"), subject, receipt.status, ids[1], ids[2])
  end
end

--- The outcome for one target, which may stand for several regions.
---@param target proactive.cli.Target
---@param receipt table?
---@param err proactive.Error?
function Report:outcome(target, receipt, err)
  local regions = (receipt or err).regions
  if not regions then
    return self:one(target, receipt and receipt.region or target.region, receipt, err)
  end
  for _, region in ipairs(endpoints.regions) do
    local result = regions[region]
    if result and result.kind then
      self:one(target, region, nil, result)
    elseif result then
      self:one(target, region, result)
    end
  end
end

--- The event itself was refused, before any customer.
---@param err proactive.Error
function Report:refused(err)
  self.failed = true
  if self.out.as_json then return self.out:json { accepted = false, error = output.error(err) } end
  self.out:refusal("refused", err)
end

--- A line of the list that names no customer.
---@param problem string
function Report:unreadable(problem)
  self.out:warn("proactive send: %s", problem)
  self.unread = true
end

---@return integer status  2 wins over 1
function Report:status()
  return self.unread and 2 or self.failed and 1 or 0
end

return {
  whom = whom,
  ---@param out proactive.cli.Output
  ---@return proactive.cli.Report
  new = function(out)
    return setmetatable({ out = out }, Report)
  end,
}
