/* SPDX-License-Identifier: MIT
 *
 * What a libFuzzer target through the binding needs: a Lua state with a script's function in it.
 * libFuzzer sees the lines of Lua that run, as it sees the branches of C. */
#ifndef LUA_TARGET_H
#define LUA_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Calls the function that the script returns with the bytes; ends the process when it raises. One
 * script a process. */
void lua_target_run(const char *script, const uint8_t *data, size_t size);

#endif
