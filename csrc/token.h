/* SPDX-License-Identifier: MIT
 *
 * token: one bearer token of Login with Amazon and the rules for its life. A pure state machine: it
 * does no I/O and asks no clock; `now` is in seconds on any clock that never goes back.
 * All text it holds is wiped when it is replaced or freed. */
#ifndef PROACTIVE_TOKEN_H
#define PROACTIVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct token token;

typedef enum {
  TOKEN_USE,       /* there is a token: use it */
  TOKEN_USE_FETCH, /* use it, and fetch the next one: it ends soon */
  TOKEN_FETCH,     /* there is none: fetch one */
  TOKEN_WAIT,      /* there is none, and a fetch is on its way */
  TOKEN_HELD       /* the last one was refused soon after its birth: not now */
} token_advice;

typedef enum {
  TOKEN_STALE,   /* not the present token: it was replaced already, ask again */
  TOKEN_DROPPED, /* dropped: ask again */
  TOKEN_HOLD     /* dropped, and held: the service refuses young tokens too */
} token_refusal;

/* form: the body of the token request, copied. NULL: no memory. */
token *token_new(const char *form, size_t len);
void token_free(token *t); /* NULL is fine */

token_advice token_ask(const token *t, double now);

/* A fetch has begun; it must end in exactly one of an accept that takes the token, and failed. */
void token_fetching(token *t);

typedef enum {
  TOKEN_TAKEN,
  TOKEN_UNFIT, /* not a text that can stand in a header */
  TOKEN_NOMEM
} token_taken;

/* expires_in in seconds; NAN, negative and absurd values are replaced by sane ones.
 * Unless it is taken nothing has changed: try again, or end the fetch as failed. */
token_taken token_accept(token *t, const char *text, size_t len, double expires_in, double now);
void token_failed(token *t, double now);

/* Takes a token that another process fetched; no fetch may be under way. Its age is not known, so
 * that a refusal of it does not count as one of a young token. */
token_taken token_adopt(token *t, const char *text, size_t len, double expires_in, double now);

/* The service refused the token of that generation. */
token_refusal token_refused(token *t, unsigned long generation, double now);

/* "Authorization: Bearer ...", which can stand in a request as it is, or NULL. Valid until the next
 * call that changes the token. */
const char *token_header(const token *t, size_t *len);

/* The token within such a line; NULL when it is another one. */
const char *token_in_header(const char *header, size_t header_len, size_t *len);

/* The token alone, for a person who insists; NULL when there is none. */
const char *token_text(const token *t, size_t *len);

unsigned long token_generation(const token *t); /* counts accepted tokens; 0: none yet */
double token_expires(const token *t);           /* on the caller's clock */
const char *token_form(const token *t, size_t *len);

#endif
