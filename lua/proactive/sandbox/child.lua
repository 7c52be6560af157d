--- Starts a sandbox as a child process. Its standard input is our end of a pipe: when this process
--- ends, however it ends, the pipe closes and the child goes too.

local compat = require "proactive.compat"
local core = require "proactive.core"
local errors = require "proactive.errors"
local files = require "proactive.files"
local remote = require "proactive.sandbox.remote"

local child = {}

local LONGEST_START = 20
local LOOK_EVERY = 0.005

-- Options are words, numbers and booleans.
local function literal(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "number" then return ("%.17g"):format(value) end
  return tostring(value)
end

local function program(options, ready)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = ("[%q]=%s"):format(name, literal(value))
  end
  table.sort(parts)
  return ("package.path=%q package.cpath=%q "):format(package.path, package.cpath)
    .. ("require(%q).serve{ready_file=%q,until_stdin_closes=true,%s}"):format(
      "proactive.sandbox",
      ready,
      table.concat(parts, ",")
    )
end

-- What ends without a word gets one, so that nobody waits for it.
local COMMAND = [[if command -v LUA >/dev/null; then LUA -e CODE; fi
if test -f READY && ! test -s READY; then echo WORD >READY; fi]]

local function command(lua, code, ready)
  local words = {
    LUA = files.quote(lua),
    CODE = files.quote(code),
    READY = files.quote(ready),
    WORD = files.quote("error the interpreter " .. lua .. " could not run the sandbox"),
  }
  return (COMMAND:gsub("%u+", words))
end

local function failed(message)
  return nil, errors.new("unexpected", { message = message })
end

-- Waits until the child has said where it is. An idle pool is a clock that needs no other library.
local function first_words(ready)
  local pool, message = core.http {}
  if not pool then return nil, message end
  local limit, text = core.monotonic() + LONGEST_START, ""
  while text == "" and core.monotonic() < limit do
    pool:step(LOOK_EVERY, nil, 1)
    text = files.read(ready) or ""
  end
  pool:close()
  if text == "" then return nil, ("the sandbox said nothing for %d s"):format(LONGEST_START) end
  local problem = text:match "^error ([^\n]*)"
  if problem then return nil, problem end
  return text
end

--- Starts a sandbox and waits until it serves.
---@param options proactive.sandbox.StartOptions
---@return proactive.Sandbox?
---@return proactive.Error?
function child.start(options)
  local given = { port = 0 }
  for name, value in pairs(options) do
    given[name] = value
  end
  local lua, ready = given.lua or compat.interpreter(), os.tmpname()
  given.lua = nil
  local pipe, message = io.popen(command(lua, program(given, ready), ready), "w")
  if not pipe then
    os.remove(ready)
    return failed(message)
  end
  local words
  words, message = first_words(ready)
  os.remove(ready)
  if not words then
    pipe:close()
    return failed(message)
  end
  local url, ca_file = words:match "^(%S+)\n(.*)\n$"
  local sandbox = remote.new(url, ca_file ~= "" and ca_file or nil)
  sandbox.child = pipe
  return sandbox
end

return child
