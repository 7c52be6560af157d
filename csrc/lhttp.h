/* SPDX-License-Identifier: MIT
 *
 * What the other bindings need of the pool userdata. */
#ifndef PROACTIVE_LHTTP_H
#define PROACTIVE_LHTTP_H

#include <lua.h>

#include "http.h"

/* The pool at that index; raises when it is another kind of value or closed. */
http_pool *lhttp_check(lua_State *L, int index);

/* Starts it and pushes what a method returns: an id; nil and "wait" or the reason; or nil, the
 * reason and "body" when a prepared body does not take its values. Number of values pushed. */
int lhttp_start(lua_State *L, http_pool *pool, const http_request *request);

/* Pushes what every method but close and forked returns in a forked child. Number of values. */
int lhttp_push_forked(lua_State *L);

/* Adds what this file offers to the table on top of the stack. */
void lhttp_open(lua_State *L);

#endif
