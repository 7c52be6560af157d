/* SPDX-License-Identifier: MIT
 *
 * lsystem: what scripts need of the system: random ids and the two clocks. */
#ifndef PROACTIVE_LSYSTEM_H
#define PROACTIVE_LSYSTEM_H

#include <lua.h>

/* Adds id, monotonic and wall to the table on top of the stack. */
void lsystem_open(lua_State *L);

#endif
