--- Signs the requests of the sandbox to a skill. Its authority is not the one of https, and may
--- speak for Alexa's own name only.
---
--- A skill trusts it only when it was made for this sandbox (`proactive.skill`, option `sandbox`).

local authority = require "proactive.sandbox.authority"
local files = require "proactive.files"

local signer = {}

--- Where the certificate is, as requests say it, and where it is served.
signer.URL = "https://s3.amazonaws.com/echo.api/sandbox.pem"
signer.PATH = "/echo.api/sandbox.pem"

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
nameConstraints = critical, permitted;DNS:echo-api.amazon.com
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectAltName = DNS:echo-api.amazon.com
authorityKeyIdentifier = keyid
]]

local Signer = {}
Signer.__index = Signer

--- The key and its certificate, made when they are needed first.
local function identity(self)
  if self.own then return self.own end
  local dir = self.dir or authority.default_dir()
  local found, message = authority.identity(dir and dir .. "-skill", {
    config = CONFIG,
    key = "rsa:2048",
    authority = "proactive sandbox requests authority",
    name = "echo-api.amazon.com",
  })
  self.own = found
  return found, message
end

--- The file of certificates: the one that signs, then its authority.
---@return string? pem
---@return string? message
function Signer:file()
  local own, message = identity(self)
  if not own then return nil, message end
  return own.cert .. own.ca
end

-- Nothing of the body is in the command line.
local SIGN = "openssl dgst -sha256 -sign %s %s 2>/dev/null | openssl base64 -A"

--- The signature of a body, in base64.
---@param body string
---@return string?
---@return string? message
function Signer:sign(body)
  local own, message = identity(self)
  if not own then return nil, message end
  local path = os.tmpname()
  local done, problem = files.replace(path, body)
  if not done then return nil, problem end
  local pipe = io.popen(SIGN:format(files.quote(own.key_file), files.quote(path)))
  local signature = pipe:read "*a"
  pipe:close()
  os.remove(path)
  if signature == "" then return nil, "the openssl command made no signature" end
  return signature
end

---@param dir string?  beside which its folder is
function signer.new(dir)
  return setmetatable({ dir = dir }, Signer)
end

return signer
