#!/bin/sh
# install.sh install|uninstall: puts what was built under $DESTDIR$PREFIX, or takes the same files
# away again. `make` runs it with LUA and BUILD.
set -eu
verb=$1
case $LUA in
  jit) version=5.1 name=luajit ;;
  *) version=$LUA name=lua$LUA ;;
esac
modules=share/lua/$version
libraries=lib/lua/$version
documents=share/doc/proactive

# A folder that only we use goes when it is empty.
tidy() { # FOLDER
  case $1 in
    */proactive | */proactive/*) rmdir "$1" 2>/dev/null && tidy "${1%/*}" || true ;;
  esac
}

put() { # MODE SOURCE TARGET
  target=$DESTDIR$PREFIX/$3
  if [ "$verb" = uninstall ]; then
    rm -f "$target"
    tidy "${target%/*}"
  elif [ -e "$2" ]; then
    mkdir -p "${target%/*}"
    install -m "$1" "$2" "$target"
  fi
}

# The interpreter by its full name, so that the command does not depend on anybody's PATH.
interpreter() {
  for candidate in "$name" lua luajit; do
    path=$(command -v "$candidate") || continue
    abi=$("$path" -e 'io.write(jit and "jit" or _VERSION:match("%d+%.%d+"))') || continue
    if [ "$abi" = "$LUA" ]; then
      echo "$path"
      return
    fi
  done
  echo "/usr/bin/env $name"
}

# The command without its search for a Lua and for the source tree: both are known.
program() {
  cat <<EOF
#!$(interpreter)
local share, lib = [[$PREFIX/$modules]], [[$PREFIX/$libraries]]
package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(share, share, package.path)
package.cpath = ("%s/?.so;%s"):format(lib, package.cpath)

EOF
  sed -n '/^local found, cli/,$p' bin/proactive
}

written=$(mktemp)
trap 'rm -f "$written"' EXIT
program >"$written"

put 755 "$written" bin/proactive
for module in $(cd lua && find . -type f); do
  put 644 "lua/$module" "$modules/${module#./}"
done
for module in core httpd; do
  put 755 "$BUILD/proactive/$module.so" "$libraries/proactive/$module.so"
done
for document in README.md CHANGELOG.md LICENSE $(find docs examples -type f); do
  put 644 "$document" "$documents/$document"
done
# What `make docs` has made, when it has.
put 644 build/docs/reference.html "$documents/reference.html"
put 644 build/docs/proactive.1 share/man/man1/proactive.1
put 644 build/docs/proactive.bash share/bash-completion/completions/proactive
put 644 build/docs/_proactive share/zsh/site-functions/_proactive
