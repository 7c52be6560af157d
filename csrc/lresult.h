/* SPDX-License-Identifier: MIT
 *
 * lresult: the methods of a pool that tell what became of a transfer. */
#ifndef PROACTIVE_LRESULT_H
#define PROACTIVE_LRESULT_H

#include <lua.h>

#include "http.h"

/* The name of a cause in Lua; NULL when there was an answer. */
const char *lresult_cause_name(http_cause cause);

/* Adds finished, result, request_id and timings to the table on top of the stack. */
void lresult_methods(lua_State *L);

#endif
