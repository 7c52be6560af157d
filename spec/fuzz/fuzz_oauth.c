/* SPDX-License-Identifier: MIT
 *
 * libFuzzer target: any bytes as the answer of a token endpoint, up to the token they make.
 * `make fuzz`, or by hand, from the root of the project:
 * clang -std=c11 -D_GNU_SOURCE -g -fsanitize=address,undefined,fuzzer spec/fuzz/fuzz_oauth.c \
 *   csrc/oauth.c csrc/token.c csrc/json.c csrc/json_scan.c csrc/json_path.c csrc/buf.c csrc/http_form.c \
 *   -lcjson -lcurl -lm -o fuzz_oauth && ./fuzz_oauth spec/fuzz/corpus/oauth */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/oauth.h"
#include "../../csrc/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

static void takes(const oauth_answer *answer) {
  const char *text = answer->access_token;
  token *t = token_new("form", 4);
  must(t != NULL);
  token_fetching(t);
  if (token_accept(t, text, strlen(text), answer->expires_in, 1000) == TOKEN_TAKEN) {
    size_t len;
    const char *header = token_header(t, &len);
    must(strlen(header) == len && strpbrk(header, "\r\n") == NULL);
    must(token_expires(t) >= 1030 && token_expires(t) <= 1000 + 86400);
    must(token_ask(t, 1000) == TOKEN_USE);
  } else {
    must(token_ask(t, 1000) == TOKEN_WAIT);
  }
  token_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  oauth_answer answer;
  char *text = malloc(size + 1);
  must(text != NULL);
  memcpy(text, data, size);
  text[size] = '\0';
  must(oauth_read(&answer, text, size) == 0);
  if (answer.problem[0] == '\0') takes(&answer);
  if (answer.access_token != NULL && answer.access_token[0] != '\0')
    must(!oauth_may_show(text, size));
  oauth_answer_wipe(&answer);
  free(text);
  return 0;
}
