/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdint.h>
#include <string.h>

#include "limits.h"

#define WORD sizeof(uint64_t)
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte)) /* the same byte eight times */

/* Whether none of eight bytes is below !, DEL or above ASCII. One that is lends its neighbours at
 * most a false alarm. */
static bool eight_are_graphic(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, WORD);
  uint64_t bad = word | (word - EACH('!')) | ((word ^ EACH(0x7f)) - EACH(1));
  return (bad & EACH(0x80)) == 0;
}

static bool is_graphic(char c) {
  return c > ' ' && (unsigned char)c < 0x7f;
}

bool text_is_word(const char *text, size_t len) {
  size_t at = 0;
  if (len < WORD) {
    while (at < len && is_graphic(text[at])) at++;
    return at == len && len > 0;
  }
  for (; len - at >= WORD; at += WORD)
    if (!eight_are_graphic(text + at)) return false;
  return eight_are_graphic(text + len - WORD); /* some bytes twice, rather than one by one */
}

bool text_extends(const char *text, size_t len, const char *prefix, size_t prefix_len) {
  return len <= LIMIT_WORD_BYTES && len > prefix_len && memcmp(text, prefix, prefix_len) == 0 &&
         text_is_word(text + prefix_len, len - prefix_len);
}
