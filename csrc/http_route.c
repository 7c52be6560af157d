/* SPDX-License-Identifier: MIT
 *
 * Routes: where requests may go, and with which headers. The URL is judged by the parts that
 * libcurl's own parser finds, and it is these which are used: there is no second reading that could
 * disagree, nor one for each request. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"

typedef struct {
  CURLU *url;
  char *scheme, *host, *port; /* libcurl's memory */
  bool loopback, localhost, https;
} address;

bool http_is_line(const char *text, size_t max) {
  size_t len = strlen(text);
  if (len == 0 || len > max) return false;
  for (const char *c = text; *c != '\0'; c++)
    if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f) return false;
  return true;
}

static bool is_url_text(const char *text) {
  size_t len = strlen(text);
  if (len == 0 || len > LIMIT_URL_BYTES) return false;
  for (const char *c = text; *c != '\0'; c++)
    if (*c <= ' ' || *c >= 0x7f) return false;
  return true;
}

/* "Name: value"; the name is made of the characters RFC 9110, section 5.6.2, allows. */
static bool is_header(const char *line) {
  static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  size_t name = strspn(line, token);
  return name > 0 && line[name] == ':' && http_is_line(line, LIMIT_HEADER_LINE_BYTES);
}

static bool is_method(const char *text) {
  size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  return len > 0 && len <= 16 && text[len] == '\0';
}

static void judge_host(address *a) {
  struct in_addr v4;
  a->localhost = strcasecmp(a->host, "localhost") == 0;
  bool v6_loopback = strcmp(a->host, "[::1]") == 0 || strcmp(a->host, "::1") == 0;
  bool v4_loopback = inet_pton(AF_INET, a->host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
  a->loopback = a->localhost || v4_loopback || v6_loopback;
  a->https = strcasecmp(a->scheme, "https") == 0;
}

static void address_cleanup(address *a) {
  curl_url_cleanup(a->url);
  curl_free(a->scheme);
  curl_free(a->host);
  curl_free(a->port);
}

static bool has_part(CURLU *u, CURLUPart part) {
  char *text = NULL;
  bool has = curl_url_get(u, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return has;
}

static int read_parts(address *a, const char *url, char *error) {
  CURLU *u = a->url;
  CURLUcode code = curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
  if (code == CURLUE_OUT_OF_MEMORY) return http_fail(error, "out of memory");
  if (code != CURLUE_OK) /* what may hold a password is not repeated */
    return http_fail(error, "not a URL: %.180s", strchr(url, '@') == NULL ? url : "it has an @");
  if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
    return http_fail(error, "a URL must not hold a user name or a password");
  if (has_part(u, CURLUPART_FRAGMENT) || has_part(u, CURLUPART_ZONEID))
    return http_fail(error, "a URL must not hold a fragment or a zone: %.160s", url);
  if (curl_url_get(u, CURLUPART_SCHEME, &a->scheme, 0) != CURLUE_OK ||
      curl_url_get(u, CURLUPART_HOST, &a->host, 0) != CURLUE_OK ||
      curl_url_get(u, CURLUPART_PORT, &a->port, CURLU_DEFAULT_PORT) != CURLUE_OK)
    return http_fail(error, "not an http or https URL: %.160s", url);
  return 0;
}

/* Fills a, which address_cleanup empties in either case. */
static int address_read(address *a, const char *url, char *error) {
  *a = (address){0};
  if (!is_url_text(url))
    return http_fail(error, "not a URL: empty, too long, or with spaces or control characters");
  a->url = curl_url();
  if (a->url == NULL) return http_fail(error, "out of memory");
  if (read_parts(a, url, error) != 0) return -1;
  judge_host(a);
  if (!a->https && strcasecmp(a->scheme, "http") != 0)
    return http_fail(error, "not an http or https URL: %.160s", url);
  if (!a->https && !a->loopback)
    return http_fail(error,
                     "plain http is only for localhost, 127.0.0.0/8 and [::1]: use https for "
                     "%.128s",
                     a->host);
  return 0;
}

static http_lane *lane_for(http_pool *pool, const address *a) {
  char origin[LIMIT_URL_BYTES + 32];
  snprintf(origin, sizeof origin, "%s://%s:%s", a->scheme, a->host, a->port);
  for (int i = 0; i < pool->lane_count; i++)
    if (strcasecmp(pool->lanes[i].origin, origin) == 0) return &pool->lanes[i];
  if (pool->lane_count == LIMIT_ROUTES) return NULL;
  http_lane *lane = &pool->lanes[pool->lane_count];
  *lane = (http_lane){.pool = pool, .origin = strdup(origin)};
  if (lane->origin == NULL) return NULL;
  pool->lane_count++;
  return lane;
}

/* A lane that a route brought which failed is the last one, and nobody else's. */
static void drop_lanes(http_pool *pool, int keep) {
  while (pool->lane_count > keep) free(pool->lanes[--pool->lane_count].origin);
}

static bool append(struct curl_slist **list, const char *line) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer != NULL) *list = longer;
  return longer != NULL;
}

/* No "Expect: 100-continue": older versions of libcurl ask for it above 1 KB, and wait a second
 * for servers that do not know it. */
static bool copy_headers(const http_pool *pool, http_route_entry *r, const http_route *route) {
  for (int i = 0; i < route->header_count; i++)
    if (!append(&r->headers, route->headers[i])) return false;
  return append(&r->headers, pool->user_agent->data) && append(&r->headers, "Expect:");
}

/* What resolvers make of "localhost" is not ours to trust: plain http and secrets go there. */
static bool resolve_localhost(http_route_entry *r, const address *a) {
  char line[64];
  if (!a->localhost) return true;
  snprintf(line, sizeof line, "localhost:%s:127.0.0.1,[::1]", a->port);
  return append(&r->resolve, line);
}

static CURLcode configure_model(const http_pool *pool, http_route_entry *r, const address *a,
                                double connect_timeout) {
  CURL *easy = r->model;
  CURLcode code = http_config_apply(pool, easy, a->loopback, a->https ? "https" : "http");
  if (code == CURLE_OK) code = http_socket_configure(easy, r->lane);
  if (code == CURLE_OK) code = http_transfer_configure(easy);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CURLU, r->url);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, http_milliseconds(connect_timeout));
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, r->headers);
  if (code == CURLE_OK && r->resolve != NULL)
    code = curl_easy_setopt(easy, CURLOPT_RESOLVE, r->resolve);
  return code;
}

static void entry_cleanup(http_route_entry *r) {
  http_parked_free(r);
  curl_easy_cleanup(r->model);
  curl_url_cleanup(r->url);
  curl_slist_free_all(r->headers);
  curl_slist_free_all(r->resolve);
  free(r->method);
}

/* Takes the URL of a. */
static int entry_init(http_pool *pool, http_route_entry *r, const http_route *route, address *a,
                      char *error) {
  *r = (http_route_entry){
      .method = strdup(route->method), .url = a->url, .model = http_config_easy()};
  a->url = NULL;
  r->lane = lane_for(pool, a);
  r->posts = strcmp(route->method, "POST") == 0 || strcmp(route->method, "PUT") == 0;
  if (r->method == NULL || r->model == NULL || r->lane == NULL || !copy_headers(pool, r, route) ||
      !resolve_localhost(r, a))
    return http_fail(error, "out of memory");
  CURLcode code = configure_model(pool, r, a, route->connect_timeout);
  if (code != CURLE_OK) return http_fail(error, "libcurl: %s", curl_easy_strerror(code));
  return 0;
}

static int check(const http_route *route, char *error) {
  if (!is_method(route->method))
    return http_fail(error, "not an HTTP method: %.40s", route->method);
  if (route->header_count > LIMIT_ROUTE_HEADERS)
    return http_fail(error, "more than %d headers", LIMIT_ROUTE_HEADERS);
  for (int i = 0; i < route->header_count; i++)
    if (!is_header(route->headers[i]))
      return http_fail(error, "header %d is not \"Name: value\" on one line", i + 1);
  return 0;
}

int http_route_add(http_pool *pool, const http_route *route, char error[LIMIT_ERROR_BYTES]) {
  if (pool->route_count == LIMIT_ROUTES)
    return http_fail(error, "more than %d routes", LIMIT_ROUTES);
  if (check(route, error) != 0) return -1;
  address a;
  http_route_entry *r = &pool->routes[pool->route_count];
  int lanes = pool->lane_count;
  int result = address_read(&a, route->url, error);
  if (result == 0) {
    result = entry_init(pool, r, route, &a, error);
    if (result != 0) {
      entry_cleanup(r);
      drop_lanes(pool, lanes);
    }
  }
  address_cleanup(&a);
  return result == 0 ? pool->route_count++ : -1;
}

void http_routes_free(http_pool *pool) {
  for (int i = 0; i < pool->route_count; i++) entry_cleanup(&pool->routes[i]);
  drop_lanes(pool, 0);
}
