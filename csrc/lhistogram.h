/* SPDX-License-Identifier: MIT
 *
 * lhistogram: histograms as userdata. */
#ifndef PROACTIVE_LHISTOGRAM_H
#define PROACTIVE_LHISTOGRAM_H

#include <lua.h>

#include "histogram.h"

/* The histogram at that index; raises when it is none. */
histogram *lhistogram_check(lua_State *L, int index);

/* Adds histogram to the table on top of the stack. */
void lhistogram_open(lua_State *L);

#endif
