/* SPDX-License-Identifier: MIT */
#include "oauth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "limits.h"

const char *oauth_check(const char *value, size_t len) {
  if (len == 0) return "is empty";
  if (len > LIMIT_CREDENTIAL_BYTES) return "is too long";
  if (memchr(value, '\0', len) != NULL) return "holds a NUL byte";
  if (memchr(value, '\r', len) != NULL || memchr(value, '\n', len) != NULL)
    return "holds a line break";
  return NULL;
}

int oauth_form(buf *out, const oauth_parameter *parameters, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const oauth_parameter *p = &parameters[i];
    if (i > 0 && buf_add(out, "&", 1) != BUF_OK) return -1;
    if (buf_add(out, p->name, strlen(p->name)) != BUF_OK) return -1;
    if (buf_add(out, "=", 1) != BUF_OK) return -1;
    if (http_form_escape(out, p->value, p->len) != 0) return -1;
  }
  return 0;
}

const char *oauth_form_find(const char *form, size_t form_len, const char *name, size_t *len) {
  const char *end = form + form_len;
  size_t name_len = strlen(name);
  for (const char *at = form; at < end;) {
    const char *next = memchr(at, '&', (size_t)(end - at));
    if (next == NULL) next = end;
    if ((size_t)(next - at) > name_len && at[name_len] == '=' && memcmp(at, name, name_len) == 0) {
      *len = (size_t)(next - at) - name_len - 1;
      return at + name_len + 1;
    }
    at = next + (next < end);
  }
  return NULL;
}

static unsigned digit(char c) {
  return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10); /* http_form_escape writes no others */
}

size_t oauth_unescape(char *out, const char *escaped, size_t len) {
  unsigned char *bytes = (unsigned char *)out;
  size_t count = 0;
  for (size_t i = 0; i < len; i++) {
    if (escaped[i] == '%' && len - i > 2) {
      bytes[count++] = (unsigned char)(digit(escaped[i + 1]) << 4 | digit(escaped[i + 2]));
      i += 2;
    } else {
      bytes[count++] = (unsigned char)escaped[i];
    }
  }
  return count;
}

static char lower(char c) {
  if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
  return c;
}

/* Whether text begins with word, which is in lower case. Not strcasecmp: that asks the locale. */
static bool begins(const char *text, size_t len, const char *word) {
  size_t i = 0;
  while (i < len && word[i] != '\0' && lower(text[i]) == word[i]) i++;
  return word[i] == '\0';
}

/* expires_in as a number or, as some servers write it, as decimal text. */
static double read_seconds(const json_node *node) {
  if (node == NULL) return NAN;
  if (json_kind_of(node) == JSON_NUMBER) return json_number(node);
  if (json_kind_of(node) != JSON_TEXT) return NAN;
  const char *text = json_text(node);
  double seconds = 0;
  if (*text == '\0') return NAN;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return NAN;
    seconds = seconds * 10 + (*text - '0');
  }
  return seconds;
}

/* Not a word of the values themselves goes into the text: one may be a token in the wrong place. */
static const char *find_problem(const oauth_answer *answer) {
  const char *type = json_get_text(answer->tree, "token_type");
  if (json_kind_of(answer->tree) != JSON_OBJECT) return "the answer is no JSON object";
  if (answer->access_token == NULL) return "the answer holds no access_token";
  if (type == NULL) return "the answer holds no token_type";
  if (strlen(type) != strlen("bearer") || !begins(type, strlen(type), "bearer"))
    return "token_type is not bearer";
  return "";
}

int oauth_read(oauth_answer *answer, const char *body, size_t len) {
  json_error error;
  *answer = (oauth_answer){.expires_in = NAN};
  json_status status = json_parse(body, len, &answer->tree, &error);
  if (status == JSON_REFUSED) {
    snprintf(answer->problem, sizeof answer->problem, "the answer is not JSON (line %d, column %d)",
             error.line, error.column);
    return 0;
  }
  if (status == JSON_NOMEM) {
    snprintf(answer->problem, sizeof answer->problem, "not enough memory");
    return -1;
  }
  answer->access_token = json_get_text(answer->tree, "access_token");
  answer->expires_in = read_seconds(json_get(answer->tree, "expires_in"));
  answer->error = json_get_text(answer->tree, "error");
  answer->error_description = json_get_text(answer->tree, "error_description");
  answer->error_index = json_get_text(answer->tree, "error_index");
  snprintf(answer->problem, sizeof answer->problem, "%s", find_problem(answer));
  return 0;
}

void oauth_answer_wipe(oauth_answer *answer) {
  json_wipe(answer->tree);
  *answer = (oauth_answer){.expires_in = NAN};
}

static bool holds(const char *body, size_t len, const char *word) {
  for (size_t i = 0; i < len; i++)
    if (begins(body + i, len - i, word)) return true;
  return false;
}

/* Judged by the bytes, since a cut or mangled body cannot be read: by the names of the fields that
 * hold tokens and by what Login with Amazon's tokens begin with. An escape may hide either. */
bool oauth_may_show(const char *body, size_t len) {
  static const char *const marks[] = {"access_token", "refresh_token", "id_token", "atc|",
                                      "atza|",        "atzr|",         "\\u"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (holds(body, len, marks[i])) return false;
  return true;
}
