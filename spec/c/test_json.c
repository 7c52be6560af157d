/* SPDX-License-Identifier: MIT
 *
 * Reading JSON without Lua. */
#include <stdlib.h>

#include "../../csrc/json.h"
#include "check.h"

#define REPEAT_BYTES 100000

static json_node *reading(const char *text) {
  json_error error;
  json_node *root = NULL;
  if (!CHECK(json_parse(text, strlen(text), &root, &error) == JSON_OK))
    printf("  %s: %s\n", text, error.message);
  return root;
}

/* len bytes are refused there, with these words in the message. */
static void refuses_bytes(const char *text, size_t len, int line, int column, const char *words) {
  json_error error = {.message = ""};
  json_node *root = NULL;
  bool good = CHECK(json_parse(text, len, &root, &error) == JSON_REFUSED);
  good = CHECK(root == NULL) && good;
  good = CHECK(error.line == line && error.column == column) && good;
  good = CHECK(strstr(error.message, words) != NULL) && good;
  if (!good) printf("  %s -> %d:%d %s\n", text, error.line, error.column, error.message);
  json_free(root);
}

static void refuses(const char *text, int line, int column, const char *words) {
  refuses_bytes(text, strlen(text), line, column, words);
}

static void reads_every_kind(void) {
  json_node *root =
      reading(" {\"a\":[1,-2.5e-1,true,false,null,\"x\\u00e9\\ud83d\\ude00\\n\"]} \n");
  const json_node *item = json_first(json_get(root, "a"));
  CHECK(json_kind_of(root) == JSON_OBJECT && json_kind_of(json_first(root)) == JSON_ARRAY);
  CHECK_TEXT(json_key(json_first(root)), "a");
  CHECK(json_kind_of(item) == JSON_NUMBER && json_number(item) == 1);
  item = json_next(item);
  CHECK(json_number(item) == -0.25);
  item = json_next(item);
  CHECK(json_kind_of(item) == JSON_TRUE);
  item = json_next(item);
  CHECK(json_kind_of(item) == JSON_FALSE);
  item = json_next(item);
  CHECK(json_kind_of(item) == JSON_NULL);
  item = json_next(item);
  CHECK(json_kind_of(item) == JSON_TEXT);
  CHECK_TEXT(json_text(item), "x\xC3\xA9\xF0\x9F\x98\x80\n");
  CHECK(json_next(item) == NULL);
  json_free(root);
}

static void finds_members_by_case(void) {
  json_node *root = reading("{\"Key\":\"1\",\"key\":\"2\",\"n\":3}");
  CHECK_TEXT(json_get_text(root, "key"), "2");
  CHECK_TEXT(json_get_text(root, "Key"), "1");
  CHECK(json_get(root, "KEY") == NULL);
  CHECK(json_get_text(root, "n") == NULL);
  CHECK(json_get(json_get(root, "n"), "key") == NULL);
  CHECK(json_get(NULL, "key") == NULL);
  json_wipe(root);
  json_wipe(NULL);
}

static void takes_a_byte_order_mark(void) {
  json_free(reading("\xEF\xBB\xBF[1]"));
  json_free(reading("\xEF\xBB\xBF"
                    "1"));
  refuses("\xEF\xBB\xBF[x]", 1, 2, "expected a value");
}

static void takes_whole_numbers_up_to_2_to_53(void) {
  json_node *root = reading("[9007199254740992,-9007199254740992,9007199254740991,1e15]");
  CHECK(json_number(json_first(root)) == JSON_EXACT);
  json_free(root);
  refuses("[9007199254740993]", 1, 2, "2^53");
  refuses("[-9007199254740993]", 1, 2, "2^53");
  refuses("[10000000000000000]", 1, 2, "2^53");
  refuses("{\"a\":1,\n \"b\":[0, 1e300]}", 2, 10, "2^53");
  refuses("[0,1e999]", 1, 4, "2^53");
  refuses("[-1e999]", 1, 2, "2^53");
}

static void refuses_keys_that_stand_twice(void) {
  refuses("{\"a\":1,\n \"b\":{\"x\":1},\n \"a\":2}", 3, 2, "\"a\"");
  refuses("{\"a\":[{}],\"\\u0061\":2}", 1, 11, "\"a\"");
  refuses("[1,{\"b\":{\"c\":1,\"d\":[1,2],\"c\":2}}]", 1, 26, "\"c\"");
  refuses("{\"\\u001b[31m\":1,\"\\u001b[31m\":2}", 1, 17, "\"\\027[31m\"");
}

static void refuses_the_tokens_of_others(void) {
  refuses("", 1, 1, "empty");
  refuses(" \n ", 2, 2, "empty");
  refuses("[NaN]", 1, 2, "expected a value");
  refuses("[Infinity]", 1, 2, "expected a value");
  refuses("[undefined]", 1, 2, "expected a value");
  refuses("True", 1, 1, "expected a value");
  refuses("nul", 1, 1, "expected a value");
  refuses("['a']", 1, 2, "not '");
  refuses("{a:1}", 1, 2, "key in quotation marks");
  refuses("[1] // x", 1, 5, "after the value");
  refuses("[ /* x */ 1]", 1, 3, "comments");
  refuses("{\xE2\x80\x9C"
          "a\xE2\x80\x9D:1}",
          1, 2, "typographic");
  refuses("[1,\xC2\xAB"
          "a\xC2\xBB]",
          1, 4, "typographic");
}

static void refuses_broken_structure(void) {
  refuses("[1", 1, 3, "ends too early");
  refuses("{\"a\"", 1, 5, "ends too early");
  refuses("{\"a\":", 1, 6, "ends too early");
  refuses("[1 2]", 1, 4, "comma or ]");
  refuses("[1}", 1, 3, "comma or ]");
  refuses("{\"a\":1]", 1, 7, "comma or }");
  refuses("{\"a\" 1}", 1, 6, "colon");
  refuses("[1,]", 1, 3, "no comma");
  refuses("{\"a\":1 , \n}", 1, 8, "no comma");
  refuses("[,1]", 1, 2, "expected a value");
  refuses("]", 1, 1, "expected a value");
  refuses("[1]]", 1, 4, "after the value");
  refuses("{} {}", 1, 4, "after the value");
}

static void refuses_broken_numbers(void) {
  refuses("[01]", 1, 2, "begin with 0");
  refuses("[-01]", 1, 2, "begin with 0");
  refuses("[-]", 1, 2, "digit after the minus");
  refuses("[1.]", 1, 2, "digit after the point");
  refuses("[.5]", 1, 2, "expected a value");
  refuses("[+1]", 1, 2, "expected a value");
  refuses("[1e]", 1, 2, "exponent");
  refuses("[1e+]", 1, 2, "exponent");
  refuses("[0x10]", 1, 3, "comma or ]");
  refuses("[1,5 e]", 1, 6, "comma or ]");
  refuses("[0.0000000000000000000000000000000000000000000000000000000000000001]", 1, 2,
          "too many digits");
}

static void refuses_broken_texts(void) {
  refuses("[\"a]", 1, 5, "inside quotation marks");
  refuses("[\"a\n\"]", 1, 4, "line break");
  refuses("[\"a\tb\"]", 1, 4, "control character");
  refuses("[\"\\x\"]", 1, 3, "unknown escape");
  refuses("[\"\\u12g4\"]", 1, 3, "four hexadecimal");
  refuses("[\"\\u12", 1, 3, "four hexadecimal");
  refuses("[\"\\", 1, 4, "ends too early");
  refuses("[\"\\u0000\"]", 1, 3, "NUL");
  refuses_bytes("[\"a\0b\"]", 7, 1, 4, "NUL");
  refuses_bytes("[1]\0", 4, 1, 4, "after the value");
  refuses("[\"\\ud800\"]", 1, 3, "surrogate");
  refuses("[\"\\udc00\"]", 1, 3, "surrogate");
  refuses("[\"\\ud800\\u0041\"]", 1, 3, "surrogate");
  refuses("[\"\\ud800x\"]", 1, 3, "surrogate");
}

static void refuses_what_is_not_utf8(void) {
  static const char *const bad[] = {
      "\x80",         "\xFF\xFE",     "\xC0\xAF",         "\xC1\xBF",         "\xE0\x80\xAF",
      "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
      "\xE2\x82",     "\xC3"};
  static const char *const good[] = {"\xC2\x80",         "\xDF\xBF",        "\xE0\xA0\x80",
                                     "\xED\x9F\xBF",     "\xEE\x80\x80",    "\xEF\xBF\xBF",
                                     "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
  char text[16];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    snprintf(text, sizeof text, "[\"%s\"]", bad[i]);
    refuses(text, 1, 3, "UTF-8");
  }
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    snprintf(text, sizeof text, "[\"%s\"]", good[i]);
    json_free(reading(text));
  }
}

static char *repeated(const char *part, size_t times) {
  char *text = malloc(strlen(part) * times + 1);
  if (text == NULL) abort();
  *text = '\0';
  for (size_t i = 0; i < times; i++) memcpy(text + i * strlen(part), part, strlen(part) + 1);
  return text;
}

static void bounds_the_depth(void) {
  char text[2 * LIMIT_JSON_DEPTH + 3] = "";
  memset(text, '[', LIMIT_JSON_DEPTH);
  memset(text + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
  json_free(reading(text));
  memset(text, '[', LIMIT_JSON_DEPTH + 1);
  memset(text + LIMIT_JSON_DEPTH + 1, ']', LIMIT_JSON_DEPTH + 1);
  refuses(text, 1, LIMIT_JSON_DEPTH + 1, "deeper than 64");
  char *deep = repeated("[", REPEAT_BYTES);
  refuses(deep, 1, LIMIT_JSON_DEPTH + 1, "deeper than 64");
  free(deep);
}

static void bounds_the_length(void) {
  size_t len = LIMIT_JSON_TEXT_BYTES + 1;
  char *text = malloc(len + 1);
  if (text == NULL) abort();
  memset(text, ' ', len);
  text[0] = '1';
  text[len] = '\0';
  refuses(text, 1, 1, "too long");
  text[len - 1] = '\0';
  json_free(reading(text));
  free(text);
}

/* Quadratic work would be noticed: 5,000,000,000 comparisons. */
static void reads_big_objects(void) {
  const size_t members = 100000;
  char *text = malloc(members * 20 + 2);
  size_t len = 0;
  if (text == NULL) abort();
  for (size_t i = 0; i < members; i++)
    len += (size_t)sprintf(text + len, "%c\"key%zu\":0", i > 0 ? ',' : '{', i);
  strcpy(text + len, "}");
  json_free(reading(text));
  memcpy(strstr(text, "\"key77777\""), "\"key00001\"", 10);
  memcpy(strstr(text, "\"key88888\""), "\"key00001\"", 10);
  json_error error;
  json_node *root;
  CHECK(json_parse(text, strlen(text), &root, &error) == JSON_REFUSED);
  CHECK_TEXT(error.message, "the key \"key00001\" stands twice");
  CHECK(error.column == (int)(strstr(strstr(text, "\"key00001\"") + 1, "\"key00001\"") - text) + 1);
  free(text);
}

static void quotes_for_people(void) {
  char out[JSON_QUOTE_BYTES];
  char text[4 * LIMIT_JSON_SHOWN_BYTES];
  json_quote(out, "a\"\\\n\x7F\xFF\0b", 8);
  CHECK_TEXT(out, "\"a\\\"\\\\\\010\\127\\255\\000b\"");
  memset(text, '\x01', sizeof text);
  json_quote(out, text, sizeof text);
  CHECK(strlen(out) == 4 * LIMIT_JSON_SHOWN_BYTES + 5);
  memset(text, 'x', sizeof text);
  memcpy(text + LIMIT_JSON_SHOWN_BYTES - 1, "\xF0\x9F\x98\x80", 4);
  json_quote(out, text, sizeof text);
  CHECK(strstr(out, "xx\xF0\x9F\x98\x80\"...") != NULL);
}

int main(void) {
  reads_every_kind();
  finds_members_by_case();
  takes_a_byte_order_mark();
  takes_whole_numbers_up_to_2_to_53();
  refuses_keys_that_stand_twice();
  refuses_the_tokens_of_others();
  refuses_broken_structure();
  refuses_broken_numbers();
  refuses_broken_texts();
  refuses_what_is_not_utf8();
  bounds_the_depth();
  bounds_the_length();
  reads_big_objects();
  quotes_for_people();
  return check_report();
}
