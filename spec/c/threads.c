/* SPDX-License-Identifier: MIT
 *
 * threads: many Lua states at work at the same time, each in a thread of its own, in a program that
 * the core is linked into. Built with ThreadSanitizer it is the proof that they share nothing.
 *
 * The main state runs spec/threads.lua, which has one function more:
 *
 *   threads.run(scene, count, argument)
 *       -> list of what the scene said in each thread, a text
 *
 * A scene is a Lua file that gets the number of its thread and the argument. They begin together.
 */
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

enum { MOST_THREADS = 64, WORDS = 512 };

typedef struct {
  pthread_t id;
  pthread_barrier_t *start;
  const char *scene, *argument;
  int number;
  char said[WORDS];
} thread;

/* The value on top as text: an error may be an object. */
static const char *text_of(lua_State *L) {
  if (!lua_isstring(L, -1)) luaL_callmeta(L, -1, "__tostring");
  const char *text = lua_tostring(L, -1);
  return text ? text : luaL_typename(L, -1);
}

int luaopen_proactive_core(lua_State *L);
int luaopen_proactive_httpd(lua_State *L);

static void preload(lua_State *L, const char *name, lua_CFunction open) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, open);
  lua_setfield(L, -2, name);
  lua_pop(L, 2);
}

static lua_State *open_state(void) {
  lua_State *L = luaL_newstate();
  if (!L) abort();
  luaL_openlibs(L);
  preload(L, "proactive.core", luaopen_proactive_core);
  preload(L, "proactive.httpd", luaopen_proactive_httpd);
  return L;
}

/* --- one thread --- */

static int play(lua_State *L, const thread *t) {
  int status = luaL_loadfile(L, t->scene);
  if (status != 0) return status;
  lua_pushinteger(L, t->number);
  lua_pushstring(L, t->argument);
  return lua_pcall(L, 2, 1, 0);
}

static void *run_thread(void *argument) {
  thread *t = argument;
  pthread_barrier_wait(t->start);
  lua_State *L = open_state();
  int status = play(L, t);
  snprintf(t->said, sizeof t->said, "%s%s", status == 0 ? "" : "broken: ", text_of(L));
  lua_close(L);
  return NULL;
}

static int run(lua_State *L) {
  static thread all[MOST_THREADS];
  pthread_barrier_t start;
  const char *scene = luaL_checkstring(L, 1), *argument = luaL_optstring(L, 3, "");
  int count = (int)luaL_checkinteger(L, 2);
  luaL_argcheck(L, count > 0 && count <= MOST_THREADS, 2, "1 to 64 threads");
  pthread_barrier_init(&start, NULL, (unsigned)count);
  for (int i = 0; i < count; i++) {
    all[i] = (thread){.start = &start, .scene = scene, .argument = argument, .number = i + 1};
    if (pthread_create(&all[i].id, NULL, run_thread, &all[i]) != 0) abort();
  }
  for (int i = 0; i < count; i++) pthread_join(all[i].id, NULL);
  pthread_barrier_destroy(&start);
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, all[i].said);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* --- what a host has set, and must find as it was --- */

typedef struct {
  struct sigaction actions[NSIG];
  sigset_t blocked;
  char locale[WORDS];
} settings;

static void note_settings(settings *s) {
  memset(s, 0, sizeof *s);
  for (int number = 1; number < NSIG; number++) sigaction(number, NULL, &s->actions[number]);
  pthread_sigmask(SIG_SETMASK, NULL, &s->blocked);
  snprintf(s->locale, sizeof s->locale, "%s", setlocale(LC_ALL, NULL));
}

/* The first thing that differs, or NULL. */
static const char *changed(const settings *before, const settings *now) {
  static char text[32];
  for (int number = 1; number < NSIG; number++) {
    if (before->actions[number].sa_handler == now->actions[number].sa_handler) continue;
    snprintf(text, sizeof text, "the handler of signal %d", number);
    return text;
  }
  for (int number = 1; number < NSIG; number++)
    if (sigismember(&before->blocked, number) != sigismember(&now->blocked, number))
      return "the mask of signals";
  return strcmp(before->locale, now->locale) == 0 ? NULL : "the locale";
}

static settings at_start;

/* changed() -> nil, or what is not as it was when the program began */
static int l_changed(lua_State *L) {
  static settings now;
  note_settings(&now);
  lua_pushstring(L, changed(&at_start, &now)); /* nil for NULL */
  return 1;
}

/* --- main --- */

int main(int argc, char **argv) {
  note_settings(&at_start);
  lua_State *L = open_state();
  lua_newtable(L);
  lua_pushcfunction(L, run);
  lua_setfield(L, -2, "run");
  lua_pushcfunction(L, l_changed);
  lua_setfield(L, -2, "changed");
  lua_pushstring(L, argc > 1 ? argv[1] : "lua5.4");
  lua_setfield(L, -2, "interpreter");
  lua_setglobal(L, "threads");
  int status = luaL_dofile(L, "spec/threads.lua");
  if (status != 0) fprintf(stderr, "threads: %s\n", text_of(L));
  lua_close(L);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
