/* SPDX-License-Identifier: MIT
 *
 * The birth of transfers, their rest between two requests, and their end. To duplicate a handle and
 * to free it again costs as much as a fifth of the request itself, so one that went well is kept,
 * with its buffers, for the next request of its route. */
#include <stdlib.h>
#include <string.h>

#include "http_internal.h"

/* Everything that stays the same from one request to the next. */
static CURLcode configure(http_transfer *t) {
  CURL *easy = t->easy;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
#if HTTP_HAS_PREREQ
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
#endif
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->result.error);
  return code;
}

static http_transfer *make(http_route_entry *route) {
  http_transfer *t = calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  t->route = route;
  t->lane = route->lane;
  buf_init(&t->request, LIMIT_REQUEST_BYTES);
  buf_init(&t->headers, LIMIT_HEADER_BYTES);
  buf_init(&t->body, LIMIT_BODY_BYTES);
  buf_init(&t->authorization, LIMIT_HEADER_LINE_BYTES);
  t->easy = curl_easy_duphandle(route->model);
  if (t->easy != NULL && configure(t) == CURLE_OK) return t;
  http_transfer_free(t);
  return NULL;
}

static http_transfer *unpark(http_route_entry *route) {
  http_transfer *t = route->parked;
  route->parked = t->next;
  route->lane->pool->parked--;
  t->next = NULL;
  return t;
}

http_transfer *http_transfer_take(http_route_entry *route) {
  return route->parked != NULL ? unpark(route) : make(route);
}

/* When as many are parked as may be, one goes: of another route, if it has one, since this route is
 * the one in use. */
static void make_room(http_pool *pool, const http_route_entry *route) {
  int own = (int)(route - pool->routes);
  if (pool->parked < pool->max_connections) return;
  for (int i = 1; i <= pool->route_count; i++) {
    http_route_entry *other = &pool->routes[(own + i) % pool->route_count];
    if (other->parked == NULL) continue;
    http_transfer_free(unpark(other));
    return;
  }
}

/* Overwrites all it held. The handle keeps pointing at the buffers, which stay where they are. */
static void clear(http_transfer *t) {
  buf *const buffers[] = {&t->request, &t->headers, &t->body, &t->authorization};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
    buf_erase(buffers[i]->data, buffers[i]->size);
    buf_reset(buffers[i]);
  }
  *t = (http_transfer){
      .lane = t->lane,
      .route = t->route,
      .easy = t->easy,
      .request = t->request,
      .headers = t->headers,
      .body = t->body,
      .authorization = t->authorization,
      .told = t->told,
  };
}

static bool is_small(const http_transfer *t) {
  return t->request.size <= LIMIT_PARKED_BYTES && t->body.size <= LIMIT_PARKED_BYTES &&
         t->headers.size <= LIMIT_PARKED_BYTES;
}

void http_transfer_release(http_transfer *t) {
  http_route_entry *route = t->route;
  if (!t->reusable || !is_small(t)) {
    http_transfer_free(t);
    return;
  }
  make_room(route->lane->pool, route);
  clear(t);
  t->next = route->parked;
  route->parked = t;
  route->lane->pool->parked++;
}

void http_transfer_free(http_transfer *t) {
  curl_easy_cleanup(t->easy);
  buf_wipe(&t->request);
  buf_wipe(&t->headers);
  buf_wipe(&t->body);
  buf_wipe(&t->authorization);
  free(t);
}

void http_parked_free(http_route_entry *route) {
  while (route->parked != NULL) http_transfer_free(unpark(route));
}
