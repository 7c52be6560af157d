--- Runs busted under the interpreter that runs this file, where the `busted` command picks its own:
--- `lua5.4 spec/support/run.lua [OPTION...]`
require("busted.runner")({ standalone = false })
