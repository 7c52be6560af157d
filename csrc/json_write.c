/* SPDX-License-Identifier: MIT */
#include "json_write.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"

#define WORD sizeof(uint64_t)
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte)) /* the same byte eight times */

static json_written outcome(buf_status status) {
  return status == BUF_OK ? JSON_WRITTEN : status == BUF_FULL ? JSON_FULL : JSON_NO_ROOM;
}

/* --- texts --- */

/* Whether none of eight bytes is a control character, a quotation mark, a backslash or above ASCII.
 * A byte that is lends its neighbours at most a false alarm. */
static bool word_is_plain(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, WORD);
  uint64_t low = (word ^ EACH(2)) - EACH(0x21); /* to exchange 2 and 0 joins '"' to the controls */
  uint64_t backslash = (word ^ EACH('\\')) - EACH(1);
  return ((word | low | backslash) & EACH(0x80)) == 0;
}

static bool byte_is_plain(char c) {
  return c >= 0x20 && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

/* Nearly all are: for them one look and one copy are all there is to do. */
static bool is_plain(const char *text, size_t len) {
  size_t at = 0;
  if (len < WORD) {
    while (at < len && byte_is_plain(text[at])) at++;
    return at == len;
  }
  for (; len - at >= WORD; at += WORD)
    if (!word_is_plain(text + at)) return false;
  return word_is_plain(text + len - WORD); /* some bytes twice, rather than the rest one by one */
}

/* The letter of a two-character escape, or NUL: the byte has none. */
static char short_escape(char c) {
  switch (c) {
  case '"':
  case '\\':
    return c;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return '\0';
  }
}

static buf_status put_escape(buf *out, char c) {
  static const char digits[] = "0123456789abcdef";
  char letter = short_escape(c);
  char pair[] = {'\\', letter};
  char code[] = {'\\', 'u', '0', '0', digits[(c >> 4) & 1], digits[c & 15]};
  return letter != '\0' ? buf_add(out, pair, sizeof pair) : buf_add(out, code, sizeof code);
}

/* Copies the runs between the bytes that need an escape. */
static json_written put_escaped(buf *out, const char *text, size_t len) {
  buf_status status = BUF_OK;
  size_t copied = 0;
  for (size_t at = 0, run; at < len && status == BUF_OK; at += run) {
    char c = text[at];
    run = json_utf8(text + at, len - at);
    if (c == '\0') return JSON_HOLDS_NUL;
    if (run == 0) return JSON_NOT_UTF8;
    if (run > 1 || byte_is_plain(c)) continue;
    status = buf_add(out, text + copied, at - copied);
    if (status == BUF_OK) status = put_escape(out, c);
    copied = at + 1;
  }
  if (status == BUF_OK) status = buf_add(out, text + copied, len - copied);
  return outcome(status);
}

json_written json_put_content(buf *out, const char *text, size_t len) {
  if (is_plain(text, len)) return outcome(buf_add(out, text, len));
  return put_escaped(out, text, len);
}

/* tail: the closing quotation mark, and what follows it. */
static json_written put_quoted(buf *out, const char *text, size_t len, const char *tail) {
  size_t tail_len = strlen(tail);
  if (is_plain(text, len)) {
    buf_status status = buf_reserve(out, len + tail_len + 1);
    if (status != BUF_OK) return outcome(status);
    char *at = out->data + out->len;
    *at = '"';
    memcpy(at + 1, text, len);
    memcpy(at + 1 + len, tail, tail_len + 1);
    out->len += len + tail_len + 1;
    return JSON_WRITTEN;
  }
  json_written written = outcome(buf_add(out, "\"", 1));
  if (written == JSON_WRITTEN) written = put_escaped(out, text, len);
  return written == JSON_WRITTEN ? outcome(buf_add(out, tail, tail_len)) : written;
}

json_written json_put_text(buf *out, const char *text, size_t len) {
  return put_quoted(out, text, len, "\"");
}

json_written json_put_key(buf *out, const char *key, size_t len) {
  return put_quoted(out, key, len, "\":");
}

/* --- numbers --- */

json_written json_put_number(buf *out, double value) {
  char text[32];
  if (value == floor(value)) {
    snprintf(text, sizeof text, "%.0f", value == 0 ? 0.0 : value); /* -0 becomes 0 */
    return outcome(buf_add(out, text, strlen(text)));
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  /* In some locales the decimal point is another character, even one of several bytes. */
  size_t before = strspn(text, "-0123456789");
  size_t point = strcspn(text + before, "0123456789e");
  if (point > 0) {
    text[before] = '.';
    memmove(text + before + 1, text + before + point, strlen(text + before + point) + 1);
  }
  return outcome(buf_add(out, text, strlen(text)));
}

/* --- order --- */

#define FIRST_MEMBERS 32u
#define FEW 16u /* sorted by insertion: most objects are in order but for one or two members */

json_member *json_members_add(json_members *members) {
  if (members->count == members->size) {
    size_t size = members->size > 0 ? 2 * members->size : FIRST_MEMBERS;
    json_member *list = realloc(members->list, size * sizeof *list);
    if (list == NULL) return NULL;
    members->list = list;
    members->size = size;
  }
  return &members->list[members->count++];
}

void json_members_free(json_members *members) {
  free(members->list);
  *members = (json_members){.list = NULL};
}

static int compare(const void *one, const void *other) {
  const json_member *a = one, *b = other;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  int order = memcmp(a->key, b->key, a->len < b->len ? a->len : b->len);
  if (order != 0 || a->len == b->len) return order;
  return a->len < b->len ? -1 : 1;
}

/* Whether anything had to be moved. */
static bool sort(json_member *list, size_t count) {
  size_t sorted = 1;
  while (sorted < count && compare(&list[sorted - 1], &list[sorted]) < 0) sorted++;
  if (sorted >= count) return false;
  if (count > FEW) {
    qsort(list, count, sizeof *list, compare);
    return true;
  }
  for (; sorted < count; sorted++) {
    json_member member = list[sorted];
    size_t at = sorted;
    for (; at > 0 && compare(&member, &list[at - 1]) < 0; at--) list[at] = list[at - 1];
    list[at] = member;
  }
  return true;
}

json_written json_members_order(json_members *members, size_t from, buf *out, buf *scratch) {
  json_member *list = members->list + from;
  size_t count = members->count - from;
  members->count = from;
  if (count < 2) return JSON_WRITTEN;
  size_t first = list[0].first, last = list[count - 1].last;
  if (!sort(list, count)) return JSON_WRITTEN;
  buf_reset(scratch);
  buf_status status = buf_add(scratch, out->data + first, last - first);
  if (status != BUF_OK) return outcome(status);
  char *to = out->data + first;
  for (size_t i = 0; i < count; i++) {
    size_t len = list[i].last - list[i].first;
    if (i > 0) *to++ = ',';
    memcpy(to, scratch->data + (list[i].first - first), len);
    to += len;
  }
  return JSON_WRITTEN;
}

/* --- for people --- */

/* Writes until the first failure, and remembers it. */
typedef struct {
  buf *out;
  buf_status status;
  int depth;
} indenter;

static void put(indenter *in, const char *bytes, size_t len) {
  if (in->status == BUF_OK) in->status = buf_add(in->out, bytes, len);
}

static void put_line(indenter *in) {
  put(in, "\n", 1);
  for (int i = 0; i < in->depth; i++) put(in, "  ", 2);
}

/* Length of the text with its quotation marks, the number or the word at s. */
static size_t scalar_length(const char *s) {
  size_t n = 1;
  if (*s != '"') return strcspn(s, ",]}");
  while (s[n] != '"') n += s[n] == '\\' ? 2 : 1;
  return n + 1;
}

/* Writes what begins at s; the number of bytes that were. */
static size_t put_token(indenter *in, const char *s) {
  size_t len = 1;
  switch (*s) {
  case '{':
  case '[':
    if (s[1] == '}' || s[1] == ']') {
      put(in, s, 2);
      return 2;
    }
    put(in, s, 1);
    in->depth++;
    put_line(in);
    break;
  case '}':
  case ']':
    in->depth--;
    put_line(in);
    put(in, s, 1);
    break;
  case ',':
    put(in, s, 1);
    put_line(in);
    break;
  case ':':
    put(in, ": ", 2);
    break;
  default:
    len = scalar_length(s);
    put(in, s, len);
  }
  return len;
}

buf_status json_indent(buf *out, const char *compact) {
  indenter in = {.out = out, .status = BUF_OK};
  while (*compact && in.status == BUF_OK) compact += put_token(&in, compact);
  return in.status;
}
