/* SPDX-License-Identifier: MIT */
#include "httpd_internal.h"

#include <errno.h>
#include <math.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "field.h"
#include "sock.h"

static double deadline(const httpd *s) {
  return clock_now() + s->idle_timeout;
}

int httpd_descriptor(const conn *c) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

void httpd_resume(httpd *s, conn *c, conn_state next) {
  conn_enter(c, next, deadline(s));
  s->resumed = true;
  MHD_resume_connection(c->mhd);
}

/* --- libmicrohttpd's callbacks for a connection --- */

static void on_connection(void *server, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what) {
  httpd *s = server;
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    *context = conn_new(&s->book, mhd, s->max_body, deadline(s));
  else if (*context)
    conn_free(*context);
}

/* The request line has been read. What is returned is the context of on_request. The target is
 * copied because libmicrohttpd takes its text apart afterwards. */
static void *on_target(void *server, const char *target, struct MHD_Connection *mhd) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  conn *c = info ? info->socket_context : NULL;
  if (!c || c->state != CONN_ARRIVING) return NULL;
  conn_clear(c, deadline(server));
  return buf_add(&c->target, target, strlen(target)) == BUF_OK ? c : NULL;
}

/* The request has ended, whichever way. */
static void on_completed(void *server, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode why) {
  (void)mhd, (void)why;
  if (*context) conn_clear(*context, deadline(server));
  *context = NULL;
}

static size_t keep_escapes(void *server, struct MHD_Connection *mhd, char *text) {
  (void)server, (void)mhd;
  return strlen(text);
}

static void on_log(void *server, const char *format, va_list args) {
  const httpd *s = server;
  if (!s->start_error || *s->start_error) return;
  vsnprintf(s->start_error, LIMIT_ERROR_BYTES, format, args);
  s->start_error[strcspn(s->start_error, "\r\n")] = '\0';
}

/* --- libmicrohttpd's callbacks for a request --- */

/* An answer of our own, for requests that are not handed to the caller. */
static enum MHD_Result refuse(conn *c, int status) {
  struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  if (!r) return MHD_NO;
  enum MHD_Result done = MHD_add_response_header(r, "Connection", "close");
  if (done == MHD_YES) done = MHD_queue_response(c->mhd, (unsigned)status, r);
  MHD_destroy_response(r);
  if (done == MHD_YES) conn_enter(c, CONN_ANSWERED, 0);
  return done;
}

/* The texts stay in libmicrohttpd's memory, which lives as long as the request. */
static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len) {
  (void)kind;
  conn *c = context;
  c->headers[c->request.header_count++] =
      (httpd_header){name, value ? value : "", name_len, value_len};
  return MHD_YES;
}

static bool collect_headers(conn *c, int count) {
  c->headers = calloc((size_t)count + 1, sizeof *c->headers);
  c->request.headers = c->headers;
  return c->headers && MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, c) == count;
}

static enum MHD_Result hand_over(conn *c) {
  conn_submit(c);
  MHD_suspend_connection(c->mhd);
  return MHD_YES;
}

/* The header lines are here. */
static enum MHD_Result begin(const httpd *s, conn *c, const char *method) {
  c->request.method = method;
  int count = MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, NULL, NULL);
  if (count < 0) return MHD_NO;
  if (count > LIMIT_HTTPD_HEADERS) return refuse(c, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE);
  if (!collect_headers(c, count)) return MHD_NO;
  unsigned long long length;
  int refusal = field_judge(c->headers, c->request.header_count, &length);
  if (refusal) return refuse(c, refusal);
  if (length <= s->max_body) return MHD_YES;
  c->request.too_large = true;
  return hand_over(c);
}

/* libmicrohttpd takes no answer in the middle of a body. So one above its cap is read to its end
 * and thrown away, if the end comes soon enough; an honest client can then read its 413. */
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
  (void)mhd, (void)url, (void)version;
  conn *c = *context;
  if (!c || c->state == CONN_DOOMED) return MHD_NO;
  if (c->state != CONN_ARRIVING) return MHD_YES;
  if (!c->request.method) return begin(server, c, method);
  if (*len == 0) return hand_over(c);
  size_t arrived = *len;
  *len = 0;
  return store(c, data, arrived);
}

/* --- answers --- */

/* A body that is sent at a pace. Owned by its response. */
typedef struct {
  conn *conn;
  double start, rate;
  size_t len;
  char bytes[];
} paced;

static ssize_t on_more(void *context, uint64_t position, char *out, size_t max) {
  paced *p = context;
  double sent = (double)position;
  double elapsed = clock_now() - p->start;
  double allowed = fmin(floor(elapsed * p->rate) + 1, (double)p->len);
  if (allowed <= sent) {
    double next = fmax(sent / p->rate, elapsed + LIMIT_HTTPD_PACE_SECONDS);
    conn_enter(p->conn, CONN_PACED, p->start + next);
    MHD_suspend_connection(p->conn->mhd);
    return 0;
  }
  size_t piece = (size_t)fmin(allowed - sent, (double)max);
  memcpy(out, p->bytes + position, piece);
  return (ssize_t)piece;
}

static struct MHD_Response *paced_response(conn *c, const httpd_answer *a) {
  paced *p = malloc(sizeof *p + a->body_len);
  if (!p) return NULL;
  *p = (paced){c, clock_now(), a->bytes_per_second, a->body_len};
  if (a->body_len > 0) memcpy(p->bytes, a->body, a->body_len);
  struct MHD_Response *r =
      MHD_create_response_from_callback(a->body_len, LIMIT_HTTPD_PACE_BLOCK, on_more, p, free);
  if (!r) free(p);
  return r;
}

static struct MHD_Response *plain_response(const httpd_answer *a) {
  /* The bytes are copied; the parameter is not const for the modes in which they are not. */
  void *body = (void *)(uintptr_t)a->body;
  return MHD_create_response_from_buffer(a->body_len, body, MHD_RESPMEM_MUST_COPY);
}

/* An empty value is not taken; a blank reads as one. */
static bool add_headers(struct MHD_Response *r, const httpd_answer *a, bool last) {
  for (const httpd_header *h = a->headers; h < a->headers + a->header_count; h++)
    if (MHD_add_response_header(r, h->name, *h->value ? h->value : " ") != MHD_YES) return false;
  return !last || MHD_add_response_header(r, "Connection", "close") == MHD_YES;
}

/* Nobody else watches a suspended connection. */
conn *httpd_open(httpd *s, int64_t id) {
  conn *c = conn_find(&s->book, id);
  if (!c || !conn_is_open(c)) return NULL;
  if (!sock_has_left(httpd_descriptor(c))) return c;
  httpd_resume(s, c, CONN_DOOMED);
  return NULL;
}

httpd_outcome httpd_queue(conn *c, struct MHD_Response *r, const httpd_answer *a, bool close) {
  if (!r) return HTTPD_REFUSED;
  bool done =
      add_headers(r, a, close) && MHD_queue_response(c->mhd, (unsigned)a->status, r) == MHD_YES;
  MHD_destroy_response(r);
  return done ? HTTPD_DONE : HTTPD_REFUSED;
}

httpd_outcome httpd_respond(httpd *s, int64_t id, const httpd_answer *a) {
  conn *c = httpd_open(s, id);
  if (!c) return HTTPD_GONE;
  struct MHD_Response *r = a->bytes_per_second > 0 ? paced_response(c, a) : plain_response(a);
  httpd_outcome outcome = httpd_queue(c, r, a, c->request.too_large);
  if (outcome == HTTPD_DONE) httpd_resume(s, c, CONN_ANSWERED);
  return outcome;
}

httpd_outcome httpd_abort(httpd *s, int64_t id, const char *bytes, size_t len) {
  conn *c = conn_find(&s->book, id);
  if (!c) return HTTPD_GONE;
  if (len > 0 && !s->tls)
    sock_finish(httpd_descriptor(c), bytes, len);
  else
    sock_reset(httpd_descriptor(c));
  if (c->state == CONN_STREAMED) /* is not suspended; libmicrohttpd sees the reset */
    conn_enter(c, CONN_DOOMED, deadline(s));
  else
    httpd_resume(s, c, CONN_DOOMED);
  return HTTPD_DONE;
}

/* --- the loop --- */

const httpd_request *httpd_peek(const httpd *s) {
  const conn *c = conn_first(&s->book, CONN_WAITING);
  return c ? &c->request : NULL;
}

void httpd_drop(httpd *s) {
  conn *c = conn_first(&s->book, CONN_WAITING);
  if (c) conn_enter(c, CONN_TAKEN, 0);
}

int httpd_port(const httpd *s) {
  return s->port;
}

int httpd_fd(const httpd *s) {
  return waiter_fd(&s->waiter);
}

double httpd_timeout(const httpd *s) {
  if (s->book.waiting_count > 0 || s->resumed) return 0;
  double at = clock_now(), due = conn_next_due(&s->book);
  MHD_UNSIGNED_LONG_LONG ms;
  if (MHD_get_timeout(s->daemon, &ms) == MHD_YES) due = fmin(due, at + (double)ms / 1000);
  return isinf(due) ? -1 : fmax(due - at, 0);
}

static void end_overdue(httpd *s, conn_state state, double at) {
  for (conn *c; (c = conn_first(&s->book, state)) != NULL && c->due <= at;) {
    sock_hang_up(httpd_descriptor(c));
    conn_enter(c, CONN_DOOMED, at + s->idle_timeout);
  }
}

/* Ends connections whose request has not arrived in time; lets paced answers go on. */
static void serve_timers(httpd *s) {
  double at = clock_now();
  end_overdue(s, CONN_DOOMED, at);
  end_overdue(s, CONN_ARRIVING, at);
  for (conn *c = conn_first(&s->book, CONN_PACED), *next; c; c = next) {
    next = c->next;
    if (c->due <= at) httpd_resume(s, c, CONN_ANSWERED);
  }
}

static int fail(char error[LIMIT_ERROR_BYTES], const char *what, const char *why) {
  snprintf(error, LIMIT_ERROR_BYTES, "%s%s", what, why);
  return -1;
}

int httpd_step(httpd *s, double timeout, char error[LIMIT_ERROR_BYTES]) {
  double due = httpd_timeout(s);
  if (waiter_wait(&s->waiter, due >= 0 ? fmin(due, timeout) : timeout) != 0)
    return fail(error, "cannot wait: ", strerror(errno));
  if (s->waiter.stdin_ended) return fail(error, "stdin closed", "");
  serve_timers(s);
  s->resumed = false;
  if (MHD_run(s->daemon) != MHD_YES) return fail(error, "libmicrohttpd cannot go on", "");
  return s->book.waiting_count;
}

/* --- birth and death --- */

static struct MHD_Daemon *start_daemon(httpd *s, const httpd_options *o, int fd) {
  void *key = (void *)(uintptr_t)o->key, *cert = (void *)(uintptr_t)o->cert;
  struct MHD_OptionItem options[] = {
      {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, s}, /* first, so that nothing is printed */
      {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
      {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
      {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
      {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, s},
      {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, s},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_HTTPD_CONNECTION_BYTES, NULL},
      {MHD_OPTION_CONNECTION_LIMIT, o->max_connections, NULL},
      {MHD_OPTION_CONNECTION_TIMEOUT, o->idle_timeout, NULL},
      {s->tls ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0, key},
      {MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
      {MHD_OPTION_END, 0, NULL},
  };
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (s->tls) flags |= MHD_USE_TLS;
  return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, options,
                          MHD_OPTION_END);
}

/* When it does not start, libmicrohttpd has closed the socket, or it has not: it depends. The
 * number may be somebody else's by now, hence the look at the port. */
static int start(httpd *s, const httpd_options *o, char error[LIMIT_ERROR_BYTES]) {
  int fd = sock_listen(o->host, o->port, error);
  if (fd < 0) return -1;
  s->port = sock_port(fd);
  s->start_error = error;
  s->daemon = start_daemon(s, o, fd);
  s->start_error = NULL;
  if (s->daemon) return 0;
  if (sock_port(fd) == s->port) close(fd);
  return *error ? -1 : fail(error, "libmicrohttpd does not start", "");
}

static int watch(httpd *s, bool with_stdin, char error[LIMIT_ERROR_BYTES]) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  if (!info) return fail(error, "libmicrohttpd has no epoll", "");
  if (waiter_init(&s->waiter, info->epoll_fd, with_stdin) == 0) return 0;
  const char *what = errno == EPERM ? "cannot watch standard input: " : "cannot watch: ";
  return fail(error, what, strerror(errno));
}

static int begin_life(httpd *s, const httpd_options *o, char error[LIMIT_ERROR_BYTES]) {
  s->tls = o->cert && o->key;
  s->max_body = o->max_body;
  s->idle_timeout = o->idle_timeout;
  if (s->tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
    return fail(error, "this libmicrohttpd was built without TLS", "");
  if (!conn_book_init(&s->book, o->max_connections)) return fail(error, "no memory", "");
  return start(s, o, error) == 0 && watch(s, o->stop_on_stdin_eof, error) == 0 ? 0 : -1;
}

httpd *httpd_listen(const httpd_options *o, char error[LIMIT_ERROR_BYTES]) {
  *error = '\0';
  httpd *s = calloc(1, sizeof *s);
  if (!s) fail(error, "no memory", "");
  if (!s || begin_life(s, o, error) == 0) return s;
  httpd_free(s);
  return NULL;
}

static bool is_suspended(const conn *c) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_SUSPENDED);
  return info && info->suspended;
}

/* libmicrohttpd aborts the process when a connection is suspended at its end. So it is asked
 * itself, whatever our book says. */
static void stop_daemon(httpd *s) {
  for (conn_state state = 0; state < CONN_STATES; state++)
    for (conn *c = conn_first(&s->book, state); c; c = c->next)
      if (is_suspended(c)) MHD_resume_connection(c->mhd);
  MHD_stop_daemon(s->daemon);
}

void httpd_free(httpd *s) {
  if (!s) return;
  if (s->daemon) stop_daemon(s);
  waiter_cleanup(&s->waiter);
  conn_book_cleanup(&s->book);
  free(s);
}
