#!/bin/sh
# matrix.sh: both modules and the C unit tests, by gcc and by clang, from -O0 to -O3. The Makefile
# makes every warning an error.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

jobs=$(nproc 2>/dev/null || echo 2)

compile() { # BUILD COMPILER LEVEL
  make --no-print-directory --silent -j "$jobs" all units BUILD="$1" CC="$2" CFLAGS="$3" LUA=5.4
}

for compiler in gcc clang; do
  for level in -O0 -O1 -O2 -O3; do
    build=build/matrix/$compiler$level
    tally "$compiler $level" compile "$build" "$compiler" "$level"
    for test in "$build"/spec/test_*; do
      [ -x "$test" ] && tally "$compiler $level, ${test##*/}" "$test"
    done
  done
done
total
