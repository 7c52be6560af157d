--- `proactive completion`: the script with which a shell completes commands and options.

local commands = require "proactive.cli.commands"
local endpoints = require "proactive.endpoints"
local schema = require "proactive.schema"

local completion = {
  summary = "the script with which bash or zsh completes commands and options",
  description = "Prints a script made from the options of every command. In bash: eval it in "
    .. "~/.bashrc, or put it as proactive into ~/.local/share/bash-completion/completions. In zsh: "
    .. "put it as _proactive into a folder of $fpath.",
  example = "proactive completion zsh > ~/.zfunc/_proactive\n"
    .. 'eval "$(proactive completion bash)"',
}

function completion.declare(parser)
  parser:argument("SHELL"):target("shell"):choices({ "bash", "zsh" }):description "bash or zsh."
end

local function known_locales()
  local seen, list = {}, {}
  for _, name in ipairs(schema.names) do
    for _, locale in ipairs(schema.catalogue[name].locales) do
      if not seen[locale] then list[#list + 1] = locale end
      seen[locale] = true
    end
  end
  table.sort(list)
  return list
end

--- Names of events, in short and whole.
local function event_names()
  local list = {}
  for index, name in ipairs(schema.names) do
    list[index] = name:match "^AMAZON%.(%w+)"
  end
  for _, name in ipairs(schema.names) do
    list[#list + 1] = name
  end
  return list
end

--- The words that can follow, by the option, or by the command and its argument. They are not
--- `choices` on the command line itself, which takes more: `na`, or `NA,EU`.
local function values()
  return {
    ["--event"] = schema.names,
    ["--locale"] = known_locales(),
    ["--region"] = endpoints.regions,
    ["--stage"] = { "development", "certified", "live" },
    ["events NAME"] = event_names(),
  }
end

--- Without the words that the option itself refuses.
local function taken(words, convert)
  local list = {}
  for _, word in ipairs(words) do
    if not convert or convert(word) then list[#list + 1] = word end
  end
  return list
end

-- argparse offers what an argument may be in zsh only: these are the lines for bash, by command.
local CASE = [[
        '%s')
            COMPREPLY=($(compgen -W "%s" -- "$cur"))
            ;;
]]

--- Tells argparse what can follow; gives the lines for the arguments of this command and below.
local function offer(parser, path, known, cases)
  for _, option in ipairs(parser._options) do
    local words = known[option._name]
    if words then option:choices(taken(words, option._convert)) end
  end
  for _, argument in ipairs(parser._arguments) do
    local words = known[path .. " " .. argument._name]
    if words then argument:choices(words) end
    if argument._choices then
      cases[#cases + 1] = CASE:format(path, table.concat(argument._choices, " "))
    end
  end
  for _, command in ipairs(parser._commands) do
    offer(command, (path .. " " .. command._name):gsub("^ ", ""), known, cases)
  end
  return cases
end

--- The script for bash with the lines for arguments, before options have their turn.
local function with_arguments(script, cases)
  local last = '    if [[ "$cur" = -* ]]; then\n'
  local at = assert(script:find(last, 1, true))
  local block = '    case "$cmd" in\n' .. table.concat(cases) .. "    esac\n\n"
  return script:sub(1, at - 1) .. block .. script:sub(at)
end

function completion.run(args, out)
  local parser = commands.parser()
  local cases = offer(parser, "", values(), {})
  local script = args.shell == "bash" and with_arguments(parser:get_bash_complete(), cases)
    or parser:get_zsh_complete()
  out:print("%s", (script:gsub("\n$", "")))
  return 0
end

return completion
