#!/bin/sh
# rock.sh ROCK: puts the part of the tree that belongs to a rock where LuaRocks wants it, by
# INST_LUADIR and INST_LIBDIR; MODULE is the C module of the rock. `make install-rock` runs it.
set -eu

part() { # PATH
  case $1 in
    # how others speak to a sandbox
    lua/proactive/sandbox/remote.lua | lua/proactive/sandbox/wire.lua) echo proactive ;;
    lua/proactive/sandbox/* | lua/proactive/busted.lua) echo proactive-httpd ;;
    lua/proactive/cli/*) echo proactive-cli ;;
    *) echo proactive ;;
  esac
}

find lua -type f | while read -r path; do
  [ "$(part "$path")" = "$1" ] || continue
  target=$INST_LUADIR/${path#lua/}
  mkdir -p "${target%/*}"
  install -m 644 "$path" "$target"
done

if [ "$1" != proactive-cli ]; then
  mkdir -p "$INST_LIBDIR/proactive"
  install -m 755 "$MODULE" "$INST_LIBDIR/proactive"
fi
