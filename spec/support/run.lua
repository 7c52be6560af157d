--- Runs busted under whichever interpreter runs this file: `lua5.4 spec/support/run.lua [OPTION...]`.
-- (The `busted` command picks an interpreter of its own.)
require("busted.runner")({ standalone = false })
