/* SPDX-License-Identifier: MIT
 *
 * lresult: the methods of a pool that tell what became of a transfer. */
#ifndef PROACTIVE_LRESULT_H
#define PROACTIVE_LRESULT_H

#include <lua.h>

#include "http.h"

/* The name of a cause in Lua; NULL when there was an answer. */
const char *lresult_cause_name(http_cause cause);

/* The status of a finished transfer whose answer does nothing but accept an event; of every other
 * one, and of none, 0. */
int lresult_acceptance(const http_pool *pool, int id);

/* Pushes the longest finished transfer: nil, or its number, the status when the answer does nothing
 * but accept an event, for which no table need be made, and its group if it has one. The count of
 * values. */
int lresult_push_finished(lua_State *L, const http_pool *pool);

/* Adds finished, result, request_id, request_body and timings to the table on top of the stack. */
void lresult_methods(lua_State *L);

#endif
