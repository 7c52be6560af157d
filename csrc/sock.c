/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* POLLRDHUP */
#endif
#include "sock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool set(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

/* A socket on one address, or -1 and errno. An IPv6 socket takes IPv6 only, on every system. */
static int open_on(const struct addrinfo *at) {
  int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (set(fd, SOL_SOCKET, SO_REUSEADDR) &&
      (at->ai_family != AF_INET6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
      bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
    return fd;
  int why = errno;
  close(fd);
  errno = why;
  return -1;
}

int sock_listen(const char *host, int port, char error[LIMIT_ERROR_BYTES]) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *all = NULL;
  char service[16];
  snprintf(service, sizeof service, "%d", port);
  int failed = getaddrinfo(host, service, &hints, &all);
  int fd = -1;
  for (const struct addrinfo *at = all; at && fd < 0; at = at->ai_next) fd = open_on(at);
  if (fd < 0) {
    const char *why = failed                ? gai_strerror(failed)
                      : errno == EADDRINUSE ? "address in use"
                                            : strerror(errno);
    snprintf(error, LIMIT_ERROR_BYTES, "cannot listen on %s port %d: %s", host, port, why);
  }
  if (all) freeaddrinfo(all);
  return fd;
}

int sock_port(int fd) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } at = {0};
  socklen_t len = sizeof at;
  if (getsockname(fd, &at.any, &len) != 0) return 0;
  return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

bool sock_has_left(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLRDHUP};
  return poll(&p, 1, 0) == 1;
}

/* Bytes that have arrived and are never read would turn an orderly end into a reset. */
static void drain(int fd) {
  char scratch[4096];
  for (size_t most = LIMIT_HTTPD_DISCARD_BYTES; most >= sizeof scratch; most -= sizeof scratch)
    if (recv(fd, scratch, sizeof scratch, MSG_DONTWAIT) <= 0) return;
}

void sock_finish(int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) break;
    bytes += sent;
    len -= (size_t)sent;
  }
  drain(fd);
  (void)shutdown(fd, SHUT_WR);
}

/* Closing with a linger time of 0 would reset too, but only after the owner has said an orderly
 * goodbye; connecting to nowhere resets at once (tcp(7), connect(2)). */
void sock_reset(int fd) {
  const struct linger none = {.l_onoff = 1, .l_linger = 0};
  const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  (void)connect(fd, &nowhere, sizeof nowhere);
}

void sock_hang_up(int fd) {
  (void)shutdown(fd, SHUT_RDWR);
}
