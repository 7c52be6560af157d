/* SPDX-License-Identifier: MIT
 *
 * lbody: prepared bodies. */
#ifndef PROACTIVE_LBODY_H
#define PROACTIVE_LBODY_H

#include <lua.h>

/* Adds body to the table on top of the stack. */
void lbody_open(lua_State *L);

#endif
