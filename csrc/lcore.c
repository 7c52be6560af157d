/* SPDX-License-Identifier: MIT
 *
 * proactive.core: gathers the bindings. Loading it acquires nothing and calls no library. */
#include "lbody.h"
#include "lchain.h"
#include "lcompat.h"
#include "lhistogram.h"
#include "lhttp.h"
#include "ljson.h"
#include "lsystem.h"
#include "ltoken.h"

LCOMPAT_EXPORT int luaopen_proactive_core(lua_State *L);

int luaopen_proactive_core(lua_State *L) {
  lua_newtable(L);
  lhttp_open(L);
  lbody_open(L);
  lhistogram_open(L);
  ljson_open(L);
  ltoken_open(L);
  lsystem_open(L);
  lchain_open(L);
  return 1;
}
