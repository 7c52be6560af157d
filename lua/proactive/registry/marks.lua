--- Marks of customers whom the service refused: it says that the skill is not enabled for them, or
--- that they want no such event. The next run passes them over until a newer skill event says
--- something else.

local order = require "proactive.registry.order"
local time = require "proactive.time"

local marks = {}

---@class proactive.registry.Mark
---@field customer string  hash of the user id
---@field event string?    nil: the skill is not enabled for this customer, whatever the event

local PUT = "INSERT INTO proactive_marks (customer, stage, event, at, run) VALUES (?, ?, ?, ?, ?) "
  .. "ON CONFLICT (customer, stage, event) DO UPDATE SET at = excluded.at, run = excluded.run"
local OF_RUN = "SELECT CAST(count(*) AS TEXT) FROM proactive_marks WHERE run = ?"
local REMOVE = "DELETE FROM proactive_marks WHERE run = ?"
local ERASE = "DELETE FROM proactive_marks WHERE customer = ?"
local RUNS = "SELECT run, CAST(count(*) AS TEXT), max(at) FROM proactive_marks "
  .. "GROUP BY run ORDER BY max(at)"

--- Marks customers.
---@param session proactive.storage.Session
---@param list proactive.registry.Mark[]
---@param stage string
---@param run string   by which they can be taken back
---@param now number   Unix seconds
function marks.put(session, list, stage, run, now)
  local at = assert(order.key(time.format(now), ""))
  for _, mark in ipairs(list) do
    session:execute(PUT, mark.customer, stage, mark.event or "", at, run)
  end
end

--- Takes the marks of a run back, and says how many there were.
---@param session proactive.storage.Session
---@param run string
---@return integer
function marks.remove(session, run)
  local count = math.floor(tonumber(session:query(OF_RUN, run)[1][1]))
  session:execute(REMOVE, run)
  return count
end

--- The runs that left marks, the oldest first.
---@param session proactive.storage.Session
---@return {run: string, marks: integer, at: string}[]
function marks.runs(session)
  local list = session:query(RUNS)
  for index, row in ipairs(list) do
    list[index] = { run = row[1], marks = math.floor(tonumber(row[2])), at = row[3]:match "^%S+" }
  end
  return list
end

--- Forgets those of a customer.
function marks.erase(session, customer)
  session:execute(ERASE, customer)
end

--- The condition under which a row of `proactive_customers` is not marked, and its parameters: the
--- aspect that a newer event would have changed is older than the mark.
---@param stage string
---@param event string?
---@return string condition
---@return string[] parameters
function marks.none(stage, event)
  local sql = "NOT EXISTS (SELECT 1 FROM proactive_marks m "
    .. "WHERE m.customer = proactive_customers.customer AND m.stage = ? AND "
  local enabled = "m.event = '' AND m.at > coalesce(enabled_at, '')"
  if not event then return sql .. enabled .. ")", { stage } end
  local wants = "m.event = ? AND m.at > coalesce(subscriptions_at, '')"
  return ("%s((%s) OR (%s)))"):format(sql, enabled, wants), { stage, event }
end

return marks
