/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the check of certificate URLs: what is accepted begins as it must, has no dot segment left,
 * and is accepted again as it stands. Signatures ride along: what counts as one has only its
 * letters. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_url.h"
#include "chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition) {
  if (!condition) abort();
}

static void check_url(const char *text, size_t len) {
  static const char start[] = "https://s3.amazonaws.com/echo.api/";
  char url[LIMIT_URL_BYTES + 1], again[LIMIT_URL_BYTES + 1];
  if (certificate_url_normalise(text, len, url) != CERTIFICATE_URL_OK) return;
  require(strlen(url) <= len && strncmp(url, start, sizeof start - 1) == 0);
  require(strstr(url, "/../") == NULL && strstr(url, "/./") == NULL);
  require(strpbrk(url + 8, "?#%\\") == NULL);
  require(certificate_url_normalise(url, strlen(url), again) == CERTIFICATE_URL_OK);
  require(strcmp(url, again) == 0);
}

static void check_signature(const char *text, size_t len) {
  if (!chain_is_signature(text, len)) return;
  require(len <= LIMIT_SIGNATURE_TEXT && len % 4 == 0);
  for (size_t i = 0; i < len; i++) require(text[i] > ' ' && text[i] < 127);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check_url((const char *)data, size);
  check_signature((const char *)data, size);
  return 0;
}
