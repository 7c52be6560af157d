/* SPDX-License-Identifier: MIT
 *
 * torture: runs a scene in a Lua state of its own while one allocation fails, and tells what is
 * left afterwards. Lua, libcurl, cJSON and the core's own C each get an allocator that counts; the
 * core is linked in, so that its calls can be wrapped at link time. OpenSSL and libc keep theirs.
 *
 * The loop over the n-th allocation, and what an outcome means, is in spec/torture.lua, which runs
 * in a state that never lacks memory:
 *
 *   torture.run(scene, url, reference, n, forever)
 *       -> library where the n-th allocation was asked for, or nil when there were fewer
 *       -> what the scene says of its event
 *       -> what is left over, or nil
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <dirent.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

typedef enum { FROM_LUA, FROM_CURL, FROM_CJSON, FROM_OWN, LIBRARIES } library;

static const char *const names[LIBRARIES] = {"Lua", "libcurl", "cJSON", "own C"};

static struct {
  bool armed;
  bool forever;
  bool refuse_retry; /* Lua asks again after a collection: that is the same request */
  unsigned long seen, nth;
  library hit;
  long live[LIBRARIES];
} plan;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

/* --- the counting allocator --- */

static bool refused(library who) {
  if (!plan.armed) return false;
  plan.seen++;
  if (plan.seen == plan.nth) plan.hit = who;
  return plan.seen == plan.nth || (plan.forever && plan.seen > plan.nth);
}

static void *counted(library who, void *block) {
  if (block) plan.live[who]++;
  return block;
}

static void *take(library who, size_t size) {
  return refused(who) ? NULL : counted(who, __real_malloc(size));
}

static void *take_zeroed(library who, size_t count, size_t size) {
  return refused(who) ? NULL : counted(who, __real_calloc(count, size));
}

static char *copy(library who, const char *text) {
  size_t size = strlen(text) + 1;
  char *fresh = take(who, size);
  return fresh ? memcpy(fresh, text, size) : NULL;
}

static void *resize(library who, void *block, size_t size) {
  if (!block) return take(who, size);
  return refused(who) ? NULL : __real_realloc(block, size);
}

static void give(library who, void *block) {
  if (block) plan.live[who]--;
  __real_free(block);
}

/* --- one front for each library --- */

/* The core's own C: the linker sends its calls here (-Wl,--wrap). */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size) {
  return take(FROM_OWN, size);
}
void *__wrap_calloc(size_t count, size_t size) {
  return take_zeroed(FROM_OWN, count, size);
}
void *__wrap_realloc(void *block, size_t size) {
  return resize(FROM_OWN, block, size);
}
void __wrap_free(void *block) {
  give(FROM_OWN, block);
}

char *__wrap_strdup(const char *text) {
  return copy(FROM_OWN, text);
}

static void *curl_take(size_t size) {
  return take(FROM_CURL, size);
}
static void *curl_take_zeroed(size_t count, size_t size) {
  return take_zeroed(FROM_CURL, count, size);
}
static void *curl_resize(void *block, size_t size) {
  return resize(FROM_CURL, block, size);
}
static void curl_give(void *block) {
  give(FROM_CURL, block);
}

static char *curl_copy(const char *text) {
  return copy(FROM_CURL, text);
}

static void *cjson_take(size_t size) {
  return take(FROM_CJSON, size);
}
static void cjson_give(void *block) {
  give(FROM_CJSON, block);
}

/* Lua may assume that a block can always shrink. Since 5.2 it asks a second time after a
 * collection; the second request of a failure that happens once is refused too, or no error would
 * ever show. */
static void *lua_alloc(void *unused, void *block, size_t old, size_t size) {
  (void)unused;
  if (size == 0) {
    give(FROM_LUA, block);
    return NULL;
  }
  if (block && size <= old) return __real_realloc(block, size);
  if (plan.armed && plan.refuse_retry) {
    plan.refuse_retry = false;
    return NULL;
  }
  void *fresh = resize(FROM_LUA, block, size);
  if (!fresh && plan.armed && !plan.forever) plan.refuse_retry = LUA_VERSION_NUM >= 502;
  return fresh;
}

static void *plain_alloc(void *unused, void *block, size_t old, size_t size) {
  (void)unused;
  (void)old;
  if (size > 0) return __real_realloc(block, size);
  __real_free(block);
  return NULL;
}

static void arm(unsigned long nth, bool forever) {
  plan.armed = true;
  plan.forever = forever;
  plan.refuse_retry = false;
  plan.seen = 0;
  plan.nth = nth;
}

/* --- what is left over --- */

static int open_descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder)) count++;
  if (folder) closedir(folder);
  return count;
}

typedef struct {
  long live[LIBRARIES];
  int descriptors;
} balance;

static balance balance_now(void) {
  balance now = {.descriptors = open_descriptors()};
  memcpy(now.live, plan.live, sizeof now.live);
  return now;
}

/* Pushes a sentence, or nil when nothing is left. */
static void push_difference(lua_State *L, const balance *before) {
  balance after = balance_now();
  char text[256] = "";
  size_t used = 0;
  for (int i = 0; i < LIBRARIES; i++) {
    long left = after.live[i] - before->live[i];
    if (left == 0) continue;
    int wrote = snprintf(text + used, sizeof text - used, "%ld blocks of %s ", left, names[i]);
    if (wrote > 0) used += (size_t)wrote;
  }
  if (after.descriptors != before->descriptors)
    snprintf(text + used, sizeof text - used, "%d descriptors",
             after.descriptors - before->descriptors);
  if (text[0])
    lua_pushstring(L, text);
  else
    lua_pushnil(L);
}

/* --- one run --- */

/* The value on top as text: an error may be an object. */
static const char *text_of(lua_State *L) {
  if (!lua_isstring(L, -1)) luaL_callmeta(L, -1, "__tostring");
  const char *text = lua_tostring(L, -1);
  return text ? text : luaL_typename(L, -1);
}

int luaopen_proactive_core(lua_State *L);

static void open_state(lua_State *L) {
  luaL_openlibs(L);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_proactive_core);
  lua_setfield(L, -2, "proactive.core");
  lua_pop(L, 2);
}

typedef struct {
  const char *scene, *url, *reference;
} script;

/* script -> run, settle */
static int prepare(lua_State *L) {
  const script *s = lua_touserdata(L, 1);
  open_state(L);
  if (luaL_loadfile(L, "spec/support/scenes.lua") != 0) return lua_error(L);
  lua_pushstring(L, s->scene);
  lua_pushstring(L, s->url);
  lua_pushstring(L, s->reference);
  lua_call(L, 3, 2);
  return 2;
}

/* The outcome as the scene tells it once memory is back, as text to copy. */
static void perform(lua_State *L, const script *s, unsigned long nth, bool forever,
                    char outcome[256]) {
  lua_pushcfunction(L, prepare);
  lua_pushlightuserdata(L, (void *)s);
  if (lua_pcall(L, 1, 2, 0) != 0) {
    snprintf(outcome, 256, "broken: %s", text_of(L));
    return;
  }
  lua_pushvalue(L, -2); /* run, settle, run */
  arm(nth, forever);
  int status = lua_pcall(L, 0, 0, 0);
  plan.armed = false;
  if (status != 0) lua_pop(L, 1); /* run, settle */
  bool settled = lua_pcall(L, 0, 1, 0) == 0;
  snprintf(outcome, 256, "%s%s", settled ? "" : "broken: ", text_of(L));
}

static int run(lua_State *L) {
  script s = {luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_checkstring(L, 3)};
  unsigned long nth = (unsigned long)luaL_checknumber(L, 4);
  bool forever = lua_toboolean(L, 5);
  char outcome[256];
  plan.hit = LIBRARIES;
  balance before = balance_now();
  lua_State *inner = lua_newstate(lua_alloc, NULL);
  if (!inner) return luaL_error(L, "no state");
  perform(inner, &s, nth, forever, outcome);
  lua_close(inner);
  if (plan.hit == LIBRARIES)
    lua_pushnil(L);
  else
    lua_pushstring(L, names[plan.hit]);
  lua_pushstring(L, outcome);
  push_difference(L, &before);
  return 3;
}

/* --- main --- */

static int start(lua_State *L) {
  open_state(L);
  lua_newtable(L);
  lua_pushcfunction(L, run);
  lua_setfield(L, -2, "run");
  lua_setglobal(L, "torture");
  if (luaL_dofile(L, "spec/torture.lua") != 0) return lua_error(L);
  return 0;
}

static bool give_allocators(void) {
  cJSON_Hooks hooks = {cjson_take, cjson_give};
  cJSON_InitHooks(&hooks);
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_take, curl_give, curl_resize, curl_copy,
                              curl_take_zeroed) == CURLE_OK;
}

int main(void) {
  if (!give_allocators()) return EXIT_FAILURE;
  lua_State *L = lua_newstate(plain_alloc, NULL);
  if (!L) return EXIT_FAILURE;
  lua_pushcfunction(L, start);
  int status = lua_pcall(L, 0, 0, 0);
  if (status != 0) fprintf(stderr, "torture: %s\n", text_of(L));
  lua_close(L);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
