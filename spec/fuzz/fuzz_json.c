/* SPDX-License-Identifier: MIT
 *
 * libFuzzer target: any bytes as JSON text. What is accepted must print, read back and be indented
 * without a change. `make fuzz`, or by hand, from the root of the project:
 * clang -std=c11 -D_GNU_SOURCE -g -fsanitize=address,undefined,fuzzer spec/fuzz/fuzz_json.c \
 *   csrc/json.c csrc/json_scan.c csrc/buf.c -lcjson -lm -o fuzz_json && ./fuzz_json spec/fuzz/corpus/json */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

static bool same(const json_node *a, const json_node *b) {
  if (json_kind_of(a) != json_kind_of(b)) return false;
  if (json_kind_of(a) == JSON_NUMBER) return json_number(a) == json_number(b);
  if (json_kind_of(a) == JSON_TEXT) return strcmp(json_text(a), json_text(b)) == 0;
  const json_node *x = json_first(a), *y = json_first(b);
  for (; x != NULL && y != NULL; x = json_next(x), y = json_next(y)) {
    if (json_kind_of(a) == JSON_OBJECT && strcmp(json_key(x), json_key(y)) != 0) return false;
    if (!same(x, y)) return false;
  }
  return x == NULL && y == NULL;
}

/* The same tree again, as the binding would build it. */
static json_node *rebuilt(const json_node *node) {
  switch (json_kind_of(node)) {
  case JSON_NULL:
    return json_new_null();
  case JSON_FALSE:
    return json_new_bool(false);
  case JSON_TRUE:
    return json_new_bool(true);
  case JSON_NUMBER:
    return json_new_number(json_number(node));
  case JSON_TEXT:
    return json_new_text(json_text(node));
  case JSON_ARRAY:
  case JSON_OBJECT:
    break;
  }
  bool is_array = json_kind_of(node) == JSON_ARRAY;
  json_node *container = is_array ? json_new_array() : json_new_object();
  double rank = 0; /* keeps the order */
  for (const json_node *item = json_first(node); item != NULL; item = json_next(item)) {
    json_node *copy = rebuilt(item);
    must(is_array ? json_append(container, copy)
                  : json_set(container, json_key(item), copy, rank++));
  }
  if (!is_array) json_sort(container);
  return container;
}

static void reads_back(const json_node *root, const char *text) {
  json_error error;
  json_node *again = NULL;
  must(json_parse(text, strlen(text), &again, &error) == JSON_OK);
  must(same(root, again));
  json_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  json_error error = {.message = ""};
  json_node *root = NULL;
  char *text = malloc(size + 1);
  must(text != NULL);
  memcpy(text, data, size);
  text[size] = '\0';
  if (json_parse(text, size, &root, &error) == JSON_OK) {
    json_node *tree = rebuilt(root);
    char *compact = json_print(tree, 0);
    buf indented;
    must(compact != NULL);
    reads_back(root, compact);
    buf_init(&indented, LIMIT_JSON_TEXT_BYTES);
    must(json_indent(&indented, compact) == BUF_OK);
    reads_back(root, indented.data);
    buf_free(&indented);
    json_text_free(compact);
    json_free(tree);
  } else {
    must(error.message[0] != '\0' && error.line > 0 && error.column > 0);
    must((size_t)error.line + (size_t)error.column <= size + 2);
  }
  json_wipe(root);
  free(text);
  return 0;
}
