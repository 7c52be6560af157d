--- What is PostgreSQL's own: how to reach a server, and what its refusals mean.

local postgresql = {
  name = "PostgreSQL",
  driver = "PostgreSQL",
  module = "dbd.postgresql",
  package = "lua-dbi-postgresql",
  begin = "BEGIN",
  waits = true, -- for another machine
  row_key = "BIGINT",
  for_update = " FOR UPDATE",
  skip_locked = " FOR UPDATE SKIP LOCKED",
  -- the one clock that all machines share
  now = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS TEXT)",
  has_table = "SELECT tablename FROM pg_tables "
    .. "WHERE schemaname = ANY (current_schemas(false)) AND tablename = ?",
  -- two that make the first tables at once would fail; the number is ours and means nothing
  lock_schema = "SELECT pg_advisory_xact_lock(1886547811)",
}

-- Seconds; without it a host that drops packets holds the caller for minutes.
local CONNECT_TIMEOUT = "10"

local function quote(value)
  return "'" .. value:gsub("[\\']", "\\%0") .. "'"
end

--- The arguments of LuaDBI's `Connect`. Its name of a database may be a whole connection string of
--- libpq (section "Connection Strings" of its manual), which alone can hold every setting.
---@param url proactive.storage.Url
---@return string[]
function postgresql.arguments(url)
  local parts = {}
  if not url.settings.connect_timeout then
    parts[1] = "connect_timeout=" .. quote(CONNECT_TIMEOUT)
  end
  for name, value in pairs(url.settings) do
    parts[#parts + 1] = name .. "=" .. quote(value)
  end
  return { table.concat(parts, " ") }
end

--- Sets up a new connection.
---@param made proactive.storage.Connection
---@return any done
---@return string? message
function postgresql.greet(made)
  return made:query "SET client_min_messages = error" -- libpq writes the rest to standard error
end

postgresql.fixes = {
  {
    "failed to connect",
    "Check that the server runs there, that database and user exist, and that the password is "
      .. "right (PGPASSWORD or .pgpass); the server's log says why it refused.",
  },
  { "permission denied", "Give this user the rights on the database's schema." },
  { "no space left", "Free some space on the server and try again." },
  { "connection", "Try again: the next call connects anew." },
}

return postgresql
