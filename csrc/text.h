/* SPDX-License-Identifier: MIT
 *
 * text: what a text is made of. */
#ifndef PROACTIVE_TEXT_H
#define PROACTIVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether at least one byte is there and all are ASCII, none a space or a control character. */
bool text_is_word(const char *text, size_t len);

/* Whether it is the prefix and a word after it, in all no longer than a word is. */
bool text_extends(const char *text, size_t len, const char *prefix, size_t prefix_len);

#endif
