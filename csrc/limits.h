/* SPDX-License-Identifier: MIT
 *
 * Every cap and fixed time of the C core, in one place, each with its reason.
 * A buffer without a line here is a defect. */
#ifndef PROACTIVE_LIMITS_H
#define PROACTIVE_LIMITS_H

/* Answers of the events API are empty or one short JSON object; LWA's are below 4 KB; a skill
 * manifest is the largest thing read. More than this is not an answer. */
#define LIMIT_BODY_BYTES (256u * 1024u)

/* All header lines of one answer together. */
#define LIMIT_HEADER_BYTES (16u * 1024u)

/* A request body handed to libcurl; a skill manifest is the largest thing sent. */
#define LIMIT_REQUEST_BYTES (1024u * 1024u)

/* URL, one header line, client id and client secret: far above what any of them needs. */
#define LIMIT_URL_BYTES 2048u
#define LIMIT_HEADER_LINE_BYTES (8u * 1024u)
#define LIMIT_CREDENTIAL_BYTES 1024u

/* LWA documents user tokens of up to 2,048 bytes; client-credentials tokens are of the same kind. */
#define LIMIT_TOKEN_BYTES 4096u

/* Routes are made by our own Lua code: a token route, two stages in three regions, SMAPI. */
#define LIMIT_ROUTES 32
#define LIMIT_ROUTE_HEADERS 16

/* Transfers of one pool that are running or wait to be taken. */
#define LIMIT_TRANSFERS 4096

/* JSON: nesting in both directions. The deepest body of the service is below 10. Text read may be
 * larger than a body sent: a file of one request, judged by `validate`. */
#define LIMIT_JSON_DEPTH 64
#define LIMIT_JSON_TEXT_BYTES (16u * 1024u * 1024u)

/* Text of an error, kept in the object so that reporting needs no memory. */
#define LIMIT_ERROR_BYTES 256

#endif
