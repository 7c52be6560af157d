/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256u

/* Called through a volatile pointer, memset cannot be left out as a dead store. */
static void *(*const volatile overwrite)(void *, int, size_t) = memset;

void buf_erase(void *bytes, size_t len) {
  if (len > 0) overwrite(bytes, 0, len);
}

void buf_init(buf *b, size_t max) {
  *b = (buf){.max = max};
}

/* A new block rather than realloc: a block that realloc moves leaves its content behind, and the
 * content may be a secret. */
static bool grow(buf *b, size_t need) {
  size_t size = b->size > 0 ? b->size : FIRST_SIZE;
  while (size < need) size *= 2;
  if (size > b->max + 1) size = b->max + 1;
  char *data = malloc(size);
  if (data == NULL) return false;
  if (b->data != NULL) {
    memcpy(data, b->data, b->len);
    buf_erase(b->data, b->len);
    free(b->data);
  }
  b->data = data;
  b->size = size;
  return true;
}

buf_status buf_reserve(buf *b, size_t len) {
  if (len > b->max - b->len) return BUF_FULL;
  if (b->len + len + 1 > b->size && !grow(b, b->len + len + 1)) return BUF_NOMEM;
  return BUF_OK;
}

/* What is allocated is within the limit, so that the common case is one comparison. */
buf_status buf_add(buf *b, const void *bytes, size_t len) {
  if (len >= b->size - b->len) {
    buf_status status = buf_reserve(b, len);
    if (status != BUF_OK) return status;
  }
  if (len > 0) memcpy(b->data + b->len, bytes, len);
  b->len += len;
  b->data[b->len] = '\0';
  return BUF_OK;
}

void buf_reset(buf *b) {
  b->len = 0;
  if (b->data != NULL) b->data[0] = '\0';
}

void buf_free(buf *b) {
  free(b->data);
  buf_init(b, b->max);
}

void buf_wipe(buf *b) {
  buf_erase(b->data, b->size);
  buf_free(b);
}
