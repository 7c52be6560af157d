/* SPDX-License-Identifier: MIT
 *
 * ltoken_box: the token userdata, as its maker and its methods know it. */
#ifndef PROACTIVE_LTOKEN_BOX_H
#define PROACTIVE_LTOKEN_BOX_H

#include <lua.h>
#include <stddef.h>

#include "token.h"

#define LTOKEN_CLASS "proactive.token"

typedef struct {
  token *token; /* NULL: not made yet, or freed */
  int fetch;    /* transfer under way; 0: none */
  size_t url_len;
  char url[]; /* of the token endpoint: tokens of different ones are different */
} ltoken;

int ltoken_make(lua_State *L); /* the Lua function token */

/* Makes the list of shared tokens where there is none yet. */
void ltoken_open_list(lua_State *L);

#endif
