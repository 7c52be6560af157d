--- The sandbox's own certificate authority, made once with the `openssl` command and kept for the
--- next time.
---
--- The authority may only speak for this machine's own names (name constraints), and its key is
--- thrown away as soon as the one certificate is signed: nobody can ever make another with it, so
--- it is safe to trust.

local compat = require "proactive.compat"
local files = require "proactive.sandbox.files"

local tls = {}

-- Days both certificates are good for, and seconds of life they must have left to be used again.
local DAYS = 825
local LEAST_LEFT = 7 * 86400

local CONFIG = [[
[req]
distinguished_name = name
prompt = no
[name]
CN = proactive sandbox
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
nameConstraints = critical, @names
[names]
permitted;DNS.1 = localhost
permitted;IP.1 = 127.0.0.0/255.0.0.0
permitted;IP.2 = ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
authorityKeyIdentifier = keyid
]]

-- DIR is set before it. The files get their mode from the mask.
local MAKE = [[
set -e; umask 077; cd "$DIR"
curve="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config openssl.cnf"
openssl req -x509 $curve -extensions authority -days %d -keyout ca.key -out ca.pem \
  -subj "/CN=proactive sandbox authority"
openssl req -new $curve -keyout key.pem -out request.pem -subj "/CN=localhost"
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial 1 -days %d \
  -extfile openssl.cnf -extensions server -out cert.pem
rm -f ca.key request.pem openssl.cnf
]]

--- Where the certificates are kept unless the caller says otherwise.
---@return string?
function tls.default_dir()
  local state, home = os.getenv "XDG_STATE_HOME", os.getenv "HOME"
  if state and state:sub(1, 1) == "/" then return state .. "/proactive/sandbox" end
  return home and home ~= "" and home .. "/.local/state/proactive/sandbox" or nil
end

local function is_good(dir)
  local check = "openssl x509 -noout -checkend %d -in %s >/dev/null 2>&1"
  return files.read(dir .. "/key.pem") ~= nil
    and compat.execute(check:format(LEAST_LEFT, files.quote(dir .. "/ca.pem")))
    and compat.execute(check:format(LEAST_LEFT, files.quote(dir .. "/cert.pem")))
end

-- A new folder beside the one to be, so that it can take its place at once.
local function fresh_dir(dir)
  local make = "umask 077; exec 2>/dev/null; mkdir -p %s && mktemp -d %s"
  local parent, template = dir:match "^(.*)/" or ".", dir .. ".XXXXXX"
  local pipe = io.popen(make:format(files.quote(parent), files.quote(template)))
  local name = pipe:read "*l"
  pipe:close()
  return name
end

-- Everything that is ever put into the folder. Nothing else is touched: it may be anybody's.
local OURS = { "ca.pem", "cert.pem", "key.pem", "ca.key", "request.pem", "openssl.cnf", "log" }

local function remove(dir)
  for _, name in ipairs(OURS) do
    os.remove(dir .. "/" .. name)
  end
  os.remove(dir)
end

local function make(dir)
  local fresh = fresh_dir(dir)
  if not fresh then return nil, "cannot make a folder beside " .. dir end
  local log = fresh .. "/log"
  files.replace(fresh .. "/openssl.cnf", CONFIG)
  local script = MAKE:format(DAYS, DAYS)
  local line = "DIR=%s; export DIR; (%s) >%s 2>&1"
  if not compat.execute(line:format(files.quote(fresh), script, files.quote(log))) then
    local said = (files.read(log) or ""):match "[^\n]+" or "is it installed?"
    remove(fresh)
    return nil, "the openssl command made no certificate: " .. said
  end
  os.remove(log)
  -- Another sandbox may have been faster: what it made is as good. What is there and bad gives way.
  if not is_good(dir) then remove(dir) end
  if os.rename(fresh, dir) then return true end
  remove(fresh)
  if is_good(dir) then return true end
  return nil, dir .. " holds other files: give an empty folder, or one that is to be made"
end

--- The certificate to serve with, made when there is none that is good for another week.
---@param dir string?  the folder it is kept in
---@return {cert: string, key: string, ca_file: string}?
---@return string? message
function tls.identity(dir)
  dir = dir or tls.default_dir()
  if not dir then return nil, "no folder for its certificates: set HOME, or give tls_dir" end
  if not is_good(dir) then
    local made, message = make(dir)
    if not made then return nil, message end
  end
  local cert, key = files.read(dir .. "/cert.pem"), files.read(dir .. "/key.pem")
  if not cert or not key then return nil, "cannot read the certificate in " .. dir end
  return { cert = cert, key = key, ca_file = dir .. "/ca.pem" }
end

return tls
