--- A campaign's own row: what is to be sent, and how far it is.

local errors = require "proactive.errors"
local json = require "proactive.json"
local meta = require "proactive.registry.meta"

local row = {}

---@class proactive.campaign.Row
---@field number string
---@field name string
---@field id string          random, part of all reference ids
---@field definition table   what `create` was given
---@field state string       `filling`, `ready`, `running`, `paused`, `stopped`, `cancelled`, `done`
---@field reason string?     why it stopped
---@field target string?     where it is sent to, fixed by the first worker
---@field recipients integer
---@field canary_last string?  the canary ends at this place; nil: there is none, or it has passed
---@field created_at number?
---@field started_at number?
---@field ended_at number?

local COLUMNS = "CAST(campaign AS TEXT), name, id, definition, state, reason, target, "
  .. "CAST(recipients AS TEXT), CAST(canary_last AS TEXT), CAST(created_at AS TEXT), "
  .. "CAST(started_at AS TEXT), CAST(ended_at AS TEXT)"
local BY_NAME = ("SELECT %s FROM proactive_campaigns WHERE name = ?"):format(COLUMNS)
local ALL = ("SELECT %s FROM proactive_campaigns c ORDER BY c.campaign"):format(COLUMNS)
local NEXT = "SELECT CAST(coalesce(max(campaign), 0) + 1 AS TEXT) FROM proactive_campaigns"
local ADD = "INSERT INTO proactive_campaigns (campaign, name, id, definition, state, created_at) "
  .. "VALUES (?, ?, ?, ?, 'filling', ?)"

local QUEUE = "SELECT value FROM proactive_meta WHERE name = 'places'"

local function whole(text)
  return text and math.floor(tonumber(text))
end

local function from(values)
  return {
    number = values[1],
    name = values[2],
    id = values[3],
    definition = assert(json.decode(values[4])),
    state = values[5],
    reason = values[6],
    target = values[7],
    recipients = whole(values[8]) or 0,
    canary_last = values[9],
    created_at = tonumber(values[10]),
    started_at = values[11] and tonumber(values[11]),
    ended_at = values[12] and tonumber(values[12]),
  }
end

--- The campaign of a name; with `lock`, nobody else changes it until the transaction ends. Raises
--- kind `not_found`.
---@param session proactive.storage.Session
---@param name string
---@param lock boolean?
---@return proactive.campaign.Row
function row.get(session, name, lock)
  local found = session:query(BY_NAME .. (lock and session.dialect.for_update or ""), name)[1]
  if found then return from(found) end
  error(errors.new("not_found", {
    message = ("there is no campaign '%s' in this store"):format(name),
    fix = "proactive campaign status lists those that there are; --store names another store.",
  }), 0)
end

local STATE = "SELECT state, reason, CAST(canary_last AS TEXT) FROM proactive_campaigns "
  .. "WHERE campaign = ?"

--- What may have changed since a worker began; a campaign that was removed counts as cancelled.
---@param session proactive.storage.Session
---@param number string
---@return string state
---@return string? reason
---@return string? canary_last
function row.state(session, number)
  local found = session:query(STATE, number)[1]
  if not found then return "cancelled", "the campaign was removed" end
  return found[1], found[2], found[3]
end

--- All campaigns, the oldest first.
---@param session proactive.storage.Session
---@return proactive.campaign.Row[]
function row.all(session)
  local list = session:query(ALL)
  for index, values in ipairs(list) do
    list[index] = from(values)
  end
  return list
end

--- Adds a campaign without recipients, and gives its number. Raises kind `conflict` when the name
--- is taken.
---@param session proactive.storage.Session
---@param name string
---@param id string
---@param definition string  JSON
---@return string number
function row.add(session, name, id, definition)
  -- two that create at once would take the same number: they queue up at a row that is there
  meta.claim(session, "places", "0")
  session:query(QUEUE .. session.dialect.for_update)
  local there = session:query(BY_NAME, name)[1]
  if there and there[3] ~= id then
    error(errors.new("conflict", {
      message = ("there is a campaign '%s' already, in state %s"):format(name, there[5]),
      fix = "Choose another name; or remove that one: proactive campaign remove NAME.",
    }), 0)
  end
  if there then return there[1] end -- the commit was done, its answer lost
  local number = session:query(NEXT)[1][1]
  session:execute(ADD, number, name, id, definition, ("%.3f"):format(session:now()))
  return number
end

local SETTABLE = {
  state = "state",
  reason = "reason",
  target = "target",
  recipients = "recipients",
  canary_last = "canary_last",
  started_at = "started_at",
  ended_at = "ended_at",
}

--- Sets one column.
---@param session proactive.storage.Session
---@param number string
---@param column string
---@param value string?
function row.set(session, number, column, value)
  local sql = "UPDATE proactive_campaigns SET %s = ? WHERE campaign = ?"
  session:execute(sql:format(SETTABLE[column]), value, number)
end

--- Changes the state, from one of some states only; whether it did.
---@param session proactive.storage.Session
---@param found proactive.campaign.Row
---@param state string
---@param reason string?
function row.move(session, found, state, reason)
  row.set(session, found.number, "state", state)
  row.set(session, found.number, "reason", reason)
  local ends = state ~= "ready" and state ~= "running" and state ~= "paused"
  row.set(session, found.number, "ended_at", ends and ("%.3f"):format(session:now()) or nil)
  found.state, found.reason = state, reason
end

local REMOVE = {
  "DELETE FROM proactive_outcomes WHERE place IN "
    .. "(SELECT place FROM proactive_recipients WHERE campaign = ?)",
  "DELETE FROM proactive_recipients WHERE campaign = ?",
  "DELETE FROM proactive_batches WHERE campaign = ?",
  "DELETE FROM proactive_tallies WHERE campaign = ?",
  "DELETE FROM proactive_campaigns WHERE campaign = ?",
}

--- Removes a campaign and all that belongs to it.
---@param session proactive.storage.Session
---@param number string
function row.remove(session, number)
  for _, sql in ipairs(REMOVE) do
    session:execute(sql, number)
  end
end

return row
