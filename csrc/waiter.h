/* SPDX-License-Identifier: MIT
 *
 * waiter: what the HTTP server waits for: libmicrohttpd's descriptor and, if asked to, the end of
 * standard input, which tells a child that its parent is gone. */
#ifndef PROACTIVE_WAITER_H
#define PROACTIVE_WAITER_H

#include <stdbool.h>

#include "poller.h"

typedef struct {
  poller *poller;
  bool stdin_ended;
} waiter;

/* 0, or -1 and errno: EPERM when standard input is a file or another thing that cannot be waited
 * for. To be cleaned up either way. */
int waiter_init(waiter *w, int fd, bool with_stdin);
void waiter_cleanup(waiter *w);

/* Readable when a wait would end at once. */
int waiter_fd(const waiter *w);

/* Waits at most timeout seconds. 0, or -1 and errno. */
int waiter_wait(waiter *w, double timeout);

#endif
