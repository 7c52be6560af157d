--- Addresses of databases: `sqlite:FILE` and `postgresql://user:password@host:port/dbname`.
---
--- A password is in no message, so none quotes an address; a database is named by its `label`.

local errors = require "proactive.errors"

local url = {}

---@class proactive.storage.Url
---@field kind "sqlite"|"postgresql"
---@field label string                    what messages call the database; without password
---@field file string?                    sqlite
---@field settings table<string, string>? postgresql: libpq's connection settings by their names
---@field password string?

local FORMS = "Write sqlite:FILE or postgresql://USER@HOST:PORT/DBNAME."

local function refuse(message, fix)
  return nil, errors.new("storage", { message = message, fix = fix or FORMS, retryable = false })
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

--- Adds a setting unless the address leaves it out, for libpq to find in its own places then.
local function set(settings, name, text)
  if text and text ~= "" then settings[name] = decode(text) end
end

--- `host`, `host:port` or `[::1]:port`.
local function add_host(settings, text)
  local host, port = text:match("^%[(.-)%]:?(%d*)$")
  if not host then
    host, port = text:match("^([^:]*):?(%d*)$")
  end
  if not host then return false end
  set(settings, "host", host)
  set(settings, "port", port)
  return true
end

--- `sslmode=require&connect_timeout=3`
local function add_query(settings, text)
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([%l_]+)=(.*)$")
    if not name then return false end
    set(settings, name, value)
  end
  return true
end

local function label_of(settings)
  local host = settings.host or "the default host"
  local port = settings.port and ":" .. settings.port or ""
  return ("the PostgreSQL database %s at %s%s"):format(settings.dbname or "", host, port)
end

local function parse_postgresql(rest)
  local authority, path, query = rest:match("^([^/?]*)/?([^?]*)%??(.*)$")
  local login, host = authority:match("^(.*)@([^@]*)$")
  local user, password = (login or ""):match("^([^:]*):?(.*)$")
  local settings = {}
  set(settings, "user", user)
  set(settings, "password", password)
  set(settings, "dbname", path)
  if not add_host(settings, host or authority) then
    return refuse "the address of the PostgreSQL database has no host that can be read"
  end
  if not add_query(settings, query) then
    return refuse "what follows ? in the address of the PostgreSQL database is not NAME=VALUE"
  end
  if not settings.dbname then return refuse "the address of the PostgreSQL database names none" end
  return {
    kind = "postgresql",
    label = label_of(settings),
    settings = settings,
    password = settings.password,
  }
end

--- Reads the address of a database.
---@param text string
---@return proactive.storage.Url?
---@return proactive.Error?
function url.parse(text)
  if text:find("%z") then return refuse "the address of the database has a NUL byte" end
  local file = text:match("^sqlite:(.+)$")
  if file then return { kind = "sqlite", label = file, file = file } end
  local rest = text:match("^postgresql://(.*)$") or text:match("^postgres://(.*)$")
  if rest then return parse_postgresql(rest) end
  return refuse "the address of the database is neither sqlite:FILE nor postgresql://…"
end

return url
