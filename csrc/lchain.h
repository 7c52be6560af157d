/* SPDX-License-Identifier: MIT
 *
 * Binding of certificate_url and chain: certificate_url, trust, signature. */
#ifndef PROACTIVE_LCHAIN_H
#define PROACTIVE_LCHAIN_H

#include <lua.h>

/* Adds the functions to the table on top of the stack. */
void lchain_open(lua_State *L);

#endif
