/* SPDX-License-Identifier: MIT
 *
 * Writing JSON without Lua. */
#include <math.h>
#include <stdlib.h>

#include "../../csrc/json.h"
#include "../../csrc/json_write.h"
#include "check.h"

static void writes_number(double number, const char *want) {
  buf out;
  buf_init(&out, 100);
  CHECK(json_put_number(&out, number) == JSON_WRITTEN);
  CHECK_TEXT(out.data, want);
  CHECK(strtod(want, NULL) == number);
  buf_free(&out);
}

static void writes_numbers_exactly(void) {
  writes_number(0, "0");
  writes_number(-0.0, "0");
  writes_number(1e3, "1000");
  writes_number(JSON_EXACT, "9007199254740992");
  writes_number(-JSON_EXACT + 1, "-9007199254740991");
  writes_number(1700000000123456, "1700000000123456");
  writes_number(0.1, "0.1");
  writes_number(0.1 + 0.2, "0.30000000000000004");
  writes_number(-1.5, "-1.5");
  writes_number(1.0 / 3, "0.3333333333333333");
  writes_number(5e-324, "4.94065645841247e-324");
  writes_number(1e-7, "1e-07");
  writes_number(123456.789, "123456.789");
}

static void writes_text(const char *text, const char *want) {
  buf out;
  buf_init(&out, 100);
  CHECK(json_put_text(&out, text, strlen(text)) == JSON_WRITTEN);
  CHECK_TEXT(out.data, want);
  buf_free(&out);
}

static void writes_texts(void) {
  writes_text("", "\"\"");
  writes_text("short", "\"short\"");
  writes_text("exactly8", "\"exactly8\"");
  writes_text("longer than two words", "\"longer than two words\"");
  writes_text("a\"b\\c", "\"a\\\"b\\\\c\"");
  writes_text("the last of many\n", "\"the last of many\\n\"");
  writes_text("\b\f\r\t\x01\x1F\x7F", "\"\\b\\f\\r\\t\\u0001\\u001f\x7F\"");
  writes_text("\xC3\xA9\xF0\x9F\x98\x80", "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

/* Every byte, alone and anywhere among plain ones: what is written reads back. */
static void writes_every_byte(void) {
  for (int c = 1; c < 0x80; c++) {
    for (size_t at = 0; at < 20; at++) {
      char text[] = "xxxxxxxxxxxxxxxxxxxx";
      buf out;
      json_error error;
      json_node *root = NULL;
      text[at] = (char)c;
      buf_init(&out, 100);
      CHECK(json_put_text(&out, text, sizeof text - 1) == JSON_WRITTEN);
      CHECK(json_parse(out.data, out.len, &root, &error) == JSON_OK);
      CHECK_TEXT(json_text(root), text);
      json_free(root);
      buf_free(&out);
    }
  }
}

static void refuses(json_written want, const char *text, size_t len, size_t most) {
  buf out;
  buf_init(&out, most);
  CHECK(json_put_text(&out, text, len) == want);
  CHECK(json_put_key(&out, text, len) == want);
  buf_free(&out);
}

static void refuses_bad_texts(void) {
  refuses(JSON_HOLDS_NUL, "a\0b", 3, 100);
  refuses(JSON_HOLDS_NUL, "longer than eight\0", 18, 100);
  refuses(JSON_NOT_UTF8, "\xFF", 1, 100);
  refuses(JSON_NOT_UTF8, "longer than eight \xE2\x82", 20, 100);
  refuses(JSON_FULL, "text", 4, 5);
  refuses(JSON_FULL, "a\nb", 3, 5);
}

/* --- order --- */

typedef struct {
  buf out, scratch;
  json_members members;
} object;

static object object_begin(void) {
  object o = {.members = {.list = NULL}};
  buf_init(&o.out, 1000000);
  buf_init(&o.scratch, 1000000);
  return o;
}

static void object_end(object *o) {
  buf_free(&o->out);
  buf_free(&o->scratch);
  json_members_free(&o->members);
}

static void put(object *o, const char *text) {
  CHECK(buf_add(&o->out, text, strlen(text)) == BUF_OK);
}

static void put_member(object *o, const char *key, double rank, const char *value) {
  json_member *member = json_members_add(&o->members);
  if (member == NULL) abort();
  *member = (json_member){key, strlen(key), rank, o->out.len, 0};
  CHECK(json_put_key(&o->out, key, strlen(key)) == JSON_WRITTEN);
  put(o, value);
  member->last = o->out.len;
}

static void orders_by_rank_then_bytes(void) {
  object o = object_begin();
  put(&o, "{");
  put_member(&o, "outer", 1, "0");
  put(&o, ",{");
  put_member(&o, "c", HUGE_VAL, "true");
  put(&o, ",");
  put_member(&o, "ab", HUGE_VAL, "null");
  put(&o, ",");
  put_member(&o, "a", HUGE_VAL, "[1,2]");
  put(&o, ",");
  put_member(&o, "z", 1, "[]");
  put(&o, ",");
  put_member(&o, "B", HUGE_VAL, "\"t\"");
  put(&o, ",");
  put_member(&o, "y", 2, "{}");
  CHECK(json_members_order(&o.members, 1, &o.out, &o.scratch) == JSON_WRITTEN);
  put(&o, "}");
  CHECK_TEXT(o.out.data, "{\"outer\":0,{\"z\":[],\"y\":{},\"B\":\"t\",\"a\":[1,2],\"ab\":null,"
                         "\"c\":true}");
  CHECK(o.members.count == 1); /* those of the object around it stay */
  object_end(&o);
}

static void orders_many(void) {
  enum { COUNT = 1000 };
  static char keys[COUNT][8], want[COUNT * 8 + 1];
  size_t len = 0;
  object o = object_begin();
  for (int i = 0; i < COUNT; i++) {
    snprintf(keys[i], sizeof keys[i], "%04d", i * 617 % COUNT);
    if (i > 0) put(&o, ",");
    put_member(&o, keys[i], HUGE_VAL, "");
    len += (size_t)snprintf(want + len, sizeof want - len, "%s\"%04d\":", i > 0 ? "," : "", i);
  }
  CHECK(json_members_order(&o.members, 0, &o.out, &o.scratch) == JSON_WRITTEN);
  CHECK_TEXT(o.out.data, want);
  CHECK(json_members_order(&o.members, 0, &o.out, &o.scratch) == JSON_WRITTEN); /* none */
  object_end(&o);
}

static void indents_as_people_do(void) {
  buf out;
  buf_init(&out, 1000);
  CHECK(json_indent(&out, "{\"a\":[1,{},[]],\"b\\\"{\":\"[,:]\\\\\",\"c\":{\"d\":-1.5e-07}}") ==
        BUF_OK);
  CHECK_TEXT(out.data, "{\n"
                       "  \"a\": [\n"
                       "    1,\n"
                       "    {},\n"
                       "    []\n"
                       "  ],\n"
                       "  \"b\\\"{\": \"[,:]\\\\\",\n"
                       "  \"c\": {\n"
                       "    \"d\": -1.5e-07\n"
                       "  }\n"
                       "}");
  buf_free(&out);
  buf_init(&out, 5);
  CHECK(json_indent(&out, "[1,2]") == BUF_FULL);
  buf_free(&out);
}

int main(void) {
  writes_numbers_exactly();
  writes_texts();
  writes_every_byte();
  refuses_bad_texts();
  orders_by_rank_then_bytes();
  orders_many();
  indents_as_people_do();
  return check_report();
}
