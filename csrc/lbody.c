/* SPDX-License-Identifier: MIT
 *
 * A prepared body as a userdata. What was filled in stays in it until the next filling, so that a
 * push that raises loses nothing. */
#include "lbody.h"

#include "lcompat.h"

#define BODY "proactive.body"

const body *lbody_check(lua_State *L, int index) {
  return luaL_checkudata(L, index, BODY);
}

void lbody_values(lua_State *L, const body *b, int first, body_value values[LIMIT_BODY_MARKS]) {
  int given = lua_gettop(L) - first + 1;
  if (given != b->count) luaL_error(L, "%d values for %d marks", given > 0 ? given : 0, b->count);
  for (int i = 0; i < b->count; i++) {
    luaL_checktype(L, first + i, LUA_TSTRING);
    values[i].text = lua_tolstring(L, first + i, &values[i].len);
  }
}

static int refuse(lua_State *L, body_status status, int culprit) {
  char error[LIMIT_ERROR_BYTES];
  body_explain(status, culprit, error);
  if (status == BODY_MISPLACED) return luaL_argerror(L, 2, error);
  if (status == BODY_NOMEM) return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushstring(L, error);
  return 2;
}

/* A position on top of the stack, which it is taken off. */
static size_t take_position(lua_State *L) {
  double n = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
  if (!(n >= 0 && n <= LIMIT_REQUEST_BYTES && n == floor(n)))
    luaL_argerror(L, 2, "a mark must be {first, last}");
  lua_pop(L, 1);
  return (size_t)n;
}

/* Reads the list at index 2, from bytes first to last, counted from 1, into offsets. */
static int read_marks(lua_State *L, body_mark marks[LIMIT_BODY_MARKS]) {
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t count = lua_rawlen(L, 2);
  if (count > LIMIT_BODY_MARKS) luaL_argerror(L, 2, "too many marks");
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 2, (int)i + 1);
    if (!lua_istable(L, -1)) luaL_argerror(L, 2, "a mark must be {first, last}");
    lua_rawgeti(L, -1, 2); /* mark, last */
    marks[i].last = take_position(L);
    lua_rawgeti(L, -1, 1); /* mark, first */
    size_t first = take_position(L);
    if (first == 0) luaL_argerror(L, 2, "positions count from 1");
    marks[i].first = first - 1;
    lua_pop(L, 1);
  }
  return (int)count;
}

/* body(text, marks) -> body | nil, message */
static int l_body(lua_State *L) {
  size_t len;
  body_mark marks[LIMIT_BODY_MARKS];
  luaL_checktype(L, 1, LUA_TSTRING);
  const char *text = lua_tolstring(L, 1, &len);
  if (len > LIMIT_REQUEST_BYTES) return refuse(L, BODY_TOO_LONG, 0);
  int count = read_marks(L, marks);
  body *b = lcompat_newuserdata(L, sizeof *b);
  body_init(b);
  luaL_setmetatable(L, BODY);
  body_status status = body_prepare(b, text, len, marks, count);
  return status == BODY_OK ? 1 : refuse(L, status, 0);
}

/* body:fill(value, ...) -> text | nil, message; as many strings as there are marks */
static int l_body_fill(lua_State *L) {
  body *b = luaL_checkudata(L, 1, BODY);
  body_value values[LIMIT_BODY_MARKS];
  lbody_values(L, b, 2, values);
  int culprit = 0;
  body_status status = body_fill(b, values, &culprit);
  if (status != BODY_OK) return refuse(L, status, culprit);
  lua_pushlstring(L, b->filled.data != NULL ? b->filled.data : "", b->filled.len);
  return 1;
}

static int l_body_gc(lua_State *L) {
  body_cleanup(luaL_checkudata(L, 1, BODY));
  return 0;
}

void lbody_open(lua_State *L) {
  static const luaL_Reg methods[] = {{"fill", l_body_fill}, {NULL, NULL}};
  luaL_newmetatable(L, BODY);
  lua_pushliteral(L, BODY);
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, l_body_gc);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  lua_pushcfunction(L, l_body);
  lua_setfield(L, -2, "body");
}
