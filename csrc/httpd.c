/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "httpd.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "sock.h"

/* A connection and the one request it can have at a time. Its state says which list it is in, so
 * one pair of links is enough. */
typedef enum {
  ARRIVING, /* in `arriving`: at rest, or a request is on its way */
  WAITING,  /* in `waiting`, suspended */
  TAKEN,    /* in no list, suspended: the caller has it */
  ANSWERED, /* in no list: libmicrohttpd sends the answer */
  PACED,    /* in `paced`, suspended: the answer's next piece is not due yet */
  DOOMED    /* in `arriving`: aborted, about to end */
} state;

typedef struct conn conn;
struct conn {
  httpd *server;
  struct MHD_Connection *mhd;
  conn *prev, *next; /* in the list of its state */
  conn *hash_next;   /* while WAITING or TAKEN */
  state state;
  double due; /* ARRIVING: when it must have arrived; PACED: when to go on */
  httpd_request request;
  httpd_header *headers; /* what request.headers points to */
  buf target, body;
  size_t discarded;
};

typedef struct {
  conn *first, *last;
} list;

struct httpd {
  struct MHD_Daemon *daemon;
  int epoll; /* watches libmicrohttpd's own epoll, and standard input if asked to */
  int port;
  bool tls;
  bool resumed; /* since the last MHD_run: libmicrohttpd's own timeout does not count it */
  bool stdin_ended;
  size_t max_body;
  double idle_timeout;
  int64_t last_id;
  list arriving; /* by due time: all have the same timeout */
  list waiting;
  int waiting_count;
  list paced;
  size_t mask; /* of the table of requests the caller may name */
  conn **table;
  char *start_error; /* while starting: where libmicrohttpd's log goes */
};

/* --- small parts -------------------------------------------------------------------------------
 */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void list_add(list *l, conn *c) {
  c->prev = l->last;
  c->next = NULL;
  *(l->last ? &l->last->next : &l->first) = c;
  l->last = c;
}

static void list_remove(list *l, conn *c) {
  *(c->prev ? &c->prev->next : &l->first) = c->next;
  *(c->next ? &c->next->prev : &l->last) = c->prev;
}

static conn **table_slot(const httpd *s, int64_t id) {
  conn **slot = &s->table[(size_t)id & s->mask];
  while (*slot && (*slot)->request.id != id) slot = &(*slot)->hash_next;
  return slot;
}

static bool is_named(const conn *c) {
  return c->state == WAITING || c->state == TAKEN;
}

static list *list_of(httpd *s, state which) {
  switch (which) {
  case ARRIVING:
  case DOOMED: return &s->arriving;
  case WAITING: return &s->waiting;
  case PACED: return &s->paced;
  case TAKEN:
  case ANSWERED: break;
  }
  return NULL;
}

/* The one way from state to state: keeps lists, count and table true. A request enters the table
 * when it gets its id, in hand_over. */
static void enter(conn *c, state next) {
  httpd *s = c->server;
  list *from = list_of(s, c->state), *to = list_of(s, next);
  if (from) list_remove(from, c);
  if (to) list_add(to, c);
  s->waiting_count += (next == WAITING) - (c->state == WAITING);
  if (is_named(c) && next != TAKEN) *table_slot(s, c->request.id) = c->hash_next;
  if (to == &s->arriving) c->due = now() + s->idle_timeout;
  c->state = next;
}

/* RFC 9110 sections 5.1 and 5.5. */
bool httpd_header_ok(const httpd_header *h) {
  static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return h->name_len > 0 && strspn(h->name, token) == h->name_len &&
         strcspn(h->value, "\r\n") == h->value_len;
}

/* --- libmicrohttpd's callbacks: a connection
 * ------------------------------------------------------ */

static int descriptor(struct MHD_Connection *mhd) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static conn *conn_new(httpd *s, struct MHD_Connection *mhd) {
  conn *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->server = s;
  c->mhd = mhd;
  buf_init(&c->target, LIMIT_HTTPD_CONNECTION_BYTES);
  buf_init(&c->body, s->max_body);
  c->state = ANSWERED; /* in no list yet */
  enter(c, ARRIVING);
  return c;
}

/* Forgets the request; the connection rests. */
static void conn_clear(conn *c) {
  enter(c, ARRIVING);
  buf_free(&c->target);
  buf_free(&c->body);
  free(c->headers);
  c->headers = NULL;
  c->discarded = 0;
  memset(&c->request, 0, sizeof c->request);
}

static void conn_free(conn *c) {
  conn_clear(c);
  list_remove(&c->server->arriving, c);
  free(c);
}

static void on_connection(void *server, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what) {
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    *context = conn_new(server, mhd);
  else if (*context)
    conn_free(*context);
}

/* The request line has been read. What is returned is `context` in on_request. The target is copied
 * because libmicrohttpd takes its text apart afterwards. */
static void *on_target(void *server, const char *target, struct MHD_Connection *mhd) {
  (void)server;
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  conn *c = info ? info->socket_context : NULL;
  if (!c || buf_add(&c->target, target, strlen(target)) != BUF_OK) return NULL;
  return c;
}

/* The request has ended, whichever way. */
static void on_completed(void *server, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode why) {
  (void)server, (void)mhd, (void)why;
  if (*context) conn_clear(*context);
  *context = NULL;
}

static size_t keep_escapes(void *server, struct MHD_Connection *mhd, char *text) {
  (void)server, (void)mhd;
  return strlen(text);
}

static void on_log(void *server, const char *format, va_list args) {
  httpd *s = server;
  if (s->start_error && !*s->start_error)
    vsnprintf(s->start_error, LIMIT_ERROR_BYTES, format, args);
}

/* --- libmicrohttpd's callbacks: a request
 * --------------------------------------------------------- */

/* An answer of our own, for requests that are not handed to the caller. */
static enum MHD_Result refuse(conn *c, unsigned status) {
  struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  if (!r) return MHD_NO;
  enum MHD_Result done = MHD_add_response_header(r, "Connection", "close");
  if (done == MHD_YES) done = MHD_queue_response(c->mhd, status, r);
  MHD_destroy_response(r);
  if (done == MHD_YES) enter(c, ANSWERED);
  return done;
}

/* The texts stay in libmicrohttpd's memory, which lives as long as the request. */
static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len) {
  (void)kind;
  conn *c = context;
  c->headers[c->request.header_count++] =
      (httpd_header){name, value ? value : "", name_len, value_len};
  return MHD_YES;
}

static bool collect_headers(conn *c, int count) {
  c->headers = malloc((size_t)(count > 0 ? count : 1) * sizeof *c->headers);
  c->request.headers = c->headers;
  return c->headers && MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, add_header, c) == count;
}

static bool is_named_as(const httpd_header *h, const char *name) {
  return strcasecmp(h->name, name) == 0;
}

/* The status to refuse with, or 0. Two statements of the body's length are how requests are
 * smuggled past a proxy (RFC 9112 section 6.3); *length is what was announced, or 0. */
static unsigned judge_headers(const conn *c, unsigned long long *length) {
  int statements = 0;
  *length = 0;
  for (size_t i = 0; i < c->request.header_count; i++) {
    const httpd_header *h = &c->headers[i];
    if (!httpd_header_ok(h)) return MHD_HTTP_BAD_REQUEST;
    bool counted = is_named_as(h, "Content-Length");
    bool coded = is_named_as(h, "Transfer-Encoding");
    if (counted) *length = strtoull(h->value, NULL, 10); /* libmicrohttpd has checked its form */
    if (coded && strcasecmp(h->value, "chunked") != 0) return MHD_HTTP_NOT_IMPLEMENTED;
    statements += counted || coded;
  }
  return statements > 1 ? MHD_HTTP_BAD_REQUEST : 0;
}

/* The request is the caller's turn now. */
static enum MHD_Result hand_over(conn *c) {
  httpd *s = c->server;
  httpd_request *r = &c->request;
  r->id = ++s->last_id;
  r->target = c->target.data ? c->target.data : "";
  r->target_len = c->target.len;
  r->body = c->body.data ? c->body.data : "";
  r->body_len = c->body.len;
  conn **slot = table_slot(s, r->id);
  c->hash_next = NULL;
  *slot = c;
  enter(c, WAITING);
  MHD_suspend_connection(c->mhd);
  return MHD_YES;
}

/* The header lines are here. */
static enum MHD_Result begin(conn *c, const char *method) {
  c->request.method = method;
  int count = MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, NULL, NULL);
  if (count > LIMIT_HTTPD_HEADERS) return refuse(c, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE);
  if (!collect_headers(c, count)) return MHD_NO;
  unsigned long long length;
  unsigned refusal = judge_headers(c, &length);
  if (refusal) return refuse(c, refusal);
  if (length <= c->server->max_body) return MHD_YES;
  c->request.too_large = true;
  return hand_over(c);
}

static enum MHD_Result store(conn *c, const char *data, size_t len) {
  buf_status done = c->request.too_large ? BUF_FULL : buf_add(&c->body, data, len);
  if (done == BUF_OK) return MHD_YES;
  buf_free(&c->body);
  c->request.too_large = true;
  c->discarded += len;
  return done == BUF_FULL && c->discarded <= LIMIT_HTTPD_DISCARD_BYTES ? MHD_YES : MHD_NO;
}

/* Called when the header lines are here, for each piece of the body, at the body's end, and again
 * after a suspended connection was resumed. */
static enum MHD_Result on_request(void *server, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context) {
  (void)server, (void)mhd, (void)url, (void)version;
  conn *c = *context;
  if (!c || c->state == DOOMED) return MHD_NO;
  if (c->state != ARRIVING) return MHD_YES;
  if (!c->request.method) return begin(c, method);
  if (*len == 0) return hand_over(c);
  size_t arrived = *len;
  *len = 0;
  return store(c, data, arrived);
}

/* --- answers ---------------------------------------------------------------------------------- */

/* A body that is sent at a pace. Owned by its response. */
typedef struct {
  conn *conn;
  double start, rate;
  size_t len;
  char bytes[];
} paced;

static ssize_t on_more(void *context, uint64_t position, char *out, size_t max) {
  paced *p = context;
  size_t sent = (size_t)position;
  double elapsed = now() - p->start;
  double allowed = fmin(floor(elapsed * p->rate) + 1, (double)p->len);
  if (allowed <= (double)sent) {
    p->conn->due = p->start + fmax((double)sent / p->rate, elapsed + LIMIT_HTTPD_PACE_SECONDS);
    enter(p->conn, PACED);
    MHD_suspend_connection(p->conn->mhd);
    return 0;
  }
  size_t piece = (size_t)allowed - sent;
  if (piece > max) piece = max;
  memcpy(out, p->bytes + sent, piece);
  return (ssize_t)piece;
}

static struct MHD_Response *paced_response(conn *c, const httpd_answer *a) {
  paced *p = malloc(sizeof *p + a->body_len);
  if (!p) return NULL;
  *p = (paced){c, now(), a->bytes_per_second, a->body_len};
  if (a->body_len > 0) memcpy(p->bytes, a->body, a->body_len);
  struct MHD_Response *r =
      MHD_create_response_from_callback(a->body_len, LIMIT_HTTPD_PACE_BLOCK, on_more, p, free);
  if (!r) free(p);
  return r;
}

static struct MHD_Response *plain_response(const httpd_answer *a) {
  /* The bytes are copied; the parameter is not const for the modes in which they are not. */
  return MHD_create_response_from_buffer(a->body_len, (void *)(uintptr_t)a->body,
                                         MHD_RESPMEM_MUST_COPY);
}

static bool add_headers(struct MHD_Response *r, const httpd_answer *a, bool last) {
  for (size_t i = 0; i < a->header_count; i++)
    if (MHD_add_response_header(r, a->headers[i].name, a->headers[i].value) != MHD_YES)
      return false;
  return !last || MHD_add_response_header(r, "Connection", "close") == MHD_YES;
}

static void resume(conn *c, state next) {
  enter(c, next);
  c->server->resumed = true;
  MHD_resume_connection(c->mhd);
}

httpd_outcome httpd_respond(httpd *s, int64_t id, const httpd_answer *a) {
  conn *c = *table_slot(s, id);
  if (!c) return HTTPD_GONE;
  if (sock_has_left(descriptor(c->mhd))) { /* nobody watches a suspended connection */
    resume(c, DOOMED);
    return HTTPD_GONE;
  }
  struct MHD_Response *r = a->bytes_per_second > 0 ? paced_response(c, a) : plain_response(a);
  if (!r) return HTTPD_REFUSED;
  bool done = add_headers(r, a, c->request.too_large) &&
              MHD_queue_response(c->mhd, (unsigned)a->status, r) == MHD_YES;
  MHD_destroy_response(r);
  if (!done) return HTTPD_REFUSED;
  resume(c, ANSWERED);
  return HTTPD_DONE;
}

httpd_outcome httpd_abort(httpd *s, int64_t id, const char *bytes, size_t len) {
  conn *c = *table_slot(s, id);
  if (!c) return HTTPD_GONE;
  int fd = descriptor(c->mhd);
  if (len > 0 && !s->tls) {
    sock_finish(fd, bytes, len);
  } else {
    sock_reset(fd);
  }
  resume(c, DOOMED);
  return HTTPD_DONE;
}

/* --- the loop -----------------------------------------------------------------------------------
 */

const httpd_request *httpd_peek(const httpd *s) {
  return s->waiting.first ? &s->waiting.first->request : NULL;
}

void httpd_drop(httpd *s) {
  if (s->waiting.first) enter(s->waiting.first, TAKEN);
}

int httpd_port(const httpd *s) {
  return s->port;
}

int httpd_fd(const httpd *s) {
  return s->epoll;
}

double httpd_timeout(const httpd *s) {
  if (s->waiting_count > 0 || s->resumed) return 0;
  double due = INFINITY, at = now();
  MHD_UNSIGNED_LONG_LONG ms;
  if (MHD_get_timeout(s->daemon, &ms) == MHD_YES) due = at + (double)ms / 1000;
  if (s->arriving.first) due = fmin(due, s->arriving.first->due);
  for (const conn *c = s->paced.first; c; c = c->next) due = fmin(due, c->due);
  return isinf(due) ? -1 : fmax(due - at, 0);
}

/* Ends connections whose request has not arrived in time; lets paced answers go on. */
static void serve_timers(httpd *s) {
  double at = now();
  while (s->arriving.first && s->arriving.first->due <= at) {
    conn *c = s->arriving.first;
    sock_hang_up(descriptor(c->mhd));
    enter(c, DOOMED);
  }
  for (conn *c = s->paced.first, *next; c; c = next) {
    next = c->next;
    if (c->due <= at) resume(c, ANSWERED);
  }
}

/* Standard input says nothing that matters but its end. */
static void read_stdin(httpd *s) {
  char scratch[512];
  ssize_t n = read(STDIN_FILENO, scratch, sizeof scratch);
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) s->stdin_ended = true;
}

static int wait_for_events(httpd *s, double timeout) {
  double due = httpd_timeout(s);
  if (timeout < 0 || (due >= 0 && due < timeout)) timeout = due;
  int ms = timeout < 0 ? -1 : (int)fmin(ceil(timeout * 1000), INT_MAX);
  struct epoll_event events[2];
  int count = epoll_wait(s->epoll, events, 2, ms);
  for (int i = 0; i < count; i++)
    if (events[i].data.fd == STDIN_FILENO) read_stdin(s);
  return count >= 0 || errno == EINTR ? 0 : -1;
}

int httpd_step(httpd *s, double timeout, char error[LIMIT_ERROR_BYTES]) {
  if (wait_for_events(s, timeout) != 0) {
    snprintf(error, LIMIT_ERROR_BYTES, "cannot wait: %s", strerror(errno));
    return -1;
  }
  if (s->stdin_ended) {
    snprintf(error, LIMIT_ERROR_BYTES, "stdin closed");
    return -1;
  }
  serve_timers(s);
  s->resumed = false;
  if (MHD_run(s->daemon) != MHD_YES) {
    snprintf(error, LIMIT_ERROR_BYTES, "libmicrohttpd cannot go on");
    return -1;
  }
  return s->waiting_count;
}

/* --- birth and death
 * ------------------------------------------------------------------------------ */

static struct MHD_Daemon *start_daemon(httpd *s, const httpd_options *o, int fd) {
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key},
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert},
      {MHD_OPTION_END, 0, NULL},
  };
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (s->tls) flags |= MHD_USE_TLS;
  return MHD_start_daemon(
      flags, 0, NULL, NULL, on_request, s,   /* the log option comes first */
      MHD_OPTION_EXTERNAL_LOGGER, on_log, s, /* so that nothing is printed */
      MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_HTTPD_CONNECTION_BYTES,
      MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned)o->idle_timeout, s->tls ? MHD_OPTION_ARRAY : MHD_OPTION_END, tls, MHD_OPTION_END);
}

static bool watch(const httpd *s, int fd) {
  struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
  return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

static httpd *server_new(const httpd_options *o) {
  httpd *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  size_t size = 1;
  while (size < (size_t)o->max_connections) size *= 2;
  s->epoll = -1;
  s->mask = size - 1;
  s->table = calloc(size, sizeof *s->table);
  s->tls = o->cert && o->key;
  s->max_body = o->max_body;
  s->idle_timeout = o->idle_timeout;
  if (s->table) return s;
  free(s);
  return NULL;
}

/* Everything that may fail, in order; what was acquired is in s. */
static bool start(httpd *s, const httpd_options *o, char error[LIMIT_ERROR_BYTES]) {
  int fd = sock_listen(o->host, o->port, error);
  if (fd < 0) return false;
  s->port = sock_port(fd);
  s->start_error = error;
  s->daemon = start_daemon(s, o, fd);
  s->start_error = NULL;
  if (!s->daemon) {
    close(fd);
    return false;
  }
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (!info || s->epoll < 0 || !watch(s, info->epoll_fd)) {
    snprintf(error, LIMIT_ERROR_BYTES, "no epoll: %s", strerror(errno));
    return false;
  }
  if (o->stop_on_stdin_eof && !watch(s, STDIN_FILENO)) {
    snprintf(error, LIMIT_ERROR_BYTES, "cannot watch standard input: %s", strerror(errno));
    return false;
  }
  return true;
}

httpd *httpd_listen(const httpd_options *o, char error[LIMIT_ERROR_BYTES]) {
  *error = '\0';
  if ((o->cert || o->key) && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
    snprintf(error, LIMIT_ERROR_BYTES, "this libmicrohttpd was built without TLS");
    return NULL;
  }
  httpd *s = server_new(o);
  if (s && start(s, o, error)) return s;
  if (!*error) snprintf(error, LIMIT_ERROR_BYTES, "libmicrohttpd does not start");
  httpd_free(s);
  return NULL;
}

void httpd_free(httpd *s) {
  if (!s) return;
  for (size_t i = 0; i <= s->mask; i++)
    while (s->table[i]) resume(s->table[i], DOOMED);
  while (s->paced.first) resume(s->paced.first, DOOMED);
  if (s->daemon) MHD_stop_daemon(s->daemon);
  if (s->epoll >= 0) close(s->epoll);
  free(s->table);
  free(s);
}
