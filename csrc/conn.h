/* SPDX-License-Identifier: MIT
 *
 * conn: the HTTP server's book of its connections: which state each is in, what waits for the
 * caller, what is due when. Asks no clock and knows no sockets; of libmicrohttpd only a name. */
#ifndef PROACTIVE_CONN_H
#define PROACTIVE_CONN_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "httpd.h"

struct MHD_Connection;

/* What happens on a connection. */
typedef enum {
  CONN_ARRIVING, /* at rest, or a request is on its way; must have arrived when due */
  CONN_WAITING,  /* suspended: the request waits to be taken */
  CONN_TAKEN,    /* suspended: the caller has the request */
  CONN_ANSWERED, /* the answer is being sent */
  CONN_PACED,    /* suspended: the answer goes on when due */
  CONN_STREAMED, /* an answer without an end: what was pushed is being sent */
  CONN_QUIET,    /* suspended: nothing was pushed that has not left */
  CONN_DOOMED,   /* is to end; must have ended when due */
  CONN_STATES
} conn_state;

typedef struct conn conn;
typedef struct conn_book conn_book;

/* A connection and the one request it can have at a time. */
struct conn {
  conn_book *book;
  struct MHD_Connection *mhd;
  conn_state state;
  double due; /* on the caller's clock */
  httpd_request request;
  httpd_header *headers; /* what request.headers points to, allocated */
  buf target, body;
  buf stream;            /* pushed and not yet taken by libmicrohttpd */
  size_t discarded;      /* bytes of a body above its cap */
  conn *previous, *next; /* in its list */
  conn *next_in_slot;    /* of the table; see conn_find */
};

typedef struct {
  conn *first, *last;
} conn_list;

struct conn_book {
  conn_list lists[CONN_STATES]; /* each connection is in that of its state, by time of entry */
  int waiting_count;
  int64_t last_id;
  conn **table; /* by id; see conn_find */
  size_t mask;  /* slots of the table less one; their number is a power of two */
};

/* most: connections at once. False: no memory. */
bool conn_book_init(conn_book *book, int most);
void conn_book_cleanup(conn_book *book);

/* The request of that id, WAITING, TAKEN, STREAMED or QUIET, or NULL. */
conn *conn_find(const conn_book *book, int64_t id);

/* The connection that is longest in that state, or NULL. */
conn *conn_first(const conn_book *book, conn_state state);

/* When the next connection is due, INFINITY when none is. Relies on ARRIVING and DOOMED being due a
 * fixed time after they were entered. */
double conn_next_due(const conn_book *book);

/* ARRIVING. NULL: no memory. */
conn *conn_new(conn_book *book, struct MHD_Connection *mhd, size_t max_body, double due);
void conn_free(conn *c);

/* Whether it waits for its answer. */
bool conn_is_open(const conn *c);

/* Whether its answer is a stream. */
bool conn_is_stream(const conn *c);

/* Forgets the request; ARRIVING again. */
void conn_clear(conn *c, double due);

/* The one way from state to state. due matters for ARRIVING, PACED and DOOMED. */
void conn_enter(conn *c, conn_state next, double due);

/* The request has arrived as far as it is wanted: it gets its id and is WAITING. */
void conn_submit(conn *c);

#endif
