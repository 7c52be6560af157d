/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <openssl/evp.h>

int digest_sha256(const void *data, size_t len, char hex[DIGEST_HEX + 1]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char bytes[EVP_MAX_MD_SIZE];
  if (EVP_Digest(data, len, bytes, NULL, EVP_sha256(), NULL) != 1) return -1;
  for (size_t i = 0; i < DIGEST_BYTES; i++) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
  hex[DIGEST_HEX] = '\0';
  return 0;
}
