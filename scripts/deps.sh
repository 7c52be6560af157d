#!/bin/sh
# deps.sh PURPOSE...: installs what the purposes need and is not there yet; silent when all is.
#
# What counts is whether a thing can be used, not which package brought it: each need below is a
# probe and the Debian package that answers it. apt is asked only when a probe fails.
# shellcheck disable=SC2086 # lists of flags and of packages are split into words on purpose
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1

usage="usage: scripts/deps.sh PURPOSE...
purposes: build demo test luas lint docs matrix asan tsan torture fuzz bench interop browser
  soak rocks"

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# --- probes ---

program() { command -v "$1" >/dev/null 2>&1; }

# header NAME [PKG-CONFIG NAME [FOLDER]]
header() {
  program cc || return 1
  flags=$(pkg-config --cflags "${2:-none}" 2>/dev/null || true)
  printf '#include <stddef.h>\n#include <%s>\n' "$1" |
    cc -E -x c $flags ${3:+"-I$3"} - >/dev/null 2>&1
}

# lua_module INTERPRETER MODULE
lua_module() { program "$1" && "$1" -e "require '$2'" >/dev/null 2>&1; }

readable() { [ -r "$1" ]; }

# Packages that are only unpacked, since they cannot be installed beside another: the LuaJIT that is
# not OpenResty's.
other=build/otherjit
unpack=

missing=
need() { # PACKAGE PROBE [ARGUMENT...]
  package=$1
  shift
  "$@" || missing="$missing $package"
}

# --- what each purpose needs ---

needs_build() {
  need gcc program cc
  need libc6-dev header stdio.h
  need lua5.4 program lua5.4
  need liblua5.4-dev header lua.h lua5.4 /usr/include/lua5.4
  need libcurl4-openssl-dev header curl/curl.h libcurl
  need libssl-dev header openssl/evp.h libcrypto
  need libcjson-dev header cjson/cJSON.h
  need libmicrohttpd-dev header microhttpd.h libmicrohttpd
}

needs_demo() {
  needs_build
  need lua-argparse lua_module lua5.4 argparse
}

needs_test() {
  needs_demo
  need luajit2 program luajit
  need libluajit2-5.1-dev header luajit.h luajit /usr/include/luajit-2.1
  need lua-busted lua_module lua5.4 busted
  need openssl program openssl
  need nginx-light program nginx
  need libnginx-mod-http-lua readable /usr/lib/nginx/modules/ngx_http_lua_module.so
  need curl program curl
  need wrk program wrk
  need strace program strace
  need python3 program python3
  need zsh program zsh
  need groff-base program groff
  need zip program zip
  need unzip program unzip
  need binutils program objdump
  need ca-certificates readable /etc/ssl/certs/ca-certificates.crt
  need lua-dbi-sqlite3 lua_module lua5.4 dbd.sqlite3
  need lua-dbi-sqlite3 lua_module luajit dbd.sqlite3
  need lua-dbi-postgresql lua_module lua5.4 dbd.postgresql
  need lua-dbi-postgresql lua_module luajit dbd.postgresql
  need postgresql postgresql_server
  need lua-luv lua_module lua5.4 luv
  need lua-luv lua_module luajit luv
  need lua-cqueues lua_module lua5.4 cqueues
  need lua-cqueues lua_module luajit cqueues
}

# Every other Lua, for what runs on all of them.
needs_luas() {
  for version in 5.1 5.2 5.3; do
    need lua$version program lua$version
    need "$(headers_of $version)" header lua.h lua$version /usr/include/lua$version
    for module in argparse busted dbd.sqlite3 dbd.postgresql luv cqueues; do
      need "$(package_of $module)" lua_module lua$version $module
    done
  done
  [ -x "$other/usr/bin/luajit" ] || unpack="$unpack luajit"
}

headers_of() { case $1 in 5.1) echo liblua5.1-0-dev ;; *) echo "liblua$1-dev" ;; esac; }

package_of() { echo "lua-$(echo "$1" | sed 's/^dbd\./dbi-/')"; }

needs_lint() {
  needs_build
  need lua-check program luacheck
  need clang-format program clang-format
  need clang-tidy program clang-tidy
  need cppcheck program cppcheck
  need binutils program nm
  need luarocks program luarocks
}

needs_docs() {
  need lua5.4 program lua5.4
  need lua-argparse lua_module lua5.4 argparse
}

needs_asan() { needs_test; }

needs_torture() { needs_test; }

needs_fuzz() {
  needs_build
  need clang program clang
  need libclang-rt-14-dev fuzzer_runtime
}

needs_bench() {
  needs_test
  need nghttp2-client program h2load
  need lua-cjson lua_module lua5.4 cjson
  need lua-cjson lua_module luajit cjson
  need nodejs program node
  need npm program npm
  need luarocks program luarocks
  need util-linux program taskset
}

needs_interop() {
  needs_demo
  need nodejs program node
  need npm program npm
}

needs_browser() {
  needs_demo
  need nodejs program node
  need npm program npm
  need chromium program chromium
}

needs_soak() { needs_demo; }

needs_matrix() {
  needs_build
  need clang program clang
}

needs_tsan() {
  needs_demo
  need libtsan2 thread_sanitizer
}

needs_rocks() {
  needs_build
  need luarocks program luarocks
}

# Debian keeps the server's programs out of the path, in a folder for each version.
postgresql_server() { program initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

fuzzer_runtime() {
  program clang && readable "$(clang -print-runtime-dir)/libclang_rt.fuzzer-$(uname -m).a"
}

thread_sanitizer() {
  echo 'int main(void) { return 0; }' | cc -fsanitize=thread -x c -o /dev/null - >/dev/null 2>&1
}

# --- apt ---

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 "$@"
  fi
}

apt="apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 install --no-install-recommends"

fail() {
  cat "$log" >&2
  die "$@"
}

simulate() { $apt -s $missing >"$log" 2>&1; }

# Packages that bring a server start it at once, as a service, unless a policy forbids it. Here
# programs are wanted, not services.
policy=/usr/sbin/policy-rc.d

forbid_services() {
  [ ! -e "$policy" ] || return 0
  trap 'rm -f "$log"; as_root rm -f "$policy"' EXIT
  # dash runs the EXIT trap only when it exits by itself
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >"$log"
  as_root chmod 755 "$policy"
}

# What starts with the machine: systemd's links, and those of System V.
enabled() { find /etc/systemd/system/*.wants /etc/rc[2-5].d/S* -type l 2>/dev/null | sort; }

# A package also enables its service for the next start of the machine. That is taken back.
disable_new() { # what was enabled before
  enabled | while read -r link; do
    case "
$1
" in *"
$link
"*) continue ;; esac
    as_root rm -f "$link"
  done
}

install() { as_root $apt --no-remove $missing >"$log" 2>&1 </dev/null; }

# Lists that are too old show as packages that cannot be found, now or when they are fetched.
refresh() { as_root apt-get -q update >"$log" 2>&1 || fail "apt-get update failed"; }

refuse_removals() {
  removals=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' "$log" | tr '\n' ' ')
  [ -z "$removals" ] ||
    die "To install$missing, apt would remove: $removals" \
      "Nothing was changed. Remove them yourself if you can do without them, then try again."
}

install_missing() {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  simulate || {
    refresh
    simulate || fail "apt cannot install:$missing"
  }
  refuse_removals
  forbid_services
  before=$(enabled)
  echo "Installing:$missing"
  install || {
    refresh
    install || fail "apt could not install:$missing"
  }
  disable_new "$before"
}

unpack_only() { # PACKAGE...
  program apt-get && program dpkg || die "To be unpacked in $other, from Debian: $*"
  work=$(mktemp -d)
  # apt's own user writes here
  chmod 755 "$work"
  echo "Unpacking in $other: $*"
  (cd "$work" && apt-get -q download "$@" >log 2>&1) || {
    as_root apt-get -q update >"$work/log" 2>&1 || true
    (cd "$work" && apt-get -q download "$@" >log 2>&1) || {
      cat "$work/log" >&2
      rm -rf "$work"
      die "apt could not download: $*"
    }
  }
  mkdir -p "$other"
  for file in "$work"/*.deb; do dpkg -x "$file" "$other"; done
  rm -rf "$work"
}

# --- main ---

[ $# -gt 0 ] || die "$usage"
for purpose in "$@"; do
  case $purpose in
    build | demo | test | luas | lint | docs | matrix | asan | tsan | torture | fuzz | \
      bench | interop | browser | soak | rocks)
      "needs_$purpose"
      ;;
    *) die "$usage" ;;
  esac
done

# shellcheck disable=SC2046 # a list of packages
[ -z "$unpack" ] || unpack_only $(printf '%s\n' $unpack | sort -u)
[ -n "$missing" ] || exit 0
missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ' | sed 's/^/ /; s/ $//')

advice="Install them and try again; on Debian:
  apt-get install --no-install-recommends$missing"
program apt-get || die "Missing, by the names of their Debian packages:$missing" "$advice"
[ "$(id -u)" = 0 ] || program sudo || die "Missing, and neither root nor sudo:$missing" "$advice"
install_missing

missing=
for purpose in "$@"; do "needs_$purpose"; done
[ -z "$missing" ] || die "Installed, but still not usable:$missing"
