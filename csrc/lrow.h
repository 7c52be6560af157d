/* SPDX-License-Identifier: MIT
 *
 * lrow: the methods of a pool for the requests of a group. */
#ifndef PROACTIVE_LROW_H
#define PROACTIVE_LROW_H

#include <lua.h>

/* Adds run_row, release_row, next_member, ungroup, grouped and age to the table on top of the
 * stack. */
void lrow_methods(lua_State *L);

#endif
