/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- building ------------------------------------------------------------------------------------ */

json_node *json_new_null(void) {
  return cJSON_CreateNull();
}

json_node *json_new_bool(bool value) {
  return cJSON_CreateBool(value);
}

json_node *json_new_array(void) {
  return cJSON_CreateArray();
}

json_node *json_new_object(void) {
  return cJSON_CreateObject();
}

json_node *json_new_text(const char *text) {
  return cJSON_CreateStringReference(text);
}

/* Numbers go in as raw text: cJSON would print 2^53-1 as 9.00719925474099e+15. */
json_node *json_new_number(double value) {
  char text[32];
  if (value == floor(value)) {
    snprintf(text, sizeof text, "%.0f", value == 0 ? 0.0 : value); /* -0 becomes 0 */
    return cJSON_CreateRaw(text);
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  /* In some locales the decimal point is another character, even one of several bytes. */
  size_t before = strspn(text, "-0123456789");
  size_t point = strcspn(text + before, "0123456789e");
  if (point > 0) {
    text[before] = '.';
    memmove(text + before + 1, text + before + point, strlen(text + before + point) + 1);
  }
  return cJSON_CreateRaw(text);
}

bool json_append(json_node *array, json_node *item) {
  if (item && cJSON_AddItemToArray(array, item)) return true;
  cJSON_Delete(item);
  return false;
}

/* valuedouble of a node that is built here is free to hold the rank: numbers are raw text. */
bool json_set(json_node *object, const char *key, json_node *item, double rank) {
  if (!item) return false;
  item->valuedouble = rank;
  if (cJSON_AddItemToObjectCS(object, key, item)) return true;
  cJSON_Delete(item);
  return false;
}

static bool in_order(const cJSON *a, const cJSON *b) {
  if (a->valuedouble != b->valuedouble) return a->valuedouble < b->valuedouble;
  return strcmp(a->string, b->string) <= 0;
}

static cJSON *merge(cJSON *a, cJSON *b) {
  cJSON *head = NULL;
  cJSON **tail = &head;
  while (a && b) {
    cJSON **least = in_order(a, b) ? &a : &b;
    *tail = *least;
    tail = &(*least)->next;
    *least = (*least)->next;
  }
  *tail = a ? a : b;
  return head;
}

/* Sorts the first count nodes of *rest and takes them off it; links forwards only. */
static cJSON *merge_sort(cJSON **rest, size_t count) {
  if (count == 1) {
    cJSON *one = *rest;
    *rest = one->next;
    one->next = NULL;
    return one;
  }
  cJSON *first = merge_sort(rest, count / 2);
  return merge(first, merge_sort(rest, count - count / 2));
}

void json_sort(json_node *object) {
  size_t count = 0;
  cJSON *rest = object->child;
  for (const cJSON *item = rest; item; item = item->next) count++;
  if (count < 2) return;
  cJSON *head = merge_sort(&rest, count);
  cJSON *last = NULL;
  for (cJSON *item = head; item; last = item, item = item->next) item->prev = last;
  head->prev = last; /* cJSON: the first points back at the last */
  object->child = head;
}

char *json_print(const json_node *root, size_t expected) {
  int guess = expected < LIMIT_JSON_TEXT_BYTES ? (int)expected + 64 : (int)LIMIT_JSON_TEXT_BYTES;
  return cJSON_PrintBuffered(root, guess, 0);
}

void json_text_free(char *text) {
  cJSON_free(text);
}

/* --- indenting ----------------------------------------------------------------------------------- */

/* Writes until the first failure, and remembers it. */
typedef struct {
  buf *out;
  buf_status status;
  int depth;
} indenter;

static void put(indenter *in, const char *bytes, size_t len) {
  if (in->status == BUF_OK) in->status = buf_add(in->out, bytes, len);
}

static void put_line(indenter *in) {
  put(in, "\n", 1);
  for (int i = 0; i < in->depth; i++) put(in, "  ", 2);
}

/* Length of the text with its quotation marks, the number or the word at s. */
static size_t scalar_length(const char *s) {
  size_t n = 1;
  if (*s != '"') return strcspn(s, ",]}");
  while (s[n] != '"') n += s[n] == '\\' ? 2 : 1;
  return n + 1;
}

/* Writes what begins at s; the number of bytes that were. */
static size_t put_token(indenter *in, const char *s) {
  size_t len = 1;
  switch (*s) {
  case '{':
  case '[':
    if (s[1] == '}' || s[1] == ']') {
      put(in, s, 2);
      return 2;
    }
    put(in, s, 1);
    in->depth++;
    put_line(in);
    break;
  case '}':
  case ']':
    in->depth--;
    put_line(in);
    put(in, s, 1);
    break;
  case ',':
    put(in, s, 1);
    put_line(in);
    break;
  case ':':
    put(in, ": ", 2);
    break;
  default:
    len = scalar_length(s);
    put(in, s, len);
  }
  return len;
}

buf_status json_indent(buf *out, const char *compact) {
  indenter in = {.out = out, .status = BUF_OK};
  while (*compact && in.status == BUF_OK) compact += put_token(&in, compact);
  return in.status;
}

/* --- reading ------------------------------------------------------------------------------------- */

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

static int compare_keys(const void *a, const void *b) {
  const cJSON *const *x = a, *const *y = b;
  return strcmp((*x)->string, (*y)->string);
}

/* A key that stands twice, or NULL. Sorted, so that 100,000 keys are no quadratic matter. */
static const char *find_twice(const cJSON *object, check *c) {
  size_t count = 0;
  const char *twice = NULL;
  for (const cJSON *item = object->child; item; item = item->next) count++;
  if (count < 2) return NULL;
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
