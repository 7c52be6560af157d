--- The commands of the command line: which there are, and what each takes.

local needs = require "proactive.cli.needs"

local commands = {}

--- In the order they are shown; each is a module with `summary`, `example`, `declare` and `run`.
commands.names = {
  "demo",
  "sandbox",
  "events",
  "validate",
  "preview",
  "send",
  "token",
  "doctor",
  "login",
  "manifest",
  "skill",
  "subscribers",
  "campaign",
  "serve",
  "lambda",
  "completion",
}

local COMMAND = "proactive.cli.%s"

---@param name string
---@return table module
function commands.module(name)
  return require(COMMAND:format(name))
end

---@param name any
---@return boolean
function commands.is_known(name)
  for _, known in ipairs(commands.names) do
    if known == name then return true end
  end
  return false
end

--- What a command is for, in sentences.
---@param name string
---@return string
function commands.description(name)
  local command = commands.module(name)
  return command.description or command.summary:gsub("^%l", string.upper) .. "."
end

--- The whole command line as one parser of argparse, for what describes it: completion, man page.
---@return table
function commands.parser()
  local argparse = needs.module "argparse"
  local whole = argparse "proactive"
  whole:description "Alexa proactive events: define, check, preview and send them."
  whole:flag("--version"):description "Show the version."
  for _, name in ipairs(commands.names) do
    local command = commands.module(name)
    command.declare(whole:command(name):summary(command.summary):description(command.summary))
  end
  whole:add_help_command { description = "Show a command's options and an example." }
  return whole
end

return commands
