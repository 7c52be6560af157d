#!/bin/sh
# torture.sh LUA...: the torture run on each Lua, then the total.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

for lua in "$@"; do
  case $lua in jit) interpreter=luajit ;; *) interpreter=lua$lua ;; esac
  tally "torture, $interpreter" env TORTURE_LUA="$interpreter" \
    LUA_PATH="./lua/?.lua;./lua/?/init.lua;;" LUA_CPATH="./build/$lua/?.so;;" "build/$lua/torture"
done
total
