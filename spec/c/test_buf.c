/* SPDX-License-Identifier: MIT */
#include "../../csrc/buf.h"
#include "check.h"

static void is_empty_at_birth(void) {
  buf b;
  buf_init(&b, 10);
  CHECK(b.data == NULL && b.len == 0);
  buf_free(&b);
  buf_wipe(&b);
}

static void adds_and_terminates(void) {
  buf b;
  buf_init(&b, 10);
  CHECK(buf_add(&b, "abc", 3) == BUF_OK);
  CHECK(buf_add(&b, "", 0) == BUF_OK);
  CHECK(buf_add(&b, "d\0f", 3) == BUF_OK);
  CHECK(b.len == 6 && memcmp(b.data, "abcd\0f", 7) == 0);
  buf_free(&b);
}

static void adds_all_or_nothing_at_the_limit(void) {
  buf b;
  buf_init(&b, 4);
  CHECK(buf_add(&b, "abc", 3) == BUF_OK);
  CHECK(buf_add(&b, "de", 2) == BUF_FULL);
  CHECK_TEXT(b.data, "abc");
  CHECK(buf_add(&b, "d", 1) == BUF_OK);
  CHECK(buf_add(&b, "e", 1) == BUF_FULL);
  CHECK(buf_add(&b, "", 0) == BUF_OK);
  CHECK_TEXT(b.data, "abcd");
  CHECK(buf_add(&b, "x", (size_t)-1) == BUF_FULL);
  buf_free(&b);
}

static void grows_by_single_bytes(void) {
  buf b;
  buf_init(&b, 100000);
  for (int i = 0; i < 100000; i++)
    if (buf_add(&b, i % 2 ? "b" : "a", 1) != BUF_OK) break;
  CHECK(b.len == 100000 && b.data[99998] == 'a' && b.data[99999] == 'b' && b.data[100000] == '\0');
  CHECK(buf_add(&b, "a", 1) == BUF_FULL);
  buf_free(&b);
}

static void can_be_used_again(void) {
  buf b;
  buf_init(&b, 10);
  buf_reset(&b);
  buf_add(&b, "abc", 3);
  buf_reset(&b);
  CHECK(b.len == 0);
  CHECK_TEXT(b.data, "");
  buf_add(&b, "de", 2);
  CHECK_TEXT(b.data, "de");
  buf_free(&b);
  CHECK(b.data == NULL && b.len == 0 && b.max == 10);
  CHECK(buf_add(&b, "f", 1) == BUF_OK);
  buf_wipe(&b);
}

static void erases(void) {
  char secret[] = "secret";
  buf_erase(secret, 6);
  CHECK(memcmp(secret, "\0\0\0\0\0\0", 7) == 0);
  buf_erase(NULL, 0);
}

int main(void) {
  is_empty_at_birth();
  adds_and_terminates();
  adds_all_or_nothing_at_the_limit();
  grows_by_single_bytes();
  can_be_used_again();
  erases();
  return check_report();
}
