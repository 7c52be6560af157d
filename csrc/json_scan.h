/* SPDX-License-Identifier: MIT
 *
 * json_scan: judges a JSON text before a library reads it, and says where it is wrong. RFC 8259 to
 * the letter, and narrower where a value would be changed silently or a machine be harmed:
 * U+0000, lone surrogates, whole numbers beyond 2^53, and deep nesting are refused.
 * Pure: no I/O, no allocation, neither Lua nor cJSON. */
#ifndef PROACTIVE_JSON_SCAN_H
#define PROACTIVE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "json_path.h"

#define JSON_BEYOND_EXACT "a number beyond 2^53 would lose digits"

/* A limit as part of a text. */
#define JSON_TEXT_OF_(x) #x
#define JSON_TEXT_OF(x) JSON_TEXT_OF_(x)

/* Why and where a text was refused. Lines and columns count from 1, columns in bytes; a line of 0
 * means that there is no place. */
typedef struct {
  char message[LIMIT_ERROR_BYTES];
  char path[LIMIT_JSON_PATH_BYTES]; /* of the value at fault, or of what holds it */
  int line;
  int column;
  bool unsafe; /* JSON as far as it was read: what it says cannot be kept as it is */
} json_error;

/* Length of the well-formed UTF-8 sequence at s (1 to 4), or 0: overlong, a surrogate, beyond
 * U+10FFFF, or cut off. left: bytes there are, at least 1. */
size_t json_utf8(const char *s, size_t left);

/* Whether the text is one acceptable JSON value with nothing after it. */
bool json_scan(const char *text, size_t len, json_error *error);

/* Fills in the place of the n-th value (the root is number 1, then in the order they begin) of a
 * text that json_scan accepts, or, with key, of the key it stands under. */
void json_scan_place(const char *text, size_t len, size_t nth, bool key, json_error *error);

#endif
