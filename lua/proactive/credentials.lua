--- Where a skill's client id and secret come from when a script does not give them.

local errors = require "proactive.errors"

local credentials = {}

--- What `proactive sandbox` takes unless it is told otherwise.
credentials.sandbox = {
  client_id = "amzn1.application-oa2-client.sandbox",
  client_secret = "sandbox",
}

local FIX = "Give client_id and client_secret, or set ALEXA_CLIENT_ID and ALEXA_CLIENT_SECRET. "
  .. "They are the skill's own pair: developer console, Build, Permissions, at the bottom "
  .. "(shown once the skill has the notifications permission)."

--- An empty variable is one that is not set.
local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

local function from_environment()
  local id, secret = variable "ALEXA_CLIENT_ID", variable "ALEXA_CLIENT_SECRET"
  if id and secret then return { client_id = id, client_secret = secret } end
  if id or secret then
    local missing = id and "ALEXA_CLIENT_SECRET" or "ALEXA_CLIENT_ID"
    return nil, errors.new("auth", {
      message = ("only one of the two credentials is set: %s is missing"):format(missing),
      fix = FIX,
    })
  end
end

--- The path of the credentials file.
---@return string?
function credentials.path()
  local given = variable "PROACTIVE_CREDENTIALS"
  if given then return given end
  local config = variable "XDG_CONFIG_HOME"
  local home = variable "HOME"
  if config then return config .. "/proactive/credentials.json" end
  return home and home .. "/.config/proactive/credentials.json"
end

local function file_error(path, problem)
  return errors.new("auth", {
    message = ("the credentials file %s %s"):format(path, problem),
    fix = "It must be yours, with mode 0600 (chmod 600), and hold "
      .. '{"skills":{"SKILL-ID":{"client_id":"…","client_secret":"…"}}}.',
  })
end

--- The one skill of the file, or the named one.
local function pick(path, skills, skill_id)
  if skill_id then
    if skills[skill_id] then return skills[skill_id] end
    return nil, file_error(path, "has no skill " .. skill_id)
  end
  local id, entry = next(skills)
  if not id then return nil, file_error(path, "has no skill") end
  if next(skills, id) then
    return nil, file_error(path, "has several skills and none was named (--skill ID)")
  end
  return entry
end

local function from_file(skill_id)
  local path = credentials.path()
  local file = path and io.open(path, "r")
  if not file then return nil end
  file:close()
  local text, message = require("proactive.core").read_private(path)
  if not text then return nil, file_error(path, message) end
  local content, problem = require("proactive.json").decode(text)
  if type(content) ~= "table" or type(content.skills) ~= "table" then
    return nil, file_error(path, problem and "is not JSON: " .. problem or "has no skills")
  end
  local entry, err = pick(path, content.skills, skill_id)
  if not entry then return nil, err end
  local id = type(entry) == "table" and entry.client_id
  local secret = type(entry) == "table" and entry.client_secret
  if type(id) ~= "string" or type(secret) ~= "string" then
    return nil, file_error(path, "lacks client_id or client_secret")
  end
  return { client_id = id, client_secret = secret }
end

--- Credentials from the environment, else from the file.
---@param skill_id string?  which skill of the file, when it holds several
---@return {client_id: string, client_secret: string}?
---@return proactive.Error?  kind `auth`: none, only one of the two, or a file that is not private
function credentials.find(skill_id)
  local found, err = from_environment()
  if found or err then return found, err end
  found, err = from_file(skill_id)
  if found or err then return found, err end
  return nil, errors.new("auth", { message = "no credentials: none given, none in the environment, "
    .. "no credentials file", fix = FIX })
end

return credentials
