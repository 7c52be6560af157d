--- A database, SQLite or PostgreSQL, for one source of SQL.
---
--- Work is a function that gets a `proactive.storage.Session`, whose `query` and `execute` raise
--- the error object; `read` and `transaction` catch it, roll back, and return `nil, err`. A
--- connection that was lost is made anew and the work run again once: work must do no harm when it
--- is done twice.

local connection = require "proactive.storage.connection"
local core = require "proactive.core"
local errors = require "proactive.errors"
local host = require "proactive.host"
local migrate = require "proactive.storage.migrate"
local options = require "proactive.options"
local url_of = require "proactive.storage.url"

local find = string.find

local storage = {}

---@class proactive.storage.Options
---@field create boolean?       sqlite: whether a file that is missing is made; default true
---@field busy_timeout number?  sqlite: seconds to wait for another process; default 30
---@field synchronous string?   sqlite: FULL, the default, or NORMAL: faster, and a power cut may
---   take the last commits

---@type table<string, proactive.Option>
storage.OPTIONS = {
  create = { "boolean" },
  busy_timeout = { "number", min = 0, max = 3600 },
  synchronous = { "string", one_of = { "FULL", "NORMAL" } },
}

---@class proactive.storage.Session
---@field dialect table
---@field connection proactive.storage.Connection?  nil: lost, or not made yet
local Session = {}
Session.__index = Session

---@class proactive.Storage
---@field url proactive.storage.Url
---@field session proactive.storage.Session
local Storage = {}
Storage.__index = Storage

-- Errors -----------------------------------------------------------------------------------------

local PREFIXES = {
  "^Error preparing statement handle: ",
  "^Error executing statement[%a ]*: ",
  "^Execute failed:? ",
  "^ERROR: +",
}

--- The database's words on one line, without LuaDBI's, and without the password.
local function cause_of(message, password)
  local words = tostring(message)
  for _, prefix in ipairs(PREFIXES) do
    words = words:gsub(prefix, "")
  end
  words = words:gsub("%s+", " "):gsub(" $", "")
  if password then
    local plain = password:gsub("%p", "%%%0")
    words = words:gsub(plain, "<removed>")
  end
  return words
end

local function fix_of(dialect, cause)
  for _, fix in ipairs(dialect.fixes) do
    if cause:lower():find(fix[1], 1, true) then return fix[2] end
  end
end

local function refusal(session, message)
  local url, cause = session.url, cause_of(message, session.url.password)
  return errors.new("storage", {
    message = ("%s: %s"):format(url.label, cause),
    cause = cause,
    fix = fix_of(session.dialect, cause),
  })
end

-- Sessions ---------------------------------------------------------------------------------------

local function connect(session)
  local arguments, problem = session.dialect.arguments(session.url, session.opts)
  if not arguments then return nil, refusal(session, problem) end
  local made, message, missing = connection.open(session.dialect, arguments)
  if missing then
    return nil, errors.new("storage", { message = message, cause = message, retryable = false })
  end
  if not made then return nil, refusal(session, message) end
  local greeted, words = session.dialect.greet(made, session.opts)
  if not greeted then
    made:close()
    return nil, refusal(session, words)
  end
  session.connection = made
  return true
end

--- Raises unless the parameters can be passed whole.
local function check(...)
  local values = { ... }
  for place = 1, select("#", ...) do
    local value = values[place]
    local kind = type(value)
    if kind == "string" then
      if find(value, "\0", 1, true) then
        error(errors.new("invalid", { message = "a text with a NUL byte cannot be stored" }), 0)
      end
    elseif kind ~= "nil" then
      error("a parameter of a statement is a text or nil, got " .. kind, 4)
    end
  end
end

--- Runs a statement that gives rows; raises the error object.
---@param sql string
---@param ... string?  a text or nil for each `?`
---@return table[] rows  each an array of columns
function Session:query(sql, ...)
  check(...)
  local rows, message = self.connection:query(sql, ...)
  if not rows then error(refusal(self, message), 0) end
  return rows
end

--- The same with the columns by their names.
---@param sql string
---@param ... string?
---@return table[] rows
function Session:query_named(sql, ...)
  check(...)
  local rows, message = self.connection:query_named(sql, ...)
  if not rows then error(refusal(self, message), 0) end
  return rows
end

--- Runs a statement that gives none; raises the error object.
---@param sql string
---@param ... string?
function Session:execute(sql, ...)
  check(...)
  local done, message = self.connection:execute(sql, ...)
  if not done then error(refusal(self, message), 0) end
end

--- The time by the clock that all processes at this database share.
---@return number Unix seconds
function Session:now()
  local sql = self.dialect.now
  return sql and tonumber(self:query(sql)[1][1]) or core.wall()
end

--- Rolls back what an error left, a PostgreSQL connection in an aborted transaction for one. A
--- server that cannot do that is gone. (SQLite has nothing to roll back when its BEGIN failed.)
local function recover(session)
  local rolled_back = session.connection:execute "ROLLBACK"
  if rolled_back or session.dialect.name == "SQLite" then return end
  session.connection:close()
  session.connection = nil
end

--- Runs the work once; raises what it raises.
local function attempt(session, work, begin, commit)
  if begin then session:execute(begin) end
  local result = work(session)
  if commit then session:execute(commit) end
  return result
end

-- The database -----------------------------------------------------------------------------------

local function run(db, work, begin, commit)
  if db.closed then error("attempt to use a closed database", 3) end
  local session = db.session
  for try = 1, 2 do
    if not session.connection then
      local connected, err = connect(session)
      if not connected then return nil, err end
    end
    local done, result = pcall(attempt, session, work, begin, commit)
    if done then return result end
    recover(session)
    if not errors.is(result) then error(result, 0) end
    if session.connection or try == 2 then return nil, result end
  end
end

--- Runs work that only reads, each of its statements by itself.
---@generic T
---@param work fun(session: proactive.storage.Session): T
---@return T?
---@return proactive.Error?
function Storage:read(work)
  return run(self, work)
end

--- Runs work in a transaction; its changes are on the disk when this returns.
---@generic T
---@param work fun(session: proactive.storage.Session): T
---@return T|true|nil
---@return proactive.Error?
function Storage:transaction(work)
  return run(self, function(session)
    local value = work(session)
    if value == nil then return true end
    return value
  end, self.session.dialect.begin, "COMMIT")
end

--- Ends the connection. Any other method after it raises.
function Storage:close()
  if self.session.connection then self.session.connection:close() end
  self.session.connection, self.closed = nil, true
end

--- A server may take its time, and LuaDBI waits for it: all that a worker serves would wait too.
local function would_block(name)
  return errors.new("storage", {
    message = "a postgresql:// store would hold up all else here: its library blocks " .. name,
    fix = "Run proactive serve and lead the requests to it (proxy_pass), or give a registry of "
      .. "your own, with apply, each, get, forget and count, on a driver that does not block. A "
      .. "sqlite: store is allowed.",
    retryable = false,
  })
end

--- Opens a database, and makes or upgrades its tables.
---@param text string  `sqlite:FILE` or `postgresql://user:password@host:port/dbname`
---@param opts? proactive.storage.Options
---@return proactive.Storage?
---@return proactive.Error?
function storage.open(text, opts)
  opts = options.check(opts, storage.OPTIONS, "storage.open")
  local url, err = url_of.parse(text)
  if not url then return nil, err end
  local dialect = require("proactive.storage." .. url.kind)
  local name = dialect.waits and host.name()
  if name then return nil, would_block(name) end
  local session = setmetatable({ url = url, dialect = dialect, opts = opts }, Session)
  local db = setmetatable({ url = url, session = session }, Storage)
  local ready
  ready, err = migrate(db)
  if not ready then
    db:close()
    return nil, err
  end
  return db
end

return storage
