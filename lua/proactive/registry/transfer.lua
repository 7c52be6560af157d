--- `import` and `export`: every customer of a store, one JSON object a line.

local core = require "proactive.core"
local customer = require "proactive.registry.customer"
local errors = require "proactive.errors"
local line = require "proactive.registry.line"
local meta = require "proactive.registry.meta"
local rows = require "proactive.registry.rows"

local transfer = {}

local BATCH = 500

--- A function that gives the next line. Raises the error object when the store cannot be read.
---@param db proactive.Storage
---@return fun(): string?
function transfer.export(db)
  local last, page, place, begun = "", {}, 0, false
  local function turn()
    local err
    page, err = db:read(function(session)
      return rows.page(session, last)
    end)
    if not page then error(err, 0) end
    place, last = 1, page[#page] and page[#page].key
  end
  local function header()
    begun = true
    local about, err = db:read(meta.all)
    if not about then error(err, 0) end
    return line.header(about)
  end
  return function()
    if not begun then return header() end
    place = place + 1
    if not page[place] and last then turn() end
    return page[place] and line.write(page[place].key, page[place].known)
  end
end

local function refuse(message, fix)
  error(errors.new("invalid", { message = message, fix = fix }), 0)
end

--- Takes over what an export says of its store: the skill, and the key while there is none.
local function take_about(session, about)
  local id = about.application_id
  if id and meta.claim(session, "application_id", id) ~= id then
    refuse("these are the subscribers of another skill", "Import them into a store of their own.")
  end
  if about.key then meta.claim(session, "key", about.key) end
end

--- The row of a line, in a store with this key.
local function key_of(entry, about, key)
  if entry.known.user then return rows.key(key, entry.known.user) end
  if about and about.key == key then return entry.key end
  refuse(
    "an erased customer of another store cannot be found in this one",
    "Import the whole export into a store that is empty, or leave out the lines without user."
  )
end

local function write(session, about, entries)
  if about then take_about(session, about) end
  local key = meta.claim(session, "key", core.id())
  local sorted = {}
  for index, entry in ipairs(entries) do
    sorted[index] = { key = key_of(entry, about, key), known = entry.known, index = index }
  end
  -- in one order everywhere: two that lock rows in different orders would wait for each other
  table.sort(sorted, function(one, other)
    if one.key ~= other.key then return one.key < other.key end
    return one.index < other.index
  end)
  for _, entry in ipairs(sorted) do
    local known = rows.claim(session, entry.key)
    local joined = customer.join(known, entry.known)
    if not customer.same(known, joined) then rows.put(session, entry.key, joined) end
  end
end

--- The next lines, read; fewer at the end. What one says of its store goes to `state.about`.
local function take(lines, state)
  local entries = {}
  while #entries < BATCH do
    local written = lines()
    if not written then return entries end
    state.number = state.number + 1
    if written:find "%S" then
      local entry, err = line.read(written, state.number)
      if not entry then return entries, err end
      state.about = entry.about or state.about
      if entry.known then entries[#entries + 1] = entry end
    end
  end
  return entries
end

--- Takes over lines, a transaction for each few hundred.
---@param db proactive.Storage
---@param lines fun(): string?
---@return integer? count  of customers
---@return proactive.Error?
function transfer.import(db, lines)
  local state, count = { number = 0 }, 0
  repeat
    local entries, problem = take(lines, state)
    local written, err = db:transaction(function(session)
      write(session, state.about, entries)
    end)
    if not written or problem then return nil, err or problem end
    count = count + #entries
  until #entries < BATCH
  return count
end

return transfer
