/* SPDX-License-Identifier: MIT */
#include "lua_target.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNTERS 512u /* no file has more lines */

int luaopen_proactive_core(lua_State *L);

/* libFuzzer takes what stands in this section for branches. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[COUNTERS];

/* Lines of several files share a counter: to ask for the file costs more than the line itself. */
static void count_line(lua_State *L, lua_Debug *ar) {
  (void)L;
  counters[(unsigned)ar->currentline % COUNTERS]++;
}

static void must(lua_State *L, int status) {
  if (status == LUA_OK) return;
  fprintf(stderr, "%s\n", lua_tostring(L, -1));
  abort();
}

/* A state with the script's function on its stack. */
static lua_State *open_state(const char *script) {
  lua_State *L = luaL_newstate();
  if (L == NULL) abort();
  luaL_openlibs(L);
  luaL_requiref(L, "proactive.core", luaopen_proactive_core, 0);
  must(L, luaL_dostring(L, "package.path = './lua/?.lua;./lua/?/init.lua;./?.lua'"));
  must(L, luaL_dofile(L, script));
  lua_sethook(L, count_line, LUA_MASKLINE, 0);
  return L;
}

void lua_target_run(const char *script, const uint8_t *data, size_t size) {
  static lua_State *L; /* kept: opening one costs more than an input does */
  if (L == NULL) L = open_state(script);
  lua_pushvalue(L, -1);
  lua_pushlstring(L, (const char *)data, size);
  must(L, lua_pcall(L, 1, 0, 0));
}
