/* SPDX-License-Identifier: MIT
 *
 * What the server's life and its end in a forked child both know. */
#ifndef PROACTIVE_HTTPD_INTERNAL_H
#define PROACTIVE_HTTPD_INTERNAL_H

#include "conn.h"
#include "httpd.h"
#include "waiter.h"

struct httpd {
  struct MHD_Daemon *daemon;
  waiter waiter;
  conn_book book;
  int port;
  bool tls;
  bool resumed; /* since the last MHD_run: libmicrohttpd's own timeout does not count it */
  size_t max_body;
  double idle_timeout;
  httpd *next_abandoned;
  char *start_error; /* while starting: where libmicrohttpd's log goes */
};

#endif
