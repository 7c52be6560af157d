/* SPDX-License-Identifier: MIT
 *
 * The binding of httpd: require "proactive.httpd". */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "field.h"
#include "httpd.h"
#include "lcompat.h"
#include "process.h"

#define SERVER "proactive.httpd.server" /* name of the metatable */

typedef struct {
  httpd *server; /* NULL: closed */
  long owner;    /* the process that listens */
} box;

static box *to_box(lua_State *L) {
  return luaL_checkudata(L, 1, SERVER);
}

/* NULL in a forked child. */
static httpd *to_server(lua_State *L) {
  box *b = to_box(L);
  if (b->server == NULL) luaL_error(L, "attempt to use a closed server");
  return b->owner == process_mark() ? b->server : NULL;
}

static int push_failure(lua_State *L, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, message);
  return 2;
}

static int push_forked(lua_State *L) {
  return push_failure(L, "forked");
}

/* --- listen --- */

/* Raw: what __index gives, nobody would keep alive. */
static void push_option(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
}

static int integer_option(lua_State *L, const char *name, int otherwise, int low, int high) {
  push_option(L, name);
  bool given = !lua_isnil(L, -1);
  double n = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : NAN;
  lua_pop(L, 1);
  if (!given) return otherwise;
  if (!(n >= low && n <= high) || n != floor(n))
    luaL_error(L, "option '%s' must be an integer from %d to %d", name, low, high);
  return (int)n;
}

/* The text stays alive in the caller's table. */
static const char *text_option(lua_State *L, const char *name, const char *otherwise) {
  push_option(L, name);
  const char *text = lua_isnil(L, -1) ? otherwise : lcompat_text(L, -1);
  if (text == NULL && !lua_isnil(L, -1))
    luaL_error(L, "option '%s' must be text without NUL", name);
  lua_pop(L, 1);
  return text;
}

static bool flag_option(lua_State *L, const char *name) {
  push_option(L, name);
  bool on = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return on;
}

static void read_options(lua_State *L, httpd_options *o) {
  luaL_checktype(L, 1, LUA_TTABLE);
  o->host = text_option(L, "host", "127.0.0.1");
  o->cert = text_option(L, "cert", NULL);
  o->key = text_option(L, "key", NULL);
  if ((o->cert == NULL) != (o->key == NULL))
    luaL_error(L, "options 'cert' and 'key' belong together");
  o->port = integer_option(L, "port", 0, 0, 65535);
  o->max_body =
      (size_t)integer_option(L, "max_body", LIMIT_HTTPD_BODY_BYTES, 0, LIMIT_HTTPD_BODY_MOST);
  o->max_connections = integer_option(L, "max_connections", LIMIT_HTTPD_CONNECTIONS, 1,
                                      LIMIT_HTTPD_CONNECTIONS_MOST);
  o->idle_timeout =
      integer_option(L, "idle_timeout", LIMIT_HTTPD_IDLE_SECONDS, 1, LIMIT_HTTPD_IDLE_MOST);
  o->stop_on_stdin_eof = flag_option(L, "stop_on_stdin_eof");
}

static int listen_on(lua_State *L) {
  httpd_options options;
  char error[LIMIT_ERROR_BYTES];
  read_options(L, &options);
  box *b = lcompat_newuserdata(L, sizeof *b);
  *b = (box){.server = NULL, .owner = process_mark()};
  luaL_setmetatable(L, SERVER);
  b->server = httpd_listen(&options, error);
  return b->server ? 1 : push_failure(L, error);
}

/* --- requests --- */

static void push_lower(lua_State *L, const char *text, size_t len) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t i = 0; i < len; i++) {
    char c = text[i];
    luaL_addchar(&b, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
  }
  luaL_pushresult(&b);
}

/* headers -> headers; a name that comes again makes its value a list. */
static void add_header(lua_State *L, const httpd_header *h) {
  push_lower(L, h->name, h->name_len);
  lua_pushvalue(L, -1);
  lua_rawget(L, -3); /* headers name old */
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushlstring(L, h->value, h->value_len);
    lua_rawset(L, -3);
    return;
  }
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_createtable(L, 2, 0);
    lua_insert(L, -2); /* headers name list old */
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2); /* headers name list name list */
    lua_rawset(L, -5);
  }
  lua_pushlstring(L, h->value, h->value_len); /* headers name list value */
  lua_rawseti(L, -2, (int)lua_rawlen(L, -2) + 1);
  lua_pop(L, 2);
}

static void set_text(lua_State *L, const char *name, const char *text, size_t len) {
  lua_pushlstring(L, text, len);
  lua_setfield(L, -2, name);
}

static void set_target(lua_State *L, const char *target, size_t len) {
  const char *mark = memchr(target, '?', len);
  size_t path_len = mark ? (size_t)(mark - target) : len;
  set_text(L, "target", target, len);
  set_text(L, "path", target, path_len);
  if (mark) set_text(L, "query", mark + 1, len - path_len - 1);
}

static int server_next(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  const httpd_request *r = httpd_peek(s);
  if (r == NULL) return 0;
  lua_createtable(L, 0, 8);
  lcompat_pushintegral(L, (double)r->id);
  lua_setfield(L, -2, "id");
  set_text(L, "method", r->method, strlen(r->method));
  set_target(L, r->target, r->target_len);
  set_text(L, "body", r->body, r->body_len);
  if (r->too_large) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "too_large");
  }
  lua_createtable(L, 0, (int)r->header_count);
  for (size_t i = 0; i < r->header_count; i++) add_header(L, &r->headers[i]);
  lua_setfield(L, -2, "headers");
  httpd_drop(s);
  return 1;
}

/* --- answers --- */

static int64_t check_id(lua_State *L, int i) {
  double n = lcompat_checknumber(L, i, 1, LCOMPAT_MAX_EXACT);
  luaL_argcheck(L, n == floor(n), i, "integer expected");
  return (int64_t)n;
}

/* One text of a pair {name, value}: alive as long as the caller's list. */
static const char *pair_text(lua_State *L, int pair, int index, size_t *len) {
  lua_rawgeti(L, pair, index);
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, len) : NULL;
  lua_pop(L, 1);
  return text;
}

static void read_header(lua_State *L, int list, int n, httpd_header *h) {
  *h = (httpd_header){0};
  lua_rawgeti(L, list, n);
  if (lua_type(L, -1) == LUA_TTABLE) {
    h->name = pair_text(L, lua_gettop(L), 1, &h->name_len);
    h->value = pair_text(L, lua_gettop(L), 2, &h->value_len);
  }
  if (!h->name || !h->value || !field_ok(h))
    luaL_error(L, "header %d must be {name, value}: two texts without CR, LF and NUL", n);
  lua_pop(L, 1);
}

static size_t read_headers(lua_State *L, int list, httpd_header *headers) {
  luaL_checktype(L, list, LUA_TTABLE);
  size_t count = lua_rawlen(L, list);
  luaL_argcheck(L, count <= LIMIT_HTTPD_HEADERS, list, "too many headers");
  for (size_t i = 0; i < count; i++) read_header(L, list, (int)i + 1, &headers[i]);
  return count;
}

static int push_outcome(lua_State *L, httpd_outcome outcome) {
  if (outcome == HTTPD_REFUSED)
    return luaL_error(L, "answer refused: a header that only the server sets, or no memory");
  if (outcome == HTTPD_GONE) return push_failure(L, "gone");
  if (outcome == HTTPD_FULL) return push_failure(L, "full");
  lua_pushboolean(L, 1);
  return 1;
}

static int server_respond(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  httpd_header headers[LIMIT_HTTPD_HEADERS];
  int64_t id = check_id(L, 2);
  httpd_answer a = {.status = lcompat_checkint(L, 3, 200, 999), .headers = headers};
  a.header_count = read_headers(L, 4, headers);
  luaL_checktype(L, 5, LUA_TSTRING);
  a.body = lua_tolstring(L, 5, &a.body_len);
  luaL_argcheck(L, a.body_len <= LIMIT_HTTPD_BODY_MOST, 5, "body too long");
  if (!lua_isnoneornil(L, 6)) a.bytes_per_second = lcompat_checknumber(L, 6, 1, LCOMPAT_MAX_EXACT);
  return push_outcome(L, httpd_respond(s, id, &a));
}

static int server_stream(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  httpd_header headers[LIMIT_HTTPD_HEADERS];
  int64_t id = check_id(L, 2);
  httpd_answer a = {.status = lcompat_checkint(L, 3, 200, 999), .headers = headers};
  a.header_count = read_headers(L, 4, headers);
  return push_outcome(L, httpd_stream(s, id, &a));
}

static int server_push(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  int64_t id = check_id(L, 2);
  size_t len;
  const char *bytes = luaL_checklstring(L, 3, &len);
  return push_outcome(L, httpd_push(s, id, bytes, len));
}

static int server_abort(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  int64_t id = check_id(L, 2);
  size_t len = 0;
  const char *bytes = luaL_optlstring(L, 3, NULL, &len);
  return push_outcome(L, httpd_abort(s, id, bytes, len));
}

/* --- the loop --- */

static int server_step(lua_State *L) {
  httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  char error[LIMIT_ERROR_BYTES];
  double timeout = lcompat_checknumber(L, 2, 0, HUGE_VAL);
  int waiting = httpd_step(s, timeout, error);
  if (waiting < 0) return push_failure(L, error);
  lua_pushinteger(L, waiting);
  return 1;
}

static int server_port(lua_State *L) {
  const httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  lua_pushinteger(L, httpd_port(s));
  return 1;
}

static int server_fd(lua_State *L) {
  const httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  lua_pushinteger(L, httpd_fd(s));
  return 1;
}

static int server_timeout(lua_State *L) {
  const httpd *s = to_server(L);
  if (s == NULL) return push_forked(L);
  double seconds = httpd_timeout(s);
  if (seconds < 0) return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

static int server_close(lua_State *L) {
  box *b = to_box(L);
  httpd *s = b->server;
  b->server = NULL;
  if (s != NULL && b->owner != process_mark())
    httpd_abandon(s);
  else
    httpd_free(s);
  return 0;
}

static int server_tostring(lua_State *L) {
  const box *b = to_box(L);
  if (b->server)
    lua_pushfstring(L, "proactive.httpd server on port %d", httpd_port(b->server));
  else
    lua_pushliteral(L, "proactive.httpd server (closed)");
  return 1;
}

static const luaL_Reg methods[] = {
    {"port", server_port},           {"fd", server_fd},      {"timeout", server_timeout},
    {"step", server_step},           {"next", server_next},  {"respond", server_respond},
    {"stream", server_stream},       {"push", server_push},  {"abort", server_abort},
    {"close", server_close},         {"__gc", server_close}, {"__close", server_close},
    {"__tostring", server_tostring}, {NULL, NULL},
};

LCOMPAT_EXPORT int luaopen_proactive_httpd(lua_State *L);

LCOMPAT_EXPORT int luaopen_proactive_httpd(lua_State *L) {
  if (luaL_newmetatable(L, SERVER)) {
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
  }
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, listen_on);
  lua_setfield(L, -2, "listen");
  return 1;
}
