#!/bin/sh
# rocks.sh: lints both rockspecs, installs both rocks into an empty tree from a clean copy of the
# source, without network and without variables, and uses them from another folder. Once for the Lua
# that LuaRocks takes by itself, once for 5.4.
set -eu
export LC_ALL=C

cd "$(dirname "$0")/.."
scripts/deps.sh demo rocks

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source" "$work/elsewhere"

for rockspec in *.rockspec; do luarocks lint "$rockspec"; done

# LuaRocks leaves object files beside the sources.
tar --exclude=./build --exclude=./.git --exclude='*.o' -cf - . | tar -xf - -C "$work/source"

quietly() { # COMMAND...: its output only if it fails
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    return 1
  }
}

try() { # NAME [LUAROCKS OPTION...]
  tree=$work/$1
  shift
  for rockspec in *.rockspec; do
    (cd "$work/source" && quietly luarocks "$@" --tree="$tree" make "$rockspec")
  done
  (
    cd "$work/elsewhere"
    eval "$(luarocks "$@" --tree="$tree" path)"
    lua=$(luarocks "$@" config lua_interpreter)
    TREE=$tree "$lua" -e '
      local proactive = require "proactive"
      local source = debug.getinfo(proactive.client).source
      assert(source:find(os.getenv "TREE", 1, true), source)
      assert(require "proactive.core" and require "proactive.httpd")'
    quietly "$tree/bin/proactive" demo
    echo "$lua: both rocks installed, demo done"
  )
}

try own
try five --lua-version=5.4
