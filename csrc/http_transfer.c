/* SPDX-License-Identifier: MIT
 *
 * One request and its answer. The callbacks only fill buffers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_internal.h"

_Static_assert(LIMIT_ERROR_BYTES >= CURL_ERROR_SIZE, "libcurl writes into http_result.error");

void http_list_leave(http_transfer *t) {
  http_list *list = t->list;
  if (list == NULL) return;
  *(t->previous != NULL ? &t->previous->next : &list->first) = t->next;
  *(t->next != NULL ? &t->next->previous : &list->last) = t->previous;
  t->list = NULL;
}

void http_list_append(http_list *list, http_transfer *t) {
  http_list_leave(t);
  t->list = list;
  t->next = NULL;
  t->previous = list->last;
  *(t->previous != NULL ? &t->previous->next : &list->first) = t;
  list->last = t;
}

/* libcurl 7.88 may wait for ever when an HTTP/2 server answers before it has read the request. */
static void stir(http_transfer *t) {
  if (!t->lane->multiplexed) return;
  t->stirred = clock_now();
  http_list_append(&t->lane->pool->answering, t);
}

/* The empty line: what came before it belongs to a final status unless that was 1xx. */
static void end_of_headers(http_transfer *t) {
  long status = 0, version = CURL_HTTP_VERSION_1_1;
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return;
  t->final = true;
  t->result.status = (int)status;
  if (t->lane->pool->http_version != 1) curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
  t->lane->multiplexed = version >= CURL_HTTP_VERSION_2_0;
  stir(t);
}

/* CURLOPT_HEADERFUNCTION: one line a call. Lines after the final block are trailers. A line we have
 * no memory for is dropped: it is worth less than the status it came with. */
static size_t on_header(char *line, size_t size, size_t count, void *userp) {
  http_transfer *t = userp;
  size_t len = size * count;
  if (t->final) return len;
  if (t->answered <= 0) t->answered = clock_now();
  if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    buf_reset(&t->headers);
    return len;
  }
  if (line[0] == '\r' || line[0] == '\n') {
    end_of_headers(t);
    return len;
  }
  t->headers_full = buf_add(&t->headers, line, len) == BUF_FULL;
  return t->headers_full ? 0 : len;
}

/* CURLOPT_WRITEFUNCTION: to stop at our cap ends the transfer, which has its status by then. */
static size_t on_body(char *bytes, size_t size, size_t count, void *userp) {
  http_transfer *t = userp;
  size_t len = size * count;
  size_t room = t->body.max - t->body.len;
  size_t take = len < room ? len : room;
  stir(t);
  if (buf_add(&t->body, bytes, take) == BUF_OK && take == len) return len;
  t->result.truncated = true;
  return 0;
}

void http_transfer_opened(http_transfer *t) {
  if (t->opens) t->lane->opening--;
  t->opens = false;
}

#if HTTP_HAS_PREREQ
/* CURLOPT_PREREQFUNCTION: when a connection that was open already ends without an answer, libcurl
 * sends the request once more on its own. The first may have arrived, so that is the caller's to
 * decide: one transfer is one request. An older libcurl cannot be kept from it. */
static int on_request(void *userp, char *peer, char *own, int peer_port, int own_port) {
  http_transfer *t = userp;
  (void)peer, (void)own, (void)peer_port, (void)own_port;
  if (t->requested) return CURL_PREREQFUNC_ABORT;
  t->requested = true;
  http_transfer_opened(t);
  return CURL_PREREQFUNC_OK;
}
#endif

CURLcode http_transfer_configure(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
#if HTTP_HAS_PREREQ
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
#endif
  return code;
}

static CURLcode set_content(http_transfer *t, const char *method) {
  const char *content = t->request.len > 0 ? t->request.data : "";
  if (t->told.body == content && t->told.body_len == t->request.len) return CURLE_OK;
  CURLcode code =
      curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request.len);
  if (code == CURLE_OK) code = curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, content);
  if (code == CURLE_OK && strcmp(method, "POST") != 0)
    code = curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
  t->told.body = content;
  t->told.body_len = t->request.len;
  return code;
}

static CURLcode set_body(http_transfer *t, const char *method) {
  if (t->request.len > 0 || t->route->posts) return set_content(t, method);
  if (strcmp(method, "HEAD") == 0) return curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
  if (strcmp(method, "GET") == 0) return CURLE_OK;
  return curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode set_headers(http_transfer *t) {
  struct curl_slist *headers = t->route->headers;
  if (t->authorization.len > 0) {
    t->authorization_node = (struct curl_slist){.data = t->authorization.data, .next = headers};
    headers = &t->authorization_node;
  }
  if (t->told.headers == headers) return CURLE_OK;
  t->told.headers = headers;
  return curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers);
}

static CURLcode set_timeout(http_transfer *t, long milliseconds) {
  if (t->told.timeout == milliseconds) return CURLE_OK;
  t->told.timeout = milliseconds;
  return curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, milliseconds);
}

body_status http_transfer_fill(http_transfer *t, const http_request *request, int *culprit) {
  if (request->prepared != NULL)
    return body_write(request->prepared, request->values, &t->request, culprit);
  buf_status status = buf_add(&t->request, request->body, request->body_len);
  return status == BUF_OK ? BODY_OK : status == BUF_FULL ? BODY_TOO_LONG : BODY_NOMEM;
}

CURLcode http_transfer_arm(http_transfer *t, const http_request *request) {
  if (buf_add(&t->authorization, request->authorization, request->authorization_len) != BUF_OK)
    return CURLE_OUT_OF_MEMORY;
  CURLcode code = set_timeout(t, http_milliseconds(request->timeout));
  if (code == CURLE_OK) code = set_headers(t);
  if (code == CURLE_OK) code = set_body(t, t->route->method);
  return code;
}

/* Which part of the way failed. What is not named is a breach of the protocol. */
static http_cause cause_of(const http_transfer *t, CURLcode code) {
  long proxy_status = 0;
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300) return HTTP_CONNECT; /* the proxy does not let us through */
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
    return HTTP_DNS;
  case CURLE_COULDNT_CONNECT:
  case CURLE_INTERFACE_FAILED:
  case CURLE_NO_CONNECTION_AVAILABLE:
  case CURLE_PROXY:
    return HTTP_CONNECT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_SSL_ENGINE_INITFAILED:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_USE_SSL_FAILED:
    return HTTP_TLS;
  case CURLE_OPERATION_TIMEDOUT:
    return HTTP_TIMEOUT;
  case CURLE_OK: /* to libcurl headers may end with the connection, to us not */
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
  case CURLE_HTTP2_STREAM:
  case CURLE_ABORTED_BY_CALLBACK: /* by on_request */
    return HTTP_RESET;
  case CURLE_OUT_OF_MEMORY:
  case CURLE_FAILED_INIT:
  case CURLE_URL_MALFORMAT: /* it was parsed for the route, so there was no memory to copy it */
  case CURLE_SETOPT_OPTION_SYNTAX: /* CURLOPT_RESOLVE is right, so there was no memory to read it */
    return HTTP_MEMORY;
  default:
    return HTTP_PROTOCOL;
  }
}

static void describe(http_transfer *t, CURLcode code) {
  http_result *r = &t->result;
  if (t->headers_full)
    snprintf(r->error, sizeof r->error, "more than %u bytes of headers", LIMIT_HEADER_BYTES);
  else if (code == CURLE_ABORTED_BY_CALLBACK)
    snprintf(r->error, sizeof r->error, "the connection ended before the answer");
  else if (code == CURLE_OK)
    snprintf(r->error, sizeof r->error, "the connection ended before the headers did");
  else if (r->error[0] == '\0')
    snprintf(r->error, sizeof r->error, "%s", curl_easy_strerror(code));
}

/* Without on_request: libcurl counts what it handed to the kernel, for the proxy too. A write that
 * failed is not counted, but may have gone in part. */
static bool may_have_left(const http_transfer *t, CURLcode code) {
#if HTTP_HAS_PREREQ
  (void)code;
  return t->requested;
#else
  long bytes = 0;
  http_cause cause = t->result.cause;
  if (cause == HTTP_DNS || cause == HTTP_CONNECT || cause == HTTP_TLS) return false;
  curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0 || code == CURLE_SEND_ERROR || t->final;
#endif
}

/* A final status that has arrived is the outcome, however the rest went. */
void http_transfer_judge(http_transfer *t, CURLcode code, double now) {
  http_result *r = &t->result;
  long connects = 0;
  curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
  r->reused = connects == 0 && t->final;
  r->elapsed = now - t->started;
  if (t->final) {
    r->cause = HTTP_ANSWERED;
    r->error[0] = '\0';
    r->truncated = r->truncated || code != CURLE_OK;
  } else {
    r->cause = cause_of(t, code);
    describe(t, code);
    buf_reset(&t->headers);
  }
  r->sent = may_have_left(t, code);
  t->ended = true;
  http_transfer_opened(t);
  t->reusable = code == CURLE_OK && t->final && t->route->posts;
  r->body = t->body.data != NULL ? t->body.data : "";
  r->body_len = t->body.len;
  r->headers = t->headers.data != NULL ? t->headers.data : "";
  r->headers_len = t->headers.len;
}
