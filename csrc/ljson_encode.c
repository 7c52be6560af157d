/* SPDX-License-Identifier: MIT
 *
 * The walk over a Lua value. Values are read raw: no metamethod runs. */
#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lcompat.h"
#include "ljson_box.h"

#define TOO_LONG "too long for one JSON text"
#define LONGEST_LIST 2147483647 /* lua_rawgeti of Lua 5.1 counts in int */

/* One step of the way to a value: a key with its rank or, where key is NULL, an index. */
typedef struct {
  const char *key;
  size_t len;
  double rank;
  int index;
} step;

/* The walk calls nothing of Lua that allocates: so no collector runs, no finalizer changes a table
 * under it, and the tree may borrow the bytes of Lua's strings until it is printed. */
typedef struct {
  lua_State *L;
  ljson_box *box;
  bool has_null, has_order;
  size_t size; /* roughly what the text will take */
  int depth;   /* containers open: so many steps lead to the value at hand */
  step path[LIMIT_JSON_DEPTH];
  const char *why; /* of a refusal; NULL: memory ran out */
} walk;

static bool add_value(walk *w, json_node *parent);

static bool refuse(walk *w, const char *why) {
  w->why = why;
  return false;
}

/* Gives the node to its parent, or to the box when it is the root. Before anything else is done
 * with it, so that it has an owner at all times. */
static bool attach(walk *w, json_node *parent, json_node *node) {
  if (parent == NULL) {
    w->box->tree = node;
    return node != NULL;
  }
  const step *last = &w->path[w->depth - 1];
  if (last->key == NULL) return json_append(parent, node);
  return json_set(parent, last->key, node, last->rank);
}

/* Counts what will be written: so many bytes, and a comma, quotation marks or the like. */
static bool count(walk *w, size_t bytes) {
  w->size += bytes + 4;
  return w->size <= LIMIT_JSON_TEXT_BYTES || refuse(w, TOO_LONG);
}

static bool check_text(walk *w, const char *text, size_t len) {
  for (size_t at = json_ascii(text, len), run; at < len; at += run) {
    if (text[at] == '\0') return refuse(w, "a text that holds a NUL byte");
    run = json_utf8(text + at, len - at);
    if (run == 0) return refuse(w, "a text that is not UTF-8");
  }
  return count(w, len);
}

static bool add_text(walk *w, json_node *parent) {
  size_t len;
  const char *text = lua_tolstring(w->L, -1, &len);
  return check_text(w, text, len) && attach(w, parent, json_new_text(text));
}

static bool add_number(walk *w, json_node *parent) {
  double n = (double)lua_tonumber(w->L, -1);
  if (isnan(n)) return refuse(w, "NaN is no JSON value");
  if (isinf(n)) return refuse(w, "infinity is no JSON value");
  if (lcompat_beyond_exact(w->L, -1)) return refuse(w, JSON_BEYOND_EXACT);
  return count(w, 16) && attach(w, parent, json_new_number(n));
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

static bool add_list(walk *w, json_node *parent) {
  int length;
  if (!measure_list(w, &length) || !count(w, 0)) return false;
  json_node *array = json_new_array();
  if (!attach(w, parent, array)) return false;
  step *here = &w->path[w->depth++];
  here->key = NULL;
  for (int i = 1; i <= length; i++) {
    here->index = i;
    lua_rawgeti(w->L, -1, i);
    if (!add_value(w, array)) return false;
    lua_pop(w->L, 1);
  }
  w->depth--;
  return true;
}

/* The rank of the key below the top of the stack. */
static double rank_of_key(walk *w) {
  double rank = HUGE_VAL;
  if (!w->has_order) return rank;
  lua_pushvalue(w->L, -2);
  lua_rawget(w->L, ORDER);
  if (lua_type(w->L, -1) == LUA_TNUMBER) rank = (double)lua_tonumber(w->L, -1);
  lua_pop(w->L, 1);
  return rank;
}

static bool add_map(walk *w, json_node *parent) {
  lua_State *L = w->L;
  if (!count(w, 0)) return false;
  json_node *object = json_new_object();
  if (!attach(w, parent, object)) return false;
  step *here = &w->path[w->depth++];
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {          /* table, key, value */
    if (lua_type(L, -2) != LUA_TSTRING) { /* asked first: lua_tolstring would change a number */
      w->depth--;
      return refuse_key(w, lua_type(L, -2));
    }
    here->key = lua_tolstring(L, -2, &here->len);
    here->rank = rank_of_key(w);
    if (!check_text(w, here->key, here->len) || !add_value(w, object)) return false;
    lua_pop(L, 1);
  }
  w->depth--;
  json_sort(object);
  return true;
}

/* Whether the table on top of the stack is to be written as a list. */
static bool is_list(walk *w) {
  lua_State *L = w->L;
  if (lua_getmetatable(L, -1)) {
    bool marked = lua_rawequal(L, -1, ARRAY);
    lua_pop(L, 1);
    if (marked) return true;
  }
  lua_pushnil(L);
  if (lua_next(L, -2) == 0) return false;
  bool number = lua_type(L, -2) == LUA_TNUMBER;
  lua_pop(L, 2);
  return number;
}

static bool add_table(walk *w, json_node *parent) {
  if (w->depth == LIMIT_JSON_DEPTH)
    return refuse(w, "nested deeper than " JSON_TEXT_OF(LIMIT_JSON_DEPTH) ": is it cyclic?");
  return is_list(w) ? add_list(w, parent) : add_map(w, parent);
}

/* Adds the value on top of the stack, and leaves it there. */
static bool add_value(walk *w, json_node *parent) {
  lua_State *L = w->L;
  if (w->has_null && lua_rawequal(L, -1, NULL_VALUE))
    return count(w, 4) && attach(w, parent, json_new_null());
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    return add_text(w, parent);
  case LUA_TTABLE:
    return add_table(w, parent);
  case LUA_TNUMBER:
    return add_number(w, parent);
  case LUA_TBOOLEAN:
    return count(w, 5) && attach(w, parent, json_new_bool(lua_toboolean(L, -1)));
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

static bool is_name(const char *key, size_t len) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return len > 0 && len <= LIMIT_JSON_SHOWN_BYTES && (key[0] < '0' || key[0] > '9') &&
         strspn(key, letters) == len;
}

/* Appends a step as Lua writes it: .name, [3], ["odd key"]. */
static buf_status add_step(buf *out, const step *s) {
  char text[JSON_QUOTE_BYTES + 16];
  if (s->key == NULL) {
    snprintf(text, sizeof text, "[%d]", s->index);
  } else if (is_name(s->key, s->len)) {
    snprintf(text, sizeof text, "%s%s", out->len > 0 ? "." : "", s->key);
  } else {
    char quoted[JSON_QUOTE_BYTES];
    json_quote(quoted, s->key, s->len);
    snprintf(text, sizeof text, "[%s]", quoted);
  }
  return buf_add(out, text, strlen(text));
}

/* Pushes nil, why, path. The path is made before Lua is asked for memory: until then the keys it
 * consists of are sure to be there. */
static int push_refusal(walk *w) {
  buf *path = &w->box->out;
  buf_status status = BUF_OK;
  if (w->why == NULL) return ljson_no_memory(w->L);
  buf_free(path); /* what was indented before it became too long */
  buf_init(path, LIMIT_JSON_PATH_BYTES);
  for (int i = 0; i < w->depth && status == BUF_OK; i++) status = add_step(path, &w->path[i]);
  if (status == BUF_NOMEM) return ljson_no_memory(w->L);
  lua_pushnil(w->L);
  lua_pushstring(w->L, w->why);
  lua_pushlstring(w->L, path->data != NULL ? path->data : "", path->len);
  ljson_empty(w->box);
  return 3;
}

/* Prints the tree in the box; the text is then box.text or, indented, box.out. */
static bool print(walk *w, bool pretty) {
  ljson_box *b = w->box;
  b->text = json_print(b->tree, w->size);
  if (b->text == NULL) return false;
  if (strlen(b->text) > LIMIT_JSON_TEXT_BYTES) return refuse(w, TOO_LONG);
  if (!pretty) return true;
  buf_status status = json_indent(&b->out, b->text);
  return status == BUF_OK || (status == BUF_FULL && refuse(w, TOO_LONG));
}

/* encode(value, options) -> text | nil, message, path */
int ljson_encode(lua_State *L) {
  luaL_checkany(L, VALUE);
  walk w;
  w.L = L;
  w.box = ljson_begin(L);
  w.has_null = !lua_isnil(L, NULL_VALUE);
  w.has_order = !lua_isnil(L, ORDER);
  w.size = 0;
  w.depth = 0;
  w.why = NULL;
  bool pretty = lua_toboolean(L, PRETTY);
  lua_pushvalue(L, VALUE);
  if (!add_value(&w, NULL) || !print(&w, pretty)) return push_refusal(&w);
  if (pretty)
    lua_pushlstring(L, w.box->out.data, w.box->out.len);
  else
    lua_pushstring(L, w.box->text);
  ljson_empty(w.box);
  return 1;
}
