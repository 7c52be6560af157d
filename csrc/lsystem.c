/* SPDX-License-Identifier: MIT */
#include "lsystem.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "lcompat.h"
#include "random.h"

static int push_errno(lua_State *L, int failure) {
  lua_pushnil(L);
  lua_pushstring(L, strerror(failure));
  return 2;
}

/* id() -> a fresh reference id | nil, message */
static int l_id(lua_State *L) {
  char id[RANDOM_ID_LENGTH + 1];
  int failure = random_id(id);
  if (failure != 0) return push_errno(L, failure);
  lua_pushlstring(L, id, RANDOM_ID_LENGTH);
  return 1;
}

static int push_clock(lua_State *L, clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t) != 0) return push_errno(L, errno);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/* monotonic() -> seconds since some moment; never goes back */
static int l_monotonic(lua_State *L) {
  return push_clock(L, CLOCK_MONOTONIC);
}

/* wall() -> Unix seconds with fractions */
static int l_wall(lua_State *L) {
  return push_clock(L, CLOCK_REALTIME);
}

void lsystem_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"id", l_id}, {"monotonic", l_monotonic}, {"wall", l_wall}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
