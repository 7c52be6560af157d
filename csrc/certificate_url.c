/* SPDX-License-Identifier: MIT */
#include "certificate_url.h"

#include <string.h>
#include <strings.h>

static const char SCHEME[] = "https://";
static const char HOST[] = "s3.amazonaws.com";
static const char FOLDER[] = "/echo.api/";

typedef struct {
  const char *at;
  size_t len;
} piece;

static int is(piece p, const char *word) {
  return p.len == strlen(word) && strncasecmp(p.at, word, p.len) == 0;
}

/* Printable ASCII that means one thing to all readers of URLs. */
static int is_plain(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c <= ' ' || c >= 127 || strchr("%\\\"<>^`{|}", c) != NULL) return 0;
  }
  return 1;
}

static piece up_to(piece rest, const char *ends) {
  piece found = {rest.at, 0};
  while (found.len < rest.len && strchr(ends, rest.at[found.len]) == NULL) found.len++;
  return found;
}

static piece after(piece whole, size_t count) {
  return (piece){whole.at + count, whole.len - count};
}

static certificate_url_status check_authority(piece authority) {
  if (memchr(authority.at, '@', authority.len) != NULL) return CERTIFICATE_URL_USER;
  piece host = up_to(authority, ":");
  if (!is(host, HOST)) return CERTIFICATE_URL_HOST;
  piece port = after(authority, host.len);
  return port.len == 0 || is(port, ":443") ? CERTIFICATE_URL_OK : CERTIFICATE_URL_PORT;
}

/* Takes the last segment off what was written: RFC 3986, 5.2.4. */
static size_t drop_segment(const char *out, size_t len) {
  while (len > 0 && out[len - 1] != '/') len--;
  return len > 0 ? len - 1 : 0;
}

/* Writes the path without dot segments; returns its length. */
static size_t write_path(piece path, char *out) {
  size_t len = 0;
  while (path.len > 0) { /* it begins with a slash here */
    piece name = up_to(after(path, 1), "/");
    int is_last = name.len + 1 == path.len;
    int is_up = is(name, "..");
    if (is_up) len = drop_segment(out, len);
    if (!is_up && !is(name, ".")) {
      out[len++] = '/';
      memcpy(out + len, name.at, name.len);
      len += name.len;
    } else if (is_last) {
      out[len++] = '/';
    }
    path = after(path, name.len + 1);
  }
  return len;
}

certificate_url_status certificate_url_normalise(const char *text, size_t len,
                                                 char out[LIMIT_URL_BYTES + 1]) {
  const size_t scheme = sizeof SCHEME - 1, host = sizeof HOST - 1, folder = sizeof FOLDER - 1;
  if (len > LIMIT_URL_BYTES) return CERTIFICATE_URL_LONG;
  if (!is_plain(text, len)) return CERTIFICATE_URL_CHARACTER;
  if (len < scheme || strncasecmp(text, SCHEME, scheme) != 0) return CERTIFICATE_URL_SCHEME;
  piece rest = {text + scheme, len - scheme};
  piece authority = up_to(rest, "/?#");
  certificate_url_status status = check_authority(authority);
  if (status != CERTIFICATE_URL_OK) return status;
  piece path = after(rest, authority.len);
  if (up_to(path, "?#").len != path.len) return CERTIFICATE_URL_QUERY;
  memcpy(out, SCHEME, scheme);
  memcpy(out + scheme, HOST, host);
  char *written = out + scheme + host;
  size_t path_len = write_path(path, written);
  /* A folder alone names no file. */
  if (path_len <= folder || memcmp(written, FOLDER, folder) != 0) return CERTIFICATE_URL_PATH;
  if (written[path_len - 1] == '/') return CERTIFICATE_URL_PATH;
  written[path_len] = '\0';
  return CERTIFICATE_URL_OK;
}

const char *certificate_url_explain(certificate_url_status status) {
  switch (status) {
  case CERTIFICATE_URL_OK:
    return "it is in order";
  case CERTIFICATE_URL_LONG:
    return "it is longer than 2,048 bytes";
  case CERTIFICATE_URL_CHARACTER:
    return "it has a character that no such URL needs";
  case CERTIFICATE_URL_SCHEME:
    return "it does not begin with https://";
  case CERTIFICATE_URL_USER:
    return "it names a user";
  case CERTIFICATE_URL_HOST:
    return "its host is not s3.amazonaws.com";
  case CERTIFICATE_URL_PORT:
    return "its port is not 443";
  case CERTIFICATE_URL_QUERY:
    return "it has a query or a fragment";
  case CERTIFICATE_URL_PATH:
    return "its path does not lead to a file below /echo.api/";
  }
  return "it is wrong";
}
