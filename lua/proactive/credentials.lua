--- Where client ids and secrets come from when a script does not give them, and where those that
--- were got are kept: a skill's own pair, and the login with which skills are managed (SMAPI).

local errors = require "proactive.errors"

local credentials = {}

--- What `proactive sandbox` takes unless it is told otherwise.
credentials.sandbox = {
  client_id = "amzn1.application-oa2-client.sandbox",
  client_secret = "sandbox",
}

--- The id of the skill of that pair.
credentials.sandbox_skill_id = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"

--- A login it takes for managing skills.
credentials.sandbox_login = {
  client_id = "amzn1.application-oa2-client.login",
  client_secret = "sandbox",
  refresh_token = "Atzr|sandbox",
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

local FILE_FIX = "It must be yours, with mode 0600 (chmod 600), and hold "
  .. '{"skills":{"SKILL-ID":{"client_id":"…","client_secret":"…"}},'
  .. '"smapi":{"client_id":"…","client_secret":"…","refresh_token":"…"}}.'

local function file_error(path, problem)
  local message = ("the credentials file %s %s"):format(path, problem)
  return errors.new("auth", { message = message, fix = FILE_FIX })
end

local function is_object(value)
  local json = require "proactive.json"
  return type(value) == "table" and value ~= json.null and not json.is_array(value)
end

--- What the file holds: nil without a problem when there is none.
---@return table? content
---@return proactive.Error?
---@return string? text
local function read_file()
  local path = credentials.path()
  local file = path and io.open(path, "r")
  if not file then return nil end
  file:close()
  local text, message = require("proactive.core").read_private(path)
  if not text then return nil, file_error(path, message) end
  local content, problem = require("proactive.json").decode(text)
  if type(content) ~= "table" then
    return nil, file_error(path, problem and "is not JSON: " .. problem or "holds no object")
  end
  return content, nil, text
end

--- The id of the one skill of the file, or the named one.
local function pick(path, skills, skill_id)
  if skill_id then
    if skills[skill_id] then return skill_id end
    return nil, file_error(path, "has no skill " .. skill_id)
  end
  local id = next(skills)
  if not id then return nil, file_error(path, "has no skill") end
  if next(skills, id) then
    return nil, file_error(path, "has several skills and none was named (--skill ID)")
  end
  return id
end

--- The named texts of an entry; false when one is missing.
local function texts_of(entry, names)
  local found = {}
  for _, name in ipairs(names) do
    local value = type(entry) == "table" and entry[name]
    if type(value) ~= "string" then return false end
    found[name] = value
  end
  return found
end

local PAIR = { "client_id", "client_secret" }

local function from_file(skill_id)
  local content, err = read_file()
  if not content then return nil, err end
  local path = credentials.path()
  if not is_object(content.skills) then return nil, file_error(path, "has no skills") end
  skill_id, err = pick(path, content.skills, skill_id)
  if not skill_id then return nil, err end
  local found = texts_of(content.skills[skill_id], PAIR)
  if found then return found, nil, { file = path, skill_id = skill_id } end
  return nil, file_error(path, "lacks client_id or client_secret")
end

--- Credentials from the environment, else from the file.
---@param skill_id string?  which skill of the file, when it holds several
---@return {client_id: string, client_secret: string}?
---@return proactive.Error?  kind `auth`: none, only one of the two, or a file that is not private
---@return {file: string, skill_id: string}? place  where the file has them; nil: the environment
function credentials.find(skill_id)
  local found, err = from_environment()
  if found or err then return found, err end
  local place
  found, err, place = from_file(skill_id)
  if found or err then return found, err, place end
  return nil, errors.new("auth", { message = "no credentials: none given, none in the environment, "
    .. "no credentials file", fix = FIX })
end

--- The id of the one skill of the credentials file.
---@return string?  nil: there is none, or there are several
---@return proactive.Error?  kind `auth`: the file cannot be used
function credentials.only_skill()
  local content, err = read_file()
  local skills = content and content.skills
  if not is_object(skills) then return nil, err end
  local id = next(skills)
  if id == nil or next(skills, id) ~= nil then return nil end
  return id
end

-- Logging in --------------------------------------------------------------------------------------

local LOGIN = { "client_id", "client_secret", "refresh_token" }

local LOGIN_VARIABLES = {
  client_id = "ALEXA_SMAPI_CLIENT_ID",
  client_secret = "ALEXA_SMAPI_CLIENT_SECRET",
  refresh_token = "ALEXA_SMAPI_REFRESH_TOKEN",
}

local LOGIN_FIX = "Run proactive login, or set ALEXA_SMAPI_CLIENT_ID, "
  .. "ALEXA_SMAPI_CLIENT_SECRET and ALEXA_SMAPI_REFRESH_TOKEN. Client id and secret are those of "
  .. "an LWA security profile, not of the skill."

local function login_from_environment()
  local found, missing, count = {}, nil, 0
  for name, which in pairs(LOGIN_VARIABLES) do
    found[name] = variable(which)
    if found[name] then
      count = count + 1
    else
      missing = which
    end
  end
  if count == 0 then return nil end
  if not missing then return found end
  local words = ("of the three variables of a login %s is missing"):format(missing)
  return nil, errors.new("auth", { message = words, fix = LOGIN_FIX })
end

--- The login that is kept: for Amazon, or for the sandbox of an address, which is noted in it.
local function kept_login(sandbox, names)
  local content, err = read_file()
  local entry = content and content.smapi
  if not is_object(entry) or entry.sandbox ~= sandbox then return nil, err end
  return texts_of(entry, names) or nil
end

local function without_slash(url)
  return url and url:gsub("/+$", "") or nil
end

--- The login with which skills are managed at Amazon.
---@return {client_id: string, client_secret: string, refresh_token: string}?
---@return proactive.Error?  kind `auth`
function credentials.login()
  local found, err = login_from_environment()
  if found or err then return found, err end
  found, err = kept_login(nil, LOGIN)
  if found or err then return found, err end
  return nil, errors.new("auth", { message = "not logged in: no login in the environment, none in "
    .. "the credentials file", fix = LOGIN_FIX })
end

--- The login with which skills are managed in a sandbox: one that was kept for it, else one that
--- every sandbox takes.
---@param sandbox string  its URL
---@return {client_id: string, client_secret: string, refresh_token: string}?
---@return proactive.Error?  kind `auth`: the file cannot be used
function credentials.sandbox_login_for(sandbox)
  if not credentials.keeps_sandbox() then return credentials.sandbox_login end
  local found, err = kept_login(without_slash(sandbox), LOGIN)
  if err then return nil, err end
  return found or credentials.sandbox_login
end

--- The client of the last login, to log in with it again.
---@param sandbox string?  its URL; nil: at Amazon
---@return {client_id: string, client_secret: string}?
---@return proactive.Error?
function credentials.login_client(sandbox)
  return kept_login(without_slash(sandbox), PAIR)
end

-- Keeping -----------------------------------------------------------------------------------------

--- Whether what a sandbox gave may be kept: only in a file that was named for it. In the usual one
--- it would take the place of what is real.
---@return boolean
function credentials.keeps_sandbox()
  return variable "PROACTIVE_CREDENTIALS" ~= nil
end

local ORDER = { client_id = 1, client_secret = 2, refresh_token = 3, sandbox = 4 }

--- The file's text with an entry in it; nil where that cannot be without harm to the rest.
local function with_entry(text, content, section, key, entry)
  local set = require("proactive.json_text").set
  if not key then return set(text, { section }, entry, ORDER) end
  if content[section] == nil then return set(text, { section }, { [key] = entry }, ORDER) end
  if not is_object(content[section]) then return nil end
  return set(text, { section, key }, entry, ORDER)
end

--- Puts an entry into the file; all else in it stays as it was.
local function keep(section, key, entry)
  local path = credentials.path()
  if not path then
    local words = "there is no place for the credentials file: HOME is not set"
    return nil, errors.new("auth", { message = words, fix = "Set PROACTIVE_CREDENTIALS." })
  end
  local content, err, text = read_file()
  if err then return nil, err end
  if content and not is_object(content) then return nil, file_error(path, "holds no object") end
  text = with_entry(text or "{\n}\n", content or {}, section, key, entry)
  if not text then return nil, file_error(path, ("has %s that are no object"):format(section)) end
  local written, message = require("proactive.core").write_private(path, text)
  if not written then return nil, file_error(path, message) end
  return path
end

--- Keeps a login in the credentials file, which is made when there is none.
---@param login {client_id: string, client_secret: string, refresh_token: string}
---@param sandbox string?  the URL of the sandbox whose it is; nil: Amazon's
---@return string? path
---@return proactive.Error?  kind `auth`: the file cannot be used; it is as it was
function credentials.keep_login(login, sandbox)
  return keep("smapi", nil, {
    client_id = login.client_id,
    client_secret = login.client_secret,
    refresh_token = login.refresh_token,
    sandbox = without_slash(sandbox),
  })
end

--- Keeps a skill's own pair in the credentials file.
---@param skill_id string
---@param pair {client_id: string, client_secret: string}
---@return string? path
---@return proactive.Error?
function credentials.keep_skill(skill_id, pair)
  return keep("skills", skill_id, pair)
end

return credentials
