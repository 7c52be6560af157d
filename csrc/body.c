/* SPDX-License-Identifier: MIT */
#include "body.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json_write.h"

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

static body_status add_value(buf *out, body_value value) {
  switch (json_put_content(out, value.text, value.len)) {
  case JSON_WRITTEN:
    return BODY_OK;
  case JSON_HOLDS_NUL:
    return BODY_NUL;
  case JSON_NOT_UTF8:
    return BODY_NOT_UTF8;
  case JSON_FULL:
    return BODY_TOO_LONG;
  default:
    return BODY_NOMEM;
  }
}

body_status body_write(const body *b, const body_value *values, buf *out, int *culprit) {
  body_status status = BODY_OK;
  size_t from = 0;
  for (int i = 0; i < b->count && status == BODY_OK; i++) {
    *culprit = i;
    status = status_of(buf_add(out, b->text.data + from, b->marks[i].first - from));
    if (status == BODY_OK) status = add_value(out, values[i]);
    from = b->marks[i].last;
  }
  if (status != BODY_OK || from == b->text.len) return status;
  return status_of(buf_add(out, b->text.data + from, b->text.len - from));
}

body_status body_fill(body *b, const body_value *values, int *culprit) {
  buf_reset(&b->filled);
  return body_write(b, values, &b->filled, culprit);
}

void body_explain(body_status status, int culprit, char error[LIMIT_ERROR_BYTES]) {
  switch (status) {
  case BODY_TOO_LONG:
    snprintf(error, LIMIT_ERROR_BYTES, "a body of more than %u bytes", LIMIT_REQUEST_BYTES);
    break;
  case BODY_NUL:
    snprintf(error, LIMIT_ERROR_BYTES, "value %d holds a NUL byte", culprit + 1);
    break;
  case BODY_NOT_UTF8:
    snprintf(error, LIMIT_ERROR_BYTES, "value %d is not UTF-8", culprit + 1);
    break;
  case BODY_MISPLACED:
    snprintf(error, LIMIT_ERROR_BYTES, "a mark is not what stands between two quotation marks");
    break;
  default:
    snprintf(error, LIMIT_ERROR_BYTES, "out of memory");
  }
}
