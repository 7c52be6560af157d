/* SPDX-License-Identifier: MIT
 *
 * lstart: how the methods of a pool begin a request. */
#ifndef PROACTIVE_LSTART_H
#define PROACTIVE_LSTART_H

#include <lua.h>

#include "http.h"

/* Begins a request and pushes what a method returns: an id; nil and "wait", with "full" behind it
 * when only an answer can make room; nil and the reason, with "body" behind it when the body cannot
 * be sent. Number of values pushed. */
int lstart_request(lua_State *L, http_pool *pool, const http_request *request);

/* Adds start and newest to the table on top of the stack. */
void lstart_methods(lua_State *L);

#endif
