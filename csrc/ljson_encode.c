/* SPDX-License-Identifier: MIT
 *
 * The walk over a Lua value. Values are read raw: no metamethod runs. */
#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "json_path.h"
#include "json_write.h"
#include "lcompat.h"
#include "ljson_box.h"

#define TOO_LONG "too long for one JSON text"
#define LONGEST_LIST 2147483647 /* lua_rawgeti of Lua 5.1 counts in int */

/* The walk calls nothing of Lua that allocates: so no collector runs, no finalizer changes a table
 * under it, and the keys of its path and of the members stay where they are. */
typedef struct {
  lua_State *L;
  ljson_box *box;
  int null_type; /* the Lua type of the value that stands for null; LUA_TNONE: there is none */
  bool has_order;
  int depth; /* containers open: so many steps lead to the value at hand */
  json_step path[LIMIT_JSON_DEPTH];
  const char *why; /* of a refusal; NULL: memory ran out */
} walk;

static bool write_value(walk *w);

static bool refuse(walk *w, const char *why) {
  w->why = why;
  return false;
}

/* Whether that succeeded. */
static bool is_written(walk *w, json_written written) {
  switch (written) {
  case JSON_WRITTEN:
    return true;
  case JSON_HOLDS_NUL:
    return refuse(w, "a text that holds a NUL byte");
  case JSON_NOT_UTF8:
    return refuse(w, "a text that is not UTF-8");
  case JSON_FULL:
    return refuse(w, TOO_LONG);
  default:
    return false;
  }
}

static bool put(walk *w, const char *bytes, size_t len) {
  buf_status status = buf_add(&w->box->out, bytes, len);
  return status == BUF_OK || (status == BUF_FULL && refuse(w, TOO_LONG));
}

static bool write_text(walk *w) {
  size_t len;
  const char *text = lua_tolstring(w->L, -1, &len);
  return is_written(w, json_put_text(&w->box->out, text, len));
}

static bool write_number(walk *w) {
  double n = (double)lua_tonumber(w->L, -1);
  if (isnan(n)) return refuse(w, "NaN is no JSON value");
  if (isinf(n)) return refuse(w, "infinity is no JSON value");
  if (lcompat_beyond_exact(w->L, -1)) return refuse(w, JSON_BEYOND_EXACT ": write it as a text");
  return is_written(w, json_put_number(&w->box->out, n));
}

/* A key that is no text stands in a table that otherwise has texts, or should have numbers. */
static bool refuse_key(walk *w, int type) {
  if (type == LUA_TNUMBER || type == LUA_TSTRING)
    return refuse(w, "a table that is both a list and a map");
  return refuse(w, "a key that is neither a text nor a number");
}

/* Finds the length of the list on top of the stack. */
static bool measure_list(walk *w, int *length) {
  lua_State *L = w->L;
  double last = 0;
  *length = 0;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pop(L, 1); /* table, key */
    if (lua_type(L, -1) != LUA_TNUMBER) return refuse_key(w, lua_type(L, -1));
    double n = (double)lua_tonumber(L, -1);
    if (!(n >= 1 && n <= LONGEST_LIST && n == floor(n)))
      return refuse(w, "an index that is not a whole number from 1 on");
    if (n > last) last = n;
    ++*length;
  }
  return last == *length || refuse(w, "a list with holes");
}

static bool write_list(walk *w) {
  int length;
  if (!measure_list(w, &length) || !put(w, "[", 1)) return false;
  json_step *here = &w->path[w->depth++];
  here->key = NULL;
  for (int i = 1; i <= length; i++) {
    here->index = i;
    if (i > 1 && !put(w, ",", 1)) return false;
    lua_rawgeti(w->L, -1, i);
    if (!write_value(w)) return false;
    lua_pop(w->L, 1);
  }
  w->depth--;
  return put(w, "]", 1);
}

/* The rank of the key below the top of the stack. */
static double rank_of_key(walk *w) {
  double rank = HUGE_VAL;
  if (!w->has_order) return rank;
  lua_pushvalue(w->L, -2);
  lua_rawget(w->L, ORDER);
  if (lua_type(w->L, -1) == LUA_TNUMBER) rank = (double)lua_tonumber(w->L, -1);
  lua_pop(w->L, 1);
  return isnan(rank) ? HUGE_VAL : rank;
}

/* Writes the member whose key and value are on top of the stack, and leaves them there. */
static bool write_member(walk *w, json_step *here) {
  json_members *members = &w->box->members;
  here->key = lua_tolstring(w->L, -2, &here->len);
  json_member *member = json_members_add(members);
  if (member == NULL) return false;
  *member = (json_member){here->key, here->len, rank_of_key(w), w->box->out.len, 0};
  size_t number = members->count - 1; /* the list may move when more are added */
  if (!is_written(w, json_put_key(&w->box->out, here->key, here->len)) || !write_value(w))
    return false;
  members->list[number].last = w->box->out.len;
  return true;
}

/* Writes the map whose first key and value are on top of the stack, above it, and takes them off.
 * Its members are written as they come, and put into order when all are there. */
static bool write_map(walk *w) {
  lua_State *L = w->L;
  ljson_box *b = w->box;
  size_t first = b->members.count;
  json_step *here = &w->path[w->depth++];
  bool more = true;
  for (const char *before = "{"; more; before = ",") { /* table, key, value */
    if (lua_type(L, -2) != LUA_TSTRING) { /* asked first: lua_tolstring would change a number */
      w->depth--;
      return refuse_key(w, lua_type(L, -2));
    }
    if (!put(w, before, 1) || !write_member(w, here)) return false;
    lua_pop(L, 1);
    more = lua_next(L, -2) != 0;
  }
  w->depth--;
  return is_written(w, json_members_order(&b->members, first, &b->out, &b->scratch)) &&
         put(w, "}", 1);
}

/* Whether the table on top of the stack is marked as a list. */
static bool is_marked(walk *w) {
  if (!lua_getmetatable(w->L, -1)) return false;
  bool marked = lua_rawequal(w->L, -1, ARRAY);
  lua_pop(w->L, 1);
  return marked;
}

static bool write_table(walk *w) {
  lua_State *L = w->L;
  if (w->depth == LIMIT_JSON_DEPTH)
    return refuse(w, "nested deeper than " JSON_TEXT_OF(LIMIT_JSON_DEPTH) ": is it cyclic?");
  if (is_marked(w)) return write_list(w);
  lua_pushnil(L);
  if (lua_next(L, -2) == 0) return put(w, "{}", 2);
  if (lua_type(L, -2) != LUA_TNUMBER) return write_map(w);
  lua_pop(L, 2);
  return write_list(w);
}

/* Writes the value on top of the stack, and leaves it there. */
static bool write_value(walk *w) {
  lua_State *L = w->L;
  int type = lua_type(L, -1);
  if (type == w->null_type && lua_rawequal(L, -1, NULL_VALUE)) return put(w, "null", 4);
  switch (type) {
  case LUA_TSTRING:
    return write_text(w);
  case LUA_TTABLE:
    return write_table(w);
  case LUA_TNUMBER:
    return write_number(w);
  case LUA_TBOOLEAN:
    return lua_toboolean(L, -1) ? put(w, "true", 4) : put(w, "false", 5);
  case LUA_TFUNCTION:
    return refuse(w, "a function is no JSON value");
  case LUA_TTHREAD:
    return refuse(w, "a coroutine is no JSON value");
  case LUA_TNIL:
    return refuse(w, "nil is no JSON value");
  default:
    return refuse(w, "a userdata is no JSON value");
  }
}

/* Pushes nil, why, path. The path is made before Lua is asked for memory: until then the keys it
 * consists of are sure to be there. */
static int push_refusal(walk *w) {
  char path[LIMIT_JSON_PATH_BYTES];
  if (w->why == NULL) return ljson_no_memory(w->L, w->box);
  json_path(path, w->path, w->depth);
  lua_pushnil(w->L);
  lua_pushstring(w->L, w->why);
  lua_pushstring(w->L, path);
  return 3;
}

/* Pushes the text, or that text indented. */
static int push_text(walk *w, bool pretty) {
  const buf *text = &w->box->out;
  if (pretty) {
    buf_reset(&w->box->scratch);
    buf_status status = json_indent(&w->box->scratch, text->data);
    if (status == BUF_FULL) w->why = TOO_LONG;
    if (status != BUF_OK) return push_refusal(w);
    text = &w->box->scratch;
  }
  lua_pushlstring(w->L, text->data, text->len);
  return 1;
}

/* encode(value, options) -> text | nil, message, path */
int ljson_encode(lua_State *L) {
  luaL_checkany(L, VALUE);
  ljson_options(L);
  walk w;
  w.L = L;
  w.box = ljson_take(L);
  w.null_type = lua_isnil(L, NULL_VALUE) ? LUA_TNONE : lua_type(L, NULL_VALUE);
  w.has_order = !lua_isnil(L, ORDER);
  w.depth = 0;
  w.why = NULL;
  lua_pushvalue(L, VALUE);
  int results = write_value(&w) ? push_text(&w, lua_toboolean(L, PRETTY)) : push_refusal(&w);
  ljson_give_back(w.box);
  return results;
}
