--- A certificate and the authority that signed it, made once with the `openssl` command and kept
--- for the next time.
---
--- The authority's key is thrown away as soon as the one certificate is signed: nobody can ever
--- make another with it, so it is safe to trust.

local compat = require "proactive.compat"
local files = require "proactive.files"

local authority = {}

-- Days both certificates are good for, and seconds of life they must have left to be used again.
local DAYS = 825
local LEAST_LEFT = 7 * 86400

---@class proactive.sandbox.Recipe
---@field config string   of openssl, with the extensions `authority` and `leaf`
---@field key string      openssl's words for a new key
---@field authority string  its name
---@field name string       the certificate's

-- DIR is set before it. The files get their mode from the mask.
local MAKE = [[
set -e; umask 077; cd "$DIR"
new="-newkey KIND -nodes -config openssl.cnf"
openssl req -x509 $new -extensions authority -days DAYS -keyout ca.key -out ca.pem -subj "/CN=WHO"
openssl req -new $new -keyout key.pem -out request.pem -subj "/CN=NAME"
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial 1 -days DAYS \
  -extfile openssl.cnf -extensions leaf -out cert.pem
rm -f ca.key request.pem openssl.cnf
]]

--- Where the certificates are kept unless the caller says otherwise.
---@return string?
function authority.default_dir()
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

local function make(dir, recipe)
  local fresh = fresh_dir(dir)
  if not fresh then return nil, "cannot make a folder beside " .. dir end
  local log = fresh .. "/log"
  files.replace(fresh .. "/openssl.cnf", recipe.config)
  local script = MAKE:gsub("%u%u%u+", {
    KIND = recipe.key,
    DAYS = ("%d"):format(DAYS),
    WHO = recipe.authority,
    NAME = recipe.name,
  })
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

--- The certificate of a folder, made when there is none that is good for another week.
---@param dir string?  the folder it is kept in
---@param recipe proactive.sandbox.Recipe
---@return {cert: string, key: string, ca: string, ca_file: string, key_file: string}?
---@return string? message
function authority.identity(dir, recipe)
  if not dir then return nil, "no folder for its certificates: set HOME, or give tls_dir" end
  if not is_good(dir) then
    local made, message = make(dir, recipe)
    if not made then return nil, message end
  end
  local cert, key = files.read(dir .. "/cert.pem"), files.read(dir .. "/key.pem")
  if not cert or not key then return nil, "cannot read the certificate in " .. dir end
  return {
    cert = cert,
    key = key,
    ca = files.read(dir .. "/ca.pem"),
    ca_file = dir .. "/ca.pem",
    key_file = dir .. "/key.pem",
  }
end

return authority
