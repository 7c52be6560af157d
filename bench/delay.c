/* SPDX-License-Identifier: MIT
 *
 * A long way: a TCP proxy on loopback that hands every byte on, in both directions, a fixed time
 * after it came. Bandwidth is not limited, order is kept, nothing is lost.
 *
 *   delay LISTEN-PORT TARGET-PORT MILLISECONDS
 *
 * The time is that of one way; a connection is accepted at once and its bytes wait, so that a round
 * trip takes twice as long. It runs until it is killed. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 16384, EVENTS = 64, MOST_SOCKETS = 8192 };

/* What came at one moment, until it is due at the other end. */
typedef struct piece {
  struct piece *next;
  double due;
  int to;
  unsigned life; /* of that descriptor: its number may be another connection's by then */
  size_t len, done;
  char bytes[];
} piece;

static struct {
  int epoll, target;
  double delay;
  int peer[MOST_SOCKETS]; /* 0: closed */
  unsigned life[MOST_SOCKETS];
  piece *first, *last; /* equal delays: in the order of their times */
} proxy;

static void stop_if(bool bad, const char *why) {
  if (!bad) return;
  fprintf(stderr, "delay: %s: %s\n", why, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  stop_if(epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, fd, &event) != 0, "epoll_ctl");
}

static void prepare(int fd) {
  int on = 1;
  stop_if(fd < 0 || fd >= MOST_SOCKETS, "a connection");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int listen_on(int port) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = loopback(port);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  stop_if(bind(fd, (struct sockaddr *)&address, sizeof address) != 0, "bind");
  stop_if(listen(fd, 1024) != 0, "listen");
  return fd;
}

static void accept_one(int listener) {
  int client = accept(listener, NULL, NULL);
  if (client < 0) return;
  int server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(proxy.target);
  stop_if(connect(server, (struct sockaddr *)&address, sizeof address) != 0, "connect");
  prepare(client);
  prepare(server);
  proxy.peer[client] = server;
  proxy.peer[server] = client;
  watch(client);
  watch(server);
}

static void enqueue(int to, const char *bytes, size_t len) {
  piece *p = malloc(sizeof *p + len);
  stop_if(p == NULL, "memory");
  *p = (piece){.due = now() + proxy.delay, .to = to, .life = proxy.life[to], .len = len};
  memcpy(p->bytes, bytes, len);
  *(proxy.last != NULL ? &proxy.last->next : &proxy.first) = p;
  proxy.last = p;
}

/* The end of one side is a piece without bytes, due like the others. */
static void take(int fd) {
  char bytes[PIECE];
  ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (proxy.peer[fd] != 0) enqueue(proxy.peer[fd], bytes, n > 0 ? (size_t)n : 0);
  if (n <= 0) epoll_ctl(proxy.epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void end_both(int fd) {
  int other = proxy.peer[fd];
  if (other == 0) return;
  proxy.peer[fd] = proxy.peer[other] = 0;
  proxy.life[fd]++;
  proxy.life[other]++;
  close(fd);
  close(other);
}

/* Sockets are blocking for writing: what a benchmark sends fits into the kernel's buffers. */
static void give(const piece *p) {
  if (proxy.life[p->to] != p->life) return;
  if (p->len == 0 || send(p->to, p->bytes, p->len, MSG_NOSIGNAL) != (ssize_t)p->len)
    end_both(p->to);
}

static void give_due(void) {
  while (proxy.first != NULL && proxy.first->due <= now()) {
    piece *p = proxy.first;
    proxy.first = p->next;
    if (proxy.first == NULL) proxy.last = NULL;
    give(p);
    free(p);
  }
}

/* Waits to the nanosecond: epoll_wait counts in milliseconds. */
static int wait_for(struct epoll_event *events) {
  if (proxy.first == NULL) return epoll_wait(proxy.epoll, events, EVENTS, -1);
  double left = proxy.first->due - now();
  if (left < 0) left = 0;
  struct timespec t = {.tv_sec = (time_t)left};
  t.tv_nsec = (long)((left - (double)t.tv_sec) * 1e9);
  return epoll_pwait2(proxy.epoll, events, EVENTS, &t, NULL);
}

int main(int argc, char **argv) {
  stop_if(argc != 4, "LISTEN-PORT TARGET-PORT MILLISECONDS");
  proxy.epoll = epoll_create1(EPOLL_CLOEXEC);
  proxy.target = atoi(argv[2]);
  proxy.delay = atof(argv[3]) / 1000;
  int listener = listen_on(atoi(argv[1]));
  watch(listener);
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = wait_for(events);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener)
        accept_one(listener);
      else
        take(fd);
    }
    give_due();
  }
}
