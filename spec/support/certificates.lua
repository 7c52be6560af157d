--- Certificates as Alexa's requests name them, made with the `openssl` command, and signatures.

local certificates = {}

local CONFIG = [[
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = spec
[ authority ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[ good ]
subjectAltName = DNS:echo-api.amazon.com
keyUsage = critical, digitalSignature
[ plain ]
subjectAltName = DNS:echo-api.amazon.com
[ two_names ]
subjectAltName = DNS:other.example.com, DNS:echo-api.amazon.com
[ other_name ]
subjectAltName = DNS:other.example.com
[ wildcard ]
subjectAltName = DNS:*.amazon.com
[ no_name ]
basicConstraints = CA:FALSE
[ usage ]
subjectAltName = DNS:echo-api.amazon.com
keyUsage = critical, keyEncipherment
]]

local SCRIPT = [[
set -e
cd "$1"
make_root() { # NAME
  openssl req -x509 -config c.cnf -extensions authority -newkey rsa:2048 -nodes -days 3650 \
    -subj "/CN=$1" -keyout $1.key -out $1.pem
}
sign() { # NAME KEY ISSUER EXTENSIONS DAYS DIGEST CN
  openssl req -new -config c.cnf -key $2.key -subj "/CN=${7:-$1}" -out $1.csr
  openssl x509 -req -in $1.csr -CA $3.pem -CAkey $3.key -set_serial 0x$(openssl rand -hex 8) \
    -days $5 -${6:-sha256} -extfile c.cnf -extensions $4 -out $1.pem
}
make_root root
make_root stranger
openssl genrsa -out middle.key 2048
sign middle middle root authority 5
openssl genrsa -out leaf.key 2048
openssl genrsa -out small.key 1024
openssl ecparam -name prime256v1 -genkey -noout -out curve.key
for kind in good plain two_names other_name wildcard usage; do sign $kind leaf middle $kind 30; done
sign no_name leaf middle no_name 30 sha256 echo-api.amazon.com
sign weak leaf middle good 30 sha1
sign small small middle good 30
sign curve curve middle good 30
sign foreign leaf stranger good 30
sign stranger_leaf stranger stranger good 30
cp leaf.key good.key
sign below_leaf leaf good good 30
]]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function run(command)
  local status = os.execute(command)
  assert(status == true or status == 0, command)
end

---@class spec.Certificates
local Certificates = {}
Certificates.__index = Certificates

--- The text of these certificates, one after the other.
function Certificates:pem(...)
  local list = {}
  for index, name in ipairs { ... } do
    list[index] = read(self.folder .. "/" .. name .. ".pem")
  end
  return table.concat(list)
end

--- The signature of a text in base64.
---@param text string
---@param key string?     default: that of the leaf certificates
---@param digest string?  default: sha256
function Certificates:sign(text, key, digest)
  write(self.folder .. "/text", text)
  local command = "cd %s && openssl dgst -%s -sign %s.key -out signature text"
    .. " && openssl base64 -A -in signature -out signature.base64"
  run(command:format(self.folder, digest or "sha256", key or "leaf"))
  return read(self.folder .. "/signature.base64")
end

function Certificates:path(name) return self.folder .. "/" .. name .. ".pem" end

function Certificates:remove() run("rm -rf " .. self.folder) end

--- Makes them in a new folder.
---@return spec.Certificates
function certificates.make()
  local folder = os.tmpname()
  run(("rm -f %s && mkdir -m 0700 %s"):format(folder, folder))
  write(folder .. "/c.cnf", CONFIG)
  write(folder .. "/make.sh", SCRIPT)
  run(("sh %s/make.sh %s >%s/log 2>&1 || { cat %s/log; false; }"):format(folder, folder, folder, folder))
  return setmetatable({ folder = folder }, Certificates)
end

return certificates
