/* SPDX-License-Identifier: MIT
 *
 * libFuzzer target: any bytes to the handler of Alexa's requests; spec/fuzz/envelope.lua says what must hold.
 * `make fuzz`. */
#include "lua_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_target_run("spec/fuzz/envelope.lua", data, size);
  return 0;
}
