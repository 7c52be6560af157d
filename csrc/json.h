/* SPDX-License-Identifier: MIT
 *
 * json: JSON text read into a tree. The only file that includes cJSON.h is json.c; a node is opaque
 * to everyone else. No I/O, no Lua.
 *
 * Ownership: whoever has the root has the tree, and ends it with json_free. */
#ifndef PROACTIVE_JSON_H
#define PROACTIVE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "json_scan.h"

typedef struct cJSON json_node;

typedef enum {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_TEXT,
  JSON_ARRAY,
  JSON_OBJECT
} json_kind;

/* The largest magnitude up to which a double holds every whole number: 2^53. */
#define JSON_EXACT 9007199254740992.0

typedef enum { JSON_OK, JSON_REFUSED, JSON_NOMEM } json_status;

/* Reads one value; text[len] must be NUL. Refuses what json_scan refuses, keys that stand twice in
 * an object (compared by case), and numbers that do not fit. *root is NULL unless JSON_OK; error is
 * filled in when JSON_REFUSED. */
json_status json_parse(const char *text, size_t len, json_node **root, json_error *error);

json_kind json_kind_of(const json_node *node);
double json_number(const json_node *number);
const char *json_text(const json_node *text); /* valid as long as the node */

const json_node *json_first(const json_node *container); /* NULL: empty, or no container */
const json_node *json_next(const json_node *item);       /* NULL: that was the last */
const char *json_key(const json_node *member);

/* The member of that key, compared by case; NULL when there is none or it is no object. */
const json_node *json_get(const json_node *object, const char *key);

/* The text of that member; NULL when there is none or it is no text. */
const char *json_get_text(const json_node *object, const char *key);

/* NULL is fine. json_wipe overwrites every text of a tree that was read first, for secrets. */
void json_free(json_node *root);
void json_wipe(json_node *root);

#endif
