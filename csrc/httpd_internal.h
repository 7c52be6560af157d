/* SPDX-License-Identifier: MIT
 *
 * What the server's life and its end in a forked child both know. */
#ifndef PROACTIVE_HTTPD_INTERNAL_H
#define PROACTIVE_HTTPD_INTERNAL_H

#include "conn.h"
#include "httpd.h"
#include "waiter.h"

struct MHD_Response;

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

int httpd_descriptor(const conn *c);

/* A suspended connection goes on, in that state. */
void httpd_resume(httpd *s, conn *c, conn_state next);

/* The request of that id when it waits for its answer and its client is still there, or NULL. */
conn *httpd_open(httpd *s, int64_t id);

/* Gives a request its answer, which is destroyed. close: the connection ends after it. */
httpd_outcome httpd_queue(conn *c, struct MHD_Response *response, const httpd_answer *answer,
                          bool close);

#endif
