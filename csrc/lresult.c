/* SPDX-License-Identifier: MIT
 *
 * What became of a transfer, as Lua sees it. The transfer stays in the pool until it is released,
 * so that a push that raises loses nothing. */
#include "lresult.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "lcompat.h"
#include "lhttp.h"
#include "lredact.h"
#include "token.h"

const char *lresult_cause_name(http_cause cause) {
  switch (cause) {
  case HTTP_DNS:
    return "dns";
  case HTTP_CONNECT:
    return "connect";
  case HTTP_TLS:
    return "tls";
  case HTTP_TIMEOUT:
    return "timeout";
  case HTTP_RESET:
    return "reset";
  case HTTP_PROTOCOL:
    return "protocol";
  case HTTP_MEMORY:
    return "memory";
  case HTTP_ANSWERED:
    break;
  }
  return NULL;
}

static void set_text(lua_State *L, const char *name, const char *text, size_t len) {
  lua_pushlstring(L, text, len);
  lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool flag) {
  lua_pushboolean(L, flag);
  lua_setfield(L, -2, name);
}

/* What a stranger sent, without the bearer token that was sent to it. */
static void set_foreign(lua_State *L, const char *name, const lredact_secrets *secrets,
                        const char *text, size_t len) {
  lredact_push(L, secrets, text, len);
  lua_setfield(L, -2, name);
}

static void push_result(lua_State *L, const http_result *r, const lredact_secrets *secrets) {
  lua_createtable(L, 0, 9);
  if (r->cause == HTTP_ANSWERED) {
    lua_pushinteger(L, r->status);
    lua_setfield(L, -2, "status");
  } else {
    const char *cause = lresult_cause_name(r->cause);
    set_text(L, "cause", cause, strlen(cause));
    set_text(L, "message", r->error, strlen(r->error));
  }
  set_foreign(L, "body", secrets, r->body, r->body_len);
  set_foreign(L, "headers", secrets, r->headers, r->headers_len);
  set_flag(L, "truncated", r->truncated);
  set_flag(L, "reused", r->reused);
  set_flag(L, "sent", r->sent);
  lua_pushnumber(L, (lua_Number)r->elapsed);
  lua_setfield(L, -2, "elapsed");
}

/* The result of the transfer that the arguments name, NULL while it runs. False: forked. */
static bool find_result(lua_State *L, const http_result **result) {
  const http_pool *pool = lhttp_check(L, 1);
  int id = lcompat_checkint(L, 2, 1, INT_MAX);
  if (http_pool_forked(pool)) return false;
  *result = http_get_result(pool, id);
  return true;
}

static int l_pool_result(lua_State *L) {
  const http_result *result;
  if (!find_result(L, &result)) return lhttp_push_forked(L);
  if (result == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lredact_secrets secrets = {0};
  lredact_secret *bearer = &secrets.list[0];
  http_sent sent = http_get_sent(lhttp_check(L, 1), (int)lua_tointeger(L, 2));
  if (sent.authorization != NULL)
    bearer->text = token_in_header(sent.authorization, sent.authorization_len, &bearer->len);
  push_result(L, result, &secrets);
  return 1;
}

int lresult_acceptance(const http_pool *pool, int id) {
  const http_result *r = http_get_result(pool, id);
  bool accepts = r != NULL && r->cause == HTTP_ANSWERED && (r->status == 200 || r->status == 202) &&
                 r->body_len == 0 && !r->truncated;
  return accepts ? r->status : 0;
}

int lresult_push_finished(lua_State *L, const http_pool *pool) {
  int id = http_finished(pool);
  if (id == 0) {
    lua_pushnil(L);
    return 1;
  }
  int status = lresult_acceptance(pool, id), group = http_group(pool, id);
  lua_pushinteger(L, id);
  if (status != 0)
    lua_pushinteger(L, status);
  else
    lua_pushnil(L);
  if (group == 0) return 2;
  lua_pushinteger(L, group);
  return 3;
}

static int l_pool_finished(lua_State *L) {
  const http_pool *pool = lhttp_check(L, 1);
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  return lresult_push_finished(L, pool);
}

/* pool:request_body(id): as it left, nil when there was none */
static int l_pool_request_body(lua_State *L) {
  const http_result *r;
  if (!find_result(L, &r)) return lhttp_push_forked(L);
  http_sent sent = http_get_sent(lhttp_check(L, 1), (int)lua_tointeger(L, 2));
  if (sent.body == NULL)
    lua_pushnil(L);
  else
    lua_pushlstring(L, sent.body, sent.body_len);
  return 1;
}

static int l_pool_request_id(lua_State *L) {
  const http_result *r;
  size_t len;
  if (!find_result(L, &r)) return lhttp_push_forked(L);
  const char *request_id = r != NULL ? http_result_header(r, "x-amzn-requestid", &len) : NULL;
  if (request_id == NULL)
    lua_pushnil(L);
  else
    lua_pushlstring(L, request_id, len);
  return 1;
}

static void set_number(lua_State *L, const char *name, double n) {
  lua_pushnumber(L, (lua_Number)n);
  lua_setfield(L, -2, name);
}

static void set_count(lua_State *L, const char *name, double n) {
  lcompat_pushintegral(L, n);
  lua_setfield(L, -2, name);
}

static int l_pool_timings(lua_State *L) {
  const http_result *r;
  if (!find_result(L, &r)) return lhttp_push_forked(L);
  if (r == NULL) {
    lua_pushnil(L);
    return 1;
  }
  http_timings timings = http_get_timings(lhttp_check(L, 1), (int)lua_tointeger(L, 2));
  lua_createtable(L, 0, 8);
  set_number(L, "dns", timings.dns);
  set_number(L, "connect", timings.connect);
  set_number(L, "tls", timings.tls);
  set_number(L, "first_byte", timings.first_byte);
  set_number(L, "total", timings.total);
  set_count(L, "bytes_sent", timings.bytes_sent);
  set_count(L, "bytes_received", timings.bytes_received);
  set_flag(L, "reused", r->reused);
  return 1;
}

void lresult_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"finished", l_pool_finished},     {"result", l_pool_result},
      {"request_id", l_pool_request_id}, {"request_body", l_pool_request_body},
      {"timings", l_pool_timings},       {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
