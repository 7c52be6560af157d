/* SPDX-License-Identifier: MIT
 *
 * fork: the three calls a spec needs to see what a forked child may do. Loaded as spec.fork. */
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>

/* fork() -> 0 in the child, its pid in the parent */
static int l_fork(lua_State *L) {
  pid_t pid = fork();
  if (pid < 0) return luaL_error(L, "fork failed");
  lua_pushinteger(L, pid);
  return 1;
}

/* wait(pid) -> exit status, or minus the signal */
static int l_wait(lua_State *L) {
  int status = 0;
  if (waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0) return luaL_error(L, "wait failed");
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 1;
}

/* exit(status): at once, so that the child's end runs nothing of the suite's */
static int l_exit(lua_State *L) {
  _exit((int)luaL_checkinteger(L, 1));
}

__attribute__((visibility("default"))) int luaopen_spec_fork(lua_State *L);

int luaopen_spec_fork(lua_State *L) {
  lua_createtable(L, 0, 3);
  lua_pushcfunction(L, l_fork);
  lua_setfield(L, -2, "fork");
  lua_pushcfunction(L, l_wait);
  lua_setfield(L, -2, "wait");
  lua_pushcfunction(L, l_exit);
  lua_setfield(L, -2, "exit");
  return 1;
}
