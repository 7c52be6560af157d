#!/bin/sh
# build.sh OUT.zip [SKILL.lua]: the zip file of a Lambda function with the runtime provided.al2023,
# for the kind of processor this machine has. Run it after `make`, from the source tree. Needs zip.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
skill=${2:-$here/skill.lua}
root=$(cd "$here/../.." && pwd)
lua=$(command -v lua5.4)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/lib" "$work/lua" "$work/build/5.4/dbd"

# Where a Lua finds a module: module NAME KIND, KIND being path or cpath.
module() {
  "$lua" -e "print((assert(package.searchpath('$1', package.$2))))"
}

cp "$root/bin/proactive" "$work/bin/"
cp -r "$root/lua/proactive" "$work/lua/"
cp -r "$root/build/5.4/proactive" "$work/build/5.4/"
cp "$(module argparse path)" "$(module DBI path)" "$work/lua/"
for driver in sqlite3 postgresql; do
  cp -L "$(module dbd.$driver cpath)" "$work/build/5.4/dbd/"
done
rm -f "$work/build/5.4/proactive/httpd.so" # Lambda is the server
cp "$skill" "$work/skill.lua"

# Lua and all libraries that it and the modules ask for, then the loader. A name that ldd shows with
# a path is a file; the loader stands in the program's own head.
cp -L "$lua" "$work/lib/lua"
for file in "$lua" "$work"/build/5.4/*/*.so; do ldd "$file"; done |
  sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r library; do
  cp -L "$library" "$work/lib/"
done
cp -L "$(ldd "$lua" | sed -n 's/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p')" "$work/lib/ld.so"

cc -static -Os -o "$work/bootstrap" "$here/bootstrap.c"
strip "$work/bootstrap"

rm -f "$out"
case $out in /*) target=$out ;; *) target=$PWD/$out ;; esac
(cd "$work" && zip -qr "$target" .)
