/* SPDX-License-Identifier: MIT
 *
 * The pool: its life, its steps, its results. */
#include "http.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_internal.h"
#include "process.h"

#define WATCH_AGAIN 0.05 /* seconds until a descriptor the kernel refused is tried again */

void http_explain(char error[LIMIT_ERROR_BYTES], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error, LIMIT_ERROR_BYTES, format, arguments);
  va_end(arguments);
}

/* --- life --- */

static bool copy(char **to, const char *text) {
  *to = text != NULL ? strdup(text) : NULL;
  return text == NULL || *to != NULL;
}

int http_pool_open(http_pool *pool, char error[LIMIT_ERROR_BYTES]) {
  if (pool->multi != NULL) return 0;
  pool->multi = http_config_multi();
  if (pool->multi == NULL) return http_fail(error, "out of memory");
  if (http_socket_setup(pool) == 0) return 0;
  curl_multi_cleanup(pool->multi);
  pool->multi = NULL;
  return http_fail(error, "libcurl refuses an option of the pool");
}

static int pool_init(http_pool *pool, const http_options *options, char *error) {
  pool->owner = process_mark();
  pool->deadline = -1;
  pool->free_slot = -1;
  pool->burst = pool->burst_left = 1;
  pool->warm_lane.pool = pool;
  pool->http_version = options->http_version;
  pool->max_connections = options->max_connections;
  pool->one_store = http_config_one_store(options->ca_file);
  pool->user_agent = http_config_user_agent(options);
  if (!copy(&pool->ca_file, options->ca_file) || !copy(&pool->proxy, options->proxy) ||
      pool->user_agent == NULL)
    return http_fail(error, "out of memory");
  pool->poller = poller_new();
  if (pool->poller == NULL)
    return http_fail(error, "no descriptor or no memory for an event queue");
  return http_pool_open(pool, error);
}

http_pool *http_pool_new(const http_options *options, char error[LIMIT_ERROR_BYTES]) {
  if (http_config_check(options, error) != 0) return NULL;
  http_pool *pool = calloc(1, sizeof *pool);
  if (pool == NULL) {
    http_explain(error, "out of memory");
    return NULL;
  }
  if (pool_init(pool, options, error) != 0) {
    http_pool_free(pool);
    return NULL;
  }
  return pool;
}

/* What libcurl holds is the parent's: to clean it up would end TLS sessions the parent still uses.
 * It stays reachable, secrets aside, until the process ends. */
static void abandon(http_pool *pool) {
  static _Atomic(http_pool *) abandoned;
  for (int i = 0; i < pool->slot_count; i++) {
    http_transfer *t = pool->slots[i].transfer;
    if (t == NULL) continue;
    buf_erase(t->request.data, t->request.len);
    buf_erase(t->body.data, t->body.len);
    buf_erase(t->authorization.data, t->authorization.len);
  }
  poller_abandon(pool->poller);
  pool->poller = NULL;
  pool->next_abandoned = atomic_load(&abandoned);
  while (!atomic_compare_exchange_weak(&abandoned, &pool->next_abandoned, pool)) continue;
}

void http_pool_free(http_pool *pool) {
  if (pool == NULL) return;
  if (http_pool_forked(pool)) {
    abandon(pool);
    return;
  }
  http_sigpipe held;
  http_sigpipe_hold(&held);
  for (int i = 0; i < pool->slot_count; i++) {
    http_transfer *t = pool->slots[i].transfer;
    if (t == NULL) continue;
    if (!t->ended) curl_multi_remove_handle(pool->multi, t->easy);
    http_transfer_free(t);
  }
  curl_multi_cleanup(pool->multi); /* closes connections, which refer to lanes and poller */
  http_sigpipe_restore(&held);
  http_routes_free(pool);
  poller_free(pool->poller);
  free(pool->sockets);
  free(pool->ca_file);
  free(pool->proxy);
  curl_slist_free_all(pool->user_agent);
  free(pool);
}

bool http_pool_forked(const http_pool *pool) {
  return pool->owner != process_mark();
}

int http_pool_fd(const http_pool *pool) {
  return poller_fd(pool->poller);
}

void http_pool_connections(const http_pool *pool, unsigned long *opened, int *open) {
  *opened = 0;
  *open = 0;
  for (int i = 0; i < pool->lane_count; i++) {
    *opened += pool->lanes[i].opened;
    *open += pool->lanes[i].sockets;
  }
}

/* --- starts --- */

static int check_request(const http_pool *pool, const http_request *request, char *error) {
  if (request->route < 0 || request->route >= pool->route_count)
    return http_fail(error, "no such route");
  if (request->authorization_len > LIMIT_HEADER_LINE_BYTES)
    return http_fail(error, "an authorization of more than %u bytes", LIMIT_HEADER_LINE_BYTES);
  return 0;
}

static http_started fill(http_transfer *t, const http_request *request, char *error) {
  int culprit = 0;
  body_status status = http_transfer_fill(t, request, &culprit);
  if (status == BODY_OK) return HTTP_STARTED;
  body_explain(status, culprit, error);
  return status == BODY_NOMEM ? HTTP_REFUSED : HTTP_UNFIT;
}

static int hand_over(http_pool *pool, http_transfer *t, const http_request *request, char *error) {
  CURLcode code = http_transfer_arm(t, request);
  if (code != CURLE_OK) return http_fail(error, "libcurl: %s", curl_easy_strerror(code));
  if (!http_enter(pool, t, request->group))
    return http_fail(error, "more than %d transfers", LIMIT_TRANSFERS);
  t->started = clock_now();
  CURLMcode result = curl_multi_add_handle(pool->multi, t->easy);
  if (result == CURLM_OK) return 0;
  http_leave(pool, t);
  return http_fail(error, "libcurl: %s", curl_multi_strerror(result));
}

/* --- steps --- */

static void finish(http_pool *pool, http_transfer *t, CURLcode code, double now) {
  http_transfer_judge(t, code, now);
  curl_multi_remove_handle(pool->multi, t->easy);
  t->lane->running--;
  pool->running--;
  http_list_append(&pool->ended, t);
  pool->finished++;
}

static void collect(http_pool *pool) {
  CURLMsg *message;
  int left;
  double now = clock_now();
  while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
    char *transfer = NULL;
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result; /* the message dies with the transfer's removal */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    if (transfer != NULL)
      finish(pool, (http_transfer *)(void *)transfer, code, now);
    else
      pool->warm_code = code;
  }
}

/* Their status has arrived, and nothing after it for a while: it is the outcome. */
static void end_silent(http_pool *pool) {
  http_transfer *t = pool->answering.first;
  if (t == NULL) return;
  double now = clock_now();
  for (; t != NULL && t->stirred <= now - LIMIT_SILENT_SECONDS; t = pool->answering.first)
    finish(pool, t, CURLE_OPERATION_TIMEDOUT, now);
}

/* Asks the kernel only when all it reported last time has been served: a small budget must not
 * favour the first descriptors of each report. */
static bool fetch_events(http_pool *pool, double timeout) {
  if (pool->event_next < pool->event_count) return true;
  double due = http_pool_timeout(pool);
  if (due >= 0 && due < timeout) timeout = due;
  int n = poller_wait(pool->poller, pool->events, LIMIT_EVENTS, timeout);
  pool->event_next = 0;
  pool->event_count = n > 0 ? n : 0;
  return n >= 0;
}

static CURLMcode serve_timer(http_pool *pool) {
  int running;
  if (pool->deadline < 0 || pool->deadline > clock_now()) return CURLM_OK;
  pool->deadline = -1; /* libcurl sets the next one */
  return curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static CURLMcode serve(http_pool *pool, double budget) {
  double end = clock_now() + budget;
  while (pool->event_next < pool->event_count) {
    CURLMcode code = http_socket_serve(pool, &pool->events[pool->event_next++]);
    if (code != CURLM_OK) return code;
    if (budget >= 0 && clock_now() >= end) break;
  }
  return serve_timer(pool);
}

/* A multi handle that ran out of memory is not used again: libcurl 7.88 may have lost its timer by
 * then, may never end the transfer it was busy with, and may divide by zero. All transfers end
 * here, and the next one gets a new handle. */
static void break_off(http_pool *pool) {
  for (int i = 0; i < pool->slot_count; i++) {
    http_transfer *t = pool->slots[i].transfer;
    if (t != NULL && !t->ended) finish(pool, t, CURLE_OUT_OF_MEMORY, clock_now());
  }
  curl_multi_cleanup(pool->multi);
  pool->multi = NULL;
  pool->deadline = -1;
  pool->event_count = pool->event_next = 0;
}

/* libcurl begins with what it was handed in one call when its timer says so: the quickest way. To a
 * caller with a budget each is begun by itself, so that the budget sees its cost. */
static void begin(http_pool *pool) {
  http_sigpipe held;
  http_sigpipe_hold(&held);
  CURLMcode code = serve_timer(pool);
  collect(pool); /* an answer may be there already */
  if (code != CURLM_OK) break_off(pool);
  http_sigpipe_restore(&held);
}

http_started http_start(http_pool *pool, const http_request *request, int *id,
                        char error[LIMIT_ERROR_BYTES]) {
  if (check_request(pool, request, error) != 0) return HTTP_REFUSED;
  http_route_entry *route = &pool->routes[request->route];
  http_lane *lane = route->lane;
  bool opens = http_lane_must_open(lane);
  if (opens && !http_lane_may_open(lane)) return pool->burst_left > 0 ? HTTP_FULL : HTTP_WAIT;
  if (http_pool_open(pool, error) != 0) return HTTP_REFUSED;
  http_transfer *t = http_transfer_take(route);
  if (t == NULL) {
    http_explain(error, "out of memory");
    return HTTP_REFUSED;
  }
  http_started started = fill(t, request, error);
  if (started == HTTP_STARTED && hand_over(pool, t, request, error) != 0) started = HTTP_REFUSED;
  if (started != HTTP_STARTED) {
    http_transfer_free(t);
    return started;
  }
  lane->running++;
  pool->running++;
  t->opens = opens;
  lane->opening += opens;
  pool->burst_left -= opens;
  *id = t->id;
  if (pool->budgeted) begin(pool);
  return HTTP_STARTED;
}

int http_burst_left(const http_pool *pool) {
  return pool->burst_left;
}

bool http_is_opening(const http_pool *pool) {
  return pool->burst_left < pool->burst;
}

bool http_pool_serve(http_pool *pool, double timeout, double budget) {
  if (pool->unwatched) http_socket_watch_again(pool);
  CURLMcode code = serve_timer(pool); /* what was handed over leaves before anything is awaited */
  collect(pool);                      /* an answer may be there already */
  if (code == CURLM_OK && !fetch_events(pool, pool->finished > 0 ? 0 : timeout)) return false;
  if (code == CURLM_OK) code = serve(pool, budget);
  collect(pool);
  if (code != CURLM_OK) break_off(pool);
  end_silent(pool);
  return true;
}

int http_step(http_pool *pool, double timeout, double budget, int connect_burst,
              char error[LIMIT_ERROR_BYTES]) {
  http_sigpipe held;
  pool->burst = pool->burst_left = connect_burst;
  pool->budgeted = budget >= 0;
  http_sigpipe_hold(&held);
  bool served = http_pool_serve(pool, timeout, budget);
  http_sigpipe_restore(&held);
  if (!served) return http_fail(error, "cannot wait for connections: %s", strerror(errno));
  return pool->finished;
}

/* On our clock; negative: never. */
static double next_due(const http_pool *pool) {
  const http_transfer *t = pool->answering.first;
  double silent = t != NULL ? t->stirred + LIMIT_SILENT_SECONDS : -1;
  return pool->deadline < 0 || (silent >= 0 && silent < pool->deadline) ? silent : pool->deadline;
}

double http_pool_timeout(const http_pool *pool) {
  if (pool->event_next < pool->event_count) return 0;
  double due = next_due(pool);
  double left = due < 0 ? -1 : fmax(0, due - clock_now());
  if (pool->unwatched && (left < 0 || left > WATCH_AGAIN)) return WATCH_AGAIN;
  return left;
}

/* --- results --- */

int http_running(const http_pool *pool) {
  return pool->running;
}

int http_finished(const http_pool *pool) {
  return pool->ended.first != NULL ? pool->ended.first->id : 0;
}

const http_result *http_get_result(const http_pool *pool, int id) {
  const http_transfer *t = http_find(pool, id);
  return t != NULL && t->ended ? &t->result : NULL;
}

http_sent http_get_sent(const http_pool *pool, int id) {
  const http_transfer *t = http_find(pool, id);
  return t != NULL ? http_sent_of(t) : (http_sent){0};
}

http_timings http_get_timings(const http_pool *pool, int id) {
  return http_timings_of(http_find(pool, id));
}

/* To end a transfer in its midst closes its connection, which writes to it. */
static void withdraw(http_pool *pool, http_transfer *t) {
  http_sigpipe held;
  http_sigpipe_hold(&held);
  curl_multi_remove_handle(pool->multi, t->easy);
  http_sigpipe_restore(&held);
  http_transfer_opened(t);
  t->lane->running--;
  pool->running--;
}

void http_release(http_pool *pool, int id) {
  http_transfer *t = http_find(pool, id);
  if (t == NULL) return;
  http_list_leave(t);
  http_leave(pool, t);
  if (t->ended)
    pool->finished--;
  else
    withdraw(pool, t);
  http_transfer_release(t);
}
