/* SPDX-License-Identifier: MIT
 *
 * oauth: what is said to a token endpoint and what its answers mean (RFC 6749, sections 4.4 and 5,
 * as Login with Amazon speaks it). No I/O. */
#ifndef PROACTIVE_OAUTH_H
#define PROACTIVE_OAUTH_H

#include "buf.h"
#include "json.h"

/* One parameter of a token request. Another grant is another list of them. */
typedef struct {
  const char *name;
  const char *value; /* len bytes of UTF-8 */
  size_t len;
} oauth_parameter;

/* What is wrong with a credential or scope, as the end of a sentence that begins with its name;
 * NULL: nothing. */
const char *oauth_check(const char *value, size_t len);

/* Appends the application/x-www-form-urlencoded body. 0, or -1: no memory, or out is full. */
int oauth_form(buf *out, const oauth_parameter *parameters, size_t count);

/* The value of a parameter of a form that oauth_form wrote, in its escaped form; NULL: it has none
 * of that name. */
const char *oauth_form_find(const char *form, size_t form_len, const char *name, size_t *len);

/* Undoes the escaping of such a value. out has room for len bytes; how many it is, is returned. */
size_t oauth_unescape(char *out, const char *escaped, size_t len);

/* An answer as it was read. The texts live in the tree; a NULL one did not stand there. */
typedef struct {
  json_node *tree;
  const char *access_token;
  double expires_in; /* seconds; NAN when it is missing or no number */
  const char *error;
  const char *error_description;
  const char *error_index;
  char problem[LIMIT_ERROR_BYTES]; /* why this is no usable token; empty: it is one */
} oauth_answer;

/* Reads a body; body[len] must be NUL. 0, or -1: no memory. Either way the answer is whole, and
 * oauth_answer_wipe ends it. */
int oauth_read(oauth_answer *answer, const char *body, size_t len);

/* Overwrites and frees what the answer holds. An answer that is all zero is fine. */
void oauth_answer_wipe(oauth_answer *answer);

/* Whether the body may be shown: nothing in it can be a token or part of one. */
bool oauth_may_show(const char *body, size_t len);

#endif
