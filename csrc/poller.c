/* SPDX-License-Identifier: MIT */
#include "poller.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "limits.h"

#define LONGEST_WAIT 86400.0 /* seconds: fits an int of milliseconds */

static double sane(double timeout) {
  if (!(timeout > 0)) return 0;
  return timeout < LONGEST_WAIT ? timeout : LONGEST_WAIT;
}

#if defined(__linux__)

#include <sys/epoll.h>

struct poller {
  int fd;
};

poller *poller_new(void) {
  poller *p = malloc(sizeof *p);
  if (p == NULL) return NULL;
  p->fd = epoll_create1(EPOLL_CLOEXEC);
  if (p->fd < 0) {
    free(p);
    return NULL;
  }
  return p;
}

void poller_free(poller *p) {
  if (p == NULL) return;
  close(p->fd);
  free(p);
}

/* Parent and child share the registrations but not the descriptor: closing ours is safe, any
 * epoll_ctl would not be. */
void poller_abandon(poller *p) {
  poller_free(p);
}

int poller_fd(const poller *p) {
  return p->fd;
}

int poller_set(poller *p, int fd, unsigned was, unsigned want) {
  struct epoll_event event = {.data.fd = fd};
  if (want & POLLER_READ) event.events |= EPOLLIN;
  if (want & (POLLER_READ | POLLER_GONE)) event.events |= EPOLLRDHUP;
  if (want & POLLER_WRITE) event.events |= EPOLLOUT;
  if (want == 0) {
    if (epoll_ctl(p->fd, EPOLL_CTL_DEL, fd, &event) == 0 || errno == ENOENT || errno == EBADF)
      return 0;
    return -1;
  }
  if (epoll_ctl(p->fd, was == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  /* The number may have been closed and given out again since we last heard of it. */
  if (errno == EEXIST) return epoll_ctl(p->fd, EPOLL_CTL_MOD, fd, &event);
  if (errno == ENOENT) return epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &event);
  return -1;
}

static unsigned meaning(unsigned events) {
  unsigned what = 0;
  if (events & EPOLLIN) what |= POLLER_READ;
  if (events & EPOLLOUT) what |= POLLER_WRITE;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) what |= POLLER_GONE;
  return what;
}

int poller_wait(poller *p, poller_event *events, int count, double timeout) {
  struct epoll_event ready[LIMIT_EVENTS];
  if (count > LIMIT_EVENTS) count = LIMIT_EVENTS;
  int n = epoll_wait(p->fd, ready, count, (int)ceil(sane(timeout) * 1000));
  if (n < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < n; i++)
    events[i] = (poller_event){.fd = ready[i].data.fd, .what = meaning(ready[i].events)};
  return n;
}

#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__)

#include <fcntl.h>
#include <stdint.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>

struct poller {
  int fd;
};

poller *poller_new(void) {
  poller *p = malloc(sizeof *p);
  if (p == NULL) return NULL;
  p->fd = kqueue();
  if (p->fd < 0) {
    free(p);
    return NULL;
  }
  (void)fcntl(p->fd, F_SETFD, FD_CLOEXEC); /* a kqueue does not outlive exec in any case */
  return p;
}

void poller_free(poller *p) {
  if (p == NULL) return;
  close(p->fd);
  free(p);
}

/* A kqueue is not inherited: in the child its number may already be somebody else's. */
void poller_abandon(poller *p) {
  free(p);
}

int poller_fd(const poller *p) {
  return p->fd;
}

/* Filters are added with the flags given; 0: not at all. */
static int filter(poller *p, int fd, int16_t kind, unsigned was, unsigned want) {
  struct kevent change;
  if (was == want) return 0;
  if (was != 0) {
    EV_SET(&change, (uintptr_t)fd, kind, EV_DELETE, 0, 0, NULL);
    int result = kevent(p->fd, &change, 1, NULL, 0, NULL);
    if (result != 0 && errno != ENOENT && errno != EBADF) return -1;
  }
  if (want == 0) return 0;
  EV_SET(&change, (uintptr_t)fd, kind, (unsigned short)want, 0, 0, NULL);
  return kevent(p->fd, &change, 1, NULL, 0, NULL);
}

/* The end of a connection is seen by the filter for reading. For it alone the filter is triggered
 * by edges: bytes that nobody reads are reported once, not for ever. */
static unsigned read_flags(unsigned what) {
  if (what & POLLER_READ) return EV_ADD;
  return what & POLLER_GONE ? EV_ADD | EV_CLEAR : 0;
}

int poller_set(poller *p, int fd, unsigned was, unsigned want) {
  if (filter(p, fd, EVFILT_READ, read_flags(was), read_flags(want)) != 0) return -1;
  return filter(p, fd, EVFILT_WRITE, was & POLLER_WRITE ? EV_ADD : 0,
                want & POLLER_WRITE ? EV_ADD : 0);
}

static unsigned meaning(const struct kevent *event) {
  unsigned what = event->filter == EVFILT_READ ? POLLER_READ : POLLER_WRITE;
  return event->flags & (EV_EOF | EV_ERROR) ? what | POLLER_GONE : what;
}

int poller_wait(poller *p, poller_event *events, int count, double timeout) {
  struct kevent ready[LIMIT_EVENTS];
  if (count > LIMIT_EVENTS) count = LIMIT_EVENTS;
  double whole = sane(timeout);
  struct timespec span = {.tv_sec = (time_t)whole, .tv_nsec = (long)((whole - floor(whole)) * 1e9)};
  int n = kevent(p->fd, NULL, 0, ready, count, &span);
  if (n < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < n; i++)
    events[i] = (poller_event){.fd = (int)ready[i].ident, .what = meaning(&ready[i])};
  return n;
}

#else

#include <poll.h>
#include <string.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* then the end of a connection is only seen by reading */
#endif

struct poller {
  struct pollfd *list;
  int count, size;
  int next; /* where the last report ended: the next begins there, so that nobody starves */
};

poller *poller_new(void) {
  return calloc(1, sizeof(poller));
}

void poller_free(poller *p) {
  if (p == NULL) return;
  free(p->list);
  free(p);
}

void poller_abandon(poller *p) {
  poller_free(p);
}

int poller_fd(const poller *p) {
  (void)p;
  return -1;
}

static struct pollfd *find(poller *p, int fd) {
  for (int i = 0; i < p->count; i++)
    if (p->list[i].fd == fd) return &p->list[i];
  return NULL;
}

static struct pollfd *add(poller *p, int fd) {
  if (p->count == p->size) {
    int size = p->size > 0 ? p->size * 2 : 16;
    struct pollfd *list = realloc(p->list, (size_t)size * sizeof *list);
    if (list == NULL) return NULL;
    p->list = list;
    p->size = size;
  }
  struct pollfd *entry = &p->list[p->count++];
  *entry = (struct pollfd){.fd = fd};
  return entry;
}

int poller_set(poller *p, int fd, unsigned was, unsigned want) {
  (void)was;
  struct pollfd *entry = find(p, fd);
  if (want == 0) {
    if (entry != NULL) *entry = p->list[--p->count];
    return 0;
  }
  if (entry == NULL) entry = add(p, fd);
  if (entry == NULL) return -1;
  entry->events = 0;
  if (want & POLLER_READ) entry->events |= POLLIN;
  if (want & (POLLER_READ | POLLER_GONE)) entry->events |= POLLRDHUP;
  if (want & POLLER_WRITE) entry->events |= POLLOUT;
  return 0;
}

static unsigned meaning(short events) {
  unsigned what = 0;
  if (events & POLLIN) what |= POLLER_READ;
  if (events & POLLOUT) what |= POLLER_WRITE;
  if (events & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) what |= POLLER_GONE;
  return what;
}

int poller_wait(poller *p, poller_event *events, int count, double timeout) {
  int ready = poll(p->list, (nfds_t)p->count, (int)ceil(sane(timeout) * 1000));
  if (ready < 0) return errno == EINTR ? 0 : -1;
  int n = 0;
  for (int i = 0; i < p->count && n < count && n < ready; i++) {
    p->next = p->next + 1 < p->count ? p->next + 1 : 0;
    const struct pollfd *entry = &p->list[p->next];
    if (entry->revents != 0)
      events[n++] = (poller_event){.fd = entry->fd, .what = meaning(entry->revents)};
  }
  return n;
}

#endif
