/* SPDX-License-Identifier: MIT
 *
 * What the parts of the HTTP engine know of each other. http.c: the pool, its steps and results;
 * http_config.c: what all transfers share; http_route.c: the rules for URLs and headers;
 * http_slots.c: transfers by number; http_transfer.c: one request and its answer; http_parking.c:
 * what is kept from one to the next; http_result.c: what an answer tells; http_socket.c:
 * connections and readiness; http_warm.c: the certificate store; http_sigpipe.c: a signal of older
 * versions. */
#ifndef PROACTIVE_HTTP_INTERNAL_H
#define PROACTIVE_HTTP_INTERNAL_H

#include <curl/curl.h>
#include <signal.h>
#include <sys/types.h>

#include "body.h"
#include "buf.h"
#include "clock.h"
#include "http.h"
#include "limits.h"
#include "poller.h"

/* What later versions of libcurl made better; everything else is in 7.68. */
#define HTTP_OLDEST_CURL 0x074400
#define HTTP_HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#define HTTP_HAS_PROTOCOLS_STR (LIBCURL_VERSION_NUM >= 0x075500)
#define HTTP_HAS_CA_CACHE (LIBCURL_VERSION_NUM >= 0x075700)
#define HTTP_HAS_CA_INFO (LIBCURL_VERSION_NUM >= 0x074600)
#define HTTP_KEEPS_TLS_SESSIONS (LIBCURL_VERSION_NUM >= 0x080c00)
#ifndef HTTP_WRITES_MAY_SIGNAL /* a test may ask for it */
#define HTTP_WRITES_MAY_SIGNAL (LIBCURL_VERSION_NUM < 0x075800)
#endif

/* All routes to one scheme, host and port: they share connections. Connections outlive transfers
 * and refer to their lane when they close, so lanes live as long as the pool. */
typedef struct {
  http_pool *pool;
  char *origin;
  int sockets;          /* open and, as far as is known, alive */
  unsigned long opened; /* since birth */
  int running;          /* transfers handed to libcurl */
  int opening;          /* of these, begun for a connection of their own that is not there yet */
  bool multiplexed;     /* the last answer came over HTTP/2 */
} http_lane;

typedef struct http_transfer http_transfer;

typedef struct {
  http_lane *lane;
  CURLU *url;
  CURL *model; /* every option that is the same for all transfers of the route is set in it */
  char *method;
  bool posts; /* POST or PUT: a request without a body has an empty one */
  struct curl_slist *headers;
  struct curl_slist *resolve; /* localhost, by our own word */
  http_transfer *parked;      /* the last one first, by `next` */
} http_route_entry;

/* One descriptor libcurl spoke of, found by its number. */
typedef struct {
  http_lane *lane; /* of a connection; NULL for libcurl's own descriptors */
  unsigned char want, watched;
  bool dead; /* an idle connection the peer has ended; libcurl will notice when it next looks */
} http_socket;

/* In the order in which they came. A transfer is in one list at most. */
typedef struct {
  http_transfer *first, *last;
} http_list;

/* What the handle of a transfer was told last. What stays the same from one request to the next is
 * not told again; a transfer that could not be told ends its life. */
typedef struct {
  long timeout;
  const struct curl_slist *headers;
  const char *body;
  size_t body_len;
} http_told;

/* One that went well is parked when it is released: the next request of its route finds handle and
 * buffers made. */
struct http_transfer {
  http_lane *lane;
  http_route_entry *route;
  CURL *easy; /* knows its timings until it is released */
  buf request;
  buf headers;
  buf body;
  buf authorization;
  struct curl_slist authorization_node; /* in front of the route's headers */
  http_told told;
  /* What follows begins as zero for each request. */
  int id, group;
  bool ended, reusable;     /* reusable: nothing of its outcome can have left the handle odd */
  bool opens;               /* counted in lane->opening */
  bool requested;           /* the request was begun */
  bool final;               /* a final status and its headers have arrived */
  bool headers_full;        /* more header bytes than we take */
  double started, answered; /* answered: when the first header came; 0: none yet */
  http_result result;
  double stirred;  /* when it last made progress; of one in pool->answering */
  http_list *list; /* the one it is in, or NULL */
  http_transfer *previous, *next;
};

/* A number of a transfer is its slot and how often that slot was used before. */
typedef struct {
  http_transfer *transfer;
  int uses;
  int next_free;
} http_slot;

struct http_pool {
  CURLM *multi; /* NULL after it has failed, until the next transfer */
  poller *poller;
  long owner;
  http_pool *next_abandoned;

  char *ca_file, *proxy;
  struct curl_slist *user_agent; /* a header, for servers and proxies alike */
  int http_version;
  int max_connections;
  bool one_store; /* all roots come from one file: libcurl can keep them parsed */

  http_route_entry routes[LIMIT_ROUTES];
  int route_count;
  http_lane lanes[LIMIT_ROUTES];
  int lane_count;
  http_lane warm_lane; /* of the one connection that is no route's */
  CURLcode warm_code;  /* how its transfer ended, if it did */

  http_socket *sockets;
  int socket_size;
  bool unwatched;        /* the kernel refused a registration: to be tried again */
  int burst, burst_left; /* connections: as of the last step, and now */
  bool budgeted;         /* the last step had a budget */

  poller_event events[LIMIT_EVENTS];
  int event_count, event_next;
  double deadline; /* of libcurl's timer; negative: none */

  http_slot slots[LIMIT_TRANSFERS];
  int slot_count, free_slot; /* slots used so far; first of the free ones among them, or -1 */
  http_list ended;           /* wait to be taken */
  http_list answering; /* HTTP/2, with a final status but running; by when they last stirred */
  int finished;        /* of ended */
  int parked;          /* of all routes */
  int running;
  int grouped; /* in any group, not released */
};

/* For libcurl, to which 0 means for ever. seconds < 2^31 / 1000. */
static inline long http_milliseconds(double seconds) {
  return seconds < 0.001 ? 1 : (long)(seconds * 1000);
}

/* Formats the text of an error. */
void http_explain(char error[LIMIT_ERROR_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same as what a function returns that failed. */
#define http_fail(...) (http_explain(__VA_ARGS__), -1)

/* http_route.c */
void http_routes_free(http_pool *pool);

/* Text that can stand in a request as one line: no CR, LF or other control character. */
bool http_is_line(const char *text, size_t max);

/* http_socket.c: callbacks, and what they count */
int http_socket_setup(http_pool *pool);
CURLcode http_socket_configure(CURL *easy, http_lane *lane);
CURLMcode http_socket_serve(http_pool *pool, const poller_event *event);
void http_socket_watch_again(http_pool *pool);

/* Whether a transfer on the lane would have to open a connection, and whether it may now. */
bool http_lane_must_open(const http_lane *lane);
bool http_lane_may_open(const http_lane *lane);

/* http_slots.c. find: NULL when there is no such transfer; enter: gives it a number, in a group,
 * false when there is no room. */
http_transfer *http_find(const http_pool *pool, int id);
bool http_enter(http_pool *pool, http_transfer *t, int group);
void http_leave(http_pool *pool, http_transfer *t);

/* http_transfer.c */
void http_list_append(http_list *list, http_transfer *t);
void http_list_leave(http_transfer *t); /* whichever it is in */
CURLcode http_transfer_configure(CURL *easy);
body_status http_transfer_fill(http_transfer *t, const http_request *request, int *culprit);
CURLcode http_transfer_arm(http_transfer *t, const http_request *request); /* once filled */
void http_transfer_judge(http_transfer *t, CURLcode code, double now);
void http_transfer_opened(http_transfer *t); /* its connection is there, or will never be */

/* http_parking.c. take: parked or new, not filled yet, NULL without memory; release: one that
 * libcurl no longer has. */
http_transfer *http_transfer_take(http_route_entry *route);
void http_transfer_release(http_transfer *t);
void http_transfer_free(http_transfer *t);
void http_parked_free(http_route_entry *route);

/* http_result.c */
http_timings http_timings_of(const http_transfer *t); /* of one that has ended */
http_sent http_sent_of(const http_transfer *t);

/* http_config.c. one_store: whether all roots come from one file, so that libcurl can keep them. */
int http_config_check(const http_options *options, char error[LIMIT_ERROR_BYTES]);
bool http_config_one_store(const char *ca_file);
/* NULL: out of memory. */
CURL *http_config_easy(void);
struct curl_slist *http_config_user_agent(const http_options *options);
CURLM *http_config_multi(void);
CURLcode http_config_apply(const http_pool *pool, CURL *easy, bool loopback, const char *scheme);

/* http_sigpipe.c: around whatever may write to a connection */
#if HTTP_WRITES_MAY_SIGNAL
typedef struct {
  sigset_t mask;
  bool blocked, was_pending;
} http_sigpipe;
void http_sigpipe_hold(http_sigpipe *held);
void http_sigpipe_restore(const http_sigpipe *held);
#else
typedef char http_sigpipe;
static inline void http_sigpipe_hold(http_sigpipe *held) {
  *held = 0;
}
static inline void http_sigpipe_restore(const http_sigpipe *held) {
  (void)held;
}
#endif

/* http.c. open: makes the multi handle if there is none, 0 or -1; serve: one step without the
 * bookkeeping of http_step, false when it cannot wait, see errno. */
int http_pool_open(http_pool *pool, char error[LIMIT_ERROR_BYTES]);
bool http_pool_serve(http_pool *pool, double timeout, double budget);

#endif
