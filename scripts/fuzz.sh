#!/bin/sh
# fuzz.sh [SECONDS]: runs each fuzzer on its seeds; what it finds stays outside the tree.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

fuzz() { # NAME SECONDS
  found=$tally_dir/$1
  mkdir "$found"
  # A Lua state that lives on keeps memory after every input; that is no leak to be looked for.
  case $1 in validate | envelope) leaks=0 ;; *) leaks=1 ;; esac
  "build/fuzz/spec/fuzz_$1" -max_total_time="$2" -artifact_prefix=build/fuzz/ \
    -detect_leaks="$leaks" -print_final_stats=1 \
    "$found" "spec/fuzz/corpus/$1" >"$found.log" 2>&1 || {
    cat "$found.log"
    return 1
  }
  sed -n 's/^stat::number_of_executed_units: */inputs: /p' "$found.log"
}

for fuzzer in build/fuzz/spec/fuzz_*; do
  name=${fuzzer##*/fuzz_}
  tally "fuzz, $name" fuzz "$name" "${1:-20}"
done
total
