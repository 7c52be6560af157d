/* SPDX-License-Identifier: MIT
 *
 * A game in which nothing may hold up a frame: a C program with Lua in it, 60 frames a second, and
 * a script that sends notifications between them.
 *
 *   make host
 *   bin/proactive sandbox &
 *   export LUA_PATH="lua/?.lua;lua/?/init.lua" PROACTIVE_SANDBOX=http://127.0.0.1:4380
 *   build/5.4/host examples/host/game.lua 120
 *
 * The script returns a table of functions: `frame()` is called in each frame and returns how many
 * events are still under way; `finish()` once at the end. Prints how long the script's share of the
 * longest frame was. The core is linked in; `require` finds it as it would find a module. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int luaopen_proactive_core(lua_State *L);

#define NANOSECONDS 1000000000L
#define FRAME (NANOSECONDS / 60)

static double seconds_between(struct timespec from, struct timespec to) {
  return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static struct timespec after(struct timespec moment, long nanoseconds) {
  moment.tv_nsec += nanoseconds;
  moment.tv_sec += moment.tv_nsec / NANOSECONDS;
  moment.tv_nsec %= NANOSECONDS;
  return moment;
}

static int fail(lua_State *L, const char *what) {
  fprintf(stderr, "host: %s: %s\n", what, lua_tostring(L, -1));
  lua_close(L);
  return EXIT_FAILURE;
}

/* The core is part of this program: `require "proactive.core"` finds it here. */
static void preload_core(lua_State *L) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_proactive_core);
  lua_setfield(L, -2, "proactive.core");
  lua_pop(L, 2);
}

/* Calls a function of the script's table, which is at index 1; its number, or -1 and a message. */
static lua_Integer call(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  if (lua_pcall(L, 0, 1, 0) != LUA_OK) return -1;
  lua_Integer left = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return left;
}

/* Runs the frames: at least so many, then until nothing is under way. */
static int run(lua_State *L, long frames) {
  struct timespec next, began, ended;
  double longest = 0;
  lua_Integer left = 1;
  long count = 0;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (; count < frames || left > 0; count++) {
    clock_gettime(CLOCK_MONOTONIC, &began);
    left = call(L, "frame");
    if (left < 0) return fail(L, "frame");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double taken = seconds_between(began, ended);
    if (taken > longest) longest = taken;
    next = after(next, FRAME);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  if (call(L, "finish") < 0) return fail(L, "finish");
  printf("%ld frames; the script's longest share of one: %.2f ms\n", count, longest * 1000);
  lua_close(L);
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s SCRIPT [FRAMES]\n", argv[0]);
    return EXIT_FAILURE;
  }
  lua_State *L = luaL_newstate();
  if (L == NULL) {
    fprintf(stderr, "host: no memory\n");
    return EXIT_FAILURE;
  }
  luaL_openlibs(L);
  preload_core(L);
  if (luaL_loadfile(L, argv[1]) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK)
    return fail(L, argv[1]);
  if (!lua_istable(L, 1)) {
    lua_pushliteral(L, "the script returns no table");
    return fail(L, argv[1]);
  }
  return run(L, argc > 2 ? strtol(argv[2], NULL, 10) : 320);
}
