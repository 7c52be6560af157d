--- An nginx of a spec's own, with the Lua module, whose workers run `spec.support.openresty_app` as
--- the global `app`.

local cli = require "spec.support.cli"
local nginx = require "spec.support.nginx"

local Openresty = {}
Openresty.__index = Openresty

local openresty = {}

-- In capitals: what is filled in.
local INIT = [[
  init_worker_by_lua_block {
    app = require "spec.support.openresty_app"
    app.start { url = "URL", folder = "FOLDER", quit_timeout = QUIT_TIMEOUT }
  }
]]

---@class spec.OpenrestyOptions
---@field init string?          rules of the block http; FOLDER stands for a folder of this nginx
---@field workers boolean?      a master and two workers
---@field traced boolean?       the system calls that wait are noted
---@field quit_timeout number?  of the clients, default 15

--- Starts it.
---@param sandbox table
---@param rules string  the locations
---@param options spec.OpenrestyOptions?
function openresty.start(sandbox, rules, options)
  options = options or {}
  local folder = os.tmpname()
  os.remove(folder)
  cli.shell(("mkdir %s; touch %s/told"):format(folder, folder))
  local root = cli.shell("pwd").stdout:match "[^\n]+"
  local values = {
    URL = sandbox.url,
    FOLDER = folder,
    QUIT_TIMEOUT = ("%g"):format(options.quit_timeout or 15),
  }
  local server = nginx.start({ app = { plain = true, rules = rules, reuseport = options.workers } }, {
    path = ("%s/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root, root),
    cpath = root .. "/build/jit/?.so;",
    workers = options.workers,
    traced = options.traced,
    more = ((options.init or "") .. INIT):gsub("%u[%u_]+", values),
  })
  return setmetatable({ server = server, folder = folder, url = server:url "app" }, Openresty)
end

function Openresty:get(path)
  return cli.shell(("curl -s --max-time 20 %s%s"):format(self.url, path)).stdout
end

--- Asks until the answer is as it should be.
function Openresty:await(path, pattern)
  local said
  for _ = 1, 400 do
    said = self:get(path)
    if said:find(pattern) then return said end
    cli.shell "sleep 0.05"
  end
  error(path .. " says " .. said .. "\n" .. self.server:log())
end

--- What the clients were told since the start, in all workers, a line each.
function Openresty:told()
  local file = assert(io.open(self.folder .. "/told", "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

function Openresty:stop()
  self.server:stop()
  cli.shell("rm -rf " .. self.folder)
end

return openresty
