/* SPDX-License-Identifier: MIT
 *
 * buf: bytes that grow up to a hard limit given at birth. Always NUL-terminated once something was
 * added. The owner is whoever called buf_init. */
#ifndef PROACTIVE_BUF_H
#define PROACTIVE_BUF_H

#include <stddef.h>

typedef enum { BUF_OK, BUF_FULL, BUF_NOMEM } buf_status;

typedef struct {
  char *data; /* NULL until the first byte */
  size_t len;
  size_t size; /* allocated */
  size_t max;  /* most bytes of content; below SIZE_MAX / 2 */
} buf;

void buf_init(buf *b, size_t max);

/* Appends all or nothing. */
buf_status buf_add(buf *b, const void *bytes, size_t len);

/* Makes room for so many bytes more: the caller writes them and their NUL at data + len, and adds
 * to len. */
buf_status buf_reserve(buf *b, size_t len);

/* Forgets the content, keeps the memory. */
void buf_reset(buf *b);

/* Frees; the buffer can be used again. buf_wipe overwrites the content first, for secrets. */
void buf_free(buf *b);
void buf_wipe(buf *b);

/* Overwrites bytes that held a secret, in a way the compiler may not leave out. */
void buf_erase(void *bytes, size_t len);

#endif
