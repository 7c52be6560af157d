--- Who gets a campaign: one row each, in places that are given out in order.
---
--- Recipients are staged in a temporary table first and copied from there in the order of their
--- hashes, each once: rows of an index in random order would cost more than all the rest, and a
--- canary is a fair sample.

local batches = require "proactive.campaign.batches"
local bulk = require "proactive.storage.bulk"
local endpoints = require "proactive.endpoints"
local errors = require "proactive.errors"
local meta = require "proactive.registry.meta"
local rows = require "proactive.registry.rows"

local recipients = {}

-- Recipients of one transaction: others may write in between.
local CHUNK = 10000

-- Recipients of a batch: what one worker claims at once, and commits at once.
recipients.BATCH = 2000

local STAGE = {
  "DROP TABLE IF EXISTS proactive_staging",
  "CREATE TEMPORARY TABLE proactive_staging (customer TEXT, user_id TEXT, region TEXT)",
}
local SORT = "CREATE INDEX proactive_staging_customer ON proactive_staging (customer)"
local UNSTAGE = "DROP TABLE proactive_staging"

local stage = bulk.inserter("INSERT INTO proactive_staging (customer, user_id, region)", 3, "")

local COPY = [[INSERT INTO proactive_recipients (place, campaign, customer, user_id, region)
  SELECT CAST(? AS BIGINT) + row_number() OVER (ORDER BY customer), CAST(? AS BIGINT),
    customer, user_id, region
  FROM (SELECT customer, max(user_id) AS user_id, max(region) AS region FROM proactive_staging
    WHERE customer > ? GROUP BY customer ORDER BY customer LIMIT %d) AS next]]
local COPIED = "SELECT CAST(count(*) AS TEXT), max(customer) FROM proactive_recipients "
  .. "WHERE place BETWEEN ? AND ?"
local PLACES = "SELECT value FROM proactive_meta WHERE name = 'places'"
local SET_PLACES = "UPDATE proactive_meta SET value = ? WHERE name = 'places'"
-- The columns are named as `client:start_many` wants users.
local LEFT = "SELECT CAST(r.place AS TEXT) AS place, r.user_id AS \"user\", r.region AS region "
  .. "FROM proactive_recipients r LEFT JOIN proactive_outcomes o ON o.place = r.place "
  .. "WHERE r.place BETWEEN ? AND ? AND o.place IS NULL ORDER BY r.place"
local NTH = "SELECT CAST(r.place AS TEXT) FROM proactive_recipients r "
  .. "WHERE r.place BETWEEN ? AND ? ORDER BY r.place LIMIT 1 OFFSET %d"

local function place_text(number)
  return ("%.0f"):format(number) -- beyond 2^31, on every Lua
end

--- Takes so many places that nobody else has, and gives the one before the first.
local function reserve(session, count)
  meta.claim(session, "places", "0")
  local before = tonumber(session:query(PLACES .. session.dialect.for_update)[1][1])
  session:execute(SET_PLACES, place_text(before + count))
  return before
end

--- The user id and region of an element of `users`.
local function read(entry, index)
  local user, region = entry, nil
  if type(entry) == "table" then
    user, region = entry.user, entry.region
  end
  local problem
  if type(user) ~= "string" or user == "" then
    problem = "a user is a user id, or a table with the field user, got " .. type(user)
  elseif region ~= nil and not endpoints.is_region(region) then
    problem = "the region of a user is NA, EU or FE, got " .. tostring(region)
  end
  if not problem then return user, region end
  error(errors.new("invalid", {
    message = ("recipient %d: %s"):format(index, problem),
    fix = "Correct it and create the campaign again: nothing of it was kept.",
  }), 0)
end

--- The next recipients, at most a chunk, as flat rows for the staging table.
local function gather(next_user, before, secret)
  local values, count = {}, 0
  while count < CHUNK do
    local entry = next_user()
    if entry == nil then break end
    local user, region = read(entry, before + count + 1)
    local at = count * 3
    values[at + 1], values[at + 2], values[at + 3] = rows.key(secret, user), user, region
    count = count + 1
  end
  return values, count
end

--- Runs statements outside a transaction: what is temporary needs none.
local function run(db, ...)
  local statements = { ... }
  return db:read(function(session)
    for _, sql in ipairs(statements) do
      session:execute(sql)
    end
    return true
  end)
end

--- Puts all users into the staging table; raises the error object.
local function stage_all(db, next_user, secret)
  assert(run(db, STAGE[1], STAGE[2]))
  local given = 0
  repeat
    local values, count = gather(next_user, given, secret)
    given = given + count
    assert(db:read(function(session)
      stage(session, values, count)
      return true
    end))
  until count < CHUNK
  assert(run(db, SORT))
end

--- Copies the next chunk out of the staging table, with its batches.
local function copy(session, campaign, after)
  local before = reserve(session, CHUNK)
  session:execute(COPY:format(CHUNK), place_text(before), campaign, after)
  local copied = session:query(COPIED, place_text(before + 1), place_text(before + CHUNK))[1]
  local count = math.floor(tonumber(copied[1]))
  for start = 1, count, recipients.BATCH do
    local size = math.min(recipients.BATCH, count - start + 1)
    local first, last = before + start, before + start + size - 1
    batches.add(session, campaign, place_text(first), place_text(last), ("%d"):format(size))
  end
  return { count = count, last = copied[2] }
end

local function fill(db, campaign, new_key, next_user)
  local secret = assert(db:transaction(function(session)
    return meta.claim(session, "key", new_key)
  end))
  stage_all(db, next_user, secret)
  local total, after = 0, ""
  repeat
    local copied = assert(db:transaction(function(session)
      return copy(session, campaign, after)
    end))
    total, after = total + copied.count, copied.last
  until copied.count < CHUNK
  assert(run(db, UNSTAGE))
  return total
end

--- Puts all users among the recipients of a campaign.
---@param db proactive.Storage
---@param campaign string     its number
---@param new_key string      key of the store's hashes, while it has none
---@param next_user fun(): string|table|nil
---@return integer? recipients
---@return proactive.Error?
function recipients.fill(db, campaign, new_key, next_user)
  local filled, result = pcall(fill, db, campaign, new_key, next_user)
  if filled then return result end
  if errors.is(result) then return nil, result end
  error(result, 0)
end

---@class proactive.campaign.Recipient
---@field place string
---@field user string?    nil: the customer was erased
---@field region string?

--- Those of a batch that have no outcome.
---@param session proactive.storage.Session
---@param batch proactive.campaign.Batch
---@return proactive.campaign.Recipient[]
function recipients.left(session, batch)
  return session:query_named(LEFT, batch.first, batch.last)
end

local CUSTOMER = "SELECT customer FROM proactive_recipients WHERE place = ?"

--- Marks that name places, with the customers who have these.
---@param session proactive.storage.Session
---@param list proactive.registry.Mark[]
---@return proactive.registry.Mark[]
function recipients.marks(session, list)
  local found = {}
  for index, mark in ipairs(list) do
    found[index] = { customer = session:query(CUSTOMER, mark.customer)[1][1], event = mark.event }
  end
  return found
end

--- The place of a recipient so many after the first one of a range.
---@param session proactive.storage.Session
---@return fun(first: string, last: string, offset: integer): string
function recipients.finder(session)
  return function(first, last, offset)
    return session:query(NTH:format(offset), first, last)[1][1]
  end
end

return recipients
