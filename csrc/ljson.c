/* SPDX-License-Identifier: MIT */
#include "ljson.h"

#include <lauxlib.h>
#include <math.h>

#include "lcompat.h"
#include "ljson_box.h"

#define BOX "proactive.json"

/* Slots a walk takes at each level, with room to spare. */
#define STACK_NEEDED (4 * LIMIT_JSON_DEPTH + 16)

#define MOST_ROOM 64

static void forget_texts(ljson_box *b) {
  buf_free(&b->out);
  buf_free(&b->scratch);
  json_members_free(&b->members);
}

static int box_gc(lua_State *L) {
  ljson_box *b = luaL_checkudata(L, 1, BOX);
  json_free(b->tree);
  b->tree = NULL;
  b->keeps = false; /* at the end of a state another finalizer may still use it */
  forget_texts(b);
  return 0;
}

static ljson_box *new_box(lua_State *L) {
  ljson_box *b = lcompat_newuserdata(L, sizeof *b);
  *b = (ljson_box){.tree = NULL};
  buf_init(&b->out, LIMIT_JSON_TEXT_BYTES);
  buf_init(&b->scratch, LIMIT_JSON_TEXT_BYTES);
  luaL_setmetatable(L, BOX);
  return b;
}

ljson_box *ljson_take(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  ljson_box *b = lua_touserdata(L, -1);
  if (b->taken) {
    lua_pop(L, 1);
    b = new_box(L);
  }
  b->taken = true;
  buf_reset(&b->out);
  b->members.count = 0;
  return b;
}

void ljson_give_back(ljson_box *b) {
  json_free(b->tree);
  b->tree = NULL;
  size_t size = b->out.size > b->scratch.size ? b->out.size : b->scratch.size;
  if (!b->keeps || size > LIMIT_JSON_KEPT_BYTES) forget_texts(b);
  b->taken = false;
}

/* Pushes `options.name`, or nil; type: what it must be when it is given, LUA_TNONE for anything. */
static void push_option(lua_State *L, const char *name, int type) {
  lua_pushnil(L);
  if (lua_isnil(L, OPTIONS)) return;
  lua_pop(L, 1);
  lua_pushstring(L, name);
  lua_rawget(L, OPTIONS);
  if (type != LUA_TNONE && !lua_isnil(L, -1) && lua_type(L, -1) != type)
    luaL_error(L, "bad option '%s': %s expected", name, lua_typename(L, type));
}

void ljson_options(lua_State *L) {
  lua_settop(L, OPTIONS);
  if (!lua_isnil(L, OPTIONS)) luaL_checktype(L, OPTIONS, LUA_TTABLE);
  push_option(L, "array", LUA_TTABLE);
  push_option(L, "null", LUA_TNONE);
  push_option(L, "order", LUA_TTABLE);
  push_option(L, "pretty", LUA_TBOOLEAN);
  luaL_checkstack(L, STACK_NEEDED, "JSON");
}

int ljson_no_memory(lua_State *L, ljson_box *b) {
  ljson_give_back(b);
  return luaL_error(L, "not enough memory");
}

static void push_value(lua_State *L, const json_node *node);

/* How many slots to make a table with: one that grows is filled anew each time. Beyond the limit
 * growing costs less than counting. */
static int room(const json_node *container) {
  int count = 0;
  for (const json_node *item = json_first(container); item != NULL && count < MOST_ROOM;
       item = json_next(item))
    count++;
  return count;
}

static void push_array(lua_State *L, const json_node *array) {
  int index = 0;
  lua_createtable(L, room(array), 0);
  for (const json_node *item = json_first(array); item != NULL; item = json_next(item)) {
    push_value(L, item); /* table, value */
    lua_rawseti(L, -2, ++index);
  }
  if (lua_isnil(L, ARRAY)) return;
  lua_pushvalue(L, ARRAY);
  lua_setmetatable(L, -2);
}

static void push_object(lua_State *L, const json_node *object) {
  lua_createtable(L, 0, room(object));
  for (const json_node *item = json_first(object); item != NULL; item = json_next(item)) {
    lua_pushstring(L, json_key(item));
    push_value(L, item); /* table, key, value */
    lua_rawset(L, -3);
  }
}

static void push_number(lua_State *L, double n) {
  if (n == floor(n))
    lcompat_pushintegral(L, n + 0.0); /* makes 0 of -0 */
  else
    lua_pushnumber(L, (lua_Number)n);
}

static void push_value(lua_State *L, const json_node *node) {
  switch (json_kind_of(node)) {
  case JSON_OBJECT:
    push_object(L, node);
    break;
  case JSON_ARRAY:
    push_array(L, node);
    break;
  case JSON_TEXT:
    lua_pushstring(L, json_text(node));
    break;
  case JSON_NUMBER:
    push_number(L, json_number(node));
    break;
  case JSON_TRUE:
    lua_pushboolean(L, 1);
    break;
  case JSON_FALSE:
    lua_pushboolean(L, 0);
    break;
  case JSON_NULL:
    lua_pushvalue(L, NULL_VALUE);
    break;
  }
}

/* decode(text, options) -> value | nil, message, line, column, path, unsafe */
static int l_decode(lua_State *L) {
  size_t len;
  json_error error;
  luaL_checktype(L, VALUE, LUA_TSTRING);
  ljson_options(L);
  ljson_box *b = ljson_take(L);
  const char *text = lua_tolstring(L, VALUE, &len);
  json_status status = json_parse(text, len, &b->tree, &error);
  if (status == JSON_NOMEM) return ljson_no_memory(L, b);
  if (status == JSON_OK) push_value(L, b->tree);
  ljson_give_back(b);
  if (status == JSON_OK) return 1;
  lua_pushnil(L);
  lua_pushstring(L, error.message);
  lua_pushinteger(L, error.line);
  lua_pushinteger(L, error.column);
  lua_pushstring(L, error.path);
  lua_pushboolean(L, error.unsafe);
  return 6;
}

/* Adds a function with a box of its own. */
static void add_function(lua_State *L, const char *name, lua_CFunction function) {
  new_box(L)->keeps = true;
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

void ljson_open(lua_State *L) {
  luaL_newmetatable(L, BOX);
  lua_pushcfunction(L, box_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  add_function(L, "encode", ljson_encode);
  add_function(L, "decode", l_decode);
}
