/* SPDX-License-Identifier: MIT
 *
 * libFuzzer target: any bytes as JSON text. What is accepted must be written, read back and
 * indented without a change. `make fuzz`, or by hand, from the root of the project:
 * clang -std=c11 -D_GNU_SOURCE -g -fsanitize=address,undefined,fuzzer spec/fuzz/fuzz_json.c \
 *   csrc/json.c csrc/json_scan.c csrc/json_path.c csrc/json_write.c csrc/buf.c -lcjson -lm -o fuzz_json &&
 *   ./fuzz_json spec/fuzz/corpus/json */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/json.h"
#include "../../csrc/json_write.h"

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

static void write_value(buf *out, const json_node *node);

static void write_items(buf *out, const json_node *container) {
  bool is_object = json_kind_of(container) == JSON_OBJECT;
  must(buf_add(out, is_object ? "{" : "[", 1) == BUF_OK);
  for (const json_node *item = json_first(container); item != NULL; item = json_next(item)) {
    if (item != json_first(container)) must(buf_add(out, ",", 1) == BUF_OK);
    const char *key = is_object ? json_key(item) : NULL;
    if (is_object) must(json_put_key(out, key, strlen(key)) == JSON_WRITTEN);
    write_value(out, item);
  }
  must(buf_add(out, is_object ? "}" : "]", 1) == BUF_OK);
}

static void write_value(buf *out, const json_node *node) {
  switch (json_kind_of(node)) {
  case JSON_NULL:
    must(buf_add(out, "null", 4) == BUF_OK);
    break;
  case JSON_FALSE:
    must(buf_add(out, "false", 5) == BUF_OK);
    break;
  case JSON_TRUE:
    must(buf_add(out, "true", 4) == BUF_OK);
    break;
  case JSON_NUMBER:
    must(json_put_number(out, json_number(node)) == JSON_WRITTEN);
    break;
  case JSON_TEXT:
    must(json_put_text(out, json_text(node), strlen(json_text(node))) == JSON_WRITTEN);
    break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    write_items(out, node);
  }
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
    buf compact, indented;
    buf_init(&compact, LIMIT_JSON_TEXT_BYTES);
    buf_init(&indented, LIMIT_JSON_TEXT_BYTES);
    write_value(&compact, root);
    reads_back(root, compact.data);
    must(json_indent(&indented, compact.data) == BUF_OK);
    reads_back(root, indented.data);
    buf_free(&compact);
    buf_free(&indented);
  } else {
    must(error.message[0] != '\0' && error.line > 0 && error.column > 0);
    must((size_t)error.line + (size_t)error.column <= size + 2);
  }
  json_wipe(root);
  free(text);
  return 0;
}
