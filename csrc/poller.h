/* SPDX-License-Identifier: MIT
 *
 * poller: which descriptors are ready. epoll on Linux, kqueue on the BSDs and macOS, poll
 * elsewhere. Level-triggered everywhere: what was not served is reported again. */
#ifndef PROACTIVE_POLLER_H
#define PROACTIVE_POLLER_H

#include <stdbool.h>

typedef struct poller poller;

/* What to watch for, and what happened. POLLER_GONE: the peer has hung up or the descriptor is in
 * error; it comes with the others unasked, and alone when bytes to read are of no interest. */
enum { POLLER_READ = 1, POLLER_WRITE = 2, POLLER_GONE = 4 };

typedef struct {
  int fd;
  unsigned what;
} poller_event;

/* NULL on failure, see errno. */
poller *poller_new(void);
void poller_free(poller *p); /* NULL is fine */

/* For a child after fork(), in which the parent's registrations must survive. */
void poller_abandon(poller *p);

/* A descriptor that is readable when an event waits; -1 where there is none. */
int poller_fd(const poller *p);

/* Changes what is watched on fd from was to want (0: not watched). 0, or -1, see errno. That fd is
 * unknown or closed already is no failure when want is 0. */
int poller_set(poller *p, int fd, unsigned was, unsigned want);

/* Waits at most timeout seconds for at least one event and fetches up to count of them; negative
 * times are 0. Their number, 0 when a signal came, or -1, see errno. */
int poller_wait(poller *p, poller_event *events, int count, double timeout);

#endif
