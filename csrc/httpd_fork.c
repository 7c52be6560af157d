/* SPDX-License-Identifier: MIT
 *
 * The server in a forked child. Parent and child share libmicrohttpd's epoll set, and to stop the
 * daemon would take the parent's sockets out of it. To close our numbers of them takes nothing
 * out, as long as the parent has its own. */
#include <microhttpd.h>
#include <stdatomic.h>
#include <unistd.h>

#include "httpd_internal.h"

static void close_daemon_fd(struct MHD_Daemon *daemon, enum MHD_DaemonInfoType which) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, which);
  if (info) close(which == MHD_DAEMON_INFO_LISTEN_FD ? info->listen_fd : info->epoll_fd);
}

void httpd_abandon(httpd *s) {
  static _Atomic(httpd *) abandoned; /* what is kept can still be reached: it is no leak */
  for (conn_state state = 0; state < CONN_STATES; state++) {
    for (conn *c = conn_first(&s->book, state); c; c = c->next) {
      const union MHD_ConnectionInfo *info =
          MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
      if (info) close(info->connect_fd);
    }
  }
  close_daemon_fd(s->daemon, MHD_DAEMON_INFO_LISTEN_FD);
  close_daemon_fd(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  waiter_cleanup(&s->waiter);
  s->next_abandoned = atomic_load(&abandoned);
  while (!atomic_compare_exchange_weak(&abandoned, &s->next_abandoned, s)) continue;
}
