/* SPDX-License-Identifier: MIT */
#include "ltoken.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lcompat.h"
#include "lhttp.h"
#include "limits.h"
#include "lredact.h"
#include "lresult.h"
#include "lstart.h"
#include "ltoken_box.h"
#include "oauth.h"

#define ANSWER "proactive.token_answer"

#define LONGEST_TIMEOUT 86400.0
#define LATEST 1e15 /* any clock in seconds is below it */

static ltoken *check_token(lua_State *L, int index) {
  ltoken *t = luaL_checkudata(L, index, LTOKEN_CLASS);
  if (t->token == NULL) luaL_argerror(L, index, "the token was freed"); /* by a finalizer */
  return t;
}

static double check_now(lua_State *L, int index) {
  return lcompat_checknumber(L, index, -LATEST, LATEST);
}

const char *ltoken_header(lua_State *L, int index, size_t *len) {
  return token_header(check_token(L, index)->token, len);
}

/* token:ask(now) -> advice */
static int l_ask(lua_State *L) {
  static const char *const words[] = {[TOKEN_USE] = "use",
                                      [TOKEN_USE_FETCH] = "use-fetch",
                                      [TOKEN_FETCH] = "fetch",
                                      [TOKEN_WAIT] = "wait",
                                      [TOKEN_HELD] = "held"};
  const ltoken *t = check_token(L, 1);
  lua_pushstring(L, words[token_ask(t->token, check_now(L, 2))]);
  return 1;
}

/* token:fetch(pool, route, timeout) -> id | nil, "wait" | nil, message */
static int l_fetch(lua_State *L) {
  ltoken *t = check_token(L, 1);
  http_pool *pool = lhttp_check(L, 2);
  http_request request = {.route = lcompat_checkint(L, 3, 0, LIMIT_ROUTES),
                          .timeout = lcompat_checknumber(L, 4, 0, LONGEST_TIMEOUT)};
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  if (t->fetch != 0) return luaL_error(L, "a fetch of this token is under way");
  request.body = token_form(t->token, &request.body_len);
  int pushed = lstart_request(L, pool, &request); /* an id, or nil and why */
  if (pushed == 1) {
    t->fetch = (int)lua_tointeger(L, -1);
    token_fetching(t->token);
  }
  return pushed;
}

/* token:fetching() -> the id that fetch gave, until it is settled or abandoned, else nil. An error
 * may have come back in its place: see lrow.c. */
static int l_fetching(lua_State *L) {
  const ltoken *t = check_token(L, 1);
  if (t->fetch == 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, t->fetch);
  return 1;
}

static int answer_gc(lua_State *L) {
  oauth_answer_wipe(luaL_checkudata(L, 1, ANSWER));
  return 0;
}

static oauth_answer *push_answer(lua_State *L) {
  oauth_answer *answer = lcompat_newuserdata(L, sizeof *answer);
  *answer = (oauth_answer){.tree = NULL};
  luaL_setmetatable(L, ANSWER);
  return answer;
}

/* Client secret and refresh token, each as the form holds it and in plain. */
#define FORM_SECRETS (LREDACT_SECRETS / 2)

typedef struct {
  lredact_secrets all;
  char plain[FORM_SECRETS][LIMIT_CREDENTIAL_BYTES];
} form_secrets;

static void find_secrets(const token *t, form_secrets *secrets) {
  static const char *const names[FORM_SECRETS] = {"client_secret", "refresh_token"};
  size_t form_len;
  const char *form = token_form(t, &form_len);
  for (int i = 0; i < FORM_SECRETS; i++) {
    lredact_secret *escaped = &secrets->all.list[2 * i], *plain = escaped + 1;
    *escaped = *plain = (lredact_secret){.text = NULL};
    escaped->text = oauth_form_find(form, form_len, names[i], &escaped->len);
    if (escaped->text == NULL) continue;
    plain->text = secrets->plain[i];
    plain->len = oauth_unescape(secrets->plain[i], escaped->text, escaped->len);
  }
}

static void set_text(lua_State *L, const char *name, const lredact_secrets *secrets,
                     const char *text) {
  if (text == NULL) return;
  lredact_push(L, secrets, text, strlen(text));
  lua_setfield(L, -2, name);
}

/* Why the answer holds no token, as far as we must say it; NULL: its status says it. */
static const char *find_fault(const http_result *result, const oauth_answer *answer) {
  if (result->cause != HTTP_ANSWERED) return result->error;
  if (result->status != 200) return NULL;
  if (result->truncated) return "the answer was cut short";
  return answer->problem[0] != '\0' ? answer->problem : "its access_token cannot stand in a header";
}

/* Pushes the table that tells why there is no token. */
static void push_refusal(lua_State *L, const http_result *result, const oauth_answer *answer,
                         const lredact_secrets *secrets) {
  lua_newtable(L);
  lua_pushstring(L, lresult_cause_name(result->cause)); /* nil when answered */
  lua_setfield(L, -2, "cause");
  set_text(L, "message", secrets, find_fault(result, answer));
  set_text(L, "error", secrets, answer->error);
  set_text(L, "error_description", secrets, answer->error_description);
  set_text(L, "error_index", secrets, answer->error_index);
  lredact_push(L, secrets, result->headers, result->headers_len);
  lua_setfield(L, -2, "headers");
  if (result->cause != HTTP_ANSWERED) return;
  lua_pushinteger(L, result->status);
  lua_setfield(L, -2, "status");
  if (!oauth_may_show(result->body, result->body_len)) return;
  lredact_push(L, secrets, result->body, result->body_len);
  lua_setfield(L, -2, "body");
}

static token_taken accept(ltoken *t, const http_result *result, const oauth_answer *answer,
                          double now) {
  const char *text = answer->access_token;
  if (result->status != 200 || result->truncated) return TOKEN_UNFIT;
  if (answer->problem[0] != '\0' || text == NULL) return TOKEN_UNFIT;
  return token_accept(t->token, text, strlen(text), answer->expires_in, now);
}

static void end_fetch(ltoken *t, http_pool *pool, oauth_answer *answer) {
  oauth_answer_wipe(answer);
  http_release(pool, t->fetch);
  t->fetch = 0;
}

static int no_memory(lua_State *L) {
  return luaL_error(L, "not enough memory");
}

/* token:settle(pool, id, now) -> true, headers | nil, refusal | nil (it still runs). When memory
 * runs out it raises, and the same call can be made again: what is returned is pushed before
 * anything is dropped. */
static int l_settle(lua_State *L) {
  ltoken *t = check_token(L, 1);
  http_pool *pool = lhttp_check(L, 2);
  double now = check_now(L, 4);
  luaL_argcheck(L, lcompat_checknumber(L, 3, 1, LCOMPAT_MAX_EXACT) == t->fetch, 3, "not its fetch");
  if (http_pool_forked(pool)) return lhttp_push_forked(L);
  oauth_answer *answer = push_answer(L);
  lua_pushnil(L);
  const http_result *result = http_get_result(pool, t->fetch);
  if (result == NULL) return 1;
  if (result->cause == HTTP_ANSWERED && oauth_read(answer, result->body, result->body_len) != 0)
    return no_memory(L);
  form_secrets secrets = {.plain = {""}};
  find_secrets(t->token, &secrets);
  lua_pushboolean(L, 1);
  lredact_push(L, &secrets.all, result->headers, result->headers_len);
  switch (accept(t, result, answer, now)) {
  case TOKEN_TAKEN:
    break;
  case TOKEN_NOMEM:
    return no_memory(L);
  case TOKEN_UNFIT:
    lua_pushnil(L);
    push_refusal(L, result, answer, &secrets.all);
    token_failed(t->token, now);
  }
  buf_erase(secrets.plain, sizeof secrets.plain);
  end_fetch(t, pool, answer);
  return 2;
}

/* token:abandon(now) */
static int l_abandon(lua_State *L) {
  ltoken *t = check_token(L, 1);
  token_failed(t->token, check_now(L, 2));
  t->fetch = 0;
  return 0;
}

/* token:adopt(text, expires_in, now) -> whether it was taken: it is fit, and nothing is fetched */
static int l_adopt(lua_State *L) {
  size_t len;
  ltoken *t = check_token(L, 1);
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *text = lua_tolstring(L, 2, &len);
  double expires_in = lcompat_checknumber(L, 3, 0, LONGEST_TIMEOUT);
  double now = check_now(L, 4);
  token_taken taken =
      t->fetch != 0 ? TOKEN_UNFIT : token_adopt(t->token, text, len, expires_in, now);
  if (taken == TOKEN_NOMEM) return no_memory(L);
  lua_pushboolean(L, taken == TOKEN_TAKEN);
  return 1;
}

/* token:refused(generation, now) -> "stale" | "dropped" | "held" */
static int l_refused(lua_State *L) {
  static const char *const words[] = {
      [TOKEN_STALE] = "stale", [TOKEN_DROPPED] = "dropped", [TOKEN_HOLD] = "held"};
  ltoken *t = check_token(L, 1);
  double generation = lcompat_checknumber(L, 2, 0, LCOMPAT_MAX_EXACT);
  double now = check_now(L, 3);
  lua_pushstring(L, words[token_refused(t->token, (unsigned long)generation, now)]);
  return 1;
}

/* token:generation() -> integer */
static int l_generation(lua_State *L) {
  lcompat_pushintegral(L, (double)token_generation(check_token(L, 1)->token));
  return 1;
}

/* token:info(now) -> {expires_in=, length=, generation=} | nil */
static int l_info(lua_State *L) {
  size_t len;
  const token *t = check_token(L, 1)->token;
  double now = check_now(L, 2);
  lua_settop(L, 0);
  if (token_text(t, &len) == NULL) return 0;
  lua_newtable(L);
  lua_pushnumber(L, token_expires(t) - now);
  lua_setfield(L, -2, "expires_in");
  lua_pushinteger(L, (lua_Integer)len);
  lua_setfield(L, -2, "length");
  lcompat_pushintegral(L, (double)token_generation(t));
  lua_setfield(L, -2, "generation");
  return 1;
}

/* token:reveal() -> the token itself | nil */
static int l_reveal(lua_State *L) {
  size_t len = 0;
  const char *text = token_text(check_token(L, 1)->token, &len);
  if (text == NULL) return 0;
  lua_pushlstring(L, text, len);
  return 1;
}

static int l_tostring(lua_State *L) {
  size_t len;
  const token *t = check_token(L, 1)->token;
  lua_pushfstring(L, LTOKEN_CLASS ": %s", token_text(t, &len) != NULL ? "held" : "none yet");
  return 1;
}

static int l_gc(lua_State *L) {
  ltoken *t = luaL_checkudata(L, 1, LTOKEN_CLASS);
  token_free(t->token);
  t->token = NULL;
  return 0;
}

static void open_class(lua_State *L) {
  static const luaL_Reg methods[] = {{"ask", l_ask},
                                     {"fetch", l_fetch},
                                     {"fetching", l_fetching},
                                     {"settle", l_settle},
                                     {"abandon", l_abandon},
                                     {"adopt", l_adopt},
                                     {"refused", l_refused},
                                     {"generation", l_generation},
                                     {"info", l_info},
                                     {"reveal", l_reveal},
                                     {"__tostring", l_tostring},
                                     {"__gc", l_gc},
                                     {NULL, NULL}};
  luaL_newmetatable(L, LTOKEN_CLASS);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void ltoken_open(lua_State *L) {
  open_class(L);
  luaL_newmetatable(L, ANSWER);
  lua_pushcfunction(L, answer_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  ltoken_open_list(L);
  lua_pushcfunction(L, ltoken_make);
  lua_setfield(L, -2, "token");
}
