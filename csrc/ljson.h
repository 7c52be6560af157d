/* SPDX-License-Identifier: MIT
 *
 * ljson: JSON text from Lua values and back. */
#ifndef PROACTIVE_LJSON_H
#define PROACTIVE_LJSON_H

#include <lua.h>

/* Adds encode and decode to the table on top of the stack. */
void ljson_open(lua_State *L);

#endif
