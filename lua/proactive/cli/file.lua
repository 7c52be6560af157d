--- FILE: a Lua script that returns an event, or a `.json` request body as the service takes it.

local errors = require "proactive.errors"
local needs = require "proactive.cli.needs"
local options = require "proactive.options"
local script = require "proactive.cli.script"

local file = {}

---@class proactive.cli.File
---@field name string
---@field event table?     of a script
---@field audience table?  the script's own
---@field opts table       of a script: `expires_in`, `reference_id`
---@field body table?      of a `.json` file

---@class proactive.cli.FileProblem
---@field rule "read"|"parse"|"script"  what failed: reading, parsing or the script
---@field message string
---@field line integer?
---@field column integer?
---@field path string?     of the value at fault in a `.json` file

-- What a script may return in place of an event alone; the last two are options of a send.
---@type table<string, proactive.Option>
local FIELDS = {
  event = { "table", required = true },
  audience = { "table" },
  expires_in = { "number", min = -1e9, max = 1e9 },
  reference_id = { "string" },
}

local function read(path)
  local handle, message = io.open(path, "rb")
  if not handle then return nil, { rule = "read", message = (message:gsub("^.-: ", "")) } end
  local text = handle:read("*a")
  handle:close()
  if not text then return nil, { rule = "read", message = "cannot be read (is it a folder?)" } end
  return text
end

local function json_body(name, text)
  needs.module("proactive.core")
  local body, message, line, column, path = require("proactive.json").decode(text)
  if body == nil then
    return nil, { rule = "parse", message = message, line = line, column = column, path = path }
  end
  -- What is JSON and no object is for the validation of the text to refuse.
  return { name = name, body = type(body) == "table" and body or {}, text = text, opts = {} }
end

--- A table as `next` sees it: what a script's metatables do, they do not do here.
local function plain(given)
  if type(given) ~= "table" then return given end
  local copy = {}
  for key, value in next, given do
    copy[key] = value
  end
  return copy
end

local function misfit(message)
  return { rule = "script", message = message }
end

local function described(name, returned)
  if type(returned) ~= "table" then
    return nil, misfit(("returned %s and not an event"):format(type(returned)))
  end
  local result = plain(returned)
  if result.event == nil and result.payload ~= nil then result = { event = result } end
  local fits, message = pcall(options.check, result, FIELDS, "what it returned", 0)
  if not fits then return nil, script.thrown(message) end
  local event = plain(result.event)
  if type(event.name) ~= "string" or type(event.payload) ~= "table" then
    return nil, misfit "an event has a name and a payload, as proactive.events makes it"
  end
  local opts = { expires_in = result.expires_in, reference_id = result.reference_id }
  return { name = name, event = event, audience = plain(result.audience), opts = opts }
end

--- Runs a script with the rights of `lua FILE`. A refusal that it returns or throws, as `assert` of
--- a constructor does, is a refusal and not a fault of the script.
local function run(name, text)
  local chunk, problem = script.load(text)
  if not chunk then return nil, problem end
  local ran, result, refusal = script.run(chunk)
  if not ran and errors.is(result) then return nil, nil, result end
  if not ran then return nil, script.thrown(result) end
  if result == nil and errors.is(refusal) then return nil, nil, refusal end
  return described(name, result)
end

--- Loads FILE.
---@param name string
---@return proactive.cli.File?
---@return proactive.cli.FileProblem?  it could not be read or parsed
---@return proactive.Error?            it was, and its event is refused
function file.load(name)
  local text, problem = read(name)
  if not text then return nil, problem end
  if name:lower():find("%.json$") then return json_body(name, text) end
  return run(name, text)
end

--- `FILE:3:7: words`, as compilers say it.
---@param name string
---@param problem proactive.cli.FileProblem
---@return string
function file.describe(name, problem)
  local where = name
  if problem.line then where = ("%s:%d"):format(where, problem.line) end
  if problem.column then where = ("%s:%d"):format(where, problem.column) end
  return where .. ": " .. problem.message
end

return file
