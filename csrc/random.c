/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#ifdef __has_include
#if __has_include(<sys/random.h>)
#include <sys/random.h> /* getentropy: Linux, macOS; the BSDs have it in unistd.h */
#endif
#endif

#include "process.h"

#define ENTROPY_AT_ONCE 256 /* getentropy gives no more */

static int read_device(unsigned char *out, size_t len) {
  int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  int failure = 0;
  while (len > 0 && failure == 0) {
    ssize_t got = read(fd, out, len);
    if (got > 0) {
      out += got;
      len -= (size_t)got;
    } else if (got == 0) {
      failure = EIO;
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  close(fd);
  return failure;
}

/* 0, or an errno: the system has none, and out is not to be used. */
static int random_bytes(void *out, size_t len) {
  unsigned char *at = out;
  while (len > 0) {
    size_t part = len < ENTROPY_AT_ONCE ? len : ENTROPY_AT_ONCE;
    /* A kernel without the call, or a sandbox that forbids it: the device is the same source. */
    if (getentropy(at, part) != 0) return read_device(at, len);
    at += part;
    len -= part;
  }
  return 0;
}

void random_pool_init(random_pool *pool) {
  pool->owner = process_mark();
  pool->left = 0;
}

/* Takes len bytes of the pool, which holds at least as many when it is full. */
static int take(random_pool *pool, void *out, size_t len) {
  long self = process_mark();
  if (pool->left < len || pool->owner != self) {
    pool->left = 0;
    int failure = random_bytes(pool->bytes, sizeof pool->bytes);
    if (failure != 0) return failure;
    pool->owner = self;
    pool->left = sizeof pool->bytes;
  }
  memcpy(out, pool->bytes + sizeof pool->bytes - pool->left, len);
  pool->left -= len;
  return 0;
}

int random_id(random_pool *pool, char out[RANDOM_ID_LENGTH + 1]) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~";
  unsigned char bytes[RANDOM_ID_LENGTH];
  size_t done = 0;
  while (done < RANDOM_ID_LENGTH) {
    size_t wanted = RANDOM_ID_LENGTH - done;
    int failure = take(pool, bytes, wanted);
    if (failure != 0) return failure;
    for (size_t i = 0; i < wanted; i++) {
      unsigned six = bytes[i] & 63u; /* 63 is thrown away: a remainder would favour some */
      if (six < sizeof alphabet - 1) out[done++] = alphabet[six];
    }
  }
  out[done] = '\0';
  return 0;
}

int random_number(random_pool *pool, double *number) {
  uint64_t bits;
  int failure = take(pool, &bits, sizeof bits);
  if (failure != 0) return failure;
  *number = (double)(bits >> 12) * 0x1p-52;
  return 0;
}
