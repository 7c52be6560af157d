/* SPDX-License-Identifier: MIT
 *
 * How a request begins. Arguments are read and judged before anything is acquired. */
#include "lstart.h"

#include "lbody.h"
#include "lcompat.h"
#include "lhttp.h"
#include "ltoken.h"

int lstart_request(lua_State *L, http_pool *pool, const http_request *request) {
  char error[LIMIT_ERROR_BYTES];
  int id;
  switch (http_start(pool, request, &id, error)) {
  case HTTP_STARTED:
    lua_pushinteger(L, id);
    return 1;
  case HTTP_WAIT:
    return lhttp_push_failure(L, "wait");
  case HTTP_FULL:
    lhttp_push_failure(L, "wait");
    lua_pushliteral(L, "full");
    return 3;
  case HTTP_UNFIT:
    lhttp_push_failure(L, error);
    lua_pushliteral(L, "body");
    return 3;
  default:
    return lhttp_push_failure(L, error);
  }
}

/* A text, nothing, or a prepared body, whose values follow the other arguments. */
static void read_body(lua_State *L, http_request *request, body_value values[LIMIT_BODY_MARKS]) {
  if (lua_type(L, 3) == LUA_TSTRING) {
    request->body = lua_tolstring(L, 3, &request->body_len);
  } else if (!lua_isnoneornil(L, 3)) {
    request->prepared = lbody_check(L, 3);
    request->values = values;
    lbody_values(L, request->prepared, 6, values);
  }
}

/* pool:start(route, body, timeout, token, ...) -> id | nil, reason[, what it is about] */
static int l_pool_start(lua_State *L) {
  http_pool *pool = lhttp_check(L, 1);
  http_request request = {.route = lcompat_checkint(L, 2, 0, LIMIT_ROUTES)};
  body_value values[LIMIT_BODY_MARKS];
  read_body(L, &request, values);
  request.timeout = lcompat_checknumber(L, 4, 0.001, LHTTP_MOST_SECONDS);
  bool bears = !lua_isnoneornil(L, 5);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  if (bears) request.authorization = ltoken_header(L, 5, &request.authorization_len);
  if (bears && request.authorization == NULL)
    return lhttp_push_failure(L, "the token is not there yet");
  int pushed = lstart_request(L, pool, &request);
  if (pushed == 1) *lhttp_newest(L, 1) = (int)lua_tointeger(L, -1);
  return pushed;
}

/* pool:newest() -> the id of the last transfer that start began, nil when it was released. An error
 * may have come back in its place: see lrow.c. */
static int l_pool_newest(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  int id = *lhttp_newest(L, 1);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  if (http_age(pool, id) < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, id);
  return 1;
}

void lstart_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"start", l_pool_start}, {"newest", l_pool_newest}, {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
