--- Writes the manual page proactive.1 from the tables that the command line is parsed with.
---
---     lua5.4 scripts/man.lua > proactive.1

package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path

local commands = require("proactive.cli.commands")

--- A text for roff: no backslash, no hyphen where a minus is meant, and no line that begins as a
--- request does.
local function escape(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (("\n" .. text):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

--- What is not generated; the first line is NAME's.
local HEAD = [[
.TH PROACTIVE 1 "" "proactive VERSION" "User Commands"
.SH NAME
proactive \- define, check, preview and send Alexa proactive events
.SH SYNOPSIS
.B proactive
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
An event is defined by a Lua script that returns it, or by the JSON body of a request. It can be
checked, heard and sent without an Amazon account, against the sandbox of
.BR "proactive sandbox" .
Start with
.BR "proactive demo" .
]]

local TAIL = [[
.SH EXIT STATUS
.TP
.B 0
It is done.
.TP
.B 1
What was asked did not succeed: an invalid event, a refusal, a check that failed.
.TP
.B 2
It could not be asked: wrong usage, no credentials, a file that cannot be read, a missing library.
.TP
.B 130
It was interrupted.
.SH ENVIRONMENT
.TP
.BR ALEXA_CLIENT_ID ", " ALEXA_CLIENT_SECRET
The skill's own pair, to ask for tokens with.
.TP
.B PROACTIVE_CREDENTIALS
The file of credentials, in place of the one below.
.TP
.B PROACTIVE_SANDBOX
The address of a sandbox to talk to, as
.B \-\-sandbox
says it.
.TP
.B PROACTIVE_CA_FILE
A PEM file of authorities to trust in place of the system's, as
.B \-\-ca\-file
says it.
.TP
.B PROACTIVE_STORE
The database of subscribers and campaigns, as
.B \-\-store
says it.
.TP
.B PROACTIVE_LUA
The Lua that runs the command.
.TP
.BR NO_COLOR ", " TERM
No colours when the first is not empty, or the second is
.BR dumb .
.TP
.B AWS_LAMBDA_RUNTIME_API
Set by Lambda: where
.B proactive lambda
asks for requests.
.TP
.BR HOME ", " XDG_CONFIG_HOME ", " XDG_STATE_HOME
Where the files below are.
.SH FILES
.TP
.I ~/.config/proactive/credentials.json
Credentials of skills, and of the person who logged in. Refused unless its owner alone can read it.
.TP
.I ~/.local/state/proactive/sandbox
The authority of a sandbox that speaks https.
.TP
.I proactive.db
The database of subscribers and campaigns, in the current folder, when nothing else is said.
]]

local function add(page, macro, text)
  page[#page + 1] = (".%s %s"):format(macro, escape(text))
end

local function add_elements(page, elements)
  for _, element in ipairs(elements) do
    local about = element:_get_description()
    if about ~= "" then
      page[#page + 1] = ".TP"
      add(page, "B", table.concat(element:_get_label_lines(), " "))
      page[#page + 1] = escape(about)
    end
  end
end

--- A command's usage on one line, without what every command has.
local function usage_of(parser)
  return (parser:get_usage():gsub("^Usage: ", ""):gsub("%s+", " "):gsub(" %[%-h%]", "", 1))
end

local function is_help(option) return option._aliases[#option._aliases] == "--help" end

local function add_command(page, parser, about)
  page[#page + 1] = ".PP"
  add(page, "B", usage_of(parser))
  page[#page + 1] = ".br"
  page[#page + 1] = escape(about)
  local options = {}
  for _, option in ipairs(parser._options) do
    if not is_help(option) then options[#options + 1] = option end
  end
  add_elements(page, parser._arguments)
  add_elements(page, options)
  for _, sub in ipairs(parser._commands) do add_command(page, sub, sub:_get_description()) end
end

local function add_example(page, text)
  page[#page + 1] = ".PP\nFor example:\n.PP\n.nf\n.RS"
  page[#page + 1] = escape(text)
  page[#page + 1] = ".RE\n.fi"
end

local function page_text()
  local whole = commands.parser()
  local page = { (HEAD:gsub("VERSION", require("proactive")._VERSION):gsub("\n$", "")) }
  page[#page + 1] = ".SH OPTIONS"
  add_elements(page, whole._options)
  page[#page + 1] = ".SH COMMANDS"
  for _, parser in ipairs(whole._commands) do
    local name = parser._name
    add(page, "SS", name)
    if commands.is_known(name) then
      add_command(page, parser, commands.description(name))
      add_example(page, commands.module(name).example)
    else
      add_command(page, parser, parser:_get_description())
    end
  end
  return table.concat(page, "\n") .. "\n" .. TAIL
end

io.write(page_text())
