/* SPDX-License-Identifier: MIT
 *
 * body: a JSON text that is encoded once and filled in many times. Marked places, each the content
 * between two quotation marks, are replaced by other texts, escaped as JSON wants it.
 * No I/O, no Lua. */
#ifndef PROACTIVE_BODY_H
#define PROACTIVE_BODY_H

#include <stddef.h>

#include "buf.h"
#include "limits.h"

/* Where a value goes: content [first, last) of the text. first == last: it was empty. */
typedef struct {
  size_t first, last;
} body_mark;

typedef struct body_value {
  const char *text;
  size_t len;
} body_value;

typedef struct body {
  buf text;
  buf filled; /* kept from one filling to the next, so that most need no memory */
  body_mark marks[LIMIT_BODY_MARKS];
  int count;
} body;

typedef enum {
  BODY_OK,
  BODY_MISPLACED, /* a mark is not what stands between two quotation marks, or out of order */
  BODY_TOO_LONG,  /* beyond LIMIT_REQUEST_BYTES */
  BODY_NUL,       /* a value holds a NUL byte */
  BODY_NOT_UTF8,
  BODY_NOMEM
} body_status;

/* Empty, and nothing to free. */
void body_init(body *b);
void body_cleanup(body *b);

/* Takes a copy of the text; the marks ascend, and count <= LIMIT_BODY_MARKS. To be called once. */
body_status body_prepare(body *b, const char *text, size_t len, const body_mark *marks, int count);

/* Fills in b->count values; the result is in b->filled until the next call. On failure *culprit is
 * the number, from 0, of the value at fault. */
body_status body_fill(body *b, const body_value *values, int *culprit);

/* The same, appended to out, which may hold a part of it after a failure. */
body_status body_write(const body *b, const body_value *values, buf *out, int *culprit);

/* Says for a person what became of a filling that failed. */
void body_explain(body_status status, int culprit, char error[LIMIT_ERROR_BYTES]);

#endif
