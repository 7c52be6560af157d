/* SPDX-License-Identifier: MIT
 *
 * lua: runs one Lua script, as the stock interpreter would. Built with sanitizers it is the host of
 * the suite: they see Lua and the C modules, and nothing of the other programs specs start. */
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static int traceback(lua_State *L) {
  luaL_traceback(L, L, lua_tostring(L, 1), 1);
  return 1;
}

/* arg as the stock interpreter sets it: the script at 0, the interpreter at -1. */
static void set_arg(lua_State *L, int argc, char **argv) {
  lua_newtable(L);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
}

static int run(lua_State *L, int argc, char **argv) {
  luaL_openlibs(L);
  set_arg(L, argc, argv);
  lua_pushcfunction(L, traceback);
  if (luaL_loadfile(L, argv[1]) != 0) return -1;
  for (int i = 2; i < argc; i++) lua_pushstring(L, argv[i]);
  return lua_pcall(L, argc - 2, 0, 1);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s SCRIPT [ARGUMENT...]\n", argv[0]);
    return EXIT_FAILURE;
  }
  lua_State *L = luaL_newstate();
  if (!L) return EXIT_FAILURE;
  int status = run(L, argc, argv);
  if (status != 0) fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
  lua_close(L);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
