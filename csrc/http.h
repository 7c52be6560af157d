/* SPDX-License-Identifier: MIT
 *
 * http: a pool of HTTP transfers on libcurl's multi interface. Only http*.c and http_internal.h
 * know libcurl; this header needs neither libcurl nor Lua.
 *
 * Pull, not push: libcurl's callbacks fill C buffers, finished transfers wait in a queue, and the
 * caller takes them. Nothing of the caller's runs inside libcurl.
 *
 * One pool belongs to one process and one thread at a time. After fork() the child must not use it:
 * http_pool_forked() tells. */
#ifndef PROACTIVE_HTTP_H
#define PROACTIVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "limits.h"

typedef struct http_pool http_pool;

/* Why no final status arrived. HTTP_ANSWERED: one did, whatever it was. */
typedef enum {
  HTTP_ANSWERED,
  HTTP_DNS,
  HTTP_CONNECT,
  HTTP_TLS,
  HTTP_TIMEOUT,
  HTTP_RESET,
  HTTP_PROTOCOL,
  HTTP_MEMORY
} http_cause;

typedef struct {
  const char *ca_file;    /* PEM bundle in place of the system's; NULL: the system's */
  const char *proxy;      /* for hosts that are not loopback; NULL: what the environment says */
  const char *user_agent; /* never NULL */
  int http_version;       /* 0: libcurl's choice, 1: HTTP/1.1, 2: HTTP/2 over TLS */
  int max_connections;    /* at most so many open at once */
} http_options;

typedef struct {
  const char *method;         /* "POST", "GET", ... */
  const char *url;            /* https, or http to loopback only */
  const char *const *headers; /* "Name: value" lines, count of them below */
  int header_count;
  double connect_timeout; /* seconds */
} http_route;

struct body; /* body.h */
struct body_value;

typedef struct {
  int route;
  const void *body; /* copied; NULL for none */
  size_t body_len;
  const struct body *prepared; /* in place of body, when not NULL: filled with values */
  const struct body_value *values;
  double timeout;            /* seconds from the hand-over to libcurl */
  const char *authorization; /* a whole header line that the caller has checked to be one, copied
                                and wiped at the end; NULL for none */
  size_t authorization_len;
  int group; /* of the caller's own, to tell by what belongs together; 0: none */
} http_request;

/* Seconds from the hand-over to libcurl until each was done, waiting for a connection included; 0
 * when it never was, or when the connection was there already. */
typedef struct {
  double dns, connect, tls, first_byte, total;
  double bytes_sent;     /* of the request, headers included, before TLS */
  double bytes_received; /* of the answer, likewise */
} http_timings;

typedef struct {
  http_cause cause;
  char error[LIMIT_ERROR_BYTES]; /* for a person; empty when answered */
  int status;                    /* 0 when none arrived */
  bool truncated;                /* the body was cut, by the peer or by our cap */
  const char *body;              /* never NULL */
  size_t body_len;
  const char *headers; /* the final answer's header lines as received, CRLF kept, without the status
                          line and the empty line; never NULL */
  size_t headers_len;
  double elapsed; /* seconds, from the hand-over to the end */
  bool reused;    /* answered over a connection that was open already */
  bool sent; /* request bytes may have left: a lost answer does not mean that nothing arrived */
} http_result;

typedef enum {
  HTTP_STARTED,
  HTTP_WAIT,    /* would open one connection too many in this step: try again after the next */
  HTTP_FULL,    /* no connection has room and none may be opened: once one has moved on */
  HTTP_REFUSED, /* no memory, or a value libcurl does not take: error holds the reason */
  HTTP_UNFIT    /* the body is too long, or does not take the values: likewise */
} http_started;

/* NULL on failure, with the reason in error. The first call in a process initialises libcurl, once
 * and thread-safely; curl_global_cleanup is never called. */
http_pool *http_pool_new(const http_options *options, char error[LIMIT_ERROR_BYTES]);

/* Ends all transfers and frees everything; NULL is fine. In a forked child the parent's connections
 * are left untouched. */
void http_pool_free(http_pool *pool);

bool http_pool_forked(const http_pool *pool);

/* Reads the certificate store now rather than at the first connection. 0, or -1 with the reason. */
int http_pool_warm(http_pool *pool, char error[LIMIT_ERROR_BYTES]);

/* A pollable descriptor (epoll or kqueue); -1 where there is none. */
int http_pool_fd(const http_pool *pool);

/* Seconds until a step is due without any event on the descriptor; negative: nothing is due. */
double http_pool_timeout(const http_pool *pool);

/* Connections opened since birth, and open now. */
void http_pool_connections(const http_pool *pool, unsigned long *opened, int *open);

/* Number of a new route, or -1 with the reason: not a URL, plain http to a host that is not
 * loopback, CR, LF or NUL in a value, too many routes. */
int http_route_add(http_pool *pool, const http_route *route, char error[LIMIT_ERROR_BYTES]);

/* After a step with a budget the request begins within the call, and may even have ended when it
 * returns; else it begins with the next step. *id is a positive number that is not used again while
 * the transfer lives. */
http_started http_start(http_pool *pool, const http_request *request, int *id,
                        char error[LIMIT_ERROR_BYTES]);

/* Connections that http_start may still open until the next step; whether it has begun to open any
 * since the last one. */
int http_burst_left(const http_pool *pool);
bool http_is_opening(const http_pool *pool);

/* Serves what is due; waits up to timeout seconds for it, never when 0. After budget seconds
 * (negative: none) no further socket is served in this call. Up to connect_burst connections may be
 * opened by http_start until the next step. Number of finished transfers waiting to be taken,
 * or -1 with the reason. */
int http_step(http_pool *pool, double timeout, double budget, int connect_burst,
              char error[LIMIT_ERROR_BYTES]);

/* Transfers handed to libcurl that have not ended. */
int http_running(const http_pool *pool);

/* The longest finished transfer that waits to be taken, or 0. */
int http_finished(const http_pool *pool);

/* The one that ended next after a finished transfer, or 0. */
int http_next_finished(const http_pool *pool, int id);

/* The group a transfer was started in; 0 when there is no such transfer. */
int http_group(const http_pool *pool, int id);

/* Seconds since a transfer was handed over; negative when there is no such one. */
double http_age(const http_pool *pool, int id);

/* Takes a transfer out of its group, if there is one. */
void http_ungroup(http_pool *pool, int id);

/* Transfers in any group that were not released. */
int http_grouped(const http_pool *pool);

/* The next transfer of the pool that is in that group, behind another one (0: the first), in no
 * order that means anything; 0 when there are no more. */
int http_next_member(const http_pool *pool, int group, int id);

/* What became of it: NULL while it runs or when there is no such transfer. Valid until released. */
const http_result *http_get_result(const http_pool *pool, int id);

/* What a transfer was started with; empty when there is no such transfer. Valid until released. */
typedef struct {
  const char *authorization, *body; /* NULL when there was none */
  size_t authorization_len, body_len;
} http_sent;
http_sent http_get_sent(const http_pool *pool, int id);

/* Of a transfer that has a result. */
http_timings http_get_timings(const http_pool *pool, int id);

/* The value of the first header of that name, compared without case: *len bytes, not terminated.
 * NULL when there is none. */
const char *http_result_header(const http_result *result, const char *name, size_t *len);

/* Ends a transfer if it still runs, and forgets it. All it held is overwritten. */
void http_release(http_pool *pool, int id);

/* Appends a value of an application/x-www-form-urlencoded body. 0, or -1: no memory, or out is
 * full. */
int http_form_escape(buf *out, const char *text, size_t len);

#endif
