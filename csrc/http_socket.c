/* SPDX-License-Identifier: MIT
 *
 * Connections and readiness. libcurl forgets a descriptor after each transfer and announces it
 * again with the next; we keep it registered for as long as the connection lives, which saves two
 * system calls a transfer and shows at once when the peer ends an idle connection. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_internal.h"

static http_socket *find(http_pool *pool, int fd) {
  return fd >= 0 && fd < pool->socket_size ? &pool->sockets[fd] : NULL;
}

static http_socket *find_or_add(http_pool *pool, int fd) {
  if (fd < 0) return NULL;
  if (fd >= pool->socket_size) {
    int size = fd < 32 ? 64 : fd * 2;
    http_socket *sockets = realloc(pool->sockets, (size_t)size * sizeof *sockets);
    if (sockets == NULL) return NULL;
    for (int i = pool->socket_size; i < size; i++) sockets[i] = (http_socket){0};
    pool->sockets = sockets;
    pool->socket_size = size;
  }
  return &pool->sockets[fd];
}

static void watch(http_pool *pool, int fd, http_socket *s, unsigned want) {
  if (s->watched == want) return;
  if (poller_set(pool->poller, fd, s->watched, want) == 0)
    s->watched = (unsigned char)want;
  else
    pool->unwatched = true;
}

void http_socket_watch_again(http_pool *pool) {
  pool->unwatched = false;
  for (int fd = 0; fd < pool->socket_size; fd++)
    if (pool->sockets[fd].want != 0) watch(pool, fd, &pool->sockets[fd], pool->sockets[fd].want);
}

/* CURLMOPT_SOCKETFUNCTION */
static int on_interest(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp) {
  (void)easy;
  (void)socketp;
  http_pool *pool = userp;
  http_socket *s = find_or_add(pool, fd);
  if (s == NULL)
    return 0; /* no memory: not one of ours, those have their place. libcurl polls its resolver by
                 timer as well, and -1 would end every transfer of the pool */
  if (what == CURL_POLL_REMOVE) {
    s->want = 0;
    if (s->lane == NULL) watch(pool, fd, s, 0);
    return 0;
  }
  if (s->dead) {
    s->dead = false;
    s->lane->sockets++;
  }
  s->want = (unsigned char)((what & CURL_POLL_IN ? POLLER_READ : 0) |
                            (what & CURL_POLL_OUT ? POLLER_WRITE : 0));
  watch(pool, fd, s, s->want);
  return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int on_timer(CURLM *multi, long milliseconds, void *userp) {
  (void)multi;
  http_pool *pool = userp;
  pool->deadline = milliseconds < 0 ? -1 : clock_now() + (double)milliseconds / 1000;
  return 0;
}

static int new_socket(const struct curl_sockaddr *address) {
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  int fd = socket(address->family, address->socktype, address->protocol);
  if (fd >= 0) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

/* CURLOPT_OPENSOCKETFUNCTION */
static curl_socket_t on_open(void *userp, curlsocktype purpose, struct curl_sockaddr *address) {
  http_lane *lane = userp;
  http_pool *pool = lane->pool;
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  int fd = new_socket(address);
  if (fd < 0) return CURL_SOCKET_BAD;
  http_socket *s = find_or_add(pool, fd);
  if (s == NULL) {
    close(fd);
    return CURL_SOCKET_BAD;
  }
  *s = (http_socket){.lane = lane};
  lane->sockets++;
  lane->opened++;
  return fd;
}

/* CURLOPT_CLOSESOCKETFUNCTION. libcurl calls it with the lane the connection was opened for. */
static int on_close(void *userp, curl_socket_t fd) {
  http_lane *lane = userp;
  http_pool *pool = lane->pool;
  http_socket *s = find(pool, fd);
  if (s != NULL && s->lane != NULL) {
    watch(pool, fd, s, 0);
    if (!s->dead) s->lane->sockets--;
    *s = (http_socket){0};
  }
  return close(fd);
}

int http_socket_setup(http_pool *pool) {
  CURLM *m = pool->multi;
  long most = pool->max_connections;
  bool ok = curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, on_interest) == CURLM_OK &&
            curl_multi_setopt(m, CURLMOPT_SOCKETDATA, pool) == CURLM_OK &&
            curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
            curl_multi_setopt(m, CURLMOPT_TIMERDATA, pool) == CURLM_OK &&
            /* a full pool makes room by closing the connection that was idle the longest */
            curl_multi_setopt(m, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) == CURLM_OK &&
            curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, most) == CURLM_OK &&
            curl_multi_setopt(m, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)LIMIT_STREAMS) == CURLM_OK;
  return ok ? 0 : -1;
}

CURLcode http_socket_configure(CURL *easy, http_lane *lane) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, lane);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, lane);
  return code;
}

/* A peer that ends a TLS connection says so before it hangs up, and libcurl 7.88 takes those bytes
 * for a sign of life: it would send the next request into the void. Without them it sees the
 * end. */
static void drain(int fd) {
  char bytes[512];
  for (int i = 0; i < 32; i++)
    if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0) return;
}

static void mark_dead(int fd, http_socket *s) {
  if (s->lane == NULL || s->dead) return;
  s->dead = true;
  s->lane->sockets--;
  if (!s->lane->multiplexed) drain(fd);
}

/* Something happened on a connection that nobody uses. Bytes can wait: late parts of a TLS
 * handshake, frames of HTTP/2. Its end cannot, since the next transfer counts with it. */
static void serve_idle(http_pool *pool, int fd, http_socket *s, unsigned what) {
  if (what & POLLER_GONE) {
    watch(pool, fd, s, 0);
    mark_dead(fd, s);
  } else {
    watch(pool, fd, s, what & POLLER_READ ? POLLER_GONE : POLLER_READ);
  }
}

CURLMcode http_socket_serve(http_pool *pool, const poller_event *event) {
  http_socket *s = find(pool, event->fd);
  int running;
  if (s == NULL) return CURLM_OK;
  if (s->want == 0) {
    serve_idle(pool, event->fd, s, event->what);
    return CURLM_OK;
  }
  int what = (event->what & POLLER_READ ? CURL_CSELECT_IN : 0) |
             (event->what & POLLER_WRITE ? CURL_CSELECT_OUT : 0) |
             (event->what & POLLER_GONE ? CURL_CSELECT_ERR : 0);
  return curl_multi_socket_action(pool->multi, event->fd, what, &running);
}

static int streams(const http_lane *lane) {
  return lane->multiplexed ? LIMIT_STREAMS : 1;
}

/* Over HTTP/2 one that is being opened carries nothing yet: libcurl would open another for each
 * transfer that comes until it is there. */
bool http_lane_must_open(const http_lane *lane) {
  int ready = lane->multiplexed ? lane->sockets - lane->opening : lane->sockets;
  return lane->running >= ready * streams(lane);
}

/* Idle connections of other lanes do not count: libcurl closes one to make room. */
bool http_lane_may_open(const http_lane *lane) {
  const http_pool *pool = lane->pool;
  if (pool->burst_left <= 0 || (lane->multiplexed && lane->opening > 0)) return false;
  int busy = 0;
  for (int i = 0; i < pool->lane_count; i++) {
    int each = streams(&pool->lanes[i]);
    busy += (pool->lanes[i].running + each - 1) / each;
  }
  return busy < pool->max_connections;
}
