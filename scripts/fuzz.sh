#!/bin/sh
# fuzz.sh [SECONDS]: runs each fuzzer on its seeds, without writing into the tree.
set -eu
# shellcheck source=scripts/tally.sh
. "$(dirname "$0")/tally.sh"

found=$(mktemp -d)
for fuzzer in build/fuzz/spec/fuzz_*; do
  name=${fuzzer##*/fuzz_}
  mkdir "$found/$name"
  tally "fuzz, $name" "$fuzzer" -max_total_time="${1:-20}" -artifact_prefix="build/fuzz/" \
    -verbosity=0 -print_final_stats=1 "$found/$name" "spec/fuzz/corpus/$name"
done
rm -rf "$found"
total
