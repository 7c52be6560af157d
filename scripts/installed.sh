#!/bin/sh
# installed.sh: installs from a copy of the tree, takes the copy away, and uses what was installed
# with an empty environment and from an empty folder. Then uninstalls. `make installed` has built
# for Lua 5.4 and made the documents before.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

work=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox"; rm -rf "$work" "$tally_dir"' EXIT
mkdir "$work/source" "$work/elsewhere" "$work/home"
prefix=$work/prefix
tar -cf - Makefile README.md CHANGELOG.md LICENSE bin csrc docs examples lua scripts build/5.4 \
  build/docs spec/c | tar -xf - -C "$work/source"

in_tree() { # FOLDER TARGET [VARIABLE...]
  make --no-print-directory --silent -C "$work/$1" LUA=5.4 "$2" "$3" ${4:+"$4"}
}

listing() (cd "$1" && find . -type f -perm /111 | sort && find . -type f ! -perm /111 | sort)

# A package is made of what DESTDIR holds: the same files, and nothing in them of where they lay.
staged() {
  listing "$prefix" >"$work/straight"
  listing "$work/stage/usr" | diff "$work/straight" - && ! grep -rIl "$work" "$work/stage"
}

bare() (cd "$work/elsewhere" && env -i PATH=/usr/bin:/bin HOME="$work/home" LC_ALL=C.UTF-8 "$@")

own_tree_unknown() { ! grep -rIl -e "$work/source" -e "$PWD" "$prefix"; }

complete() {
  for file in bin/proactive lib/lua/5.4/proactive/core.so lib/lua/5.4/proactive/httpd.so \
    share/man/man1/proactive.1 share/bash-completion/completions/proactive \
    share/zsh/site-functions/_proactive share/doc/proactive/LICENSE \
    share/doc/proactive/reference.html; do
    [ -s "$prefix/$file" ] || {
      echo "not there: $file"
      return 1
    }
  done
}

start_sandbox() {
  # it tells its own number: $! is that of a shell around it
  # shellcheck disable=SC2016 # for that shell
  bare sh -c 'echo $$ >"$0"; exec "$@"' "$work/pid" "$prefix/bin/proactive" sandbox --port 0 \
    >"$work/said" 2>&1 &
  tries=0
  until address=$(grep -o -m 1 'http://127[0-9.]*:[0-9]*' "$work/said"); do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    sleep 0.1
  done
  sandbox=$(cat "$work/pid")
}

send() {
  example=$prefix/share/doc/proactive/examples/events/media_content.lua
  bare "$prefix/bin/proactive" send "$example" --all --sandbox "$address"
}

only_others() {
  left=$(find "$prefix" -type f)
  [ "$left" = "$prefix/share/lua/5.4/other.lua" ] || {
    echo "left: $left"
    return 1
  }
}

tally "make install PREFIX=" in_tree source install PREFIX="$prefix"
tally "make install DESTDIR=" in_tree source install PREFIX=/usr DESTDIR="$work/stage"
mv "$work/source" "$work/away"
tally "the same in both" staged
tally "all of it" complete
tally "nothing of the source tree" own_tree_unknown
tally "proactive demo" bare "$prefix/bin/proactive" demo
start_sandbox || cat "$work/said"
tally "proactive send" send
kill "$sandbox" && sandbox=
echo 'return {}' >"$prefix/share/lua/5.4/other.lua"
tally "make uninstall" in_tree away uninstall PREFIX="$prefix"
tally "no other file taken away" only_others
total
