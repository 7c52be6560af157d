--- An nginx of a spec's own: in a temporary folder, on free ports of 127.0.0.1, over TLS.

local httpd = require "proactive.httpd"
local tls = require "proactive.sandbox.tls"

local Nginx = {}
Nginx.__index = Nginx

local nginx = {}

-- $ stands before what is filled in.
local CONFIG = [[
$modules
pid $folder/pid;
error_log $folder/errors;
$process
events {}
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  ssl_certificate $folder/cert.pem;
  ssl_certificate_key $folder/key.pem;
  keepalive_requests 1000000;
  $lua
  $servers
}
]]

-- The Lua module, and where the code finds ours.
local MODULES = [[
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
]]
local LUA = [[
  lua_package_path "$path;;";
  lua_package_cpath "$cpath;;";
  $more
]]

-- One process runs as whoever started it; workers do when they are told to.
local ONE_PROCESS = "master_process off;"
local WORKERS = "user root; worker_processes 2; worker_shutdown_timeout 20;"

local SERVER = [[server { listen 127.0.0.1:$port $ssl $http2 $reuseport; $rules }]]

-- It puts itself into the background once it listens.
local RUN = "PATH=$PATH:/usr/sbin $trace nginx -p $folder -e $folder/errors -c $folder/nginx.conf"
  .. " >$folder/said 2>&1"

-- A file for each process. Other calls are not stopped, so that it goes nearly as fast as without.
local TRACE = "strace -D -ff --seccomp-bpf -o $folder/trace -e trace=" .. table.concat({
  "epoll_create",
  "epoll_create1",
  "epoll_wait",
  "epoll_pwait",
  "epoll_pwait2",
  "poll",
  "ppoll",
  "select",
  "pselect6",
  "nanosleep",
  "clock_nanosleep",
}, ",")

local function fill(template, values)
  return (template:gsub("%$(%w+)", values))
end

local function free_port()
  local server = assert(httpd.listen {})
  local port = server:port()
  server:close()
  return port
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Starts it; it listens when this returns.
---@param servers table<string, {http2: boolean, plain: boolean?, reuseport: boolean?, rules: string}>
---  by name; plain: without TLS; reuseport: each worker has a share; rules: of the block
---@param lua {path: string, cpath: string, more: string?, workers: boolean?, traced: boolean?}?
---   with the Lua module; more: rules of its own; workers: a master and two workers; traced: the
---   system calls that wait are noted, see `trace`
---@return table  `ports` by name, `ca_file`, `stop()`
function nginx.start(servers, lua)
  local folder = os.tmpname()
  os.remove(folder)
  local identity = assert(tls.identity(folder))
  local blocks, ports = {}, {}
  for name, server in pairs(servers) do
    ports[name] = free_port()
    blocks[#blocks + 1] = fill(SERVER, {
      port = ("%d"):format(ports[name]),
      ssl = server.plain and "" or "ssl",
      http2 = server.http2 and "http2" or "",
      reuseport = server.reuseport and "reuseport" or "",
      rules = server.rules,
    })
  end
  local values = {
    folder = folder,
    servers = table.concat(blocks, "\n  "),
    modules = lua and MODULES or "",
    lua = lua and fill(LUA, { path = lua.path, cpath = lua.cpath, more = lua.more or "" }) or "",
    process = lua and lua.workers and WORKERS or ONE_PROCESS,
  }
  write(folder .. "/nginx.conf", fill(CONFIG, values))
  local trace = lua and lua.traced and fill(TRACE, values) or ""
  local line = fill(RUN, { folder = folder, trace = trace })
  os.execute(line .. ("; echo status $? >>%s/said"):format(folder))
  local said = read(folder .. "/said")
  assert(said:find "status 0\n$", said)
  return setmetatable({
    folder = folder,
    servers = servers,
    ports = ports,
    ca_file = identity.ca_file,
  }, Nginx)
end

function Nginx:url(name)
  local scheme = self.servers[name].plain and "http" or "https"
  return ("%s://127.0.0.1:%d/"):format(scheme, self.ports[name])
end

--- Asks it to finish what is under way, and waits until it has gone.
function Nginx:quit()
  local line = "p=$(cat %s/pid); kill -QUIT $p; while kill -0 $p 2>/dev/null; do sleep 0.05; done"
  os.execute(line:format(self.folder))
end

--- What it wrote to its log.
function Nginx:log()
  return read(self.folder .. "/errors")
end

--- The system calls of a process that has ended, a line each; the last line says how it ended.
---@param pid integer
function Nginx:trace(pid)
  return read(("%s/trace.%d"):format(self.folder, pid))
end

--- Starts new workers and lets the old ones finish; does not wait for either.
function Nginx:reload()
  os.execute(("kill -HUP $(cat %s/pid)"):format(self.folder))
end

function Nginx:stop()
  os.execute(("kill $(cat %s/pid 2>/dev/null) 2>/dev/null; rm -rf %s"):format(self.folder, self.folder))
end

return nginx
