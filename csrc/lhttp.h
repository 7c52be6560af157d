/* SPDX-License-Identifier: MIT
 *
 * What the other bindings need of the pool userdata. */
#ifndef PROACTIVE_LHTTP_H
#define PROACTIVE_LHTTP_H

#include <lua.h>

#include "http.h"
#include "random.h"

#define LHTTP_MOST_SECONDS 1e6 /* of any time: beyond it a number is a mistake */

/* The pool at that index; raises when it is another kind of value or closed. */
http_pool *lhttp_check(lua_State *L, int index);

/* What the pool at that index makes new ids from. */
random_pool *lhttp_random(lua_State *L, int index);

/* The last transfer that a method of the pool at that index began for its caller. */
int *lhttp_newest(lua_State *L, int index);

/* Pushes what a method returns that failed. Number of values. */
int lhttp_push_failure(lua_State *L, const char *message);

/* Pushes what every method but close and forked returns in a forked child. Number of values. */
int lhttp_push_forked(lua_State *L);

/* Adds what this file offers to the table on top of the stack. */
void lhttp_open(lua_State *L);

#endif
