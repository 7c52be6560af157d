/* SPDX-License-Identifier: MIT
 *
 * From credentials to a token object: one for each set of them in a Lua state. A table in the
 * registry, with weak values, lists them. It is searched by comparing in C, so that no Lua string
 * of ours holds a secret. */
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lcompat.h"
#include "limits.h"
#include "ltoken_box.h"
#include "oauth.h"

#define SHARED "proactive.tokens" /* registry */

/* The options of core.token, the texts first. One of scope and refresh_token says which grant. */
enum { CLIENT_ID, CLIENT_SECRET, SCOPE, REFRESH_TOKEN, URL, TEXTS, PRIVATE = TEXTS, OPTIONS };
static const char *const names[OPTIONS] = {"client_id",     "client_secret", "scope",
                                           "refresh_token", "url",           "private"};

typedef struct {
  oauth_parameter texts[TEXTS];
  bool private;
} arguments;

/* A text of the options; it stays alive in the table. Its value is NULL when it is not given. */
static oauth_parameter text_option(lua_State *L, const char *name) {
  oauth_parameter text = {.name = name};
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "bad option '%s': string expected", name);
  text.value = lua_tolstring(L, -1, &text.len);
  lua_pop(L, 1);
  return text;
}

static void check_names(lua_State *L) {
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    int i = 0;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "option names are strings");
    while (i < OPTIONS && strcmp(lua_tostring(L, -1), names[i]) != 0) i++;
    if (i == OPTIONS) luaL_error(L, "unknown option '%s'", lua_tostring(L, -1));
  }
}

static void check_given(lua_State *L, const arguments *a) {
  for (int i = 0; i < TEXTS; i++)
    if (a->texts[i].value == NULL && i != SCOPE && i != REFRESH_TOKEN)
      luaL_error(L, "bad option '%s': string expected", names[i]);
  if ((a->texts[SCOPE].value == NULL) == (a->texts[REFRESH_TOKEN].value == NULL))
    luaL_error(L, "either 'scope' or 'refresh_token' must be given");
}

static arguments read_arguments(lua_State *L) {
  arguments a = {.private = false};
  luaL_checktype(L, 1, LUA_TTABLE);
  check_names(L);
  for (int i = 0; i < TEXTS; i++) a.texts[i] = text_option(L, names[i]);
  check_given(L, &a);
  lua_pushstring(L, names[PRIVATE]);
  lua_rawget(L, 1);
  a.private = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return a;
}

/* Pushes what is wrong with the arguments; false when nothing is. */
static bool push_fault(lua_State *L, const arguments *a) {
  for (int i = 0; i < TEXTS; i++) {
    if (a->texts[i].value == NULL) continue;
    const char *fault = oauth_check(a->texts[i].value, a->texts[i].len);
    if (fault == NULL) continue;
    lua_pushfstring(L, "%s %s", a->texts[i].name, fault);
    return true;
  }
  return false;
}

/* The form of the grant (RFC 6749, 4.4.2 or 6, with the client in the body as Login with Amazon
 * wants it), as a new token. NULL: no memory. */
static token *make_token(const arguments *a) {
  int means = a->texts[SCOPE].value != NULL ? SCOPE : REFRESH_TOKEN;
  const char *grant = means == SCOPE ? "client_credentials" : "refresh_token";
  const oauth_parameter form[] = {{"grant_type", grant, strlen(grant)},
                                  a->texts[CLIENT_ID],
                                  a->texts[CLIENT_SECRET],
                                  a->texts[means]};
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
  const oauth_parameter *url = &a->texts[URL];
  ltoken *t = lcompat_newuserdata(L, sizeof *t + url->len + 1);
  t->token = NULL;
  t->fetch = 0;
  t->url_len = url->len;
  memcpy(t->url, url->value, url->len + 1);
  luaL_setmetatable(L, LTOKEN_CLASS);
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
 * it to the list. While a state closes the list still names tokens that were finalised already, and
 * finalizers that come later may still ask. */
static void share(lua_State *L, const ltoken *made) {
  lua_Integer last = 0;
  lua_getfield(L, LUA_REGISTRYINDEX, SHARED); /* made, list */
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) { /* made, list, number, token */
    const ltoken *known = lua_touserdata(L, -1);
    if (known->token != NULL && same_token(known, made)) {
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

/* token{client_id=, client_secret=, scope= | refresh_token=, url=, private=} -> token | nil,
 * message */
int ltoken_make(lua_State *L) {
  lua_settop(L, 1);
  arguments a = read_arguments(L);
  lua_pushnil(L);
  if (push_fault(L, &a)) return 2;
  ltoken *t = push_token(L, &a);
  if (!a.private) share(L, t);
  return 1;
}

void ltoken_open_list(lua_State *L) {
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
