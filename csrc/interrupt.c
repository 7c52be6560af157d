/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>

static volatile sig_atomic_t seen;

static void note(int signal) {
  (void)signal;
  seen = 1;
}

/* SA_RESETHAND gives the second signal back its default action; without SA_RESTART a wait ends. */
int interrupt_watch(void) {
  struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  seen = 0;
  return sigaction(SIGINT, &action, NULL) == 0 ? 0 : errno;
}

bool interrupt_seen(void) {
  return seen != 0;
}
