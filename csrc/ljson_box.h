/* SPDX-License-Identifier: MIT
 *
 * ljson_box: what encode and decode share. Trees and texts belong to a userdata, the box, so that an
 * error raised by Lua frees them. */
#ifndef PROACTIVE_LJSON_BOX_H
#define PROACTIVE_LJSON_BOX_H

#include <lua.h>

#include "json.h"

/* Stack slots of encode and decode: the arguments, the options one by one, the box. */
enum { VALUE = 1, OPTIONS, ARRAY, NULL_VALUE, ORDER, PRETTY, BOXED };

typedef struct {
  json_node *tree; /* NULL: none */
  char *text;      /* from json_print; NULL: none */
  buf out;
} ljson_box;

/* Fills the slots from the arguments, and reserves stack for a walk of LIMIT_JSON_DEPTH levels. */
ljson_box *ljson_begin(lua_State *L);

/* Frees now what the collector would free later. */
void ljson_empty(ljson_box *b);

int ljson_no_memory(lua_State *L); /* raises */

int ljson_encode(lua_State *L); /* the Lua function encode */

#endif
