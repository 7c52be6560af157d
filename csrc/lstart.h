/* SPDX-License-Identifier: MIT
 *
 * lstart: how the methods of a pool begin a request. */
#ifndef PROACTIVE_LSTART_H
#define PROACTIVE_LSTART_H

#include <lua.h>

#include "http.h"

/* Begins a request and pushes what a method returns: an id; nil and "wait" or the reason; or nil,
 * the reason and "body" when a prepared body does not take its values. Number of values pushed. */
int lstart_request(lua_State *L, http_pool *pool, const http_request *request);

/* Adds start to the table on top of the stack. */
void lstart_methods(lua_State *L);

#endif
