/* SPDX-License-Identifier: MIT
 *
 * The certificate store, read ahead of time. libcurl reads it in the first TLS handshake of a multi
 * handle and keeps it there. So a handshake is begun with a listening socket of our own that never
 * answers, and dropped as soon as the ClientHello is there: it is written after, or right before in
 * the same call as, the store is read. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_internal.h"

#define SLICE 0.01 /* seconds between two looks at the listening socket */

/* A port nobody else knows; the kernel completes the TCP handshake without our help. -1 on failure,
 * see errno. */
static int listen_privately(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
    close(fd);
    return -1;
  }
  *port = ntohs(address.sin_port);
  return fd;
}

static bool is_readable(int fd) {
  struct pollfd entry = {.fd = fd, .events = POLLIN};
  return poll(&entry, 1, 0) > 0;
}

/* Until the ClientHello has come, or it clearly will not. */
static bool shake_hands(http_pool *pool, int listener) {
  double end = clock_now() + LIMIT_WARM_SECONDS;
  int peer = -1;
  bool arrived = false;
  while (!arrived && pool->warm_code == CURLE_OK && clock_now() < end && pool->multi != NULL &&
         http_pool_serve(pool, SLICE, -1)) {
    if (peer < 0 && is_readable(listener)) peer = accept(listener, NULL, NULL);
    arrived = peer >= 0 && is_readable(peer);
  }
  if (peer >= 0) close(peer);
  return arrived;
}

static CURLcode configure(http_pool *pool, CURL *easy, int port) {
  char url[64];
  snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
  CURLcode code = http_config_apply(pool, easy, true, "https");
  if (code == CURLE_OK) code = http_socket_configure(easy, &pool->warm_lane);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_URL, url);
  return code;
}

static int try(http_pool *pool, CURL *easy, int listener, char *error) {
  if (http_pool_open(pool, error) != 0) return -1;
  pool->warm_code = CURLE_OK;
  CURLMcode code = curl_multi_add_handle(pool->multi, easy);
  if (code != CURLM_OK) return http_fail(error, "libcurl: %s", curl_multi_strerror(code));
  http_sigpipe held;
  http_sigpipe_hold(&held);
  bool arrived = shake_hands(pool, listener);
  curl_multi_remove_handle(pool->multi, easy);
  http_sigpipe_restore(&held);
  if (pool->warm_code != CURLE_OK)
    return http_fail(error, "libcurl: %s", curl_easy_strerror(pool->warm_code));
  return arrived ? 0 : http_fail(error, "the certificate store could not be read ahead of time");
}

int http_pool_warm(http_pool *pool, char error[LIMIT_ERROR_BYTES]) {
  int port;
  if (!HTTP_HAS_CA_CACHE || !pool->one_store) return 0; /* libcurl would not keep it */
  int listener = listen_privately(&port);
  if (listener < 0) return http_fail(error, "no socket to warm up with: %s", strerror(errno));
  CURL *easy = http_config_easy();
  CURLcode code = easy != NULL ? configure(pool, easy, port) : CURLE_OUT_OF_MEMORY;
  int result = code == CURLE_OK ? try(pool, easy, listener, error)
                                : http_fail(error, "libcurl: %s", curl_easy_strerror(code));
  curl_easy_cleanup(easy);
  close(listener);
  return result;
}
