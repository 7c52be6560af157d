--- The sandbox: a stand-in for Alexa's proactive events on this machine. `serve` runs it, `start`
--- runs it as a child of this process; what it does is in docs/sandbox.md.

local customers = require "proactive.sandbox.customers"
local endpoints = require "proactive.endpoints"
local options_of = require "proactive.options"

---@class proactive.sandbox
local sandbox = {}

--- The id of a customer of `--users N`.
---@type fun(number: integer): string  its number from 1
sandbox.user_id = customers.id

---@class proactive.sandbox.Options
---@field host string?          the address to listen on, default 127.0.0.1
---@field port integer?         default 4380, of `start` 0, which takes a free one
---@field tls boolean?          serve https, with an authority of its own
---@field tls_dir string?       where that is kept
---@field users integer?        so many alike customers; default: a handful
---@field strict boolean?       refuse what the sources dispute
---@field duplicates "update"|"409"|"400"|nil  a reference id used again; default update
---@field error_body "type"|"code"|nil         the first field of an error; default type
---@field no_auth_status 403|401|nil           without a token; default 403
---@field success 202|200|nil                  default 202
---@field skill string?         where the first skill gets its skill events
---@field shuffle boolean?      they come in any order
---@field max_body integer?     bytes of a request, default 262,144
---@field max_notifications integer?           default 250,000
---@field update_takes number|"never"|nil
---   seconds of its clock that an update of a manifest takes, default 1
---@field clock string?         "run" (the default), "stand", or ISO 8601: stands at that time
---@field faults string?        a JSON file of rules to begin with
---@field state string?         a file that `sandbox:save` wrote, to begin with; not with users

---@class proactive.sandbox.ServeOptions: proactive.sandbox.Options
---@field on_ready fun(url: string, ca_file: string?)?  in place of the line on standard error
---@field ready_file string?
---   gets address and authority, a line each; or a line that begins with "error"
---@field until_stdin_closes boolean?  ends with standard input

---@class proactive.sandbox.StartOptions: proactive.sandbox.Options
---@field lua string?  the interpreter to run it with, default the one that runs this
---@field in_process boolean?  no child: this Lua state serves it when it is told to

---@type table<string, proactive.Option>
local OPTIONS = {
  host = { "string" },
  port = { "number", integer = true, min = 0, max = 65535 },
  tls = { "boolean" },
  tls_dir = { "string" },
  users = { "number", integer = true, min = 0 },
  strict = { "boolean" },
  duplicates = { "string", one_of = { "update", "409", "400" } },
  error_body = { "string", one_of = { "type", "code" } },
  no_auth_status = { "number" },
  success = { "number" },
  skill = { "string" },
  shuffle = { "boolean" },
  max_body = { "number", integer = true, min = 1024 },
  max_notifications = { "number", integer = true, min = 1 },
  update_takes = { "number|string", min = 0 },
  clock = { "string" },
  faults = { "string" },
  state = { "string" },
}

local function with(extra)
  local spec = {}
  for _, set in ipairs { OPTIONS, extra } do
    for name, rule in pairs(set) do
      spec[name] = rule
    end
  end
  return spec
end

local SERVE = with {
  on_ready = { "function" },
  ready_file = { "string" },
  until_stdin_closes = { "boolean" },
}

local START = with { lua = { "string" }, in_process = { "boolean" } }

-- The two statuses each of these may have; `options` knows ranges only.
local STATUSES = { no_auth_status = { 403, 401 }, success = { 202, 200 } }

local function check(given, spec, what)
  local options = options_of.check(given, spec, what, 2)
  if options.state and options.users then
    error(("%s: the customers are those of state: leave users out"):format(what), 3)
  end
  for name, allowed in pairs(STATUSES) do
    local value = options[name]
    if value and value ~= allowed[1] and value ~= allowed[2] then
      error(("%s: option %s must be %d or %d"):format(what, name, allowed[1], allowed[2]), 3)
    end
  end
  if options.skill and not options.skill:find(endpoints.ADDRESS) then
    error(("%s: option skill must be an address, as http://127.0.0.1:8080"):format(what), 3)
  end
  if type(options.update_takes) == "string" and options.update_takes ~= "never" then
    error(('%s: option update_takes must be seconds, or "never"'):format(what), 3)
  end
  return options
end

local function announce(server, options)
  local files = require "proactive.files"
  if options.ready_file then
    return files.replace(options.ready_file, ("%s\n%s\n"):format(server.url, server.ca_file or ""))
  elseif options.on_ready then
    options.on_ready(server.url, server.ca_file)
  else
    local note = server.ca_file and "clients need --ca-file " .. server.ca_file
      or "the page is at this address"
    io.stderr:write(("proactive sandbox: %s (%s)\n"):format(server.url, note))
  end
end

--- Runs a sandbox until it is told to stop: by a signal, or with `until_stdin_closes` by the end of
--- standard input.
---@param options? proactive.sandbox.ServeOptions
---@return true?
---@return proactive.Error?
function sandbox.serve(options)
  options = check(options, SERVE, "proactive.sandbox.serve")
  local server, err = require("proactive.sandbox.server").new(options)
  if not server then
    if options.ready_file then
      local files = require "proactive.files"
      files.replace(options.ready_file, ("error %s\n"):format(err.message))
    end
    return nil, err
  end
  if server.open_to_others then
    io.stderr:write "proactive sandbox: warning: other machines can reach this address\n"
  end
  announce(server, options)
  return server:run()
end

local function check_start(options)
  options = check(options, START, "proactive.sandbox.start")
  if options.in_process and options.lua then
    error("proactive.sandbox.start: option lua is for a child, not with in_process", 3)
  end
  return options
end

--- Starts a sandbox on a free port, as a child process. It ends with `sandbox:stop()`, and when
--- this process ends. With `in_process` it is part of this Lua state, which serves it in
--- `sandbox:step()` and while a client that was handed to `sandbox:drive(client)` waits.
---@param options? proactive.sandbox.StartOptions
---@return proactive.Sandbox?
---@return proactive.Error?
function sandbox.start(options)
  local given = {}
  for name, value in pairs(check_start(options)) do
    given[name] = value
  end
  local kind = given.in_process and "inside" or "child"
  given.in_process = nil
  return require("proactive.sandbox." .. kind).start(given)
end

return sandbox
