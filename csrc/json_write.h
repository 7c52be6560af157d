/* SPDX-License-Identifier: MIT
 *
 * json_write: JSON text, piece by piece, at the end of a buffer. Commas and brackets are the
 * caller's. No I/O, neither Lua nor cJSON. */
#ifndef PROACTIVE_JSON_WRITE_H
#define PROACTIVE_JSON_WRITE_H

#include <stddef.h>

#include "buf.h"

typedef enum {
  JSON_WRITTEN,
  JSON_HOLDS_NUL,
  JSON_NOT_UTF8,
  JSON_FULL,   /* the buffer has reached its limit */
  JSON_NO_ROOM /* no memory */
} json_written;

/* Appends what stands between the quotation marks of a text. On failure a part may be written. */
json_written json_put_content(buf *out, const char *text, size_t len);

/* Appends a text in its quotation marks; a key with the colon after it. */
json_written json_put_text(buf *out, const char *text, size_t len);
json_written json_put_key(buf *out, const char *key, size_t len);

/* Appends a number exactly as it reads back: whole ones as digits, -0 as 0, others in the fewest of
 * 15 to 17 digits; independent of the locale. The caller has refused what is not finite or beyond
 * 2^53. */
json_written json_put_number(buf *out, double value);

/* --- order --- */

/* A member of an object: out[first, last) is its key and value, without a comma. The key is
 * borrowed. */
typedef struct {
  const char *key;
  size_t len;
  double rank; /* never NaN */
  size_t first, last;
} json_member;

/* The members of an object that is being written, after those of the objects around it. */
typedef struct {
  json_member *list;
  size_t count, size;
} json_members;

/* The one that was added, or NULL: no memory. Valid until the next is added. */
json_member *json_members_add(json_members *members);
void json_members_free(json_members *members);

/* Puts the members from number `from` on, which stand in `out` one after the other with a comma
 * between, into the order of their ranks, equal ranks into that of the bytes of their keys, and
 * forgets them. n log n. scratch: room to work in. */
json_written json_members_order(json_members *members, size_t from, buf *out, buf *scratch);

/* --- for people --- */

/* Appends compact JSON as people write it: a line for each item, two spaces a level. */
buf_status json_indent(buf *out, const char *compact);

#endif
