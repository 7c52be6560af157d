#!/bin/sh
# portable.sh LUA...: the specs that need no server on each Lua, several at a time, then the total.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

# What one of them says is kept until all have ended.
printf '%s\n' "$@" | SERVERLESS=1 xargs -P "$(nproc)" -I LUA sh -c \
  'status=0; scripts/test.sh LUA >"$0/LUA.log" 2>&1 || status=$?; echo "$status" >"$0/LUA.status"' \
  "$tally_dir"

replay() { # LUA
  cat "$tally_dir/$1.log"
  return "$(cat "$tally_dir/$1.status")"
}

for lua in "$@"; do tally "$lua" replay "$lua"; done
total
