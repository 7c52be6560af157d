/* SPDX-License-Identifier: MIT
 *
 * lbody: prepared bodies. */
#ifndef PROACTIVE_LBODY_H
#define PROACTIVE_LBODY_H

#include <lua.h>

#include "body.h"

/* The prepared body at that index; raises when it is none. */
const body *lbody_check(lua_State *L, int index);

/* Its values: all arguments from first on. Raises unless they are strings, one for each mark. */
void lbody_values(lua_State *L, const body *b, int first, body_value values[LIMIT_BODY_MARKS]);

/* Adds body to the table on top of the stack. */
void lbody_open(lua_State *L);

#endif
