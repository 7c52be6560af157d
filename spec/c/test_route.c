/* SPDX-License-Identifier: MIT
 *
 * Routes for which memory runs out leave nothing behind. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "http_internal.h"

static bool exhausted;

/* In the way of libcurl's own: the last thing a route needs memory for before it is configured. */
struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) {
  if (exhausted) return NULL;
  struct curl_slist *node = calloc(1, sizeof *node);
  node->data = strdup(text);
  if (list == NULL) return node;
  struct curl_slist *last = list;
  while (last->next != NULL) last = last->next;
  last->next = node;
  return list;
}

static int add(http_pool *pool, int host, char *error) {
  char url[64];
  snprintf(url, sizeof url, "https://host-%d.example/", host);
  http_route route = {.method = "POST", .url = url, .connect_timeout = 1};
  return http_route_add(pool, &route, error);
}

int main(void) {
  char error[LIMIT_ERROR_BYTES];
  const http_options options = {.user_agent = "test", .max_connections = 1};
  http_pool *pool = http_pool_new(&options, error);
  CHECK(pool != NULL);
  CHECK(add(pool, 0, error) == 0);
  exhausted = true;
  for (int i = 0; i <= LIMIT_ROUTES; i++) {
    CHECK(add(pool, i, error) == -1);
    CHECK(strcmp(error, "out of memory") == 0);
    CHECK(pool->lane_count == 1);
  }
  exhausted = false;
  for (int i = 1; i < LIMIT_ROUTES; i++) CHECK(add(pool, i, error) == i);
  CHECK(pool->lane_count == LIMIT_ROUTES);
  CHECK(add(pool, LIMIT_ROUTES, error) == -1);
  http_pool_free(pool);
  return check_report();
}
