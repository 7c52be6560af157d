/* SPDX-License-Identifier: MIT
 *
 * ljson_box: what encode and decode share. Trees and texts belong to a userdata, the box, so that
 * an error raised by Lua frees them. */
#ifndef PROACTIVE_LJSON_BOX_H
#define PROACTIVE_LJSON_BOX_H

#include <lua.h>
#include <stdbool.h>

#include "json.h"
#include "json_write.h"

/* Stack slots of encode and decode: the arguments, the options one by one, the box. */
enum { VALUE = 1, OPTIONS, ARRAY, NULL_VALUE, ORDER, PRETTY, BOXED };

typedef struct {
  json_node *tree; /* NULL: none */
  buf out, scratch;
  json_members members;
  bool taken; /* somebody works with it */
  bool keeps; /* memory, from one call to the next */
} ljson_box;

/* Fills the slots of the options from the argument, and reserves stack for a walk of
 * LIMIT_JSON_DEPTH levels. */
void ljson_options(lua_State *L);

/* Fills the slot of the box: the one that is kept from call to call, which is the first upvalue,
 * or, while somebody works with that, a new one. A finalizer may call encode in the middle of
 * another call's last step; and a call that ended with an error of Lua never gave the kept one
 * back. */
ljson_box *ljson_take(lua_State *L);

/* Empties it; keeps memory for the next call, but not much. */
void ljson_give_back(ljson_box *b);

int ljson_no_memory(lua_State *L, ljson_box *b); /* gives it back and raises */

int ljson_encode(lua_State *L); /* the Lua function encode */

#endif
