--- Requests to a skill, signed as Alexa's are: skill events of 2 KB, each of another customer, and
--- the skill that takes them.

local core = require("proactive.core")
local files = require("bench.lib.files")
local json = require("proactive.json")
local load = require("bench.lib.load")
local process = require("bench.lib.process")
local signer_of = require("proactive.sandbox.signer")

local signed = {}

local BYTES = 2048

--- What the requests name as their certificate.
signed.URL = "https://s3.amazonaws.com/echo.api/bench.pem"

local function folder() return files.path("signer") end

--- Where the time of the requests is kept: their skill's clock stands there.
local function moment_file() return files.path("signer.time") end

--- A text as a token is: no two alike. (Texts that differ in a few places only are slow in LuaJIT,
--- which looks at few places to tell them apart.)
local function token(length)
  local parts = {}
  for index = 1, length / 20 + 1 do parts[index] = core.id() end
  return table.concat(parts):gsub("~", "-"):sub(1, length)
end

local function body(kind, number, timestamp)
  local envelope = {
    version = "1.0",
    context = {
      System = {
        application = { applicationId = "amzn1.ask.skill.bench" },
        user = { userId = load.user(number) },
        apiEndpoint = "https://api.amazonalexa.com",
        apiAccessToken = "",
      },
    },
    request = {
      type = kind,
      requestId = string.format("amzn1.echo-api.request.%09d", number),
      timestamp = timestamp,
      body = { subscriptions = { { eventName = "AMAZON.OrderStatus.Updated" } } },
    },
  }
  local system = envelope.context.System
  system.apiAccessToken = token(BYTES - #json.encode(envelope))
  return json.encode(envelope)
end

--- Writes signed requests to a file.
---@param path string
---@param count integer
---@param kind string  of request
function signed.write(path, count, kind)
  local signer = signer_of.new(folder())
  files.write(files.path("signer.pem"), assert(signer:file()))
  local now, lines = os.time(), {}
  files.write(moment_file(), string.format("%d", now))
  local timestamp = os.date("!%Y-%m-%dT%H:%M:%SZ", now)
  for number = 1, count do lines[number] = body(kind, number, timestamp) .. "\n" end
  files.write(path .. ".bodies", table.concat(lines))
  process.read(string.format("node bench/node/sign.js %s <%s >%s",
    process.quote(signer.own.key_file), process.quote(path .. ".bodies"), process.quote(path)))
end

--- The requests of such a file, as `skill:handle` takes them.
---@param path string
---@param most integer?  how many; default: all
---@return {headers: table<string, string>, body: string}[]
function signed.read(path, most)
  local list = {}
  for line in io.lines(path) do
    if #list == most then break end
    local signature, text = line:match("^(%S+) (.*)$")
    list[#list + 1] = {
      headers = { ["signature-256"] = signature, signaturecertchainurl = signed.URL },
      body = text,
    }
  end
  return list
end

--- The options of a skill that trusts who signed them.
---@param registry any?
---@param root string?  where this tree is; default: here
---@return proactive.skill.Options
function signed.skill(registry, root)
  local here = root and root .. "/" or ""
  local pem = assert(files.read(here .. files.path("signer.pem")))
  local now = tonumber(files.read(here .. moment_file()))
  return {
    application_id = "amzn1.ask.skill.bench",
    registry = registry,
    ca_file = here .. folder() .. "-skill/ca.pem",
    clock = function() return now end,
    fetch_certificate = function() return pem end,
  }
end

return signed
