/* SPDX-License-Identifier: MIT
 *
 * What a result tells beside its status. */
#include <string.h>
#include <strings.h>

#include "http_internal.h"

const char *http_result_header(const http_result *result, const char *name, size_t *len) {
  size_t name_len = strlen(name);
  const char *line = result->headers;
  const char *end = line + result->headers_len;
  while (line < end) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    next = next != NULL ? next + 1 : end;
    if ((size_t)(next - line) > name_len && line[name_len] == ':' &&
        strncasecmp(line, name, name_len) == 0) {
      const char *value = line + name_len + 1;
      while (value < next && (*value == ' ' || *value == '\t')) value++;
      *len = strcspn(value, "\r\n");
      return value;
    }
    line = next;
  }
  return NULL;
}

static double seconds(CURL *easy, CURLINFO what) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, what, &microseconds);
  return (double)microseconds / 1e6;
}

/* What was sent is all in CURLINFO_REQUEST_SIZE, but for large bodies before libcurl 8.7. */
static double bytes_sent(CURL *easy) {
  long request = 0;
  curl_off_t content = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &content);
  return (double)request + (request < content ? (double)content : 0);
}

static double bytes_received(CURL *easy) {
  long headers = 0;
  curl_off_t content = 0;
  curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &headers);
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &content);
  return (double)headers + (double)content;
}

/* The first byte is our own observation: libcurl 7.88 takes the begin of a large body for it. */
http_timings http_timings_of(const http_transfer *t) {
  CURL *easy = t->easy;
  return (http_timings){
      .dns = seconds(easy, CURLINFO_NAMELOOKUP_TIME_T),
      .connect = seconds(easy, CURLINFO_CONNECT_TIME_T),
      .tls = seconds(easy, CURLINFO_APPCONNECT_TIME_T),
      .first_byte = t->answered > 0 ? t->answered - t->started : 0,
      .total = t->result.elapsed,
      .bytes_sent = bytes_sent(easy),
      .bytes_received = bytes_received(easy),
  };
}

http_sent http_sent_of(const http_transfer *t) {
  const buf *line = &t->authorization, *request = &t->request;
  return (http_sent){
      .authorization = line->len > 0 ? line->data : NULL,
      .authorization_len = line->len,
      .body = request->len > 0 ? request->data : NULL,
      .body_len = request->len,
  };
}
