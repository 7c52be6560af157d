/* SPDX-License-Identifier: MIT
 *
 * chain: a certificate file as Alexa's requests name it, and what it vouches for. Building the
 * chain and comparing the host name is OpenSSL's work.
 *
 * OpenSSL's queue of errors is left as it was found: others of this thread (libcurl, nginx) would
 * take what is in it for theirs. */
#ifndef PROACTIVE_CHAIN_H
#define PROACTIVE_CHAIN_H

#include <stddef.h>

#include "limits.h"

/* Whom a chain must end at. */
typedef struct chain_trust chain_trust;

/* The store of the system; the certificates of a PEM file; those of a PEM text. NULL, with the
 * reason in error. */
chain_trust *chain_trust_system(char error[LIMIT_ERROR_BYTES]);
chain_trust *chain_trust_file(const char *path, char error[LIMIT_ERROR_BYTES]);
chain_trust *chain_trust_text(const char *pem, size_t len, char error[LIMIT_ERROR_BYTES]);
void chain_trust_free(chain_trust *trust);

typedef struct chain chain;

typedef enum { CHAIN_OK, CHAIN_REFUSED, CHAIN_NOMEM } chain_status;

/* Reads a file, the certificate that signs first, and builds its chain as of `now` (Unix seconds):
 * it must end at a trusted certificate, be for echo-api.amazon.com by its subjectAltName, hold an
 * RSA key of 2,048 bits or more, and be allowed to sign. *out is NULL unless CHAIN_OK. */
chain_status chain_load(chain **out, const chain_trust *trust, const char *pem, size_t len,
                        double now, char error[LIMIT_ERROR_BYTES]);
void chain_free(chain *c);

/* Builds the chain again: the trust may have changed its mind. */
chain_status chain_renew(chain *c, const chain_trust *trust, double now,
                         char error[LIMIT_ERROR_BYTES]);

/* Whether every certificate of the chain is within its dates. CHAIN_OK or CHAIN_REFUSED. */
chain_status chain_check_dates(const chain *c, double now, char error[LIMIT_ERROR_BYTES]);

/* Whether a text can be a signature: canonical base64, no longer than any key's. */
int chain_is_signature(const char *text, size_t len);

/* Whether the signature (base64; RSA PKCS #1 v1.5 over SHA-256) is the first certificate's over
 * these very bytes. CHAIN_REFUSED: it is not. */
chain_status chain_verify(const chain *c, const char *signature, size_t signature_len,
                          const void *body, size_t len);

#endif
