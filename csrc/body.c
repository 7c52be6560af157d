/* SPDX-License-Identifier: MIT */
#include "body.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "json_scan.h"

#define WORD sizeof(uint64_t)
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte)) /* the same byte eight times */

void body_init(body *b) {
  *b = (body){.count = 0};
  buf_init(&b->text, LIMIT_REQUEST_BYTES);
  buf_init(&b->filled, LIMIT_REQUEST_BYTES);
}

void body_cleanup(body *b) {
  buf_free(&b->text);
  buf_free(&b->filled);
  b->count = 0;
}

static body_status status_of(buf_status status) {
  return status == BUF_OK ? BODY_OK : status == BUF_FULL ? BODY_TOO_LONG : BODY_NOMEM;
}

/* --- preparing --- */

/* Whether the quotation mark before it is closed by the one after it, and by none in between. */
static bool is_content(const char *text, size_t len, body_mark mark) {
  if (mark.first == 0 || mark.last >= len || mark.first > mark.last) return false;
  if (mark.first > 1 && text[mark.first - 2] == '\\') return false; /* it is content itself */
  size_t at = mark.first;
  while (at < mark.last && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at == mark.last && text[mark.first - 1] == '"' && text[at] == '"';
}

body_status body_prepare(body *b, const char *text, size_t len, const body_mark *marks, int count) {
  size_t end = 0;
  for (int i = 0; i < count; i++) {
    if (marks[i].first < end || !is_content(text, len, marks[i])) return BODY_MISPLACED;
    b->marks[i] = marks[i];
    end = marks[i].last + 1;
  }
  b->count = count;
  return status_of(buf_add(&b->text, text, len));
}

/* --- filling --- */

/* Whether none of eight bytes is a control character, a quotation mark, a backslash or above ASCII.
 * A byte that is lends its neighbours at most a false alarm. */
static bool word_is_plain(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, WORD);
  uint64_t quote = (word ^ EACH('"')) - EACH(1);
  uint64_t backslash = (word ^ EACH('\\')) - EACH(1);
  uint64_t control = word - EACH(0x20);
  return ((word | control | quote | backslash) & EACH(0x80)) == 0;
}

static bool byte_is_plain(char c) {
  return c >= 0x20 && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

/* Ids and times are: for them one look and one copy are all there is to do. */
static bool is_plain(const char *text, size_t len) {
  size_t at = 0;
  for (; len - at >= WORD; at += WORD)
    if (!word_is_plain(text + at)) return false;
  while (at < len && byte_is_plain(text[at])) at++;
  return at == len;
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

static buf_status add_escape(buf *out, char c) {
  static const char digits[] = "0123456789abcdef";
  char letter = short_escape(c);
  char pair[] = {'\\', letter};
  char code[] = {'\\', 'u', '0', '0', digits[(c >> 4) & 1], digits[c & 15]};
  return letter != '\0' ? buf_add(out, pair, sizeof pair) : buf_add(out, code, sizeof code);
}

/* Copies the runs between the bytes that need an escape. */
static body_status add_escaped(buf *out, const char *text, size_t len) {
  buf_status status = BUF_OK;
  size_t copied = 0;
  for (size_t at = 0, run; at < len && status == BUF_OK; at += run) {
    char c = text[at];
    run = json_utf8(text + at, len - at);
    if (c == '\0') return BODY_NUL;
    if (run == 0) return BODY_NOT_UTF8;
    if (run > 1 || byte_is_plain(c)) continue;
    status = buf_add(out, text + copied, at - copied);
    if (status == BUF_OK) status = add_escape(out, c);
    copied = at + 1;
  }
  if (status == BUF_OK) status = buf_add(out, text + copied, len - copied);
  return status_of(status);
}

static body_status add_value(buf *out, body_value value) {
  if (is_plain(value.text, value.len)) return status_of(buf_add(out, value.text, value.len));
  return add_escaped(out, value.text, value.len);
}

body_status body_fill(body *b, const body_value *values, int *culprit) {
  body_status status = BODY_OK;
  size_t from = 0;
  buf_reset(&b->filled);
  for (int i = 0; i < b->count && status == BODY_OK; i++) {
    *culprit = i;
    status = status_of(buf_add(&b->filled, b->text.data + from, b->marks[i].first - from));
    if (status == BODY_OK) status = add_value(&b->filled, values[i]);
    from = b->marks[i].last;
  }
  if (status != BODY_OK || from == b->text.len) return status;
  return status_of(buf_add(&b->filled, b->text.data + from, b->text.len - from));
}
