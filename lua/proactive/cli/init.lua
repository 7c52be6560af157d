--- The command line: finds the command, parses its arguments with argparse, and turns what happens
--- into an exit status: 0 done; 1 what was asked did not succeed; 2 it could not be asked.

local commands = require "proactive.cli.commands"
local errors = require "proactive.errors"
local needs = require "proactive.cli.needs"
local nearest = require "proactive.nearest"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local cli = {}

cli.commands = commands.names

local function overview()
  local lines = {
    "Usage: proactive COMMAND [OPTIONS]",
    "",
    "Alexa proactive events: define, check, preview and send them.",
    "",
    "Commands:",
  }
  for _, name in ipairs(cli.commands) do
    lines[#lines + 1] = ("  %-13s%s"):format(name, commands.module(name).summary)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "proactive COMMAND --help shows a command's options and an example."
  lines[#lines + 1] = "Start with: proactive demo"
  return table.concat(lines, "\n")
end

--- argparse's words with our nearest name in place of its own guess, which sees one wrong letter
--- only.
local function complaint(parser, message)
  message = message:gsub("\nDid you mean.*$", "")
  local what, given = message:match("^unknown (%a+) '([^']*)'")
  if not what then return message end
  local known = {}
  for option in parser:get_usage():gmatch("%-%-?[%w%-]+") do
    known[#known + 1] = option
  end
  return message .. nearest.hint(given, known)
end

local function parse(name, words)
  local argparse = needs.module("argparse")
  local command = commands.module(name)
  local parser = argparse("proactive " .. name)
    :description(commands.description(name))
    :epilog("Example:\n  " .. command.example:gsub("\n", "\n  "))
    :help_max_width(100)
    :usage_max_width(100)
  command.declare(parser)
  local parsed, result = parser:pparse(words)
  if not parsed then stop.usage("%s", complaint(parser, result)) end
  return result
end

local function run(name, words)
  local args = parse(name, words)
  return commands.module(name).run(args, output.new(args))
end

--- What to say and how to end after something was thrown.
local function ending(name, thrown)
  local title = name and "proactive " .. name or "proactive"
  io.stdout:flush()
  if errors.is(thrown) then
    output.new({}):refusal(title, thrown)
    return 1
  elseif stop.is(thrown) then
    if thrown.err then
      output.new({}):refusal(title, thrown.err)
    else
      io.stderr:write(title, ": ", thrown.message, "\n")
    end
    if thrown.usage then io.stderr:write("Try: ", title, " --help\n") end
    return thrown.status
  elseif tostring(thrown):find("interrupted!", 1, true) then
    io.stderr:write("\n")
    return 130
  end
  io.stderr:write(title, ": this is a fault of the program: ", tostring(thrown), "\n")
  return 1
end

--- Runs an action; whatever it throws becomes a status. Only a fault of ours is shown with its
--- trace.
local function shielded(name, action)
  local done, status = xpcall(action, function(thrown)
    local ours = type(thrown) == "string" and not thrown:find("interrupted!", 1, true)
    return ours and debug.traceback(thrown, 2) or thrown
  end)
  return done and status or ending(name, status)
end

local function without_first(words)
  local rest = {}
  for index = 2, #words do
    rest[index - 1] = words[index]
  end
  return rest
end

local function root(words)
  local first = words[1]
  if first == nil then
    io.stderr:write(overview(), "\n")
    return 2
  elseif first == "--help" or first == "-h" or (first == "help" and not words[2]) then
    io.stdout:write(overview(), "\n")
    return 0
  elseif first == "--version" then
    io.stdout:write("proactive ", require("proactive")._VERSION, "\n")
    return 0
  elseif first == "help" then
    return cli.main { words[2], "--help" }
  end
  local what = first:sub(1, 1) == "-" and "option" or "command"
  stop.usage("unknown %s '%s'%s", what, first, nearest.hint(first, cli.commands))
end

--- Runs the command line.
---@param words string[]  the arguments, the command first
---@return integer status for `os.exit`
function cli.main(words)
  local name = commands.is_known(words[1]) and words[1] or nil
  return shielded(name, function()
    local status
    if name then
      status = run(name, without_first(words))
    else
      status = root(words)
    end
    if not io.stdout:flush() then stop.with(math.max(status, 1), output.UNWRITABLE) end
    return status
  end)
end

return cli
