#!/bin/sh
# interop.sh [SEED]: what others wrote against ours. Each part ends with `N passed, N failed`.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/tally.sh
. "$here/tally.sh"

export LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua;;' LUA_CPATH='./build/5.4/?.so;;'
export NODE_PATH=build/interop/node_modules
export ASK="$PWD/$NODE_PATH/ask-cli/dist/bin/ask.js"

tally "a stock JSON Schema validator" lua5.4 spec/interop/json_schema.lua ${1:+"$1"}
tally "ask-cli" env PROACTIVE_LUA=lua5.4 lua5.4 spec/support/run.lua spec/interop/ask_cli.lua
tally "clients of others" env PROACTIVE_LUA=lua5.4 lua5.4 spec/support/run.lua \
  spec/interop/clients.lua
total
