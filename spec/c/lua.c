/* SPDX-License-Identifier: MIT
 *
 * lua [-e CODE]... [SCRIPT [ARGUMENT...]]: a Lua like the stock interpreter. Built with sanitizers
 * it is the host of the suite: they see Lua and the C modules, and nothing of the other programs
 * specs start. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static int traceback(lua_State *L) {
  luaL_traceback(L, L, lua_tostring(L, 1), 1);
  return 1;
}

/* LuaDBI leaks what its database library allocated for a connection or a statement that failed. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libpq.so\nleak:libsqlite3.so\n";
}

static int keep_loaded(lua_State *L) {
  (void)L;
  dlopen("libpq.so.5", RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  return 0;
}

/* Closing the state unloads LuaDBI, and with it the names by which its leaks are known. What is
 * made last is collected first. */
static void keep_loaded_at_end(lua_State *L) {
  lua_newuserdata(L, 1);
  lua_newtable(L);
  lua_pushcfunction(L, keep_loaded);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, "proactive.keep_loaded");
}

/* Where the script stands in argv, after `-e CODE`; argc when there is none. */
static int find_script(int argc, char **argv) {
  int i = 1;
  while (i + 1 < argc && strcmp(argv[i], "-e") == 0) i += 2;
  return i;
}

/* arg as the stock interpreter sets it: the script at 0, the interpreter below; without a script
 * the interpreter at 0. */
static void set_arg(lua_State *L, int argc, char **argv, int script) {
  int zero = script < argc ? script : 0;
  lua_newtable(L);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - zero);
  }
  lua_setglobal(L, "arg");
}

/* Runs the chunk that was just loaded, with the arguments from first on. */
static int call(lua_State *L, int loaded, int argc, char **argv, int first) {
  if (loaded != 0) return loaded;
  for (int i = first; i < argc; i++) lua_pushstring(L, argv[i]);
  return lua_pcall(L, argc - first, 0, 1);
}

static int run(lua_State *L, int argc, char **argv) {
  int script = find_script(argc, argv);
  luaL_openlibs(L);
  keep_loaded_at_end(L);
  set_arg(L, argc, argv, script);
  lua_pushcfunction(L, traceback);
  for (int i = 2; i < script; i += 2) {
    int status =
        call(L, luaL_loadbuffer(L, argv[i], strlen(argv[i]), "=(command line)"), 0, argv, 0);
    if (status != 0) return status;
  }
  if (script == argc) return 0;
  return call(L, luaL_loadfile(L, argv[script]), argc, argv, script + 1);
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  if (!L) return EXIT_FAILURE;
  int status = run(L, argc, argv);
  if (status != 0) fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
  lua_close(L);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
