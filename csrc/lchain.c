/* SPDX-License-Identifier: MIT
 *
 * Certificates of Alexa's requests. Each userdata is made empty before its object, so that a lack
 * of memory leaves nothing without an owner. */
#include "lchain.h"

#include "certificate_url.h"
#include "chain.h"
#include "lcompat.h"

#define TRUST "proactive.trust"
#define CHAIN "proactive.chain"

static int push_failure(lua_State *L, const char *reason) {
  lua_pushnil(L);
  lua_pushstring(L, reason);
  return 2;
}

/* true, or nil and the reason */
static int push_status(lua_State *L, chain_status status, const char *reason) {
  if (status == CHAIN_NOMEM) return luaL_error(L, "not enough memory");
  if (status == CHAIN_REFUSED) return push_failure(L, reason);
  lua_pushboolean(L, 1);
  return 1;
}

static const char *check_text(lua_State *L, int index, size_t *len) {
  luaL_checktype(L, index, LUA_TSTRING);
  return lua_tolstring(L, index, len);
}

static double check_time(lua_State *L, int index) {
  return lcompat_checknumber(L, index, -LCOMPAT_MAX_EXACT, LCOMPAT_MAX_EXACT);
}

/* certificate_url(text) -> the URL to fetch | nil, message */
static int l_certificate_url(lua_State *L) {
  char url[LIMIT_URL_BYTES + 1];
  size_t len;
  const char *text = check_text(L, 1, &len);
  certificate_url_status status = certificate_url_normalise(text, len, url);
  if (status != CERTIFICATE_URL_OK) return push_failure(L, certificate_url_explain(status));
  lua_pushstring(L, url);
  return 1;
}

/* is_signature(text) -> whether it is canonical base64 of a length that a signature can have */
static int l_is_signature(lua_State *L) {
  size_t len;
  const char *text = check_text(L, 1, &len);
  lua_pushboolean(L, chain_is_signature(text, len));
  return 1;
}

/* --- trust --- */

static chain_trust *make_trust(lua_State *L, char error[LIMIT_ERROR_BYTES]) {
  static const char *const kinds[] = {"system", "file", "text", NULL};
  int kind = luaL_checkoption(L, 1, NULL, kinds);
  if (kind == 0) return chain_trust_system(error);
  if (kind == 1) {
    const char *path = lcompat_text(L, 2);
    luaL_argcheck(L, path != NULL, 2, "text without NUL expected");
    return chain_trust_file(path, error);
  }
  size_t len;
  const char *pem = check_text(L, 2, &len);
  return chain_trust_text(pem, len, error);
}

/* trust("system" | "file", path | "text", pem) -> trust | nil, message */
static int l_trust(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  chain_trust **box = lcompat_newuserdata(L, sizeof(chain_trust *));
  *box = NULL;
  luaL_setmetatable(L, TRUST);
  *box = make_trust(L, error);
  return *box != NULL ? 1 : push_failure(L, error);
}

static const chain_trust *to_trust(lua_State *L, int index) {
  chain_trust **box = luaL_checkudata(L, index, TRUST);
  luaL_argcheck(L, *box != NULL, index, "the trust was collected");
  return *box;
}

static int l_trust_gc(lua_State *L) {
  chain_trust **box = luaL_checkudata(L, 1, TRUST);
  chain_trust_free(*box);
  *box = NULL;
  return 0;
}

/* --- chain --- */

/* trust:accept(pem, now) -> chain | nil, message */
static int l_trust_accept(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  size_t len;
  const chain_trust *trust = to_trust(L, 1);
  const char *pem = check_text(L, 2, &len);
  double now = check_time(L, 3);
  chain **box = lcompat_newuserdata(L, sizeof(chain *));
  *box = NULL;
  luaL_setmetatable(L, CHAIN);
  chain_status status = chain_load(box, trust, pem, len, now, error);
  return status == CHAIN_OK ? 1 : push_status(L, status, error);
}

static chain *to_chain(lua_State *L) {
  chain **box = luaL_checkudata(L, 1, CHAIN);
  luaL_argcheck(L, *box != NULL, 1, "the chain was collected");
  return *box;
}

/* chain:renew(trust, now) -> true | nil, message */
static int l_chain_renew(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  chain *c = to_chain(L);
  const chain_trust *trust = to_trust(L, 2);
  double now = check_time(L, 3);
  return push_status(L, chain_renew(c, trust, now, error), error);
}

/* chain:check_dates(now) -> true | nil, message */
static int l_chain_check_dates(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  const chain *c = to_chain(L);
  double now = check_time(L, 2);
  return push_status(L, chain_check_dates(c, now, error), error);
}

/* chain:verify(signature, body) -> true | nil, message */
static int l_chain_verify(lua_State *L) {
  size_t signature_len, len;
  const chain *c = to_chain(L);
  const char *signature = check_text(L, 2, &signature_len);
  const char *body = check_text(L, 3, &len);
  chain_status status = chain_verify(c, signature, signature_len, body, len);
  return push_status(L, status, "the signature is not that of this body");
}

static int l_chain_gc(lua_State *L) {
  chain **box = luaL_checkudata(L, 1, CHAIN);
  chain_free(*box);
  *box = NULL;
  return 0;
}

static void add_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction gc) {
  if (luaL_newmetatable(L, name)) {
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, gc);
    lua_setfield(L, -2, "__gc");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}

void lchain_open(lua_State *L) {
  static const luaL_Reg trust_methods[] = {{"accept", l_trust_accept}, {NULL, NULL}};
  static const luaL_Reg chain_methods[] = {{"renew", l_chain_renew},
                                           {"check_dates", l_chain_check_dates},
                                           {"verify", l_chain_verify},
                                           {NULL, NULL}};
  static const luaL_Reg functions[] = {{"certificate_url", l_certificate_url},
                                       {"is_signature", l_is_signature},
                                       {"trust", l_trust},
                                       {NULL, NULL}};
  add_class(L, TRUST, trust_methods, l_trust_gc);
  add_class(L, CHAIN, chain_methods, l_chain_gc);
  luaL_setfuncs(L, functions, 0);
}
