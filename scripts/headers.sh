#!/bin/sh
# headers.sh: looks for every header that the C sources include from other libraries, and says in
# one go which are not there and what installs them. `make` runs it before it compiles, with CC,
# FLAGS and LUA; a header counts as there when that compiler finds it with those flags. ONLY: a list
# of headers, when not all are needed.
# shellcheck disable=SC2086 # flags are several words
set -eu

# HEADER DEBIAN FEDORA ALPINE HOMEBREW; a dash where a system has no such package
libraries="
curl/curl.h libcurl4-openssl-dev libcurl-devel curl-dev curl
openssl/evp.h libssl-dev openssl-devel openssl-dev openssl@3
cjson/cJSON.h libcjson-dev cjson-devel cjson-dev cjson
microhttpd.h libmicrohttpd-dev libmicrohttpd-devel libmicrohttpd-dev libmicrohttpd
"
case $LUA in
  jit) lua="libluajit2-5.1-dev luajit-devel luajit-dev luajit" ;;
  5.1) lua="liblua5.1-0-dev compat-lua-devel lua5.1-dev -" ;;
  5.4) lua="liblua5.4-dev lua-devel lua5.4-dev lua@5.4" ;;
  *) lua="liblua$LUA-dev - lua$LUA-dev -" ;;
esac

there() { # HEADER
  printf '#include <stddef.h>\n#include <%s>\n' "$1" | $CC $FLAGS -E -x c - >/dev/null 2>&1
}

wanted() { # HEADER
  case " ${ONLY:-$1} " in
    "  ") return 1 ;;
    *" $1 "*) return 0 ;;
    *) return 1 ;;
  esac
}

missing= debian= fedora= alpine= homebrew=
add() { # WHAT DEBIAN FEDORA ALPINE HOMEBREW
  missing="$missing${missing:+, }$1"
  debian="$debian $2" fedora="$fedora $3" alpine="$alpine $4" homebrew="$homebrew $5"
}

# Without a C library nothing else can be found.
if ! there stdio.h; then
  add "a C compiler with stdio.h ($CC)" "gcc libc6-dev" "gcc" "gcc musl-dev" "gcc"
else
  there lua.h || add "lua.h of Lua $LUA" $lua
  while read -r header packages; do
    wanted "$header" || continue
    there "$header" || add "$header" $packages
  done <<EOF
$libraries
EOF
fi
[ -n "$missing" ] || exit 0

install() { # SYSTEM COMMAND PACKAGE...
  system=$1 command=$2 packages= note=
  shift 2
  for package in "$@"; do
    if [ "$package" = - ]; then
      note="# Lua $LUA is no package there: build it from its source"
    else
      packages="$packages $package"
    fi
  done
  [ -n "$packages" ] || command=
  printf '  %-9s %s%s%s\n' "$system" "$command" "$packages" "${note:+${packages:+  }$note}"
}

{
  echo "proactive cannot be built: missing: $missing. What installs it:"
  install Debian "apt-get install" $debian
  install Fedora "dnf install" $fedora
  install Alpine "apk add" $alpine
  install Homebrew "brew install" $homebrew
  echo "What lies where the compiler does not look is found through PKG_CONFIG_PATH or CFLAGS."
} >&2
exit 1
