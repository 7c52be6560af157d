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

/* What libcurl copies of a request before it encrypts it, in a buffer that it makes for each
 * transfer: the least it takes, in place of 64 KB. */
#define LIMIT_UPLOAD_BYTES (16u * 1024u)

/* Half of what the allocator may keep of those buffers: 64 transfers need 2 MB. */
#define LIMIT_KEPT_BYTES (1024u * 1024u)

/* Places to fill in one prepared body: a customer and a reference id need two; an event may bring a
 * few of its own. */
#define LIMIT_BODY_MARKS 32

/* A word that is judged at a glance: user ids have some 200 bytes. Longer ones go through the whole
 * judgement. */
#define LIMIT_WORD_BYTES 1024u

/* URL, one header line, client id and client secret: far above what any of them needs. */
#define LIMIT_URL_BYTES 2048u
#define LIMIT_HEADER_LINE_BYTES (8u * 1024u)
#define LIMIT_CREDENTIAL_BYTES 1024u

/* LWA documents user tokens of up to 2,048 bytes; client-credentials tokens are of the same
 * kind. */
#define LIMIT_TOKEN_BYTES 4096u

/* A file of credentials: some hundred skills. */
#define LIMIT_PRIVATE_BYTES (64u * 1024u)
#define LIMIT_PATH_BYTES 4096u

/* Routes are made by our own Lua code: a token route, two stages in three regions, SMAPI. */
#define LIMIT_ROUTES 32
#define LIMIT_ROUTE_HEADERS 16

/* Transfers of one pool that are running or wait to be taken. */
#define LIMIT_TRANSFERS 4096

/* Numbers of groups of transfers: there are more than groups that can be alive at once. */
#define LIMIT_GROUP (1 << 30)

/* Connections one pool may be asked to keep: more is a mistake, not a setting. */
#define LIMIT_CONNECTIONS 1024

/* Streams on one HTTP/2 connection: libcurl's own default, named because the pool counts with
 * it. */
#define LIMIT_STREAMS 100

/* A buffer of a transfer that is kept for the next request of its route: what a larger one holds in
 * memory is worth more than the time to make it. An event and its answer are far below it. */
#define LIMIT_PARKED_BYTES (16u * 1024u)

/* Seconds without a byte after which an answer over HTTP/2 that has its status is taken to be over.
 * The hang this ends is libcurl's; a lost packet is sent again in less. */
#define LIMIT_SILENT_SECONDS 1.0

/* Ready sockets fetched from the kernel at once. */
#define LIMIT_EVENTS 64

/* Most seconds spent on reading the certificate store ahead of time; 22 to 36 ms were measured. */
#define LIMIT_WARM_SECONDS 1.0

/* JSON: nesting in both directions. The deepest body of the service is below 10. Text read may be
 * larger than a body sent: a file of one request, judged by `validate`. */
#define LIMIT_JSON_DEPTH 64
#define LIMIT_JSON_TEXT_MIB 16
#define LIMIT_JSON_TEXT_BYTES (LIMIT_JSON_TEXT_MIB * 1024u * 1024u)

/* Digits that tell all doubles apart. */
#define LIMIT_JSON_DIGITS 17

/* Digits, point and exponent of one number: cJSON 1.7.15 cuts longer ones, silently. */
#define LIMIT_JSON_NUMBER_BYTES 63u

/* Memory kept from one encoding to the next: that of a body of the service, several times over. */
#define LIMIT_JSON_KEPT_BYTES (64u * 1024u)

/* The path to a refused value, and what is shown of one key in it or in a message. */
#define LIMIT_JSON_PATH_BYTES 1024u
#define LIMIT_JSON_SHOWN_BYTES 48u

/* A file of certificates of Amazon's has four of them and 6 KB. */
#define LIMIT_CHAIN_BYTES (64u * 1024u)
#define LIMIT_CHAIN_CERTIFICATES 8

/* The base64 text of a signature by an RSA key of 8,192 bits, the largest in use anywhere. */
#define LIMIT_SIGNATURE_TEXT 1368u

/* Text of an error, kept in the object so that reporting needs no memory. */
#define LIMIT_ERROR_BYTES 256

/* --- proactive.httpd --- */

/* Request bodies, unless the caller says otherwise: far above an event and a skill's request. */
#define LIMIT_HTTPD_BODY_BYTES (256u * 1024u)

/* Most that the caller may ask for, and the largest answer it may give. */
#define LIMIT_HTTPD_BODY_MOST (64u * 1024u * 1024u)

/* What is read and thrown away after a chunked body has passed its cap, before the connection ends:
 * enough for an honest client to finish and read its 413. */
#define LIMIT_HTTPD_DISCARD_BYTES (1024u * 1024u)

/* Memory of one connection: request line, header lines and their table, and what is being read.
 * A bearer token is up to LIMIT_TOKEN_BYTES. */
#define LIMIT_HTTPD_CONNECTION_BYTES (32u * 1024u)
#define LIMIT_HTTPD_HEADERS 100

/* Connections at once, unless the caller says otherwise, and the most it may ask for. */
#define LIMIT_HTTPD_CONNECTIONS 1000
#define LIMIT_HTTPD_CONNECTIONS_MOST 65536

/* Seconds a request may take to arrive and a connection may rest, unless told otherwise. */
#define LIMIT_HTTPD_IDLE_SECONDS 60
#define LIMIT_HTTPD_IDLE_MOST 86400

/* What was pushed into a stream and has not left: some hundred short messages. A client that is so
 * far behind reads no more. */
#define LIMIT_HTTPD_STREAM_BYTES (64u * 1024u)

/* Paced answers are woken at most so often; shorter sleeps cost more than they smooth. */
#define LIMIT_HTTPD_PACE_SECONDS 0.01
#define LIMIT_HTTPD_PACE_BLOCK 16384

#endif
