--- Runs the command as a person does, and tells what it said and how it ended.

local compat = require "proactive.compat"
local json = require "proactive.json"

local cli = {}

--- A word for the shell.
function cli.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- What a file holds; it is removed.
function cli.slurp(path)
  local handle = assert(io.open(path, "rb"))
  local text = handle:read "*a"
  handle:close()
  os.remove(path)
  return text
end

--- Writes a file that `finally` should remove.
---@param ending string  as ".lua"
---@param text string
---@return string path
function cli.file(ending, text)
  local base = os.tmpname()
  os.remove(base)
  local path = base .. ending
  local handle = assert(io.open(path, "wb"))
  handle:write(text)
  handle:close()
  return path
end

-- Nothing of the machine's own settings: no credentials, no sandbox, no colours.
local CLEAN = {
  ALEXA_CLIENT_ID = false,
  ALEXA_CLIENT_SECRET = false,
  PROACTIVE_SANDBOX = false,
  PROACTIVE_STORE = false,
  PROACTIVE_CREDENTIALS = "/nonexistent/credentials.json",
  NO_COLOR = false,
}

--- `env -u NAME… NAME=VALUE…` for the clean settings with these changes.
local function environment(changes)
  local merged, unset, set = {}, {}, {}
  for _, settings in ipairs { CLEAN, changes } do
    for name, value in pairs(settings) do
      merged[name] = value
    end
  end
  for name, value in pairs(merged) do
    if value then
      set[#set + 1] = name .. "=" .. cli.quote(value)
    else
      unset[#unset + 1] = "-u " .. name
    end
  end
  return ("env %s %s"):format(table.concat(unset, " "), table.concat(set, " "))
end

--- The interpreter that runs this suite.
cli.interpreter = compat.interpreter()

--- Runs a shell command line; Lua programs in it find the modules this suite uses.
---@param line string
---@param input string?  standard input; none: it is empty
---@return {status: integer, stdout: string, stderr: string}
function cli.shell(line, input)
  local out, err, status, from = os.tmpname(), os.tmpname(), os.tmpname(), os.tmpname()
  local handle = assert(io.open(from, "wb"))
  handle:write(input or "")
  handle:close()
  local path, cpath = cli.quote(package.path), cli.quote(package.cpath)
  local settings = ("export LUA_PATH=%s LUA_CPATH=%s"):format(path, cpath)
  local redirected = "%s; { %s\n} <%s >%s 2>%s; echo $? >%s"
  os.execute(redirected:format(settings, line, from, out, err, status))
  os.remove(from)
  return { stdout = cli.slurp(out), stderr = cli.slurp(err), status = tonumber(cli.slurp(status)) }
end

--- Starts a shell command line beside this process; what it says goes to a file.
---@return string pid
function cli.background(line, path)
  -- made here, so that it is there for whoever reads it at once
  local started = cli.shell((": >%s; %s >%s 2>&1 & echo $!"):format(path, line, path))
  return (started.stdout:match "%d+")
end

--- Ends what `background` started.
function cli.stop(pid)
  cli.shell("kill " .. pid)
end

--- Waits, a minute at most, until a file holds what a pattern captures.
---@param path string
---@param pattern string
---@param seconds number?  another limit
---@return string
function cli.wait_for(path, pattern, seconds)
  local core = require "proactive.core"
  local pool = assert(core.http {})
  local ends = core.monotonic() + (seconds or 60)
  repeat
    local handle = assert(io.open(path, "r"))
    local found = handle:read("*a"):match(pattern)
    handle:close()
    if found then
      pool:close()
      return found
    end
    pool:step(0.01)
  until core.monotonic() > ends
  error(("%s does not show %s"):format(path, pattern))
end

--- Runs `proactive` with these words.
---@param words string[]
---@param opts {input: string?, output: string?, env: table<string, string|false>?, bin: string?}?
---   output: a file for standard output
---@return {status: integer, stdout: string, stderr: string}
function cli.run(words, opts)
  opts = opts or {}
  local env = { PROACTIVE_LUA = cli.interpreter }
  for name, value in pairs(opts.env or {}) do
    env[name] = value
  end
  local line = { environment(env), opts.bin or "bin/proactive" }
  for _, word in ipairs(words) do
    line[#line + 1] = cli.quote(word)
  end
  if opts.output then line[#line + 1] = ">" .. cli.quote(opts.output) end
  return cli.shell(table.concat(line, " "), opts.input)
end

--- The objects of `--json`: one a line.
---@param text string
---@return table[]
function cli.objects(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    list[#list + 1] = assert(json.decode(line))
  end
  return list
end

return cli
