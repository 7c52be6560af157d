/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "lredact.h"

#include <lauxlib.h>
#include <string.h>

/* Where each secret comes next; NULL: nowhere. Each is sought on only when its place is passed, so
 * that the whole is linear. */
typedef struct {
  const lredact_secrets *secrets;
  const char *next[LREDACT_SECRETS];
} places;

static void seek(places *p, int i, const char *from, const char *end) {
  const lredact_secret *secret = &p->secrets->list[i];
  p->next[i] =
      secret->len > 0 ? memmem(from, (size_t)(end - from), secret->text, secret->len) : NULL;
}

/* Which comes first, of two in one place the longer; -1: none. */
static int nearest(const places *p) {
  int best = -1;
  for (int i = 0; i < LREDACT_SECRETS; i++) {
    if (p->next[i] == NULL) continue;
    if (best < 0 || p->next[i] < p->next[best] ||
        (p->next[i] == p->next[best] && p->secrets->list[i].len > p->secrets->list[best].len))
      best = i;
  }
  return best;
}

void lredact_push(lua_State *L, const lredact_secrets *secrets, const char *text, size_t len) {
  const char *end = text + len;
  places p = {.secrets = secrets};
  for (int i = 0; i < LREDACT_SECRETS; i++) seek(&p, i, text, end);
  int found = nearest(&p);
  if (found < 0) {
    lua_pushlstring(L, text, len);
    return;
  }
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; found >= 0; found = nearest(&p)) {
    luaL_addlstring(&b, text, (size_t)(p.next[found] - text));
    luaL_addstring(&b, "<removed>");
    text = p.next[found] + secrets->list[found].len;
    for (int i = 0; i < LREDACT_SECRETS; i++)
      if (p.next[i] != NULL && p.next[i] < text) seek(&p, i, text, end);
  }
  luaL_addlstring(&b, text, (size_t)(end - text));
  luaL_pushresult(&b);
}
