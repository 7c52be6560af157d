/* SPDX-License-Identifier: MIT
 *
 * text: every byte at every place, against the plain definition. */
#include "text.h"

#include <string.h>

#include "check.h"

static bool is_bad(int byte) {
  return byte <= ' ' || byte >= 0x7f;
}

/* One odd byte in a text of good ones. */
static void try_byte(size_t len, size_t at, int byte) {
  char text[24];
  memset(text, 'a', sizeof text);
  text[at] = (char)byte;
  CHECK(text_is_word(text, len) == !is_bad(byte));
}

int main(void) {
  for (size_t len = 1; len <= 20; len++)
    for (size_t at = 0; at < len; at++)
      for (int byte = 0; byte < 256; byte++) try_byte(len, at, byte);
  CHECK(!text_is_word("", 0));
  return check_report();
}
