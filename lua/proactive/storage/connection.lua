--- One connection of LuaDBI, without its traps. The only file that requires DBI.
---
--- * Integers are read cut to 32 bits, and a number that is passed becomes a float: parameters are
---   texts or nil (`proactive.storage` checks them), and wide numbers are read as text, as in
---   `CAST(count(*) AS TEXT)`.
--- * Text is cut at a NUL byte: it is refused there too.
--- * A statement that was not read to its end keeps its lock: rows are read at once, so queries are
---   for a page of them.
--- * `?` stands for a parameter on both databases.
--- * SQLite's driver repeats an error when the statement is used next, though it would succeed: a
---   statement that failed is prepared anew.
--- * PostgreSQL's driver raises for a statement whose server has restarted, and its `ping` says
---   nothing of that: a connection is lost when it cannot even roll back.

local compat = require "proactive.compat"

---@class proactive.storage.Connection
---@field handle table      of LuaDBI
---@field statements table<string, table>  prepared, by their text
local Connection = {}
Connection.__index = Connection

local connection = {}

--- LuaDBI and the driver, or the sentence that says what to install.
local function driver(dialect)
  local found, dbi = pcall(require, "DBI")
  if found and pcall(require, dialect.module) then return dbi end
  return nil, ("%s needs LuaDBI: install %s (Debian) or the rock luadbi-%s (Lua %s)"):format(
    dialect.name,
    dialect.package,
    dialect.driver:lower(),
    compat.abi
  )
end

--- Connects.
---@param dialect table     `proactive.storage.sqlite` or `.postgresql`
---@param arguments string[]
---@return proactive.storage.Connection?
---@return string? message
---@return boolean? missing  a package is missing, and the message says which
function connection.open(dialect, arguments)
  local dbi, missing = driver(dialect)
  if not dbi then return nil, missing, true end
  local called, handle, message = pcall(dbi.Connect, dialect.driver, compat.unpack(arguments))
  if not called then return nil, handle end
  if not handle then return nil, message end
  -- LuaDBI's own transactions begin by themselves; here they begin when they are asked for
  handle:autocommit(true)
  return setmetatable({ handle = handle, statements = {} }, Connection)
end

--- Prepares a statement, or takes the one prepared before. Raises the database's words.
local function prepare(self, sql)
  local known = self.statements[sql]
  if known then return known end
  local statement, message = self.handle:prepare(sql)
  if not statement then error(message, 0) end
  self.statements[sql] = statement
  return statement
end

local function start(self, sql, ...)
  local statement = prepare(self, sql)
  local done, message = statement:execute(...)
  if not done then error(message, 0) end
  return statement
end

local function fetch(statement, named)
  local rows, count = {}, 0
  local row = statement:fetch(named)
  while row do
    count = count + 1
    rows[count] = row
    row = statement:fetch(named)
  end
  return rows
end

local function read(self, sql, ...)
  return fetch(start(self, sql, ...), false)
end

local function read_named(self, sql, ...)
  return fetch(start(self, sql, ...), true)
end

--- Calls `action`; a statement that failed is not used again.
local function guarded(self, action, sql, ...)
  local done, result = pcall(action, self, sql, ...)
  if done then return result end
  local statement = self.statements[sql]
  self.statements[sql] = nil
  if statement then pcall(statement.close, statement) end
  return nil, result
end

--- Runs a statement that gives rows.
---@param sql string
---@param ... string?  a text or nil for each `?`
---@return table[]? rows   each an array of columns
---@return string? message
function Connection:query(sql, ...)
  return guarded(self, read, sql, ...)
end

--- The same with the columns by their names.
---@param sql string
---@param ... string?
---@return table[]? rows
---@return string? message
function Connection:query_named(sql, ...)
  return guarded(self, read_named, sql, ...)
end

--- Runs a statement that gives none.
---@param sql string
---@param ... string?
---@return true?
---@return string? message
function Connection:execute(sql, ...)
  local started, message = guarded(self, start, sql, ...)
  return started and true, message
end

--- Ends the connection. SQLite's stays open, with its file, while one of its statements is.
function Connection:close()
  for _, statement in pairs(self.statements) do
    pcall(statement.close, statement)
  end
  self.statements = {}
  pcall(self.handle.close, self.handle)
end

return connection
