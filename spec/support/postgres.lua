--- A PostgreSQL of a spec's own: a temporary cluster on a free port of 127.0.0.1, gone when the
--- suite's process is, however that ends.

local httpd = require "proactive.httpd"

local Postgres = {}
Postgres.__index = Postgres

local postgres = {}

-- initdb refuses root, and its binaries are not in the path of Debian. `as` runs a command as
-- somebody it accepts.
local PRELUDE = [[
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl)")
as() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
data=$folder/data
control() { as "$bin/pg_ctl" -D $data -w -t 60 "$@"; }
]]

-- The watcher sits on the reading end of a pipe that this process holds open: when the process is
-- gone, the pipe ends, and the server goes with it.
local INITIALISE = [[
mkdir $folder && { [ "$(id -u)" != 0 ] || chown postgres $folder; } &&
as "$bin/initdb" -D $data -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8
]]

local START = [[
control -l $folder/log \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off" start
]]

local STOP = "control -m immediate stop; rm -rf $folder"

local WATCH = "exec >$folder.watch 2>&1; cat; " .. STOP .. "; rm -f $folder.watch"

local function fill(template, values)
  return (template:gsub("%$(%l+)", values))
end

local function free_port()
  local server = assert(httpd.listen {})
  local port = server:port()
  server:close()
  return ("%d"):format(port)
end

local function script(values, text)
  return fill(PRELUDE .. text, values)
end

local function run(values, text)
  local pipe = assert(io.popen("{ " .. script(values, text) .. "\n} 2>&1; echo status $?"))
  local said = pipe:read "*a"
  pipe:close()
  assert(said:find "status 0\n$", said)
end

--- Starts it; it takes connections when this returns.
---@return table  `url(name)`, `create(name)`, `restart()`, `halt()`, `resume()`, `stop()`
function postgres.start()
  local folder = os.tmpname()
  os.remove(folder)
  local values = { folder = folder, port = free_port() }
  local watcher = assert(io.popen(script(values, WATCH), "w"))
  run(values, INITIALISE)
  run(values, START)
  return setmetatable({ values = values, watcher = watcher, count = 0 }, Postgres)
end

--- The address of a database.
function Postgres:url(name)
  return ("postgresql://postgres@127.0.0.1:%s/%s"):format(self.values.port, name)
end

--- Makes an empty database and gives its address.
function Postgres:create()
  self.count = self.count + 1
  local name = ("spec%d"):format(self.count)
  run(self.values, ("as $bin/createdb -h 127.0.0.1 -p $port -U postgres %s"):format(name))
  return self:url(name)
end

function Postgres:halt()
  run(self.values, "control -m immediate stop")
end

function Postgres:resume()
  run(self.values, START)
end

function Postgres:restart()
  self:halt()
  self:resume()
end

--- Ends it and removes its files.
function Postgres:stop()
  self.watcher:close()
end

return postgres
