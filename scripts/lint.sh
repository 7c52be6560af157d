#!/bin/sh
# lint.sh: every static check, all of them even if one fails. `make lint` calls it with BUILD, FLAGS
# and the lists of sources.
set -u
status=0

check() { # NAME COMMAND...
  name=$1
  shift
  output=$("$@" 2>&1) && return
  status=1
  printf -- '-- %s\n%s\n' "$name" "$output"
}

own_rules() { lua5.4 scripts/lint.lua; }

documented() { lua5.4 scripts/docs.lua --check; }

exports() { # MODULE...: nothing but luaopen_*
  for module in "$@"; do
    ! nm -D --defined-only "$BUILD/proactive/$module.so" |
      grep -v " T luaopen_proactive_$module\$" || return 1
  done
}

# clang-tidy needs the compiler's flags, less the warnings, which are gcc's business.
# shellcheck disable=SC2046,SC2086 # flags are several words
tidy() {
  clang-tidy --quiet csrc/*.c -- $(printf '%s\n' $FLAGS | grep -v '^-W')
}

# cppcheck 2.10 knows no __has_include, and calls it an error.
cppchecks() {
  cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress=preprocessorErrorDirective \
    -Icsrc csrc
}

headers_alone() { # every header compiles by itself
  for header in csrc/*.h; do
    # shellcheck disable=SC2086
    cc $FLAGS -Wno-unused -fsyntax-only -x c "$header" || return 1
  done
}

check 'own rules' own_rules
check 'what is public and not documented' documented
check luacheck luacheck --quiet --no-color .
check clang-format clang-format --dry-run --Werror csrc/*.[ch] spec/c/*.c
check clang-tidy tidy
check cppcheck cppchecks
check 'headers stand alone' headers_alone
check 'exported names' exports core httpd
exit $status
