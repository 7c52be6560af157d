/* SPDX-License-Identifier: MIT
 *
 * libFuzzer target: any bytes to the validator; spec/fuzz/validate.lua says what must hold.
 * `make fuzz`. */
#include "lua_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_target_run("spec/fuzz/validate.lua", data, size);
  return 0;
}
