/* SPDX-License-Identifier: MIT
 *
 * clock: seconds since some moment, on a clock that never goes back. */
#ifndef PROACTIVE_CLOCK_H
#define PROACTIVE_CLOCK_H

#include <time.h>

static inline double clock_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
