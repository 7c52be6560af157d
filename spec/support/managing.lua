--- Commands that manage skills, each with a folder of its own: a sandbox's environment, files, and
--- what was said.

local busted = require "busted"

local cli = require "spec.support.cli"

local Managing = {}
Managing.__index = Managing

local managing = {}

--- For the enclosing block.
---@param sandbox table  of `spec.support.sandbox`
function managing.use(sandbox)
  local self = setmetatable({ sandbox = sandbox }, Managing)
  busted.before_each(function()
    self.folder = os.tmpname()
    os.remove(self.folder)
    assert(cli.shell("mkdir " .. self.folder).status == 0)
  end)
  busted.after_each(function()
    cli.shell("rm -rf " .. self.folder)
  end)
  return self
end

function Managing:path(name)
  return self.folder .. "/" .. name
end

function Managing:write(name, text)
  local handle = assert(io.open(self:path(name), "wb"))
  handle:write(text)
  handle:close()
  return self:path(name)
end

--- What a file holds; nil: there is none.
function Managing:read(name)
  local handle = io.open(self:path(name), "rb")
  local text = handle and handle:read "*a"
  if handle then handle:close() end
  return text
end

--- The environment that commands have here.
function Managing:environment(changes)
  local env = {
    PROACTIVE_SANDBOX = self.sandbox.url,
    PROACTIVE_CREDENTIALS = self:path "c/credentials.json",
    ALEXA_SMAPI_CLIENT_ID = false,
    ALEXA_SMAPI_CLIENT_SECRET = false,
    ALEXA_SMAPI_REFRESH_TOKEN = false,
  }
  for name, value in pairs(changes or {}) do
    env[name] = value
  end
  return env
end

--- Runs `proactive`, and expects this status.
---@param status integer
---@param words string[]
---@param env table?
---@return string said  on both streams, on one line: long sentences are folded
---@return {status: integer, stdout: string, stderr: string}
function Managing:expect(status, words, env)
  local ran = cli.run(words, { env = self:environment(env) })
  local said = (ran.stdout .. ran.stderr):gsub("%s+", " ")
  if ran.status ~= status then
    error(("%s: status %s: %s"):format(table.concat(words, " "), ran.status, said), 2)
  end
  return said, ran
end

return managing
