/* SPDX-License-Identifier: MIT
 *
 * httpd: an HTTP/1.1 server on libmicrohttpd, driven from outside: no threads, one pollable
 * descriptor. Only httpd*.c include microhttpd.h; this header needs neither it nor
 * Lua. Linux only (epoll).
 *
 * Pull, not push: libmicrohttpd's callbacks fill C buffers; a request that has arrived whole is
 * suspended and waits in a queue until the caller takes it, and stays suspended until the caller
 * answers or aborts it. Nothing of the caller's runs inside libmicrohttpd.
 *
 * Clients may be hostile. A request must arrive whole within idle_timeout seconds, however busily
 * its bytes dribble; one whose length is ambiguous (two Content-Length lines, or one beside
 * Transfer-Encoding) or whose header lines are malformed is refused with 400, with too many of them
 * with 431, with a transfer coding other than chunked with 501. */
#ifndef PROACTIVE_HTTPD_H
#define PROACTIVE_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

typedef struct httpd httpd;

typedef struct {
  const char *host; /* name or address to bind; IPv6 without brackets */
  int port;         /* 0: any free one */
  const char *cert; /* PEM text, the chain in order; with key: TLS. Both NULL: plain HTTP */
  const char *key;
  size_t max_body;        /* bytes */
  int max_connections;    /* further ones wait in the system's backlog */
  int idle_timeout;       /* seconds */
  bool stop_on_stdin_eof; /* standard input is watched; its end ends the server (httpd_step) */
} httpd_options;

typedef struct {
  const char *name, *value;
  size_t name_len, value_len;
} httpd_header;

/* A request as it waits. The texts belong to the server and live until httpd_drop. */
typedef struct {
  int64_t id; /* positive, below 2^53, never used again */
  const char *method;
  const char *target; /* as sent: nothing is decoded */
  size_t target_len;
  const httpd_header *headers; /* in the order of arrival */
  size_t header_count;
  const char *body; /* never NULL */
  size_t body_len;
  bool too_large; /* the body is above max_body and was thrown away: the answer is 413 */
} httpd_request;

typedef struct {
  int status;
  const httpd_header *headers; /* NUL-terminated texts; see field_ok */
  size_t header_count;
  const char *body; /* copied */
  size_t body_len;
  double bytes_per_second; /* pace of the body; 0: as fast as it goes */
} httpd_answer;

typedef enum {
  HTTPD_DONE,
  HTTPD_GONE,   /* no such request, or its client has closed the connection, or its sending side */
  HTTPD_FULL,   /* too much of a stream waits to leave: its client does not read */
  HTTPD_REFUSED /* libmicrohttpd does not take a header or the status, or no memory */
} httpd_outcome;

/* NULL on failure, with the reason in error; it names the address. */
httpd *httpd_listen(const httpd_options *options, char error[LIMIT_ERROR_BYTES]);

/* Ends all connections, answered or not, and frees everything; NULL is fine. */
void httpd_free(httpd *server);

/* Ends it for a forked child alone: the parent's server and its connections go on. */
void httpd_abandon(httpd *server);

int httpd_port(const httpd *server);

/* Readable when a step has something to do. */
int httpd_fd(const httpd *server);

/* Seconds until a step is due without any event on the descriptor; negative: nothing is due. */
double httpd_timeout(const httpd *server);

/* Serves what is due; waits up to timeout seconds for it, never when 0 or when requests wait.
 *. Number of requests that wait to be taken, or -1 with the reason. */
int httpd_step(httpd *server, double timeout, char error[LIMIT_ERROR_BYTES]);

/* The request that waits longest, or NULL. It stays first until dropped: copy, then drop. */
const httpd_request *httpd_peek(const httpd *server);
void httpd_drop(httpd *server);

/* Answers a request. Date, Content-Length and what HEAD, 204 and 304 want are added. With
 * bytes_per_second the status line and headers go at once and the body at that pace. The bytes
 * leave in the steps that follow; whether they arrive cannot be known. */
httpd_outcome httpd_respond(httpd *server, int64_t id, const httpd_answer *answer);

/* Answers a request with a body that has no end: what is pushed leaves in the steps that follow, in
 * the order in which it was pushed. Body and pace of the answer are not looked at. A client that
 * has left is noticed by a push. Only httpd_abort ends a stream. */
httpd_outcome httpd_stream(httpd *server, int64_t id, const httpd_answer *answer);

/* All or nothing of the bytes goes into a stream. HTTPD_FULL: it is for the caller to end it. */
httpd_outcome httpd_push(httpd *server, int64_t id, const char *bytes, size_t len);

/* Ends the connection of a request without an answer, or that of a stream. Plain HTTP: the bytes,
 * if any, are sent as they are, at once and as far as the socket takes them, followed by an orderly
 * end; without bytes the connection is reset. TLS: nothing is sent, the connection is reset. */
httpd_outcome httpd_abort(httpd *server, int64_t id, const char *bytes, size_t len);

#endif
