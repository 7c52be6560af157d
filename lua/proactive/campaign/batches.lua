--- The work of a campaign in batches of recipients, each claimed by one worker for a while: a
--- worker that died leaves its batches to the others when their lease ends.

local batches = {}

---@class proactive.campaign.Batch
---@field campaign string  its number
---@field first string     place of the first recipient; the batch's name
---@field last string
---@field again boolean    another worker had it and may have sent to anybody in it

local ADD = "INSERT INTO proactive_batches (campaign, first, last, size) VALUES (?, ?, ?, ?)"

-- Columns are ordered by their full names: PostgreSQL calls a CAST like the column in it.
local FREE = "SELECT CAST(first AS TEXT), CAST(last AS TEXT), CAST(claims AS TEXT) "
  .. "FROM proactive_batches b "
  .. "WHERE %scampaign = ? AND done IS NULL AND (owner IS NULL OR until < ?) "
  .. "ORDER BY b.first LIMIT 1"
local TAKE = "UPDATE proactive_batches SET owner = ?, until = ?, claims = claims + 1 "
  .. "WHERE campaign = ? AND first = ?"
local RENEW = "UPDATE proactive_batches SET until = ? "
  .. "WHERE campaign = ? AND first = ? AND owner = ?"
local RELEASE = "UPDATE proactive_batches SET owner = NULL, until = NULL, claims = claims - %d "
  .. "WHERE campaign = ? AND owner = ? AND done IS NULL"
local OPEN = "SELECT 1 FROM proactive_batches WHERE %scampaign = ? AND done IS NULL LIMIT 1"

local COUNT = "DELETE FROM proactive_tallies WHERE campaign = ? AND first = ?"
local TALLY = "INSERT INTO proactive_tallies (campaign, first, outcome, number) "
  .. "SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), outcome, count(*) FROM proactive_outcomes "
  .. "WHERE place BETWEEN ? AND ? GROUP BY outcome"
local DONE = "UPDATE proactive_batches SET done = 'yes', owner = NULL, until = NULL "
  .. "WHERE campaign = ? AND first = ? AND size <= (SELECT sum(number) FROM proactive_tallies t "
  .. "WHERE t.campaign = proactive_batches.campaign AND t.first = proactive_batches.first)"
local TOTALS = "SELECT outcome, CAST(sum(number) AS TEXT) FROM proactive_tallies "
  .. "WHERE %scampaign = ? GROUP BY outcome"

local function seconds(time)
  return ("%.3f"):format(time)
end

---@param session proactive.storage.Session
---@param campaign string
---@param first string
---@param last string
---@param size string  recipients
function batches.add(session, campaign, first, last, size)
  session:execute(ADD, campaign, first, last, size)
end

--- Asks about all batches, or about those up to a place.
local function query(session, sql, up_to, tail, ...)
  sql = sql:format(up_to and "first <= ? AND " or "") .. tail
  if up_to then return session:query(sql, up_to, ...) end
  return session:query(sql, ...)
end

--- Claims a batch; nil when none is free.
---@param session proactive.storage.Session  in a transaction
---@param campaign string
---@param owner string
---@param now number          the database's time
---@param lease number        seconds
---@param canary_last string? only batches up to this place
---@return proactive.campaign.Batch?
function batches.claim(session, campaign, owner, now, lease, canary_last)
  local lock = session.dialect.skip_locked
  local row = query(session, FREE, canary_last, lock, campaign, seconds(now))[1]
  if not row then return nil end
  session:execute(TAKE, owner, seconds(now + lease), campaign, row[1])
  return { campaign = campaign, first = row[1], last = row[2], again = row[3] ~= "0" }
end

--- Keeps a batch for another while, unless it went to another worker.
function batches.renew(session, batch, owner, now, lease)
  session:execute(RENEW, seconds(now + lease), batch.campaign, batch.first, owner)
end

--- Gives a worker's batches back.
---@param session proactive.storage.Session
---@param campaign string
---@param owner string
---@param surely boolean  whoever has no outcome was not sent to
function batches.release(session, campaign, owner, surely)
  session:execute(RELEASE:format(surely and 1 or 0), campaign, owner)
end

--- Counts the outcomes of a batch anew, and notes when all are there. Doing it twice does no harm.
---@param session proactive.storage.Session
---@param batch proactive.campaign.Batch
function batches.settle(session, batch)
  session:execute(COUNT, batch.campaign, batch.first)
  session:execute(TALLY, batch.campaign, batch.first, batch.first, batch.last)
  session:execute(DONE, batch.campaign, batch.first)
end

--- Whether any batch is not done.
---@param session proactive.storage.Session
---@param campaign string
---@param canary_last string?  only batches up to this place
---@return boolean
function batches.any_open(session, campaign, canary_last)
  return query(session, OPEN, canary_last, "", campaign)[1] ~= nil
end

--- Outcomes by kind.
---@param session proactive.storage.Session
---@param campaign string
---@param canary_last string?  only batches up to this place
---@return table<string, integer>
function batches.totals(session, campaign, canary_last)
  local tally = {}
  for _, row in ipairs(query(session, TOTALS, canary_last, "", campaign)) do
    tally[row[1]] = math.floor(tonumber(row[2]))
  end
  return tally
end

local SPLIT = "UPDATE proactive_batches SET last = ?, size = ? WHERE campaign = ? AND first = ?"
local AROUND = "SELECT CAST(first AS TEXT), CAST(last AS TEXT), CAST(size AS TEXT) "
  .. "FROM proactive_batches b WHERE campaign = ? ORDER BY b.first"

--- Cuts the batches so that the first `count` recipients have batches of their own, and gives the
--- place where they end.
---@param session proactive.storage.Session
---@param campaign string
---@param count integer
---@param place_of fun(first: string, last: string, offset: integer): string
---   the place of the recipient so many after the first one of a range
---@return string place
function batches.cut(session, campaign, count, place_of)
  local before, last = 0, nil
  for _, row in ipairs(session:query(AROUND, campaign)) do
    local size = tonumber(row[3])
    last = row[2]
    if before + size == count then return last end
    if before + size > count then
      local inside = count - before
      local cut = place_of(row[1], row[2], inside - 1)
      session:execute(SPLIT, cut, ("%d"):format(inside), campaign, row[1])
      local rest = ("%.0f"):format(tonumber(cut) + 1)
      batches.add(session, campaign, rest, last, ("%d"):format(size - inside))
      return cut
    end
    before = before + size
  end
  return last
end

return batches
