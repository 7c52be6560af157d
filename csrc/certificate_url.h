/* SPDX-License-Identifier: MIT
 *
 * certificate_url: whether a SignatureCertChainUrl may be fetched, and the one URL that is. Pure:
 * no library, no memory of its own.
 *
 * The rules are Amazon's: https, host s3.amazonaws.com, port 443 when one is given, a path that
 * begins with /echo.api/ after it was normalised. User information, a query, a fragment, a
 * percent-encoded character and a backslash are refused, because readers of URLs disagree on them.
 * https://developer.amazon.com/en-US/docs/alexa/custom-skills/
 *   host-a-custom-skill-as-a-web-service.html
 */
#ifndef PROACTIVE_CERTIFICATE_URL_H
#define PROACTIVE_CERTIFICATE_URL_H

#include <stddef.h>

#include "limits.h"

typedef enum {
  CERTIFICATE_URL_OK,
  CERTIFICATE_URL_LONG,
  CERTIFICATE_URL_CHARACTER,
  CERTIFICATE_URL_SCHEME,
  CERTIFICATE_URL_USER,
  CERTIFICATE_URL_HOST,
  CERTIFICATE_URL_PORT,
  CERTIFICATE_URL_QUERY,
  CERTIFICATE_URL_PATH,
} certificate_url_status;

/* Writes the normalised URL and a NUL: scheme and host in small letters, no port, no dot segments.
 * It is never longer than what was given. */
certificate_url_status certificate_url_normalise(const char *text, size_t len,
                                                 char out[LIMIT_URL_BYTES + 1]);

/* What is wrong, for a person; static. */
const char *certificate_url_explain(certificate_url_status status);

#endif
