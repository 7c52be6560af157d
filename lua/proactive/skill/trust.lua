--- Whom the certificates of a skill's requests must end at: the store of the system, a file's
--- certificates, or the sandbox's own and no other.

local core = require "proactive.core"
local errors = require "proactive.errors"

local trust = {}

local function is_loopback(url)
  local host = url:match "^https?://(%[[^%]/]*%])" or url:match "^https?://([^/:?#@]+)[:/]?[^@]*$"
  if not host then return false end
  return host == "localhost" or host == "[::1]" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

--- The address of a sandbox's file.
---@param sandbox string
---@return string
function trust.sandbox_file(sandbox)
  return (sandbox:gsub("/+$", "")) .. "/echo.api/sandbox.pem"
end

local CERTIFICATE = "%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-.-%-%-%-%-%-END CERTIFICATE%-%-%-%-%-"

--- The authority stands last in the sandbox's file, which comes from this machine.
local function sandbox_trust(pem)
  local last
  for block in pem:gmatch(CERTIFICATE) do
    last = block
  end
  return core.trust("text", last or pem)
end

--- A function that says whom a file's chain must end at.
---@param opts proactive.skill.Options
---@return (fun(pem: string): any, string?)?
---@return proactive.Error?
function trust.of(opts)
  if opts.sandbox then
    if opts.ca_file or not is_loopback(opts.sandbox) then
      local problem = opts.ca_file and "has a certificate of its own: leave ca_file out"
        or "must be an http address of this machine, as http://127.0.0.1:4380"
      error("proactive.skill: option sandbox " .. problem, 3)
    end
    return sandbox_trust
  end
  local store, problem
  if opts.ca_file then
    store, problem = core.trust("file", opts.ca_file)
  else
    store, problem = core.trust "system"
  end
  if store then
    return function()
      return store
    end
  end
  return nil, errors.new("invalid", {
    message = ("the certificates of %s: %s"):format(opts.ca_file or "the system", problem),
    fix = "Give a file of PEM certificates as ca_file.",
  })
end

return trust
