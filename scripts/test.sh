#!/bin/sh
# test.sh LUA...: the C unit tests, then the specs on each Lua (5.4, jit, ...), then the total.
#
# SPEC=FILE runs that file only, GC=1 collects garbage at every turn, SERVERLESS=1 runs the specs
# that start no server, which is also all that the other LuaJIT is asked to run. Every part ends
# with the line `N passed, N failed`; one that does not, or that exits with an error, counts as a
# failure.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/tally.sh
. "$here/tally.sh"

interpreter() {
  case $1 in
    jit) echo luajit ;;
    asan) echo "$PWD/build/asan/lua" ;;
    otherjit) echo "$PWD/build/otherjit/usr/bin/luajit" ;;
    *) echo "lua$1" ;;
  esac
}

# Both LuaJITs take the same modules.
modules() { if [ "$1" = otherjit ]; then echo jit; else echo "$1"; fi; }

# The other LuaJIT (Debian 12: of March 2022) now and then cuts the pointer of a compiled next() to
# 32 bits, and crashes: https://github.com/LuaJIT/LuaJIT/issues/829. So it compiles nothing.
init() { if [ "$1" = otherjit ]; then echo "if jit then jit.off() end"; fi; }

specs() {
  if [ -n "${SPEC:-}" ]; then
    echo "$SPEC"
  elif [ -n "${SERVERLESS:-}" ] || [ "$build" = otherjit ]; then
    lua5.4 scripts/serverless.lua
  fi
}

busted() { # NAME [OPTION...]
  name=$1
  shift
  tally "$name" env PROACTIVE_LUA="$lua" LUA_CPATH="./build/$(modules "$build")/?.so;;" \
    LUA_INIT="$(init "$build")" "$lua" spec/support/run.lua "$@"
}

# Collecting all garbage again and again costs as much as the heap is large: a process a file.
run_specs() { # LUA
  lua=$(interpreter "$1")
  if [ -z "${GC:-}" ]; then
    # shellcheck disable=SC2046 # a list of files
    busted "$lua" $(specs)
  else
    for spec in $(specs | grep . || echo spec/*_spec.lua); do
      busted "$lua $spec" --helper=spec/support/gc.lua "$spec"
    done
  fi
}

if [ -z "${SPEC:-}${SERVERLESS:-}" ]; then
  for test in build/"$1"/spec/test_*; do
    [ -x "$test" ] && tally "${test##*/}" "$test"
  done
fi
for build in "$@"; do run_specs "$build"; done
total
