/* SPDX-License-Identifier: MIT
 *
 * Rows: requests of one group that differ in the user and the reference id only. Where a call for
 * each would cost more than the request itself, one call begins them, releases those that were
 * simply accepted, or does both for a while. Everything else is left to the caller, in its own
 * time.
 *
 * An error may come back in place of what a call returns, as of the debug hook that the plain
 * interpreter sets on Ctrl-C. So what must not be lost is elsewhere: users that were taken are
 * counted in the caller's table, those accepted in histograms, those in flight by the pool. Nothing
 * here allocates in Lua. */
#include "lrow.h"

#include <limits.h>

#include "clock.h"
#include "lbody.h"
#include "lcompat.h"
#include "lhistogram.h"
#include "lhttp.h"
#include "lresult.h"
#include "ltoken.h"
#include "random.h"
#include "text.h"

enum { USERS = 8, TAKEN = 13 }; /* arguments: the list; the cell that counts what has begun */

typedef struct {
  http_pool *pool;
  random_pool *random;
  http_request request;
  body_value values[2];
  char new_id[RANDOM_ID_LENGTH + 1];
  const char *prefix; /* of every user */
  size_t prefix_len;
  int next, last; /* places in the list */
  double ends;
} row;

typedef struct {
  histogram *own, *all;
} latencies;

/* What the cell at TAKEN has: a table whose number is there already, so that to write it needs no
 * memory. */
static double read_taken(lua_State *L) {
  luaL_checktype(L, TAKEN, LUA_TTABLE);
  lua_rawgeti(L, TAKEN, 1);
  double taken = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
  lua_pop(L, 1);
  luaL_argcheck(L, taken >= 0 && taken < LCOMPAT_MAX_EXACT - INT_MAX && taken == floor(taken),
                TAKEN, "a table with a number expected");
  return taken;
}

static void write_taken(lua_State *L, double taken) {
  lcompat_pushintegral(L, taken);
  lua_rawseti(L, TAKEN, 1);
}

/* (pool, route, body, timeout, token, group, prefix, users, first, last) */
static void read_row(lua_State *L, row *r) {
  *r = (row){.pool = lhttp_check(L, 1), .random = lhttp_random(L, 1)};
  r->request = (http_request){
      .route = lcompat_checkint(L, 2, 0, LIMIT_ROUTES),
      .prepared = lbody_check(L, 3),
      .values = r->values,
      .timeout = lcompat_checknumber(L, 4, 0.001, LHTTP_MOST_SECONDS),
      .group = lcompat_checkint(L, 6, 1, LIMIT_GROUP),
  };
  r->request.authorization = ltoken_header(L, 5, &r->request.authorization_len);
  luaL_argcheck(L, r->request.prepared->count == 2, 3, "a body with two marks expected");
  luaL_checktype(L, 7, LUA_TSTRING);
  r->prefix = lua_tolstring(L, 7, &r->prefix_len);
  luaL_checktype(L, USERS, LUA_TTABLE);
  r->next = lcompat_checkint(L, 9, 1, INT_MAX - 1);
  r->last = lcompat_checkint(L, 10, 0, INT_MAX - 1);
  if (r->request.authorization == NULL) r->last = 0; /* no token, no request */
}

/* Fills the values for the user on top of the stack, which it is taken off. */
static bool read_user(lua_State *L, row *r) {
  size_t len = 0;
  const char *user = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
  lua_pop(L, 1); /* the list keeps it */
  r->values[0] = (body_value){r->new_id, RANDOM_ID_LENGTH};
  r->values[1] = (body_value){user, len};
  return user != NULL && text_extends(user, len, r->prefix, r->prefix_len);
}

/* Begins up to so many. Whether nothing is in the way of more: the end of the list, what is no word
 * that extends the prefix, a pool that takes none now. */
static bool begin(lua_State *L, row *r, int most) {
  char error[LIMIT_ERROR_BYTES];
  int id;
  for (; most > 0; most--, r->next++) {
    if (r->next > r->last) return false;
    lua_rawgeti(L, USERS, r->next);
    if (!read_user(L, r) || random_id(r->random, r->new_id) != 0) return false;
    if (http_start(r->pool, &r->request, &id, error) != HTTP_STARTED) return false;
  }
  return true;
}

/* Releases what was simply accepted of a group (not 0), from the finished transfer id on. How
 * many. */
static int release(http_pool *pool, int id, int group, const latencies *times) {
  int count = 0;
  while (id != 0) {
    int next = http_next_finished(pool, id);
    if (http_group(pool, id) == group && lresult_acceptance(pool, id) != 0) {
      double elapsed = http_get_result(pool, id)->elapsed;
      histogram_add(times->own, elapsed, 1);
      histogram_add(times->all, elapsed, 1);
      http_release(pool, id);
      count++;
    }
    id = next;
  }
  return count;
}

static latencies read_latencies(lua_State *L, int index) {
  return (latencies){lhistogram_check(L, index), lhistogram_check(L, index + 1)};
}

/* Serves the pool until something has ended. False: the time is over, or a connection is to be
 * opened. That is for the next step: all of this is part of one, which has opened its own. */
static bool serve(row *r) {
  char error[LIMIT_ERROR_BYTES];
  if (http_is_opening(r->pool)) return false;
  double left = r->ends - clock_now();
  return left > 0 && http_step(r->pool, left, -1, http_burst_left(r->pool), error) >= 0;
}

/* Begins one for each that was accepted, until something else ends it. How many were accepted. */
static int run(lua_State *L, row *r, int room, const latencies *times) {
  int accepted = 0;
  while (http_finished(r->pool) == 0 && begin(L, r, room) && serve(r)) {
    room = release(r->pool, http_finished(r->pool), r->request.group, times);
    accepted += room;
  }
  return accepted;
}

/* pool:run_row(route, body, timeout, token, group, prefix, users, first, last, most, seconds,
 *              taken[, own, all]) -> begun, accepted
 *
 * Begins a request for each of users[first] to users[last], at most so many, with the body filled
 * with a new reference id and the user, and adds to taken[1] how many. The row ends before what is
 * not a word that extends the prefix or cannot begin, of which `start` tells more, and after so
 * many seconds.
 *
 * With two histograms it waits and serves the pool meanwhile, begins one more for each of the group
 * that was simply accepted, and counts the times of these in both. This ends as soon as anything
 * else has ended. */
static int l_pool_run_row(lua_State *L) {
  row r;
  read_row(L, &r);
  int first = r.next, accepted = 0, room = lcompat_checkint(L, 11, 0, LIMIT_TRANSFERS);
  r.ends = clock_now() + lcompat_checknumber(L, 12, 0, LHTTP_MOST_SECONDS);
  double taken = read_taken(L);
  bool serves = !lua_isnoneornil(L, TAKEN + 1);
  latencies times = {NULL, NULL};
  if (serves) times = read_latencies(L, TAKEN + 1);
  if (http_pool_forked(r.pool)) return lhttp_push_forked(L);
  if (serves)
    accepted = run(L, &r, room, &times);
  else
    while (room-- > 0 && begin(L, &r, 1) && clock_now() < r.ends) continue;
  write_taken(L, taken + (r.next - first));
  lua_pushinteger(L, r.next - first);
  lua_pushinteger(L, accepted);
  return 2;
}

/* pool:release_row(id, own, all) -> accepted, and the next finished one, as `finished` gives it
 *
 * Releases the finished transfer, which was simply accepted, and all behind it that were so and are
 * of the same group. Counts their times in two histograms. */
static int l_pool_release_row(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  int id = lcompat_checkint(L, 2, 1, INT_MAX);
  latencies times = read_latencies(L, 3);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  int group = http_group(pool, id);
  lua_pushinteger(L, group != 0 ? release(pool, id, group, &times) : 0);
  return 1 + lresult_push_finished(L, pool);
}

/* pool:ungroup(id): takes it out of its group. Allocates nothing. */
static int l_pool_ungroup(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  int id = lcompat_checkint(L, 2, 1, INT_MAX);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  http_ungroup(pool, id);
  return 0;
}

/* pool:grouped() -> transfers in any group, in a forked child too */
static int l_pool_grouped(lua_State *L) {
  lua_pushinteger(L, http_grouped(lhttp_check(L, 1)));
  return 1;
}

/* pool:next_member(group[, id]) -> the next transfer of the group, behind the one given, or nil */
static int l_pool_next_member(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  int group = lcompat_checkint(L, 2, 1, LIMIT_GROUP);
  int id = lua_isnoneornil(L, 3) ? 0 : lcompat_checkint(L, 3, 1, INT_MAX);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  int next = http_next_member(pool, group, id);
  if (next == 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, next);
  return 1;
}

/* pool:age(id) -> seconds since it began, nil when there is no such transfer */
static int l_pool_age(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  int id = lcompat_checkint(L, 2, 1, INT_MAX);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  double seconds = http_age(pool, id);
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, (lua_Number)seconds);
  return 1;
}

void lrow_methods(lua_State *L) {
  static const luaL_Reg methods[] = {{"run_row", l_pool_run_row},
                                     {"release_row", l_pool_release_row},
                                     {"next_member", l_pool_next_member},
                                     {"ungroup", l_pool_ungroup},
                                     {"grouped", l_pool_grouped},
                                     {"age", l_pool_age},
                                     {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
