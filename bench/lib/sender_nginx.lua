--- nginx with one worker, on the client's core, whose Lua sends events: see bench/lib/sender.lua.

local files = require("bench.lib.files")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local sender_nginx = {}

-- In capitals: what is filled in.
local CONFIGURATION = [[
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
user root;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  lua_package_path "ROOT/lua/?.lua;ROOT/lua/?/init.lua;ROOT/?.lua;;";
  lua_package_cpath "ROOT/build/jit/?.so;;";
  init_worker_by_lua_block {
    sender = require "bench.lib.sender"
    sender.start { url = "URL", ca_file = "AUTHORITY" }
  }
  server {
    listen 127.0.0.1:PORT;
    location = /ping { content_by_lua_block { ngx.say "pong" } }
    location = /run { content_by_lua_block { sender.run() } }
    location = /count { content_by_lua_block { sender.count() } }
    location = /begin { content_by_lua_block { sender.begin() } }
    location = /finish { content_by_lua_block { sender.finish() } }
  }
}
]]

local ASK = "curl -sS --fail-with-body --max-time 600 %s"

--- Starts it.
---@param target {url: string, ca_file: string}  where it sends
---@return {url: string, ask: (fun(path: string): table<string, number>), stop: fun()}
---  ask: the values that a location tells
function sender_nginx.start(target)
  local root = process.read("pwd"):match("[^\n]+")
  local folder = root .. "/" .. files.path("sender-nginx")
  process.read("rm -rf " .. process.quote(folder) .. " && mkdir -p " .. process.quote(folder))
  local port = string.format("%d", server_of.free_ports(1)[1])
  local values =
    { FOLDER = folder, ROOT = root, PORT = port, URL = target.url, AUTHORITY = target.ca_file }
  files.write(folder .. "/nginx.conf", (CONFIGURATION:gsub("%u%u%u+", values)))
  local words = { "nginx", "-p", folder, "-c", folder .. "/nginx.conf" }
  local running = process.start(process.pinned(process.client_core, words) .. " 2>/dev/null")
  local url = "http://127.0.0.1:" .. port
  server_of.await(url .. "/ping")
  return {
    url = url,
    ask = function(path)
      return process.values(process.read(ASK:format(process.quote(url .. path))))
    end,
    stop = running.stop,
  }
end

return sender_nginx
