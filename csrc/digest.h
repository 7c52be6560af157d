/* SPDX-License-Identifier: MIT
 *
 * digest: SHA-256, from OpenSSL. */
#ifndef PROACTIVE_DIGEST_H
#define PROACTIVE_DIGEST_H

#include <stddef.h>

#define DIGEST_BYTES 32
#define DIGEST_HEX (2 * DIGEST_BYTES)

/* The digest in lower-case hexadecimal digits and a NUL. 0, or -1: OpenSSL has no memory or was
 * configured without it. */
int digest_sha256(const void *data, size_t len, char hex[DIGEST_HEX + 1]);

#endif
