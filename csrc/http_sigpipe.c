/* SPDX-License-Identifier: MIT
 *
 * With CURLOPT_NOSIGNAL, which a library in somebody else's process must set, libcurl before 7.88
 * lets OpenSSL write to connections that the peer has ended: that is SIGPIPE, and the end of a
 * process that does not ignore it. While such a libcurl works, this thread holds the signal back,
 * and takes it away if it came. */
#include "http_internal.h"

#if HTTP_WRITES_MAY_SIGNAL

static void only_sigpipe(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGPIPE);
}

static bool is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void http_sigpipe_hold(http_sigpipe *held) {
  sigset_t set;
  only_sigpipe(&set);
  held->was_pending = is_pending();
  held->blocked = pthread_sigmask(SIG_BLOCK, &set, &held->mask) == 0;
}

void http_sigpipe_restore(const http_sigpipe *held) {
  sigset_t set;
  int signal;
  if (!held->blocked) return;
  only_sigpipe(&set);
  if (!held->was_pending && is_pending()) sigwait(&set, &signal); /* returns at once */
  pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

#endif
