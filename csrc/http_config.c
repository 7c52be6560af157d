/* SPDX-License-Identifier: MIT
 *
 * What is the same for every transfer of a pool, and what of libcurl it takes. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_internal.h"

/* libcurl makes and frees its buffers with each transfer. As long as glibc has seen no larger
 * block, it gives what exceeds 128 KB of them back to the system in every step and fetches it
 * again: a tenth of an event's time. Once a block of so many bytes was freed it keeps twice as
 * much. */
static void keep_memory(void) {
  void *volatile block = malloc(LIMIT_KEPT_BYTES);
  free(block);
}

/* A mutex rather than pthread_once: a start that failed for want of memory may be tried again. */
static CURLcode start_libcurl(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static bool started = false;
  pthread_mutex_lock(&lock);
  CURLcode code = started ? CURLE_OK : curl_global_init(CURL_GLOBAL_DEFAULT);
  if (!started) keep_memory();
  started = code == CURLE_OK;
  pthread_mutex_unlock(&lock);
  return code;
}

/* libcurl would only say so at the first connection, and less clearly. */
static int check_ca_file(const char *path, char *error) {
  char line[128];
  bool found = false;
  FILE *file = fopen(path, "re");
  if (file == NULL) return http_fail(error, "ca_file cannot be read: %.200s", path);
  while (!found && fgets(line, sizeof line, file) != NULL)
    found = strncmp(line, "-----BEGIN ", 11) == 0 && strstr(line, "CERTIFICATE-----") != NULL;
  fclose(file);
  return found ? 0 : http_fail(error, "ca_file holds no PEM certificate: %.200s", path);
}

/* Name lookups must not block and must not need signals, so the resolver has to be asynchronous. */
int http_config_check(const http_options *options, char error[LIMIT_ERROR_BYTES]) {
  CURLcode code = start_libcurl();
  if (code != CURLE_OK)
    return http_fail(error, "libcurl does not start: %s", curl_easy_strerror(code));
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num < HTTP_OLDEST_CURL)
    return http_fail(error, "libcurl %s is too old: 7.68 or later is needed", info->version);
  if (!(info->features & CURL_VERSION_ASYNCHDNS))
    return http_fail(error, "libcurl %s was built without asynchronous name lookups",
                     info->version);
  if (!(info->features & CURL_VERSION_SSL))
    return http_fail(error, "libcurl %s was built without TLS", info->version);
  if (options->http_version == 2 && !(info->features & CURL_VERSION_HTTP2))
    return http_fail(error, "libcurl %s was built without HTTP/2", info->version);
  if (!http_is_line(options->user_agent, LIMIT_HEADER_LINE_BYTES))
    return http_fail(error, "user_agent is not one header line");
  if (options->proxy != NULL && !http_is_line(options->proxy, LIMIT_URL_BYTES))
    return http_fail(error, "proxy is not a URL");
  return options->ca_file != NULL ? check_ca_file(options->ca_file, error) : 0;
}

/* Without a file of roots known to libcurl its default folder of roots must stay. */
bool http_config_one_store(const char *ca_file) {
  if (ca_file != NULL) return true;
#if HTTP_HAS_CA_INFO
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_SEVENTH && info->cainfo != NULL;
#else
  return false;
#endif
}

static CURLcode configure_protocol(const http_pool *pool, CURL *easy, const char *scheme) {
#if HTTP_HAS_PROTOCOLS_STR
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme);
#else
  long protocol = strcmp(scheme, "https") == 0 ? CURLPROTO_HTTPS : CURLPROTO_HTTP;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, protocol);
#endif
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  if (code == CURLE_OK && pool->http_version == 1)
    code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  if (code == CURLE_OK && pool->http_version == 2)
    code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  /* A handshake that is under way may turn out to be for all. Only TLS tells that early. */
  if (code == CURLE_OK && pool->http_version != 1 && strcmp(scheme, "https") == 0)
    code = curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  return code;
}

/* With a folder of roots libcurl reads the store again for each connection (30 ms on Debian); with
 * one file it is parsed once, and kept for as long as the pool lives. */
static CURLcode configure_tls(const http_pool *pool, CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (code == CURLE_OK && pool->one_store) code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  if (code == CURLE_OK && pool->ca_file != NULL)
    code = curl_easy_setopt(easy, CURLOPT_CAINFO, pool->ca_file);
#if !HTTP_KEEPS_TLS_SESSIONS
  /* They would be kept for one transfer, and 7.88 frees them twice when it lacks memory. */
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
#endif
#if HTTP_HAS_CA_CACHE
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, -1L);
#endif
  return code;
}

/* Loopback never goes through a proxy, whatever the environment says; a proxy that was asked for is
 * used whatever the environment says. */
static CURLcode configure_proxy(const http_pool *pool, CURL *easy, bool loopback) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!loopback && pool->proxy == NULL) return code;
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXY, loopback ? "" : pool->proxy);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NOPROXY, loopback ? "*" : "");
  return code;
}

/* Not by CURLOPT_USERAGENT: libcurl 7.88 writes that one twice for each request, byte by byte. */
struct curl_slist *http_config_user_agent(const http_options *options) {
  char line[LIMIT_HEADER_LINE_BYTES + sizeof "User-Agent: "];
  snprintf(line, sizeof line, "User-Agent: %s", options->user_agent);
  return curl_slist_append(NULL, line);
}

CURL *http_config_easy(void) {
  CURL *easy = curl_easy_init();
  if (easy == NULL || curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK) return easy;
  curl_easy_cleanup(easy);
  return NULL;
}

/* libcurl closes connections with a handle of its own, which takes NOSIGNAL from the transfer that
 * was added last. Without any, 7.88 sets the process's handler of SIGPIPE for a moment, and two
 * threads that do so at once leave it changed. */
CURLM *http_config_multi(void) {
  CURLM *multi = curl_multi_init();
  CURL *easy = http_config_easy();
  bool added = multi != NULL && easy != NULL && curl_multi_add_handle(multi, easy) == CURLM_OK;
  if (added) curl_multi_remove_handle(multi, easy);
  curl_easy_cleanup(easy);
  if (added) return multi;
  curl_multi_cleanup(multi);
  return NULL;
}

CURLcode http_config_apply(const http_pool *pool, CURL *easy, bool loopback, const char *scheme) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)LIMIT_UPLOAD_BYTES);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PROXYHEADER, pool->user_agent);
  if (code == CURLE_OK) code = configure_protocol(pool, easy, scheme);
  if (code == CURLE_OK) code = configure_tls(pool, easy);
  if (code == CURLE_OK) code = configure_proxy(pool, easy, loopback);
  return code;
}
