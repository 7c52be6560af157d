/* SPDX-License-Identifier: MIT */
#include "json_path.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json_scan.h"

void json_quote(char out[JSON_QUOTE_BYTES], const char *text, size_t len) {
  size_t n = 0;
  out[n++] = '"';
  for (size_t at = 0, run; at < len && at < LIMIT_JSON_SHOWN_BYTES; at += run) {
    unsigned char c = (unsigned char)text[at];
    run = json_utf8(text + at, len - at);
    if (run == 0 || c < 0x20 || c == 0x7F) {
      n += (size_t)snprintf(out + n, JSON_QUOTE_BYTES - n, "\\%03d", c);
      run = 1;
    } else {
      if (c == '"' || c == '\\') out[n++] = '\\';
      memcpy(out + n, text + at, run);
      n += run;
    }
  }
  snprintf(out + n, JSON_QUOTE_BYTES - n, "%s", len > LIMIT_JSON_SHOWN_BYTES ? "\"..." : "\"");
}

static bool is_name(const char *key, size_t len) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  if (len == 0 || len > LIMIT_JSON_SHOWN_BYTES || (key[0] >= '0' && key[0] <= '9')) return false;
  for (size_t i = 0; i < len; i++)
    if (key[i] == '\0' || strchr(letters, key[i]) == NULL) return false;
  return true;
}

void json_path(char out[LIMIT_JSON_PATH_BYTES], const json_step *steps, int count) {
  size_t used = 0;
  out[0] = '\0';
  for (int i = 0; i < count; i++) {
    char step[JSON_QUOTE_BYTES + 16];
    if (steps[i].key == NULL) {
      snprintf(step, sizeof step, "[%d]", steps[i].index);
    } else if (is_name(steps[i].key, steps[i].len)) {
      snprintf(step, sizeof step, "%s%.*s", i > 0 ? "." : "", (int)steps[i].len, steps[i].key);
    } else {
      char quoted[JSON_QUOTE_BYTES];
      json_quote(quoted, steps[i].key, steps[i].len);
      snprintf(step, sizeof step, "[%s]", quoted);
    }
    size_t len = strlen(step);
    if (used + len >= LIMIT_JSON_PATH_BYTES) return;
    memcpy(out + used, step, len + 1);
    used += len;
  }
}
