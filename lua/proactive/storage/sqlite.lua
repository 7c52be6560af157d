--- What is SQLite's own: how to open a file, and what its refusals mean.

local sqlite = {
  name = "SQLite",
  driver = "SQLite3",
  module = "dbd.sqlite3",
  package = "lua-dbi-sqlite3",
  -- the lock is taken at once: one taken at the first write could find that what was read is old
  begin = "BEGIN IMMEDIATE",
  row_key = "INTEGER",
  for_update = "", -- a transaction has the whole file
  skip_locked = "",

  has_table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?",
}

--- The arguments of LuaDBI's `Connect`, or what forbids it.
---@param url proactive.storage.Url
---@param opts proactive.storage.Options
---@return string[]? arguments
---@return string? message
function sqlite.arguments(url, opts)
  if opts.create == false then
    local file = io.open(url.file, "rb")
    if not file then return nil, "there is no such file" end
    file:close()
  end
  return { url.file }
end

-- Seconds. SQLite tries again at intervals and serves no queue: a process that writes without a
-- pause can keep another out for as long as it writes.
local BUSY_TIMEOUT = 30

-- So often the mode of a new file is tried. Once one process has set it, it is set for all.
local TURNS = 100

--- Has a file's writer and readers not wait for each other. Only the first process changes anything
--- by that, and SQLite refuses it at once while another has the file, whatever busy_timeout says.
--- To begin a transaction does wait: then the other is done.
local function use_wal(made)
  local set, words
  for _ = 1, TURNS do
    set, words = made:query "PRAGMA journal_mode = WAL"
    if set or not words:find("locked", 1, true) then break end
    local begun, problem = made:execute "BEGIN EXCLUSIVE"
    if not begun then return nil, problem end
    made:execute "ROLLBACK"
  end
  return set, words
end

--- Sets up a new connection.
---@param made proactive.storage.Connection
---@param opts proactive.storage.Options
---@return any done
---@return string? message
function sqlite.greet(made, opts)
  for _, setting in ipairs {
    ("busy_timeout = %d"):format((opts.busy_timeout or BUSY_TIMEOUT) * 1000),
    -- pages (16 MB): keys are hashes, so each customer of a batch is on another page, and SQLite's
    -- own 1,000 would be copied into the file after every other batch
    "wal_autocheckpoint = 4000",
    -- kB, taken as it is needed: pages that do not fit are written and read again and again within
    -- one transaction, for the same reason
    "cache_size = -16384",
    "synchronous = " .. (opts.synchronous or "FULL"),
  } do
    local done, words = made:query("PRAGMA " .. setting) -- read to the end: some give a row
    if not done then return nil, words end
  end
  return use_wal(made)
end

--- What a person should do: the first pattern that the database's words match.
sqlite.fixes = {
  { "no such file", "Name the right file; proactive subscribers apply and import make a new one." },
  { "locked", "Another process holds it for too long: try again, or end that process." },
  { "disk is full", "Free some space and try again." },
  { "not a database", "Name a file that SQLite wrote, or a new one." },
  { "readonly", "Allow this user to write the file and its folder." },
  { "unable to open", "Check that the folder exists and that this user may write there." },
}

return sqlite
