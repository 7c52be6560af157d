/* SPDX-License-Identifier: MIT
 *
 * The only C file that knows Lua versions. The bindings are written for Lua 5.4's API as far as
 * LuaJIT has it; what one of the others lacks is made good here. Also here: the reading of numbers,
 * which every version does differently (5.4 raises for 3.7 as an integer, the others cut it). */
#ifndef PROACTIVE_LCOMPAT_H
#define PROACTIVE_LCOMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

#define LCOMPAT_MAX_EXACT 9007199254740992.0 /* 2^53: above it doubles skip integers */

/* Marks the one function a module exports; everything else is hidden. */
#define LCOMPAT_EXPORT __attribute__((visibility("default")))

#if LUA_VERSION_NUM == 501

#define lua_rawlen(L, i) lua_objlen(L, (i))

static inline int lua_absindex(lua_State *L, int i) {
  return i > 0 || i <= LUA_REGISTRYINDEX ? i : lua_gettop(L) + i + 1;
}

/* LuaJIT says 501 and has these; plain 5.1 has not. Only LuaJIT defines the macro. */
#ifndef LUA_GCISRUNNING

static inline void luaL_setfuncs(lua_State *L, const luaL_Reg *list, int upvalues) {
  (void)upvalues; /* none of ours has any */
  luaL_register(L, NULL, list);
}

static inline void luaL_setmetatable(lua_State *L, const char *name) {
  luaL_getmetatable(L, name);
  lua_setmetatable(L, -2);
}

static inline void *luaL_testudata(lua_State *L, int i, const char *name) {
  void *block = lua_touserdata(L, i);
  if (block == NULL || !lua_getmetatable(L, i)) return NULL;
  luaL_getmetatable(L, name);
  int same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? block : NULL;
}

#endif
#endif

#if LUA_VERSION_NUM >= 504
#define lcompat_newuserdata(L, size) lua_newuserdatauv(L, (size), 0)
#else
#define lcompat_newuserdata(L, size) lua_newuserdata(L, (size))
#endif

/* Pushes an integral number as an integer where the Lua has integers. |n| <= 2^53. */
static inline void lcompat_pushintegral(lua_State *L, double n) {
#if LUA_VERSION_NUM >= 503
  lua_pushinteger(L, (lua_Integer)n);
#else
  lua_pushnumber(L, n);
#endif
}

/* Whether the number is one of those that a double may have rounded. */
static inline int lcompat_beyond_exact(lua_State *L, int i) {
#if LUA_VERSION_NUM >= 503
  const lua_Integer most = (lua_Integer)LCOMPAT_MAX_EXACT;
  if (lua_isinteger(L, i)) return lua_tointeger(L, i) > most || lua_tointeger(L, i) < -most;
#endif
  return fabs((double)lua_tonumber(L, i)) > LCOMPAT_MAX_EXACT;
}

/* A finite number within [low, high]; text that looks like one is refused. Raises, naming the
 * argument. */
static inline double lcompat_checknumber(lua_State *L, int i, double low, double high) {
  if (lua_type(L, i) != LUA_TNUMBER) luaL_argerror(L, i, "number expected");
  double n = (double)lua_tonumber(L, i);
  if (!(n >= low && n <= high)) luaL_argerror(L, i, "number out of range");
  return n;
}

/* An integral number within [low, high], on every Lua. */
static inline int lcompat_checkint(lua_State *L, int i, int low, int high) {
  double n = lcompat_checknumber(L, i, low, high);
  if (n != floor(n)) luaL_argerror(L, i, "integer expected");
  return (int)n;
}

/* Text without an embedded NUL, or NULL when the value is no such text. Numbers are not text. */
static inline const char *lcompat_text(lua_State *L, int i) {
  if (lua_type(L, i) != LUA_TSTRING) return NULL;
  size_t len;
  const char *text = lua_tolstring(L, i, &len);
  return strlen(text) == len ? text : NULL;
}

#endif
