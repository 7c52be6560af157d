/* SPDX-License-Identifier: MIT
 *
 * Prepared bodies without Lua. */
#include <stdlib.h>

#include "../../csrc/body.h"
#include "check.h"

#define TEXT "{\"a\":\"x\",\"b\":\"\"}"

static const body_mark both[] = {{6, 7}, {14, 14}};

static body_status fill(body *b, const char *first, size_t len, const char *second, int *culprit) {
  const body_value values[] = {{first, len}, {second, strlen(second)}};
  return body_fill(b, values, culprit);
}

static void replaces_what_is_marked(void) {
  body b;
  int culprit;
  body_init(&b);
  CHECK(body_prepare(&b, TEXT, strlen(TEXT), both, 2) == BODY_OK);
  CHECK(fill(&b, "one", 3, "two", &culprit) == BODY_OK);
  CHECK_TEXT(b.filled.data, "{\"a\":\"one\",\"b\":\"two\"}");
  CHECK(fill(&b, "", 0, "", &culprit) == BODY_OK);
  CHECK_TEXT(b.filled.data, "{\"a\":\"\",\"b\":\"\"}");
  body_cleanup(&b);
  body_cleanup(&b);
}

static void escapes_at_every_place_of_a_word(void) {
  body b;
  int culprit;
  body_init(&b);
  body_prepare(&b, TEXT, strlen(TEXT), both, 2);
  for (size_t len = 1; len <= 24; len++)
    for (size_t at = 0; at < len; at++) {
      char text[25] = "", want[64];
      memset(text, 'p', len);
      text[at] = at % 2 ? '"' : '\x1f';
      CHECK(fill(&b, text, len, "", &culprit) == BODY_OK);
      snprintf(want, sizeof want, "{\"a\":\"%.*s%s%s\",\"b\":\"\"}", (int)at, text,
               at % 2 ? "\\\"" : "\\u001f", text + at + 1);
      CHECK_TEXT(b.filled.data, want);
    }
  body_cleanup(&b);
}

static void escapes_each_byte_of_its_own(void) {
  body b;
  int culprit;
  const char *text = "\b\f\n\r\t\x01\x1f\"\\/\x7f\xC3\xA9";
  body_init(&b);
  body_prepare(&b, TEXT, strlen(TEXT), both, 2);
  CHECK(fill(&b, "x", 1, text, &culprit) == BODY_OK);
  CHECK_TEXT(b.filled.data,
             "{\"a\":\"x\",\"b\":\"\\b\\f\\n\\r\\t\\u0001\\u001f\\\"\\\\/\x7f\xC3\xA9\"}");
  body_cleanup(&b);
}

static void refuses_what_json_cannot_hold(void) {
  body b;
  int culprit;
  body_init(&b);
  body_prepare(&b, TEXT, strlen(TEXT), both, 2);
  CHECK(fill(&b, "12345678\0", 9, "", &culprit) == BODY_NUL && culprit == 0);
  CHECK(fill(&b, "a\0b", 3, "", &culprit) == BODY_NUL && culprit == 0);
  CHECK(fill(&b, "a", 1, "\xC3", &culprit) == BODY_NOT_UTF8 && culprit == 1);
  CHECK(fill(&b, "a", 1, "\xED\xA0\x80", &culprit) == BODY_NOT_UTF8 && culprit == 1);
  CHECK(fill(&b, "a", 1, "b", &culprit) == BODY_OK);
  CHECK_TEXT(b.filled.data, "{\"a\":\"a\",\"b\":\"b\"}");
  body_cleanup(&b);
}

static void refuses_more_than_a_request_may_be(void) {
  body b;
  int culprit;
  size_t frame = strlen(TEXT) - 1, room = LIMIT_REQUEST_BYTES - frame;
  char *much = malloc(room + 1);
  if (!CHECK(much != NULL)) return;
  memset(much, 'x', room + 1);
  body_init(&b);
  body_prepare(&b, TEXT, strlen(TEXT), both, 2);
  CHECK(fill(&b, much, room, "", &culprit) == BODY_OK && b.filled.len == LIMIT_REQUEST_BYTES);
  CHECK(fill(&b, much, room + 1, "", &culprit) == BODY_TOO_LONG);
  much[0] = '\n';
  CHECK(fill(&b, much, room, "", &culprit) == BODY_TOO_LONG);
  body_cleanup(&b);
  free(much);
}

static void refuses_marks_that_are_no_content(void) {
  static const body_mark wrong[][2] = {
      {{0, 1}, {14, 14}}, {{5, 7}, {14, 14}},  {{6, 8}, {14, 14}},
      {{7, 6}, {14, 14}}, {{14, 14}, {6, 7}},  {{6, 7}, {6, 7}},
      {{6, 7}, {14, 99}}, {{6, 14}, {14, 14}}, {{6, 7}, {15, 15}},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    body b;
    body_init(&b);
    CHECK(body_prepare(&b, TEXT, strlen(TEXT), wrong[i], 2) == BODY_MISPLACED);
    body_cleanup(&b);
  }
}

static void knows_an_escaped_quotation_mark(void) {
  const char *text = "[\"a\\\"b\"]";
  const body_mark whole = {2, 6}, part = {5, 6};
  body b;
  body_init(&b);
  CHECK(body_prepare(&b, text, strlen(text), &part, 1) == BODY_MISPLACED);
  body_cleanup(&b);
  body_init(&b);
  CHECK(body_prepare(&b, text, strlen(text), &whole, 1) == BODY_OK);
  body_cleanup(&b);
}

int main(void) {
  replaces_what_is_marked();
  escapes_at_every_place_of_a_word();
  escapes_each_byte_of_its_own();
  refuses_what_json_cannot_hold();
  refuses_more_than_a_request_may_be();
  refuses_marks_that_are_no_content();
  knows_an_escaped_quotation_mark();
  return check_report();
}
