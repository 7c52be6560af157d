/* SPDX-License-Identifier: MIT
 *
 * text: what a text is made of. */
#ifndef PROACTIVE_TEXT_H
#define PROACTIVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether at least one byte is there and all are ASCII, none a space or a control character. */
bool text_is_word(const char *text, size_t len);

#endif
