--- nginx on one core that takes a skill's requests: `/bare` answers 200 and does nothing else,
--- `/launch` has a skill that keeps nobody, `/FULL` and `/NORMAL` keep who subscribed.

local files = require("bench.lib.files")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local skill_nginx = {}

-- In capitals: what is filled in.
local CONFIGURATION = [[
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
master_process off;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_buffer_size 16k;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  lua_package_path "ROOT/lua/?.lua;ROOT/lua/?/init.lua;ROOT/?.lua;;";
  lua_package_cpath "ROOT/build/jit/?.so;;";
  init_worker_by_lua_block {
    local proactive = require "proactive"
    local signed = require "bench.lib.signed"
    skills = { launch = assert(proactive.skill(signed.skill(nil, "ROOT"))) }
    for _, synchronous in ipairs { "FULL", "NORMAL" } do
      local url = "sqlite:FOLDER/" .. synchronous .. ".db"
      local store = assert(proactive.registry.open(url, { synchronous = synchronous }))
      skills[synchronous] = assert(proactive.skill(signed.skill(store, "ROOT")))
    end
  }
  server {
    listen 127.0.0.1:PORT;
    location = /bare { return 200; }
    location / {
      content_by_lua_block {
        require("proactive.openresty").skill(skills[ngx.var.uri:sub(2)])
      }
    }
  }
}
]]

--- Starts it.
---@return {url: string, stop: fun()}
function skill_nginx.start()
  local root = process.read("pwd"):match("[^\n]+")
  local folder = root .. "/" .. files.path("skill-nginx")
  process.read("rm -rf " .. process.quote(folder) .. " && mkdir -p " .. process.quote(folder))
  local port = server_of.free_ports(1)[1]
  local values = { FOLDER = folder, ROOT = root, PORT = string.format("%d", port) }
  local text = CONFIGURATION:gsub("%u%u%u%u+", values)
  files.write(folder .. "/nginx.conf", text)
  local words = { "nginx", "-p", folder, "-c", folder .. "/nginx.conf" }
  local running = process.start(process.pinned(process.server_core, words) .. " 2>/dev/null")
  local url = "http://127.0.0.1:" .. values.PORT
  server_of.await(url .. "/bare")
  return { url = url, stop = running.stop }
end

return skill_nginx
