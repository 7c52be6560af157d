/* SPDX-License-Identifier: MIT
 *
 * What the other bindings need of the pool userdata. */
#ifndef PROACTIVE_LHTTP_H
#define PROACTIVE_LHTTP_H

#include <lua.h>

#include "http.h"

/* The pool at that index; raises when it is another kind of value or closed. */
http_pool *lhttp_check(lua_State *L, int index);

/* Starts it and pushes what a method returns: an id, or nil and "wait" or the reason. Number of
 * values pushed. */
int lhttp_start(lua_State *L, http_pool *pool, const http_request *request);

/* The name of a cause in Lua; NULL when there was an answer. */
const char *lhttp_cause_name(http_cause cause);

/* Adds what this file offers to the table on top of the stack. */
void lhttp_open(lua_State *L);

#endif
