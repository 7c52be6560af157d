/* SPDX-License-Identifier: MIT
 *
 * json_path: where a value stands in a JSON text or a Lua table, for a message. No allocation. */
#ifndef PROACTIVE_JSON_PATH_H
#define PROACTIVE_JSON_PATH_H

#include <stddef.h>

#include "limits.h"

/* One step of the way from the root: a key or, where key is NULL, an index, counted from 1. */
typedef struct {
  const char *key;
  size_t len;
  int index;
} json_step;

/* The key or text in quotation marks, for a message: what could harm a terminal as \ddd (decimal),
 * cut after LIMIT_JSON_SHOWN_BYTES. */
#define JSON_QUOTE_BYTES (4 * LIMIT_JSON_SHOWN_BYTES + 8)
void json_quote(char out[JSON_QUOTE_BYTES], const char *text, size_t len);

/* The path as Lua writes it: alert.garbageTypes[2]["odd key"]. What no longer fits is left out. */
void json_path(char out[LIMIT_JSON_PATH_BYTES], const json_step *steps, int count);

#endif
