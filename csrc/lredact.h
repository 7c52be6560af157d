/* SPDX-License-Identifier: MIT
 *
 * lredact: text of a stranger on its way into Lua, without the secrets we told it. An endpoint or a
 * proxy may echo what it was sent. */
#ifndef PROACTIVE_LREDACT_H
#define PROACTIVE_LREDACT_H

#include <lua.h>
#include <stddef.h>

#define LREDACT_SECRETS 4 /* at most, in one text */

typedef struct {
  const char *text;
  size_t len; /* 0: none */
} lredact_secret;

typedef struct {
  lredact_secret list[LREDACT_SECRETS];
} lredact_secrets;

/* Pushes the text with "<removed>" for every occurrence of a secret. */
void lredact_push(lua_State *L, const lredact_secrets *secrets, const char *text, size_t len);

#endif
