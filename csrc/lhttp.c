/* SPDX-License-Identifier: MIT
 *
 * The pool as a userdata. Arguments are read and judged before anything is acquired; a result stays
 * in the pool until it is released, so that a push that raises loses nothing. */
#include "lhttp.h"

#include <limits.h>

#include "lcompat.h"
#include "lresult.h"
#include "lrow.h"
#include "lstart.h"

#define POOL "proactive.pool"

typedef struct {
  http_pool *pool; /* NULL: closed */
  random_pool random;
  int newest; /* the last transfer that the method start began */
} box;

http_pool *lhttp_check(lua_State *L, int index) {
  box *b = luaL_checkudata(L, index, POOL);
  if (b->pool == NULL) luaL_error(L, "attempt to use a closed pool");
  return b->pool;
}

random_pool *lhttp_random(lua_State *L, int index) {
  box *b = luaL_checkudata(L, index, POOL);
  return &b->random;
}

int *lhttp_newest(lua_State *L, int index) {
  box *b = luaL_checkudata(L, index, POOL);
  return &b->newest;
}

int lhttp_push_failure(lua_State *L, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, message);
  return 2;
}

int lhttp_push_forked(lua_State *L) {
  return lhttp_push_failure(L, "forked");
}

/* --- tables of options: raw access, unknown names are mistakes --- */

/* Raises unless every key of the table at index is one of names (NULL-terminated). */
static void check_names(lua_State *L, int index, const char *const *names) {
  luaL_checktype(L, index, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    const char *key = lcompat_text(L, -1);
    const char *const *name = names;
    while (*name != NULL && (key == NULL || strcmp(*name, key) != 0)) name++;
    if (*name == NULL)
      luaL_error(L, "unknown option '%s'", key != NULL ? key : luaL_typename(L, -1));
  }
}

static void push_option(lua_State *L, int index, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, index);
}

/* The text stays valid while it is in the table. NULL when it is not there. */
static const char *text_option(lua_State *L, int index, const char *name) {
  push_option(L, index, name);
  const char *text = lcompat_text(L, -1);
  if (text == NULL && !lua_isnil(L, -1))
    luaL_error(L, "option '%s' must be a string without NUL", name);
  lua_pop(L, 1);
  return text;
}

static const char *need_text(lua_State *L, int index, const char *name) {
  const char *text = text_option(L, index, name);
  if (text == NULL) luaL_error(L, "option '%s' is missing", name);
  return text;
}

static double number_option(lua_State *L, int index, const char *name, double low, double high,
                            double otherwise) {
  push_option(L, index, name);
  double n = otherwise;
  if (!lua_isnil(L, -1)) {
    n = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : low - 1;
    if (!(n >= low && n <= high))
      luaL_error(L, "option '%s' must be a number from %f to %f", name, low, high);
  }
  lua_pop(L, 1);
  return n;
}

static int int_option(lua_State *L, int index, const char *name, int low, int high, int otherwise) {
  double n = number_option(L, index, name, low, high, otherwise);
  if (n != floor(n)) luaL_error(L, "option '%s' must be an integer", name);
  return (int)n;
}

/* --- pool --- */

static int l_http(lua_State *L) {
  static const char *const names[] = {"ca_file",      "proxy",           "user_agent",
                                      "http_version", "max_connections", NULL};
  check_names(L, 1, names);
  http_options options = {
      .ca_file = text_option(L, 1, "ca_file"),
      .proxy = text_option(L, 1, "proxy"),
      .user_agent = text_option(L, 1, "user_agent"),
      .http_version = int_option(L, 1, "http_version", 0, 2, 0),
      .max_connections = int_option(L, 1, "max_connections", 1, LIMIT_CONNECTIONS, 16),
  };
  if (options.user_agent == NULL) options.user_agent = "proactive";
  box *b = lcompat_newuserdata(L, sizeof *b);
  b->pool = NULL;
  b->newest = 0;
  random_pool_init(&b->random);
  luaL_setmetatable(L, POOL);
  char error[LIMIT_ERROR_BYTES];
  b->pool = http_pool_new(&options, error);
  return b->pool != NULL ? 1 : lhttp_push_failure(L, error);
}

static int l_pool_close(lua_State *L) {
  box *b = luaL_checkudata(L, 1, POOL);
  http_pool *pool = b->pool;
  b->pool = NULL;
  http_pool_free(pool);
  return 0;
}

static int l_pool_tostring(lua_State *L) {
  const box *b = luaL_checkudata(L, 1, POOL);
  if (b->pool == NULL)
    lua_pushliteral(L, POOL ": closed");
  else
    lua_pushfstring(L, POOL ": %d running", http_running(b->pool));
  return 1;
}

static int l_pool_forked(lua_State *L) {
  lua_pushboolean(L, http_pool_forked(lhttp_check(L, 1)));
  return 1;
}

static int l_pool_warm(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  char error[LIMIT_ERROR_BYTES];
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  if (http_pool_warm(pool, error) != 0) return lhttp_push_failure(L, error);
  lua_pushboolean(L, 1);
  return 1;
}

static int l_pool_fd(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  int fd = http_pool_fd(pool);
  if (fd < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, fd);
  return 1;
}

static int l_pool_timeout(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  double seconds = http_pool_timeout(pool);
  if (seconds < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, (lua_Number)seconds);
  return 1;
}

static int l_pool_connections(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  unsigned long opened;
  int open;
  http_pool_connections(pool, &opened, &open);
  lcompat_pushintegral(L, (double)opened);
  lua_pushinteger(L, open);
  return 2;
}

/* --- routes --- */

/* Pointers into strings that the table keeps alive; nothing between here and their use can change
 * it. */
static int read_headers(lua_State *L, int index, const char *lines[LIMIT_ROUTE_HEADERS]) {
  push_option(L, index, "headers");
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return 0;
  }
  if (!lua_istable(L, -1)) luaL_error(L, "option 'headers' must be a list of strings");
  size_t count = lua_rawlen(L, -1);
  if (count > LIMIT_ROUTE_HEADERS) luaL_error(L, "more than %d headers", LIMIT_ROUTE_HEADERS);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (int)i + 1);
    lines[i] = lcompat_text(L, -1);
    if (lines[i] == NULL) luaL_error(L, "header %d must be a string without NUL", (int)i + 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return (int)count;
}

static int l_pool_route(lua_State *L) {
  static const char *const names[] = {"method", "url", "headers", "connect_timeout", NULL};
  http_pool *pool = lhttp_check(L, 1);
  check_names(L, 2, names);
  const char *lines[LIMIT_ROUTE_HEADERS];
  http_route route = {
      .method = need_text(L, 2, "method"),
      .url = need_text(L, 2, "url"),
      .headers = lines,
      .header_count = read_headers(L, 2, lines),
      .connect_timeout = number_option(L, 2, "connect_timeout", 0.001, LHTTP_MOST_SECONDS, 5),
  };
  char error[LIMIT_ERROR_BYTES];
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  int number = http_route_add(pool, &route, error);
  if (number < 0) return lhttp_push_failure(L, error);
  lua_pushinteger(L, number);
  return 1;
}

/* --- transfers --- */

static int l_pool_step(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  double timeout = lcompat_checknumber(L, 2, 0, LHTTP_MOST_SECONDS);
  double budget = lua_isnoneornil(L, 3) ? -1 : lcompat_checknumber(L, 3, 0, LHTTP_MOST_SECONDS);
  int burst = lua_isnoneornil(L, 4) ? 1 : lcompat_checkint(L, 4, 1, LIMIT_CONNECTIONS);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  char error[LIMIT_ERROR_BYTES];
  int finished = http_step(pool, timeout, budget, burst, error);
  if (finished < 0) return lhttp_push_failure(L, error);
  lua_pushinteger(L, finished);
  return 1;
}

/* pool:release(id) -> the next finished one, as `finished` gives it: most callers want it then.
 * Allocates nothing, so that it cannot fail. */
static int l_pool_release(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  int id = lcompat_checkint(L, 2, 1, INT_MAX);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  http_release(pool, id);
  return lresult_push_finished(L, pool);
}

static const luaL_Reg methods[] = {{"route", l_pool_route},
                                   {"step", l_pool_step},
                                   {"release", l_pool_release},
                                   {"warm", l_pool_warm},
                                   {"fd", l_pool_fd},
                                   {"timeout", l_pool_timeout},
                                   {"connections", l_pool_connections},
                                   {"forked", l_pool_forked},
                                   {"close", l_pool_close},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", l_pool_close},
                                       {"__close", l_pool_close},
                                       {"__tostring", l_pool_tostring},
                                       {NULL, NULL}};

void lhttp_open(lua_State *L) {
  luaL_newmetatable(L, POOL);
  lua_pushliteral(L, POOL);
  lua_setfield(L, -2, "__name");
  luaL_setfuncs(L, metamethods, 0);
  lua_createtable(L, 0, (int)(sizeof methods / sizeof *methods) - 1);
  luaL_setfuncs(L, methods, 0);
  lstart_methods(L);
  lrow_methods(L);
  lresult_methods(L);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  lua_pushcfunction(L, l_http);
  lua_setfield(L, -2, "http");
}
