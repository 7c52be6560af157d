/* SPDX-License-Identifier: MIT */
#include "lsystem.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "digest.h"
#include "interrupt.h"
#include "lcompat.h"
#include "private.h"
#include "random.h"
#include "text.h"

static int push_errno(lua_State *L, int failure) {
  lua_pushnil(L);
  lua_pushstring(L, strerror(failure));
  return 2;
}

/* The state's random bytes are the upvalue of the functions that draw on them. */
static random_pool *pool_of(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(1));
}

/* id() -> a fresh reference id | nil, message */
static int l_id(lua_State *L) {
  char id[RANDOM_ID_LENGTH + 1];
  int failure = random_id(pool_of(L), id);
  if (failure != 0) return push_errno(L, failure);
  lua_pushlstring(L, id, RANDOM_ID_LENGTH);
  return 1;
}

/* random() -> number in [0, 1) | nil, message */
static int l_random(lua_State *L) {
  double number;
  int failure = random_number(pool_of(L), &number);
  if (failure != 0) return push_errno(L, failure);
  lua_pushnumber(L, (lua_Number)number);
  return 1;
}

/* sha256(text) -> 64 hexadecimal digits */
static int l_sha256(lua_State *L) {
  char hex[DIGEST_HEX + 1];
  size_t len;
  luaL_checktype(L, 1, LUA_TSTRING);
  const char *text = lua_tolstring(L, 1, &len);
  if (digest_sha256(text, len, hex) != 0) return luaL_error(L, "OpenSSL gives no SHA-256");
  lua_pushlstring(L, hex, DIGEST_HEX);
  return 1;
}

/* extends(value, prefix) -> whether it is a text of the prefix and a word after it: at least one
 * byte more, all of them ASCII, none a space or a control character; in all no longer than a word
 * is. The pattern for it costs more than sending. */
static int l_extends(lua_State *L) {
  size_t len, prefix_len;
  luaL_checktype(L, 2, LUA_TSTRING);
  if (lua_type(L, 1) != LUA_TSTRING) {
    lua_pushboolean(L, 0);
    return 1;
  }
  const char *text = lua_tolstring(L, 1, &len);
  const char *prefix = lua_tolstring(L, 2, &prefix_len);
  lua_pushboolean(L, text_extends(text, len, prefix, prefix_len));
  return 1;
}

static int push_clock(lua_State *L, clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t) != 0) return push_errno(L, errno);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/* monotonic() -> seconds since some moment; never goes back */
static int l_monotonic(lua_State *L) {
  return push_clock(L, CLOCK_MONOTONIC);
}

/* wall() -> Unix seconds with fractions */
static int l_wall(lua_State *L) {
  return push_clock(L, CLOCK_REALTIME);
}

/* watch_interrupt() -> true | nil, message. For the owner of the process alone, bin/proactive. */
static int l_watch_interrupt(lua_State *L) {
  int failure = interrupt_watch();
  if (failure != 0) return push_errno(L, failure);
  lua_pushboolean(L, 1);
  return 1;
}

/* interrupted() -> whether SIGINT has come since it is watched */
static int l_interrupted(lua_State *L) {
  lua_pushboolean(L, interrupt_seen());
  return 1;
}

/* read_private(path) -> text | nil, message. The block is Lua's, so that a push that raises leaks
 * nothing. */
static int l_read_private(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  size_t len;
  const char *path = lcompat_text(L, 1);
  luaL_argcheck(L, path != NULL, 1, "text without NUL expected");
  char *block = lcompat_newuserdata(L, PRIVATE_ROOM);
  if (private_read(path, block, &len, error) != 0) {
    lua_pushnil(L);
    lua_pushstring(L, error);
    return 2;
  }
  lua_pushlstring(L, block, len);
  buf_erase(block, len);
  return 1;
}

/* write_private(path, text) -> true | nil, message */
static int l_write_private(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  size_t len;
  const char *path = lcompat_text(L, 1);
  luaL_argcheck(L, path != NULL && path[0] != '\0', 1, "text without NUL expected");
  luaL_checktype(L, 2, LUA_TSTRING);
  const char *text = lua_tolstring(L, 2, &len);
  if (private_write(path, text, len, error) != 0) {
    lua_pushnil(L);
    lua_pushstring(L, error);
    return 2;
  }
  lua_pushboolean(L, 1);
  return 1;
}

#define LOCK "proactive.lock"

static int l_unlock(lua_State *L) {
  int *fd = luaL_checkudata(L, 1, LOCK);
  if (*fd >= 0) close(*fd);
  *fd = -1;
  return 0;
}

/* lock_file(path) -> lock | nil: another has it | nil, message. The lock ends with lock:unlock(),
 * when it is collected, or with the process. */
static int l_lock_file(lua_State *L) {
  char error[LIMIT_ERROR_BYTES];
  const char *path = lcompat_text(L, 1);
  luaL_argcheck(L, path != NULL && path[0] != '\0', 1, "text without NUL expected");
  int *fd = lcompat_newuserdata(L, sizeof *fd);
  *fd = -1;
  luaL_setmetatable(L, LOCK);
  int result = private_lock(path, fd, error);
  if (result == 0) return 1;
  lua_pushnil(L);
  if (result > 0) return 1;
  lua_pushstring(L, error);
  return 2;
}

static void open_lock(lua_State *L) {
  luaL_newmetatable(L, LOCK);
  lua_pushcfunction(L, l_unlock);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  lua_pushcfunction(L, l_unlock);
  lua_setfield(L, -2, "unlock");
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void lsystem_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"sha256", l_sha256},
                                       {"extends", l_extends},
                                       {"read_private", l_read_private},
                                       {"write_private", l_write_private},
                                       {"lock_file", l_lock_file},
                                       {"watch_interrupt", l_watch_interrupt},
                                       {"interrupted", l_interrupted},
                                       {"monotonic", l_monotonic},
                                       {"wall", l_wall},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  open_lock(L);
  random_pool_init(lcompat_newuserdata(L, sizeof(random_pool)));
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, l_random, 1);
  lua_setfield(L, -3, "random");
  lua_pushcclosure(L, l_id, 1);
  lua_setfield(L, -2, "id");
}
