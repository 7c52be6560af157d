/* SPDX-License-Identifier: MIT */
#include "waiter.h"

#include <errno.h>
#include <unistd.h>

int waiter_init(waiter *w, int fd, bool with_stdin) {
  *w = (waiter){.poller = poller_new()};
  if (!w->poller || poller_set(w->poller, fd, 0, POLLER_READ) != 0) return -1;
  return with_stdin ? poller_set(w->poller, STDIN_FILENO, 0, POLLER_READ) : 0;
}

void waiter_cleanup(waiter *w) {
  poller_free(w->poller);
  w->poller = NULL;
}

int waiter_fd(const waiter *w) {
  return poller_fd(w->poller);
}

/* What it says does not matter. */
static void read_stdin(waiter *w) {
  char scratch[512];
  ssize_t n = read(STDIN_FILENO, scratch, sizeof scratch);
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) w->stdin_ended = true;
}

int waiter_wait(waiter *w, double timeout) {
  poller_event events[2];
  int count = poller_wait(w->poller, events, 2, timeout);
  for (int i = 0; i < count; i++)
    if (events[i].fd == STDIN_FILENO) read_stdin(w);
  return count < 0 ? -1 : 0;
}
