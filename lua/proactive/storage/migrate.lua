--- Brings a store's tables to the version this library knows.

local errors = require "proactive.errors"
local schema = require "proactive.storage.schema"

local CREATE_META = "CREATE TABLE proactive_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT)"
local VERSION = "SELECT value FROM proactive_meta WHERE name = 'schema'"
local SET_VERSION = "INSERT INTO proactive_meta (name, value) VALUES ('schema', ?) "
  .. "ON CONFLICT (name) DO UPDATE SET value = excluded.value"

--- The version of the tables that are there; 0: none are.
local function version_of(tx)
  if not tx:query(tx.dialect.has_table, schema.META)[1] then return 0 end
  local row = tx:query(VERSION)[1]
  return row and tonumber(row[1]) or 0
end

local function refuse_newer(label, version)
  local message = "%s was written by a newer version of proactive: its tables have version %d, "
    .. "this one knows %d"
  return errors.new("storage", {
    message = message:format(label, version, #schema.versions),
    fix = "Use that newer version of proactive here too.",
    retryable = false,
  })
end

local function upgrade(tx)
  if tx.dialect.lock_schema then tx:query(tx.dialect.lock_schema) end
  local version = version_of(tx) -- another process may just have done it
  if version == 0 then tx:execute(CREATE_META) end
  for step = version + 1, #schema.versions do
    for _, statement in ipairs(schema.versions[step]) do
      tx:execute((statement:gsub("$row_key", tx.dialect.row_key)))
    end
  end
  tx:execute(SET_VERSION, ("%d"):format(#schema.versions))
end

--- Makes or upgrades the tables, all in one transaction; only reads when there is nothing to do.
---@param db proactive.Storage
---@return true?
---@return proactive.Error?
return function(db)
  local version, err = db:read(version_of)
  if not version then return nil, err end
  if version > #schema.versions then return nil, refuse_newer(db.url.label, version) end
  if version == #schema.versions then return true end
  return db:transaction(upgrade)
end
