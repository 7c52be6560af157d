--- Tokens beyond one Lua state: all processes of a machine, or all workers of a server, share one
--- token and one fetch. What is stored is the token, in plain: a store belongs to its user alone.

local core = require "proactive.core"
local files = require "proactive.files"
local json = require "proactive.json"

---@class proactive.TokenStore
---@field get fun(key: string): string?
---@field set fun(key: string, text: string, ttl: number)  ttl: seconds it is of use
---@field lock fun(key: string): any                       true when nobody else has it; never waits
---@field unlock fun(key: string)

-- What is left of a life must be worth taking.
local LEAST_LEFT = 30

local token_store = {}

-- A file ------------------------------------------------------------------------------------------

--- A store in a file of mode 0600. Its lock, FILE.lock, is tried and never waited for.
---@param path string
---@return proactive.TokenStore
local function file_store(path)
  local store, held = {}, {}

  local function entries()
    local text = files.exists(path) and core.read_private(path)
    local found = text and json.decode(text)
    return type(found) == "table" and found or {}
  end

  function store.get(key)
    local entry = entries()[key]
    return type(entry) == "string" and entry or nil
  end

  function store.set(key, text)
    local all = entries()
    all[key] = text
    core.write_private(path, (json.encode(all)))
  end

  function store.lock(key)
    local lock, problem = core.lock_file(path .. ".lock")
    if problem then error(problem) end
    held[key] = lock
    return lock ~= nil
  end

  function store.unlock(key)
    if held[key] then held[key]:unlock() end
    held[key] = nil
  end

  return store
end

local FUNCTIONS = { "get", "set", "lock", "unlock" }

--- The store that an option stands for.
---@param option proactive.TokenStore|string|nil
---@return proactive.TokenStore?
function token_store.of(option)
  if type(option) == "string" then return file_store(option) end
  for _, name in ipairs(option and FUNCTIONS or {}) do
    if type(option[name]) ~= "function" then
      error(("proactive.client: token_store.%s must be a function"):format(name), 5)
    end
  end
  return option
end

-- One token ---------------------------------------------------------------------------------------

---@class proactive.SharedToken
---@field store proactive.TokenStore
---@field key string
local Shared = {}
Shared.__index = Shared

--- One token of a store. A store that fails is as good as none: each process then fetches its own.
---@param store proactive.TokenStore
---@param whose {url: string, client_id: string, scope: string?}
---@return proactive.SharedToken
function token_store.shared(store, whose)
  local name = table.concat({ whose.url, whose.client_id, whose.scope or "" }, "\n")
  return setmetatable({ store = store, key = "proactive:" .. core.sha256(name) }, Shared)
end

--- The token and the seconds it is good for, or nil.
---@return string? text
---@return number? expires_in
function Shared:get()
  local got, text = pcall(self.store.get, self.key)
  local entry = got and type(text) == "string" and json.decode(text)
  if type(entry) ~= "table" or type(entry.token) ~= "string" then return nil end
  local left = (tonumber(entry.expires_at) or 0) - core.wall()
  if left < LEAST_LEFT then return nil end
  return entry.token, math.min(left, 86400)
end

---@param text string?
---@param expires_in number
function Shared:put(text, expires_in)
  if not text then return end
  local entry = { token = text, expires_at = core.wall() + expires_in }
  pcall(self.store.set, self.key, json.encode(entry), expires_in)
end

--- Whether we may fetch: nobody else does, or the store cannot tell.
---@return boolean
function Shared:lock()
  local asked, mine = pcall(self.store.lock, self.key)
  return not asked or (mine and true or false)
end

function Shared:unlock()
  pcall(self.store.unlock, self.key)
end

return token_store
