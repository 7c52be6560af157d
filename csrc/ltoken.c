/* SPDX-License-Identifier: MIT
 *
 * One object for each set of credentials in a Lua state: a table in the registry, with weak values,
 * lists them. The list is searched by comparing in C, so that no Lua string holds a secret. */
#include "ltoken.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "lcompat.h"
#include "lhttp.h"
#include "limits.h"
#include "lresult.h"
#include "oauth.h"
#include "token.h"

#define TOKEN "proactive.token"
#define ANSWER "proactive.token_answer"
#define SHARED "proactive.tokens" /* registry */

#define LONGEST_TIMEOUT 86400.0
#define LATEST 1e15 /* any clock in seconds is below it */

typedef struct {
  token *token;
  int fetch; /* transfer under way; 0: none */
  size_t url_len;
  char url[]; /* of the token endpoint: tokens of different ones are different */
} ltoken;

/* What core.token was given. */
typedef struct {
  const char *client_id, *client_secret, *scope, *url;
  size_t client_id_len, client_secret_len, scope_len, url_len;
  bool private;
} arguments;

static ltoken *check_token(lua_State *L, int index) {
  ltoken *t = luaL_checkudata(L, index, TOKEN);
  if (t->token == NULL) luaL_argerror(L, index, "the token was freed"); /* by a finalizer */
  return t;
}

static double check_now(lua_State *L, int index) {
  return lcompat_checknumber(L, index, -LATEST, LATEST);
}

const char *ltoken_header(lua_State *L, int index) {
  return token_header(check_token(L, index)->token);
}

/* --- core.token ---------------------------------------------------------------------------------- */

/* A text of the options; it stays alive in the table. */
static const char *text_option(lua_State *L, const char *name, size_t *len) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "bad option '%s': string expected", name);
  const char *text = lua_tolstring(L, -1, len);
  lua_pop(L, 1);
  return text;
}

static void check_names(lua_State *L) {
  static const char *const known[] = {"client_id", "client_secret", "scope", "url", "private"};
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    size_t i = 0;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "option names are strings");
    while (i < sizeof known / sizeof *known && strcmp(lua_tostring(L, -1), known[i]) != 0) i++;
    if (i == sizeof known / sizeof *known)
      luaL_error(L, "unknown option '%s'", lua_tostring(L, -1));
  }
}

static arguments read_arguments(lua_State *L) {
  arguments a;
  luaL_checktype(L, 1, LUA_TTABLE);
  check_names(L);
  a.client_id = text_option(L, "client_id", &a.client_id_len);
  a.client_secret = text_option(L, "client_secret", &a.client_secret_len);
  a.scope = text_option(L, "scope", &a.scope_len);
  a.url = text_option(L, "url", &a.url_len);
  lua_pushliteral(L, "private");
  lua_rawget(L, 1);
  a.private = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return a;
}

/* Pushes what is wrong with the arguments; false when nothing is. */
static bool push_fault(lua_State *L, const arguments *a) {
  const oauth_parameter given[] = {{"client_id", a->client_id, a->client_id_len},
                                   {"client_secret", a->client_secret, a->client_secret_len},
                                   {"scope", a->scope, a->scope_len},
                                   {"url", a->url, a->url_len}};
  for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
    const char *fault = oauth_check(given[i].value, given[i].len);
    if (fault == NULL) continue;
    lua_pushfstring(L, "%s %s", given[i].name, fault);
    return true;
  }
  return false;
}

/* The form of the client-credentials grant (RFC 6749, 4.4.2, with the client in the body as Login
 * with Amazon wants it), as a new token. NULL: no memory. */
static token *make_token(const arguments *a) {
  static const char grant[] = "client_credentials";
  const oauth_parameter form[] = {{"grant_type", grant, sizeof grant - 1},
                                  {"client_id", a->client_id, a->client_id_len},
                                  {"client_secret", a->client_secret, a->client_secret_len},
                                  {"scope", a->scope, a->scope_len}};
  buf body;
  token *made = NULL;
  buf_init(&body, LIMIT_REQUEST_BYTES);
  if (oauth_form(&body, form, sizeof form / sizeof *form) == 0)
    made = token_new(body.data, body.len);
  buf_wipe(&body);
  return made;
}

/* Pushes a token that nobody else has yet. */
static ltoken *push_token(lua_State *L, const arguments *a) {
  ltoken *t = lcompat_newuserdata(L, sizeof *t + a->url_len + 1);
  t->token = NULL;
  t->fetch = 0;
  t->url_len = a->url_len;
  memcpy(t->url, a->url, a->url_len + 1);
  luaL_setmetatable(L, TOKEN);
  t->token = make_token(a);
  if (t->token == NULL) luaL_error(L, "not enough memory");
  return t;
}

/* Takes as long whether they differ early or late. */
static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
  unsigned difference = 0;
  if (a_len != b_len) return false;
  for (size_t i = 0; i < a_len; i++) difference |= (unsigned)(a[i] ^ b[i]);
  return difference == 0;
}

static bool same_token(const ltoken *a, const ltoken *b) {
  size_t a_len, b_len;
  const char *a_form = token_form(a->token, &a_len);
  const char *b_form = token_form(b->token, &b_len);
  return same_bytes(a->url, a->url_len, b->url, b->url_len) &&
         same_bytes(a_form, a_len, b_form, b_len);
}

/* A new token is on top of the stack: replaces it by the one of the list that is the same, or adds
 * it to the list. */
static void share(lua_State *L, const ltoken *made) {
  lua_Integer last = 0;
  lua_getfield(L, LUA_REGISTRYINDEX, SHARED); /* made, list */
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) { /* made, list, number, token */
    if (same_token(lua_touserdata(L, -1), made)) {
      lua_replace(L, -4);
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 1);
    if (lua_tointeger(L, -1) > last) last = lua_tointeger(L, -1);
  }
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, (int)(last + 1));
  lua_pop(L, 1);
}

/* token{client_id=, client_secret=, scope=, url=, private=} -> token | nil, message */
static int l_token(lua_State *L) {
  lua_settop(L, 1);
  arguments a = read_arguments(L);
  lua_pushnil(L);
  if (push_fault(L, &a)) return 2;
  ltoken *t = push_token(L, &a);
  if (!a.private) share(L, t);
  return 1;
}

/* --- methods ------------------------------------------------------------------------------------- */

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

static int push_forked(lua_State *L) {
  lua_pushnil(L);
  lua_pushliteral(L, "forked");
  return 2;
}

/* token:fetch(pool, route, timeout) -> id | nil, "wait" | nil, message */
static int l_fetch(lua_State *L) {
  ltoken *t = check_token(L, 1);
  http_pool *pool = lhttp_check(L, 2);
  http_request request = {.route = lcompat_checkint(L, 3, 0, LIMIT_ROUTES),
                          .timeout = lcompat_checknumber(L, 4, 0, LONGEST_TIMEOUT)};
  if (http_pool_forked(pool)) return push_forked(L);
  if (t->fetch != 0) return luaL_error(L, "a fetch of this token is under way");
  request.body = token_form(t->token, &request.body_len);
  int pushed = lhttp_start(L, pool, &request); /* an id, or nil and why */
  if (pushed == 1) {
    t->fetch = (int)lua_tointeger(L, -1);
    token_fetching(t->token);
  }
  return pushed;
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

static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Pushes the table that tells why there is no token. */
static void push_refusal(lua_State *L, const http_result *result, const oauth_answer *answer,
                         const char *message) {
  lua_newtable(L);
  set_text(L, "cause", lresult_cause_name(result->cause));
  set_text(L, "message", message);
  set_text(L, "error", answer->error);
  set_text(L, "error_description", answer->error_description);
  set_text(L, "error_index", answer->error_index);
  lua_pushlstring(L, result->headers, result->headers_len);
  lua_setfield(L, -2, "headers");
  if (result->cause != HTTP_ANSWERED) return;
  lua_pushinteger(L, result->status);
  lua_setfield(L, -2, "status");
  if (!oauth_may_show(result->body, result->body_len)) return;
  lua_pushlstring(L, result->body, result->body_len);
  lua_setfield(L, -2, "body");
}

/* Why the answer holds no token, as far as we must say it; NULL: its status says it. */
static const char *find_fault(const http_result *result, const oauth_answer *answer) {
  if (result->cause != HTTP_ANSWERED) return result->error;
  if (result->status != 200) return NULL;
  if (result->truncated) return "the answer was cut short";
  return answer->problem[0] != '\0' ? answer->problem : "its access_token cannot stand in a header";
}

static bool accept(ltoken *t, const oauth_answer *answer, double now) {
  const char *text = answer->access_token;
  return token_accept(t->token, text, strlen(text), answer->expires_in, now) == 0;
}

static void end_fetch(ltoken *t, http_pool *pool, oauth_answer *answer) {
  oauth_answer_wipe(answer);
  http_release(pool, t->fetch);
  t->fetch = 0;
}

/* token:settle(pool, id, now) -> true, headers | nil, refusal | nil (it still runs) */
static int l_settle(lua_State *L) {
  ltoken *t = check_token(L, 1);
  http_pool *pool = lhttp_check(L, 2);
  double now = check_now(L, 4);
  luaL_argcheck(L, lcompat_checkint(L, 3, 1, INT_MAX) == t->fetch, 3, "not its fetch");
  if (http_pool_forked(pool)) return push_forked(L);
  oauth_answer *answer = push_answer(L);
  lua_pushnil(L);
  const http_result *result = http_get_result(pool, t->fetch);
  if (result == NULL) return 1;
  if (result->cause == HTTP_ANSWERED && oauth_read(answer, result->body, result->body_len) != 0)
    return luaL_error(L, "not enough memory");
  bool good = result->status == 200 && !result->truncated && answer->problem[0] == '\0';
  lua_pushboolean(L, 1); /* pushed first, dropped last */
  lua_pushlstring(L, result->headers, result->headers_len);
  if (good && accept(t, answer, now)) {
    end_fetch(t, pool, answer);
    return 2;
  }
  lua_pushnil(L);
  push_refusal(L, result, answer, find_fault(result, answer));
  token_failed(t->token, now);
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
  const token *t = check_token(L, 1)->token;
  lua_pushfstring(L, TOKEN ": %s", token_header(t) != NULL ? "held" : "none yet");
  return 1;
}

static int l_gc(lua_State *L) {
  ltoken *t = luaL_checkudata(L, 1, TOKEN);
  token_free(t->token);
  t->token = NULL;
  return 0;
}

static void open_class(lua_State *L) {
  static const luaL_Reg methods[] = {{"ask", l_ask},
                                     {"fetch", l_fetch},
                                     {"settle", l_settle},
                                     {"abandon", l_abandon},
                                     {"refused", l_refused},
                                     {"generation", l_generation},
                                     {"info", l_info},
                                     {"reveal", l_reveal},
                                     {"__tostring", l_tostring},
                                     {"__gc", l_gc},
                                     {NULL, NULL}};
  luaL_newmetatable(L, TOKEN);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

/* The list of the tokens that are shared: it does not keep them alive. */
static void open_list(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, SHARED);
  bool exists = lua_istable(L, -1); /* the module may be loaded twice in one state */
  lua_pop(L, 1);
  if (exists) return;
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, SHARED);
}

void ltoken_open(lua_State *L) {
  open_class(L);
  luaL_newmetatable(L, ANSWER);
  lua_pushcfunction(L, answer_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  open_list(L);
  lua_pushcfunction(L, l_token);
  lua_setfield(L, -2, "token");
}
