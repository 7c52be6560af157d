--- The certificate the sandbox serves https with. Its authority may only speak for this machine's
--- own names (name constraints).

local authority = require "proactive.sandbox.authority"

local tls = {}

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
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
authorityKeyIdentifier = keyid
]]

--- The certificate to serve with, made when there is none that is good for another week.
---@param dir string?  the folder it is kept in
---@return {cert: string, key: string, ca_file: string}?
---@return string? message
function tls.identity(dir)
  return authority.identity(dir or authority.default_dir(), {
    config = CONFIG,
    key = "ec -pkeyopt ec_paramgen_curve:P-256",
    authority = "proactive sandbox authority",
    name = "localhost",
  })
end

return tls
