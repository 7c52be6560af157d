/* SPDX-License-Identifier: MIT */
#include "httpd_internal.h"

#include <microhttpd.h>
#include <string.h>

#include "sock.h"

static void take(buf *b, char *out, size_t len) {
  memcpy(out, b->data, len);
  b->len -= len;
  memmove(b->data, b->data + len, b->len + 1);
}

/* The connection that has nothing to send is suspended, or libmicrohttpd would ask on and on. */
static ssize_t on_more(void *context, uint64_t position, char *out, size_t max) {
  (void)position;
  conn *c = context;
  if (!conn_is_stream(c)) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (c->stream.len == 0) {
    conn_enter(c, CONN_QUIET, 0);
    MHD_suspend_connection(c->mhd);
    return 0;
  }
  size_t piece = c->stream.len < max ? c->stream.len : max;
  take(&c->stream, out, piece);
  return (ssize_t)piece;
}

httpd_outcome httpd_stream(httpd *s, int64_t id, const httpd_answer *a) {
  conn *c = httpd_open(s, id);
  if (!c) return HTTPD_GONE;
  struct MHD_Response *r =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, LIMIT_HTTPD_PACE_BLOCK, on_more, c, NULL);
  httpd_outcome outcome = httpd_queue(c, r, a, true);
  if (outcome == HTTPD_DONE) httpd_resume(s, c, CONN_STREAMED);
  return outcome;
}

httpd_outcome httpd_push(httpd *s, int64_t id, const char *bytes, size_t len) {
  conn *c = conn_find(&s->book, id);
  if (!c || !conn_is_stream(c)) return HTTPD_GONE;
  if (c->state == CONN_QUIET && sock_has_left(httpd_descriptor(c))) {
    httpd_resume(s, c, CONN_DOOMED);
    return HTTPD_GONE;
  }
  if (buf_add(&c->stream, bytes, len) != BUF_OK) return HTTPD_FULL;
  if (c->state == CONN_QUIET) httpd_resume(s, c, CONN_STREAMED);
  return HTTPD_DONE;
}
