--- What became of each recipient: a row each, written in batches, never twice.

local bulk = require "proactive.storage.bulk"
local json = require "proactive.json"

local outcomes = {}

local insert = bulk.inserter(
  "INSERT INTO proactive_outcomes (place, outcome, at, detail)",
  4,
  "ON CONFLICT (place) DO NOTHING" -- done again after a lost connection, or by two workers
)

local PAGE = 1000

local REPORT = "SELECT CAST(r.place AS TEXT), r.user_id, r.region, r.customer, o.outcome, "
  .. "CAST(o.at AS TEXT), o.detail FROM proactive_recipients r "
  .. "LEFT JOIN proactive_outcomes o ON o.place = r.place "
  .. "WHERE r.campaign = ? AND r.place > ? AND r.place <= ? ORDER BY r.place LIMIT %d"
local SPAN = "SELECT CAST(min(first) AS TEXT), CAST(max(last) AS TEXT) FROM proactive_batches "
  .. "WHERE campaign = ?"

--- The fields of a failure worth keeping.
local DETAILS = { "message", "status", "request_id", "attempts", "cause", "uncertain" }

--- The detail of an outcome as a text. It does not name the customer, who may be erased one day.
---@param user string
---@param receipt table?
---@param err proactive.Error?
---@return string?
function outcomes.detail(user, receipt, err)
  if receipt then return receipt.request_id end
  local fields = {}
  for _, name in ipairs(DETAILS) do
    fields[name] = err[name]
  end
  local first, last = fields.message:find(user, 1, true)
  if first then
    local before, after = fields.message:sub(1, first - 1), fields.message:sub(last + 1)
    fields.message = before .. "<customer>" .. after
  end
  return json.encode(fields)
end

--- Outcomes that wait to be written, as flat rows.
---@class proactive.campaign.Outcomes
---@field count integer
---@field values (string?)[]
local Buffer = {}
Buffer.__index = Buffer

---@return proactive.campaign.Outcomes
function outcomes.buffer()
  return setmetatable({ count = 0, values = {} }, Buffer)
end

--- Adds one.
---@param place string
---@param outcome string   `accepted`, `presumed`, `erased`, or the kind of a failure
---@param detail string?
function Buffer:add(place, outcome, detail)
  local at, values = self.count * 4, self.values
  values[at + 1], values[at + 2], values[at + 3], values[at + 4] = place, outcome, false, detail
  self.count = self.count + 1
end

--- Writes them; the buffer keeps them until they are known to be on the disk.
---@param session proactive.storage.Session
---@param now number  the database's time
function Buffer:write(session, now)
  local at, values = ("%.3f"):format(now), self.values
  for index = 3, self.count * 4, 4 do
    values[index] = at
  end
  insert(session, values, self.count)
end

function Buffer:clear()
  self.count, self.values = 0, {}
end

---@class proactive.campaign.Outcome
---@field user string?       nil: erased
---@field customer string    keyed hash of the user id
---@field region string?
---@field outcome string     `accepted`, `presumed`, `erased`, `left` or the kind of a failure
---@field at number?         Unix seconds
---@field request_id string?
---@field message string?
---@field status integer?
---@field attempts integer?
---@field cause string?
---@field uncertain boolean?

local function outcome_of(row)
  local found = { user = row[2], region = row[3], customer = row[4], outcome = row[5] or "left" }
  found.at = row[6] and tonumber(row[6])
  local detail = row[7]
  if detail and detail:sub(1, 1) == "{" then
    for name, value in pairs(json.decode(detail) or {}) do
      found[name] = value
    end
  elseif detail then
    found.request_id = detail
  end
  return found
end

--- A function that gives what became of the next recipient, page by page. Raises the error object
--- when the database fails: an early end would look like the end.
---@param db proactive.Storage
---@param campaign string
---@return fun(): proactive.campaign.Outcome?
function outcomes.each(db, campaign)
  local last, ends, page, place = "0", nil, {}, 0
  local function turn(session)
    if not ends then
      local span = session:query(SPAN, campaign)[1]
      last, ends = ("%.0f"):format((tonumber(span[1]) or 1) - 1), span[2] or "0"
    end
    return session:query(REPORT:format(PAGE), campaign, last, ends)
  end
  return function()
    place = place + 1
    if not page[place] and last then
      local err
      page, err = db:read(turn)
      if not page then error(err, 0) end
      place, last = 1, #page == PAGE and page[PAGE][1] or nil
    end
    return page[place] and outcome_of(page[place])
  end
end

return outcomes
