/* SPDX-License-Identifier: MIT
 *
 * field: what may stand in a header line, and what a request's lines say of its body. */
#ifndef PROACTIVE_FIELD_H
#define PROACTIVE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "httpd.h"

/* Whether the name is a token and the value holds no CR, LF and NUL: RFC 9110 sections 5.1, 5.5. */
bool field_ok(const httpd_header *field);

/* The status to refuse a request with for the sake of its header lines, or 0: malformed lines, a
 * transfer coding other than chunked, more than one statement of the body's length, which is how
 * requests are smuggled past a proxy (RFC 9112 section 6.3).
 * *length: what Content-Length says, 0 without one. Its form has been checked by the caller. */
int field_judge(const httpd_header *fields, size_t count, unsigned long long *length);

#endif
