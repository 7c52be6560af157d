--- Customers as rows of `proactive_customers`.
---
--- A row's key is a hash of the user id under a key of the store's own, so that what an erasure
--- leaves behind does not tell whose it was.

local core = require "proactive.core"
local customer = require "proactive.registry.customer"

local rows = {}

local COLUMNS = { "customer", "user_id", "erased" }
for _, aspect in ipairs(customer.aspects) do
  COLUMNS[#COLUMNS + 1] = aspect
  COLUMNS[#COLUMNS + 1] = aspect .. "_at"
end

local function each_column(template, separator)
  local parts = {}
  for index, column in ipairs(COLUMNS) do
    parts[index] = template:gsub("%$", column)
  end
  return table.concat(parts, separator)
end

local NAMES = each_column("$", ", ")
local SELECT = ("SELECT %s FROM proactive_customers WHERE customer = ?"):format(NAMES)
local PAGE = ("SELECT %s FROM proactive_customers WHERE customer > ? "):format(NAMES)
  .. "ORDER BY customer LIMIT 500"
local RESERVE = "INSERT INTO proactive_customers (customer) VALUES (?) "
  .. "ON CONFLICT (customer) DO NOTHING"
local UPSERT = ("INSERT INTO proactive_customers (%s) VALUES (%s) "):format(
  NAMES,
  each_column("?", ", ")
) .. "ON CONFLICT (customer) DO UPDATE SET " .. each_column("$ = excluded.$", ", ")

--- The key of a customer's row.
---@param secret string  the store's own
---@param user string
---@return string
function rows.key(secret, user)
  return core.sha256(secret .. user)
end

local function from_row(row)
  local known = { user = row[2], erased = row[3], values = {}, at = {} }
  for index, aspect in ipairs(customer.aspects) do
    known.values[aspect], known.at[aspect] = row[2 + 2 * index], row[3 + 2 * index]
  end
  return known
end

local function to_row(key, known)
  local row = { key, known.user, known.erased }
  for index, aspect in ipairs(customer.aspects) do
    row[2 + 2 * index], row[3 + 2 * index] = known.values[aspect], known.at[aspect]
  end
  return row
end

--- What is known of a customer.
---@param session proactive.storage.Session
---@param key string
---@return proactive.registry.Customer?  nil: nothing was ever
function rows.get(session, key)
  local row = session:query(SELECT, key)[1]
  return row and from_row(row)
end

local NOTHING = { values = {}, at = {} }

--- The same in a transaction that will write: nobody else changes it until the end. A row that is
--- not there cannot be locked, so where others may write too an empty one is made first.
---@param session proactive.storage.Session
---@param key string
---@return proactive.registry.Customer
function rows.claim(session, key)
  local lock = session.dialect.for_update
  local row = session:query(SELECT .. lock, key)[1]
  if not row and lock ~= "" then
    session:execute(RESERVE, key)
    row = session:query(SELECT .. lock, key)[1]
  end
  return row and from_row(row) or NOTHING
end

local unpack = require("proactive.compat").unpack

---@param session proactive.storage.Session
---@param key string
---@param known proactive.registry.Customer
function rows.put(session, key, known)
  session:execute(UPSERT, unpack(to_row(key, known), 1, #COLUMNS))
end

--- The next of all customers, tombstones included.
---@param session proactive.storage.Session
---@param after string  the last key before them; "": the first ones
---@return {key: string, known: proactive.registry.Customer}[]
function rows.page(session, after)
  local page = {}
  for index, row in ipairs(session:query(PAGE, after)) do
    page[index] = { key = row[1], known = from_row(row) }
  end
  return page
end

return rows
