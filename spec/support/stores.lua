--- Empty stores for specs, on both databases.

local postgres = require "spec.support.postgres"

local stores = {}

local server
local files = {}

--- For `setup`.
function stores.start()
  server = postgres.start()
end

--- For `teardown`.
function stores.stop()
  server:stop()
  for _, path in ipairs(files) do
    for _, ending in ipairs { "", "-wal", "-shm" } do
      os.remove(path .. ending)
    end
  end
end

---@return table  see `spec.support.postgres`
function stores.server()
  return server
end

--- The path of a file that is not there; what is made of it goes at the end.
---@return string
function stores.file()
  local path = os.tmpname()
  os.remove(path)
  files[#files + 1] = path
  return path
end

--- By name: a function that gives the address of an empty store.
---@type table<string, fun(): string>
stores.kinds = {
  SQLite = function()
    return "sqlite:" .. stores.file()
  end,
  PostgreSQL = function()
    return server:create()
  end,
}

return stores
