# shellcheck shell=sh
# tally.sh, to be sourced: runs the parts of a test run and adds up what they counted.
#
#   tally NAME COMMAND...  runs it; its last line `N passed, N failed` is added to the total.
#                          Without such a line it is one check, passed when it exits with 0. With
#                          one, but no failure in it, an exit status other than 0 is a failure by
#                          itself.
#   total                  says again what failed, since much is printed after it, and prints the
#                          sum; status 1 when anything failed or nothing ran

passed=0
failed=0
tally_dir=$(mktemp -d)
trap 'rm -rf "$tally_dir"' EXIT

tally() {
  tally_name=$1
  printf '\n== %s\n' "$1"
  shift
  # Through a file, since a pipe hides the status of its first command.
  {
    tally_status=0
    "$@" 2>&1 || tally_status=$?
    echo "$tally_status" >"$tally_dir/status"
  } | tee "$tally_dir/log"
  # shellcheck disable=SC2046 # two numbers, or none
  tally_add "$(cat "$tally_dir/status")" \
    $(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$tally_dir/log" | tail -n 1)
}

tally_add() { # STATUS [PASSED FAILED]
  if [ $# -eq 1 ]; then
    if [ "$1" -eq 0 ]; then set -- 0 1 0; else set -- 0 0 1; fi
  fi
  if [ "$1" -ne 0 ] && [ "$3" -eq 0 ]; then set -- 0 "$2" 1; fi
  passed=$((passed + $2))
  failed=$((failed + $3))
  if [ "$3" -gt 0 ]; then
    printf -- '-- %s\n%s\n' "$tally_name" "$(tally_excerpt "$tally_dir/log")" \
      >>"$tally_dir/failures"
  fi
}

# What a log says of its failures: its own account of them, else the tests that busted or our own
# runners name, else its end.
tally_excerpt() { # LOG
  if grep -q '^== what failed$' "$1"; then
    tac "$1" | sed '/^== what failed$/,$d' | tac
  elif grep -qE '^((Failure|Error) -> |not ok)' "$1"; then
    awk '/^((Failure|Error) -> |not ok)/ { left = 12 } left-- > 0' "$1"
  else
    tail -n 20 "$1"
  fi | grep -vE '^([0-9]+ passed, [0-9]+ failed)?$' | head -n 200 | cut -c 1-300
}

total() {
  if [ "$failed" -gt 0 ]; then
    printf '\n== what failed\n'
    cat "$tally_dir/failures"
  fi
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
