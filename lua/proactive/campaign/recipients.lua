--- Who gets a campaign: one row each, in places that are given out in order.

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
recipients.BATCH = 1000

local insert = bulk.inserter(
  "INSERT INTO proactive_recipients (place, campaign, customer, user_id, region)",
  5,
  "ON CONFLICT (customer, campaign) DO NOTHING" -- the same customer twice is one recipient
)
local COUNT = "SELECT CAST(count(*) AS TEXT) FROM proactive_recipients "
  .. "WHERE place BETWEEN ? AND ?"
local PLACES = "SELECT value FROM proactive_meta WHERE name = 'places'"
local SET_PLACES = "INSERT INTO proactive_meta (name, value) VALUES ('places', ?) "
  .. "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
local LEFT = "SELECT CAST(r.place AS TEXT), r.user_id, r.region, r.customer "
  .. "FROM proactive_recipients r LEFT JOIN proactive_outcomes o ON o.place = r.place "
  .. "WHERE r.place BETWEEN ? AND ? AND o.place IS NULL ORDER BY r.place"
local NTH = "SELECT CAST(r.place AS TEXT) FROM proactive_recipients r "
  .. "WHERE r.place BETWEEN ? AND ? ORDER BY r.place LIMIT 1 OFFSET %d"

local function place_text(number)
  return ("%.0f"):format(number) -- beyond 2^31, on every Lua
end

--- Takes so many places that nobody else has, and gives the one before the first.
local function reserve(session, count)
  local row = session:query(PLACES .. session.dialect.for_update)[1]
  local before = row and tonumber(row[1]) or 0
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

--- The next recipients, at most a chunk: flat rows of user and region.
local function gather(next_user, before)
  local users, regions = {}, {}
  for index = 1, CHUNK do
    local entry = next_user()
    if entry == nil then break end
    users[index], regions[index] = read(entry, before + index)
  end
  return users, regions
end

--- Writes a chunk and its batches; how many of its recipients are new.
local function write_chunk(session, campaign, secret, users, regions)
  local count, values = #users, {}
  local before = reserve(session, count)
  for index = 1, count do
    local at = (index - 1) * 5
    values[at + 1], values[at + 2] = place_text(before + index), campaign
    values[at + 3] = rows.key(secret, users[index])
    values[at + 4], values[at + 5] = users[index], regions[index]
  end
  insert(session, values, count)
  local added = 0
  for start = 1, count, recipients.BATCH do
    local first = place_text(before + start)
    local last = place_text(before + math.min(count, start + recipients.BATCH - 1))
    local size = session:query(COUNT, first, last)[1][1]
    if size ~= "0" then batches.add(session, campaign, first, last, size) end
    added = added + tonumber(size)
  end
  return math.floor(added)
end

--- Puts all users among the recipients of a campaign, chunk by chunk.
---@param db proactive.Storage
---@param campaign string     its number
---@param new_key string      key of the store's hashes, while it has none
---@param next_user fun(): string|table|nil
---@return integer? recipients
---@return proactive.Error?
function recipients.fill(db, campaign, new_key, next_user)
  local total, given = 0, 0
  while true do
    local read_all, users, regions = pcall(gather, next_user, given)
    if not read_all then
      if errors.is(users) then return nil, users end
      error(users, 0)
    end
    if #users == 0 then return total end
    given = given + #users
    local added, err = db:transaction(function(session)
      local secret = meta.claim(session, "key", new_key)
      return write_chunk(session, campaign, secret, users, regions)
    end)
    if not added then return nil, err end
    total = total + added
  end
end

---@class proactive.campaign.Recipient
---@field place string
---@field user string?    nil: the customer was erased
---@field region string?
---@field customer string hash of the user id

--- Those of a batch that have no outcome.
---@param session proactive.storage.Session
---@param batch proactive.campaign.Batch
---@return proactive.campaign.Recipient[]
function recipients.left(session, batch)
  local list = session:query(LEFT, batch.first, batch.last)
  for index, row in ipairs(list) do
    list[index] = { place = row[1], user = row[2], region = row[3], customer = row[4] }
  end
  return list
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
