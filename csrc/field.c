/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool field_ok(const httpd_header *field) {
  static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return field->name_len > 0 && strspn(field->name, token) == field->name_len &&
         strcspn(field->value, "\r\n") == field->value_len;
}

int field_judge(const httpd_header *fields, size_t count, unsigned long long *length) {
  int statements = 0;
  *length = 0;
  for (const httpd_header *f = fields; f < fields + count; f++) {
    if (!field_ok(f)) return 400;
    bool counted = strcasecmp(f->name, "Content-Length") == 0;
    bool coded = strcasecmp(f->name, "Transfer-Encoding") == 0;
    if (coded && strcasecmp(f->value, "chunked") != 0) return 501;
    if (counted) *length = strtoull(f->value, NULL, 10);
    statements += counted || coded;
  }
  return statements > 1 ? 400 : 0;
}
