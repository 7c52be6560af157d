#!/bin/sh
# tsan.sh: the threads of spec/threads.lua under ThreadSanitizer, then the total. A report of it is
# a failure; none is suppressed.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

export TSAN_OPTIONS="exitcode=66"
tally "threads, lua5.4" env LUA_PATH="./lua/?.lua;./lua/?/init.lua;./?.lua;;" \
  LUA_CPATH="./build/5.4/?.so;;" build/tsan/threads lua5.4
total
