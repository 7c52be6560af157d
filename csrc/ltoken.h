/* SPDX-License-Identifier: MIT
 *
 * ltoken: the token userdata, shared by all clients of one Lua state that use the same
 * credentials. */
#ifndef PROACTIVE_LTOKEN_H
#define PROACTIVE_LTOKEN_H

#include <lua.h>

/* The whole Authorization line of the token at that index and its length, or NULL when it holds
 * none. Raises when the value is no token. Valid until the token is next changed: copy it before
 * any Lua call. */
const char *ltoken_header(lua_State *L, int index, size_t *len);

/* Adds token to the table on top of the stack. */
void ltoken_open(lua_State *L);

#endif
