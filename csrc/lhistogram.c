/* SPDX-License-Identifier: MIT
 *
 * A histogram as a userdata: its numbers are fields, as count, sum and max. */
#include "lhistogram.h"

#include <limits.h>

#include "lcompat.h"

#define HISTOGRAM "proactive.histogram"
#define MOST_SECONDS 1e9 /* 31 years: beyond it a number is a mistake */

histogram *lhistogram_check(lua_State *L, int index) {
  return luaL_checkudata(L, index, HISTOGRAM);
}

/* histogram() -> an empty one */
static int l_histogram(lua_State *L) {
  histogram *h = lcompat_newuserdata(L, sizeof *h);
  *h = (histogram){.count = 0};
  luaL_setmetatable(L, HISTOGRAM);
  return 1;
}

/* histogram:copy() -> another one, with what is counted now */
static int l_copy(lua_State *L) {
  const histogram *from = lhistogram_check(L, 1);
  histogram *h = lcompat_newuserdata(L, sizeof *h);
  *h = *from;
  luaL_setmetatable(L, HISTOGRAM);
  return 1;
}

/* histogram:add(seconds, count) */
static int l_add(lua_State *L) {
  histogram *h = lhistogram_check(L, 1);
  double seconds = lcompat_checknumber(L, 2, -MOST_SECONDS, MOST_SECONDS);
  histogram_add(h, seconds, lcompat_checkint(L, 3, 0, INT_MAX));
  return 0;
}

/* histogram:percentile(share) -> seconds that this share of all, from 0 to 1, did not exceed; nil
 * when nothing was counted */
static int l_percentile(lua_State *L) {
  double seconds = histogram_percentile(lhistogram_check(L, 1), lcompat_checknumber(L, 2, 0, 1));
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, (lua_Number)seconds);
  return 1;
}

/* histogram:cumulative() -> {{le = seconds, count = n}, ...}: counts up to each doubling, as
 * Prometheus takes them */
static int l_cumulative(lua_State *L) {
  const histogram *h = lhistogram_check(L, 1);
  double seen = 0;
  int place = 0;
  lua_newtable(L);
  for (int bucket = 0; bucket < h->last + HISTOGRAM_STEPS && bucket < HISTOGRAM_BUCKETS - 1;
       bucket++) {
    seen += h->buckets[bucket];
    if (bucket % HISTOGRAM_STEPS != 0) continue;
    lua_createtable(L, 0, 2);
    lua_pushnumber(L, (lua_Number)histogram_bound(bucket));
    lua_setfield(L, -2, "le");
    lcompat_pushintegral(L, seen);
    lua_setfield(L, -2, "count");
    lua_rawseti(L, -2, ++place);
  }
  return 1;
}

/* A number of it, or a method, which are the upvalue. */
static int l_index(lua_State *L) {
  const histogram *h = lhistogram_check(L, 1);
  const char *name = lcompat_text(L, 2);
  if (name != NULL && strcmp(name, "count") == 0) {
    lcompat_pushintegral(L, h->count);
  } else if (name != NULL && strcmp(name, "sum") == 0) {
    lua_pushnumber(L, (lua_Number)h->sum);
  } else if (name != NULL && strcmp(name, "max") == 0) {
    lua_pushnumber(L, (lua_Number)h->max);
  } else {
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
  }
  return 1;
}

static int l_tostring(lua_State *L) {
  lua_pushfstring(L, HISTOGRAM ": %f counted", (lua_Number)lhistogram_check(L, 1)->count);
  return 1;
}

void lhistogram_open(lua_State *L) {
  static const luaL_Reg methods[] = {{"copy", l_copy},
                                     {"add", l_add},
                                     {"percentile", l_percentile},
                                     {"cumulative", l_cumulative},
                                     {NULL, NULL}};
  luaL_newmetatable(L, HISTOGRAM);
  lua_pushliteral(L, HISTOGRAM);
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, l_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_createtable(L, 0, (int)(sizeof methods / sizeof *methods) - 1);
  luaL_setfuncs(L, methods, 0);
  lua_pushcclosure(L, l_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  lua_pushcfunction(L, l_histogram);
  lua_setfield(L, -2, "histogram");
}
