/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "http_internal.h"

/* Everything but RFC 3986's unreserved characters is escaped, the space as %20, which every reader
 * of forms takes. */
int http_form_escape(buf *out, const char *text, size_t len) {
  if (len == 0) return 0; /* to libcurl 0 means: as long as it is */
  if (len > LIMIT_REQUEST_BYTES) return -1;
  char *escaped = curl_easy_escape(NULL, text, (int)len);
  if (escaped == NULL) return -1;
  size_t size = strlen(escaped);
  buf_status status = buf_add(out, escaped, size);
  buf_erase(escaped, size);
  curl_free(escaped);
  return status == BUF_OK ? 0 : -1;
}
