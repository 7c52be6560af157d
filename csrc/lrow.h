/* SPDX-License-Identifier: MIT
 *
 * lrow: the methods of a pool for many requests in one call. */
#ifndef PROACTIVE_LROW_H
#define PROACTIVE_LROW_H

#include <lua.h>

/* Adds run_row and release_row to the table on top of the stack. */
void lrow_methods(lua_State *L);

#endif
