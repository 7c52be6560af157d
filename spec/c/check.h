/* SPDX-License-Identifier: MIT
 *
 * check: the least a unit test needs. A failed check is told and counted, and the test goes on. */
#ifndef PROACTIVE_CHECK_H
#define PROACTIVE_CHECK_H

#include <stdio.h>
#include <string.h>

static int checks_passed, checks_failed;

#define CHECK(condition) check_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) check_text((got), (want), #got, __FILE__, __LINE__)

static inline int check_that(int good, const char *what, const char *file, int line) {
  if (good) {
    checks_passed++;
  } else {
    checks_failed++;
    printf("%s:%d: %s\n", file, line, what);
  }
  return good;
}

static inline void check_text(const char *got, const char *want, const char *what, const char *file,
                              int line) {
  int good = got != NULL && strcmp(got, want) == 0;
  if (!check_that(good, what, file, line))
    printf("  got  %s\n  want %s\n", got != NULL ? got : "(none)", want);
}

/* The last line and the exit status of a test. */
static inline int check_report(void) {
  printf("%d passed, %d failed\n", checks_passed, checks_failed);
  return checks_failed > 0;
}

#endif
