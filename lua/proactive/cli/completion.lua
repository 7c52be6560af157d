--- `proactive completion`: the script with which a shell completes commands and options.

local commands = require "proactive.cli.commands"

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

function completion.run(args, out)
  local parser = commands.parser()
  local script = args.shell == "bash" and parser:get_bash_complete() or parser:get_zsh_complete()
  out:print("%s", (script:gsub("\n$", "")))
  return 0
end

return completion
