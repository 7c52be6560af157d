#!/bin/sh
# rocks.sh: lints the rockspecs, and makes the rocks from a clean copy of the source, without
# network and without variables. For the Lua that LuaRocks takes by itself they are made, packed as
# they are built, and installed; for 5.4 they are packed with their sources, and installed from
# these. Both times into an empty tree, and used from another folder.
set -eu
export LC_ALL=C

cd "$(dirname "$0")/.."
scripts/deps.sh demo rocks

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source" "$work/elsewhere"

# The first is what the others ask for.
rockspecs="proactive-dev-1.rockspec proactive-httpd-dev-1.rockspec proactive-cli-dev-1.rockspec"
for rockspec in *.rockspec; do luarocks lint "$rockspec"; done

# LuaRocks leaves object files beside the sources.
tar --exclude=./build --exclude=./.git --exclude='*.o' -cf - . | tar -xf - -C "$work/source"

quietly() { # COMMAND...: its output only if it fails
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    return 1
  }
}

# What was installed in a tree, from elsewhere.
use() ( # NAME [LUAROCKS OPTION...]
  tree=$work/$1
  shift
  cd "$work/elsewhere"
  eval "$(luarocks "$@" --tree="$tree" path)"
  lua=$(luarocks "$@" config lua_interpreter)
  # nothing of lua/ is missing, nothing is in two rocks
  version=$("$lua" -e 'io.write(_VERSION:match("%d+%.%d+"))')
  (cd "$work/source/lua" && find . -type f | sort) >"$work/wanted"
  (cd "$tree/share/lua/$version" && find . -type f | sort) | diff "$work/wanted" -
  TREE=$tree "$lua" -e '
    local proactive = require "proactive"
    local source = debug.getinfo(proactive.client).source
    assert(source:find(os.getenv "TREE", 1, true), source)
    assert(require "proactive.core" and require "proactive.httpd")'
  quietly "$tree/bin/proactive" demo
  echo "$lua, ${tree##*/}: all rocks installed, demo done"
)

# Installs the rocks of a folder into an empty tree.
unpack() { # NAME FOLDER [LUAROCKS OPTION...]
  tree=$work/$1 folder=$2
  shift 2
  for rockspec in $rockspecs; do
    quietly luarocks "$@" --tree="$tree" install "$folder/${rockspec%.rockspec}".*.rock
  done
}

binary() { # NAME [LUAROCKS OPTION...]
  name=$1
  shift
  mkdir "$work/rocks-$name"
  for rockspec in $rockspecs; do
    (cd "$work/source" && quietly luarocks "$@" --tree="$work/made-$name" make "$rockspec")
    (
      cd "$work/rocks-$name"
      quietly luarocks "$@" --tree="$work/made-$name" pack "${rockspec%-dev-1.rockspec}" dev-1
    )
  done
  rm -rf "$work/made-$name"
  unpack "$name" "$work/rocks-$name" "$@"
  use "$name" "$@"
}

# The rockspecs are for a tree that is already there. One that is packed with its sources says where
# they are: here, in a repository of their own.
sources() { # NAME [LUAROCKS OPTION...]
  name=$1
  shift
  git -C "$work/source" init -q
  git -C "$work/source" add .
  git -C "$work/source" -c user.name=rocks -c user.email=rocks@localhost commit -q -m Sources
  mkdir "$work/rocks-$name"
  for rockspec in $rockspecs; do
    sed "s|git+file://\.|git+file://$work/source|" "$rockspec" >"$work/rocks-$name/$rockspec"
    (cd "$work/rocks-$name" && quietly luarocks "$@" pack "$rockspec")
  done
  unpack "$name" "$work/rocks-$name" "$@"
  use "$name" "$@"
}

binary own
sources five --lua-version=5.4
