--- The server of the benchmarks: nginx on loopback with TLS, on one core, that reads a request's
--- body and then answers 202; at /auth/ a token. It runs from build/bench, never as a service.

local files = require("bench.lib.files")
local httpd = require("proactive.httpd")
local process = require("bench.lib.process")

local server = {}

--- A token of the length Amazon's have.
server.token = "Atc|" .. ("MQEBIBench"):rep(35)

local CONFIGURATION = [[
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_buffer_size 16k;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  ssl_certificate FOLDER/cert.pem;
  ssl_certificate_key FOLDER/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  http2_max_concurrent_streams 128;
  log_format length '$request_length';
  server {
    listen 127.0.0.1:PORT1 ssl;
    listen 127.0.0.1:PORT2 ssl http2;
    include FOLDER/answers.conf;
  }
  server {
    listen 127.0.0.1:PORT3 ssl;
    access_log FOLDER/length.log length;
    include FOLDER/answers.conf;
  }
}
]]

local ANSWERS = [[
location /v1/ {
  add_header x-amzn-RequestId $request_id always;
  content_by_lua_block {
    ngx.req.read_body()
    ngx.header.content_length = 0
    ngx.exit(202)
  }
}
location /auth/ {
  default_type application/json;
  content_by_lua_block {
    ngx.req.read_body()
    ngx.print('{"access_token":"TOKEN","scope":"alexa::proactive_events",'
      .. '"token_type":"bearer","expires_in":3600}')
  }
}
]]

local CERTIFICATE = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
  .. "-days 30 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
  .. "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null"

--- Ports that were free a moment ago.
---@param count integer
---@return integer[]
function server.free_ports(count)
  local listeners, ports = {}, {}
  for index = 1, count do
    listeners[index] = assert(httpd.listen({ port = 0 }))
    ports[index] = listeners[index]:port()
  end
  for _, listener in ipairs(listeners) do listener:close() end
  return ports
end

local function url_of(port) return string.format("https://127.0.0.1:%d", port) end

--- Waits until something listens there.
---@param url string
function server.await(url)
  local ask = "for i in $(seq 200); do curl -sk -o /dev/null %s && exit 0; sleep 0.05; done; false"
  process.read("(" .. ask:format(process.quote(url)) .. ")")
end

--- Starts it.
---@return table
---  `url`: HTTP/1.1 only; `url2`: also HTTP/2; `port` and `port2` of these; `logged`: HTTP/1.1, and
---  `lengths()` gives the bytes of each request that came there since it was last called;
---  `ca_file`; `stop()`
function server.start()
  local folder = process.read("pwd"):match("[^\n]+") .. "/" .. files.path("nginx")
  process.read(process.line({ "mkdir", "-p", folder }))
  process.read(CERTIFICATE:format(process.quote(folder), process.quote(folder)))
  local ports = server.free_ports(3)
  local values = { FOLDER = folder, PORT1 = ports[1], PORT2 = ports[2], PORT3 = ports[3] }
  files.write(folder .. "/nginx.conf", (CONFIGURATION:gsub("%u+%d?", values)))
  files.write(folder .. "/answers.conf", (ANSWERS:gsub("TOKEN", (server.token:gsub("%%", "%%%%")))))
  local words = { "nginx", "-p", folder, "-c", folder .. "/nginx.conf" }
  local running = process.start(process.pinned(process.server_core, words) .. " 2>/dev/null")
  local ca_file, log = folder .. "/cert.pem", folder .. "/length.log"
  server.await(url_of(ports[1]))
  return {
    url = url_of(ports[1]),
    url2 = url_of(ports[2]),
    logged = url_of(ports[3]),
    port = ports[1],
    port2 = ports[2],
    ca_file = ca_file,
    lengths = function()
      local lines = {}
      for line in (files.read(log) or ""):gmatch("%d+") do lines[#lines + 1] = line end
      files.write(log, "")
      return lines
    end,
    stop = running.stop,
  }
end

return server
