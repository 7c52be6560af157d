/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What cJSON accepts and we do not, found in the tree: number and kind of the value concerned. */
typedef struct {
  size_t nth; /* values begun so far, as json_scan counts them */
  const char *twice;
  bool nomem;
} check;

static size_t count_values(const cJSON *node) {
  size_t count = 1;
  for (const cJSON *item = node->child; item; item = item->next) count += count_values(item);
  return count;
}

/* Keys that are compared each with each sooner than they are sorted. */
#define FEW_KEYS 12

static int compare_keys(const void *a, const void *b) {
  const cJSON *const *x = a, *const *y = b;
  return strcmp((*x)->string, (*y)->string);
}

/* A key of a small object that stands twice, or NULL. */
static const char *find_twice_of_few(const cJSON *object) {
  for (const cJSON *item = object->child; item; item = item->next)
    for (const cJSON *earlier = object->child; earlier != item; earlier = earlier->next)
      if (strcmp(earlier->string, item->string) == 0) return item->string;
  return NULL;
}

/* A key that stands twice, or NULL. Sorted, so that 100,000 keys are no quadratic matter. */
static const char *find_twice(const cJSON *object, check *c) {
  size_t count = 0;
  const char *twice = NULL;
  for (const cJSON *item = object->child; item; item = item->next) count++;
  if (count <= FEW_KEYS) return find_twice_of_few(object);
  const cJSON **members = malloc(count * sizeof *members);
  if (!members) {
    c->nomem = true;
    return NULL;
  }
  count = 0;
  for (const cJSON *item = object->child; item; item = item->next) members[count++] = item;
  qsort(members, count, sizeof *members, compare_keys);
  for (size_t i = 1; i < count && !twice; i++)
    if (compare_keys(&members[i - 1], &members[i]) == 0) twice = members[i]->string;
  free(members);
  return twice;
}

/* Counts up to the second member of that key. */
static bool refuse_twice(const cJSON *object, const char *key, check *c) {
  int seen = 0;
  const cJSON *item = object->child;
  for (; item; item = item->next) {
    if (strcmp(item->string, key) == 0 && ++seen == 2) break;
    c->nth += count_values(item);
  }
  c->nth++;
  c->twice = key;
  return false;
}

static bool check_value(const cJSON *node, check *c) {
  c->nth++;
  if (cJSON_IsNumber(node)) return fabs(node->valuedouble) <= JSON_EXACT;
  if (cJSON_IsObject(node)) {
    const char *twice = find_twice(node, c);
    if (c->nomem) return false;
    if (twice) return refuse_twice(node, twice, c);
  }
  for (const cJSON *item = node->child; item; item = item->next)
    if (!check_value(item, c)) return false;
  return true;
}

static json_status refuse(const char *text, size_t len, const check *c, json_error *error) {
  char key[JSON_QUOTE_BYTES];
  if (c->nomem) return JSON_NOMEM;
  json_scan_place(text, len, c->nth, c->twice != NULL, error);
  if (c->twice) {
    json_quote(key, c->twice, strlen(c->twice));
    snprintf(error->message, sizeof error->message, "the key %s stands twice", key);
  } else {
    snprintf(error->message, sizeof error->message, "%s", JSON_BEYOND_EXACT);
  }
  error->unsafe = true;
  return JSON_REFUSED;
}

json_status json_parse(const char *text, size_t len, json_node **root, json_error *error) {
  check c = {0};
  *root = NULL;
  if (!json_scan(text, len, error)) return JSON_REFUSED;
  cJSON *tree = cJSON_ParseWithLengthOpts(text, len + 1, NULL, true);
  if (!tree) return JSON_NOMEM; /* the text is good: json_scan is the stricter judge */
  if (check_value(tree, &c)) {
    *root = tree;
    return JSON_OK;
  }
  json_status status = refuse(text, len, &c, error);
  json_wipe(tree);
  return status;
}

json_kind json_kind_of(const json_node *node) {
  if (cJSON_IsObject(node)) return JSON_OBJECT;
  if (cJSON_IsArray(node)) return JSON_ARRAY;
  if (cJSON_IsString(node)) return JSON_TEXT;
  if (cJSON_IsNumber(node)) return JSON_NUMBER;
  if (cJSON_IsTrue(node)) return JSON_TRUE;
  return cJSON_IsFalse(node) ? JSON_FALSE : JSON_NULL;
}

double json_number(const json_node *number) {
  return number->valuedouble;
}

const char *json_text(const json_node *text) {
  return text->valuestring;
}

const json_node *json_first(const json_node *container) {
  return container->child;
}

const json_node *json_next(const json_node *item) {
  return item->next;
}

const char *json_key(const json_node *member) {
  return member->string;
}

const json_node *json_get(const json_node *object, const char *key) {
  return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_get_text(const json_node *object, const char *key) {
  return cJSON_GetStringValue(json_get(object, key));
}

void json_free(json_node *root) {
  cJSON_Delete(root);
}

static void wipe_texts(cJSON *node) {
  if (cJSON_IsString(node)) buf_erase(node->valuestring, strlen(node->valuestring));
  for (cJSON *item = node->child; item; item = item->next) wipe_texts(item);
}

void json_wipe(json_node *root) {
  if (root) wipe_texts(root);
  cJSON_Delete(root);
}
