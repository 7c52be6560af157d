/* SPDX-License-Identifier: MIT */
#include "json_scan.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TOO_FINE \
  "a number with too many digits: more than " JSON_TEXT_OF(LIMIT_JSON_DIGITS) " are not kept"

/* A recursive descent, bounded by LIMIT_JSON_DEPTH. Each function returns false after it has noted
 * why and where; `at` never passes `end`. */
typedef struct {
  const char *text;
  const char *at;
  const char *end;
  int depth;
  json_step steps[LIMIT_JSON_DEPTH];
  int step_count;  /* of those that lead to the value or the text at hand */
  size_t values;   /* begun so far */
  size_t wanted;   /* stop when this one begins; 0: never */
  const char *key; /* where the last key began */
  const char *why; /* NULL: nothing wrong so far */
  const char *where;
  bool unsafe; /* it is JSON all the same */
} scan;

static bool scan_value(scan *s);

static bool refuse(scan *s, const char *where, const char *why) {
  s->why = why;
  s->where = where;
  return false;
}

/* For what JSON allows and we cannot keep as it is. */
static bool refuse_unsafe(scan *s, const char *where, const char *why) {
  s->unsafe = true;
  return refuse(s, where, why);
}

static size_t left(const scan *s) {
  return (size_t)(s->end - s->at);
}

/* The byte ahead; NUL at the end, which is told apart by left(). */
static char peek(const scan *s) {
  if (s->at == s->end) return '\0';
  return *s->at;
}

static bool starts(const scan *s, const char *word) {
  size_t len = strlen(word);
  return left(s) >= len && memcmp(s->at, word, len) == 0;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void skip_space(scan *s) {
  while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
    s->at++;
}

/* The quotation marks that word processors put in place of ". */
static bool starts_typographic(const scan *s) {
  static const char *const marks[] = {
      "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x9F", /* double, four kinds */
      "\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9A", "\xE2\x80\x9B", /* single */
      "\xC2\xAB",     "\xC2\xBB",     "\xEF\xBC\x82"                  /* guillemets, full width */
  };
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (starts(s, marks[i])) return true;
  return false;
}

/* Something else stands where `expected` should: says so in the most helpful words. */
static bool refuse_unexpected(scan *s, const char *expected) {
  if (s->at == s->end) return refuse(s, s->at, "the text ends too early");
  if (starts_typographic(s))
    return refuse(s, s->at, "typographic quotation marks: JSON wants the plain \"");
  if (*s->at == '\'') return refuse(s, s->at, "JSON wants \" around texts, not '");
  if (*s->at == '/' || *s->at == '#') return refuse(s, s->at, "JSON has no comments");
  return refuse(s, s->at, expected);
}

size_t json_utf8(const char *s, size_t left_bytes) {
  const unsigned char *u = (const unsigned char *)s;
  size_t need;
  unsigned char low = 0x80, high = 0xBF; /* range of the second byte: Unicode 15, table 3-7 */
  if (u[0] < 0x80) return 1;
  if (u[0] >= 0xC2 && u[0] <= 0xDF) {
    need = 2;
  } else if (u[0] >= 0xE0 && u[0] <= 0xEF) {
    need = 3;
    if (u[0] == 0xE0) low = 0xA0;  /* overlong below */
    if (u[0] == 0xED) high = 0x9F; /* surrogates above */
  } else if (u[0] >= 0xF0 && u[0] <= 0xF4) {
    need = 4;
    if (u[0] == 0xF0) low = 0x90;  /* overlong below */
    if (u[0] == 0xF4) high = 0x8F; /* beyond U+10FFFF above */
  } else {
    return 0;
  }
  if (left_bytes < need || u[1] < low || u[1] > high) return 0;
  for (size_t i = 2; i < need; i++)
    if (u[i] < 0x80 || u[i] > 0xBF) return 0;
  return need;
}

/* Reads the XXXX of \uXXXX; -1 when it is not four hexadecimal digits. */
static int scan_hex(scan *s) {
  int value = 0;
  if (left(s) < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = *s->at++;
    int digit;
    if (is_digit(c))
      digit = c - '0';
    else if (c >= 'a' && c <= 'f')
      digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
      digit = c - 'A' + 10;
    else
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* After \u. A character beyond U+FFFF is a pair of escapes, high half first (RFC 8259, 7). */
static bool scan_unicode(scan *s, const char *start) {
  static const char lone[] = "half of a surrogate pair: it stands for no character";
  int unit = scan_hex(s);
  if (unit < 0) return refuse(s, start, "\\u wants four hexadecimal digits");
  if (unit == 0) return refuse_unsafe(s, start, "a NUL character (\\u0000) is refused");
  if (unit >= 0xDC00 && unit <= 0xDFFF) return refuse(s, start, lone);
  if (unit < 0xD800 || unit > 0xDBFF) return true;
  if (!starts(s, "\\u")) return refuse(s, start, lone);
  s->at += 2;
  unit = scan_hex(s);
  if (unit < 0xDC00 || unit > 0xDFFF) return refuse(s, start, lone);
  return true;
}

static bool scan_escape(scan *s) {
  const char *start = s->at++;
  char c = peek(s);
  if (s->at == s->end) return refuse(s, s->at, "the text ends too early");
  s->at++;
  if (c == 'u') return scan_unicode(s, start);
  if (c != '\0' && strchr("\"\\/bfnrt", c)) return true;
  return refuse(s, start, "unknown escape; a backslash itself is written \\\\");
}

static bool refuse_control(scan *s) {
  if (*s->at == '\0') return refuse(s, s->at, "a NUL byte");
  if (*s->at == '\n' || *s->at == '\r')
    return refuse(s, s->at, "a line break inside a text: write \\n, or close its quotation marks");
  return refuse(s, s->at, "a control character inside a text: write it as an escape");
}

/* Characters that stand for themselves in one byte: nearly all. */
static void skip_plain(scan *s) {
  const char *at = s->at;
  while (at < s->end && *at >= 0x20 && *at < 0x7F && *at != '"' && *at != '\\') at++;
  s->at = at;
}

/* A text or key; a quotation mark is ahead. */
static bool scan_text(scan *s) {
  s->at++;
  while (skip_plain(s), s->at < s->end) {
    unsigned char c = (unsigned char)*s->at;
    if (c == '"') {
      s->at++;
      return true;
    }
    if (c == '\\') {
      if (!scan_escape(s)) return false;
    } else if (c < 0x20) {
      return refuse_control(s);
    } else {
      size_t n = json_utf8(s->at, left(s));
      if (n == 0) return refuse(s, s->at, "not UTF-8");
      s->at += n;
    }
  }
  return refuse(s, s->at, "the text ends inside quotation marks");
}

static void skip_digits(scan *s) {
  while (is_digit(peek(s))) s->at++;
}

/* Whether the digits stand for more than 2^53. Doubles cannot tell: the next number rounds to
 * it. */
static bool beyond_exact(const char *digits, size_t count) {
  static const char most[] = "9007199254740992";
  if (count != sizeof most - 1) return count > sizeof most - 1;
  return memcmp(digits, most, count) > 0;
}

/* Whether digits, a point among them, are more than a double keeps: 17 tell all doubles apart, and
 * with more of them a value would change silently. Zeros at either end do not count. */
static bool too_fine(const char *digits, const char *end) {
  while (digits < end && (*digits == '0' || *digits == '.')) digits++;
  while (end > digits && (end[-1] == '0' || end[-1] == '.')) end--;
  ptrdiff_t point = memchr(digits, '.', (size_t)(end - digits)) != NULL;
  return end - digits - point > LIMIT_JSON_DIGITS;
}

static bool scan_number(scan *s) {
  const char *start = s->at;
  if (peek(s) == '-') s->at++;
  const char *digits = s->at;
  if (!is_digit(peek(s))) return refuse(s, start, "a number wants a digit after the minus sign");
  skip_digits(s);
  size_t count = (size_t)(s->at - digits);
  if (*digits == '0' && count > 1) return refuse(s, start, "a number must not begin with 0");
  if (peek(s) == '.') {
    s->at++;
    if (!is_digit(peek(s))) return refuse(s, start, "a number wants a digit after the point");
    skip_digits(s);
  }
  const char *end = s->at;
  if (peek(s) == 'e' || peek(s) == 'E') {
    s->at++;
    if (peek(s) == '+' || peek(s) == '-') s->at++;
    if (!is_digit(peek(s))) return refuse(s, start, "a number wants a digit in its exponent");
    skip_digits(s);
  }
  if (beyond_exact(digits, count)) return refuse_unsafe(s, start, JSON_BEYOND_EXACT);
  if ((size_t)(s->at - start) > LIMIT_JSON_NUMBER_BYTES || too_fine(digits, end))
    return refuse_unsafe(s, start, TOO_FINE);
  return true;
}

/* Opens a container; its bracket is ahead. */
static bool enter(scan *s) {
  if (s->depth == LIMIT_JSON_DEPTH)
    return refuse_unsafe(s, s->at, "nested deeper than " JSON_TEXT_OF(LIMIT_JSON_DEPTH) " levels");
  s->depth++;
  s->at++;
  skip_space(s);
  return true;
}

/* After an element: a comma, or the bracket that closes. *more tells which. */
static bool scan_next(scan *s, char close, const char *expected, bool *more) {
  skip_space(s);
  if (peek(s) != ',' && peek(s) != close) return refuse_unexpected(s, expected);
  *more = *s->at++ == ',';
  if (!*more) {
    s->depth--;
    return true;
  }
  const char *comma = s->at - 1;
  skip_space(s);
  if (peek(s) == close) return refuse(s, comma, "no comma may stand before a closing bracket");
  return true;
}

/* A value of the innermost container. */
static bool scan_item(scan *s, json_step step) {
  s->steps[s->depth - 1] = step;
  s->step_count = s->depth;
  if (!scan_value(s)) return false;
  s->step_count = s->depth - 1;
  return true;
}

static bool scan_array(scan *s) {
  bool more = true;
  if (!enter(s)) return false;
  if (peek(s) == ']') {
    s->at++;
    s->depth--;
    return true;
  }
  for (int index = 1; more; index++) {
    if (!scan_item(s, (json_step){.index = index})) return false;
    if (!scan_next(s, ']', "expected a comma or ]", &more)) return false;
  }
  return true;
}

static bool scan_object(scan *s) {
  bool more = true;
  if (!enter(s)) return false;
  if (peek(s) == '}') {
    s->at++;
    s->depth--;
    return true;
  }
  while (more) {
    const char *key = s->at;
    if (peek(s) != '"') return refuse_unexpected(s, "expected a key in quotation marks");
    if (!scan_text(s)) return false;
    json_step step = {.key = key + 1, .len = (size_t)(s->at - key) - 2};
    skip_space(s);
    if (peek(s) != ':') return refuse_unexpected(s, "expected a colon after the key");
    s->at++;
    s->key = key;
    if (!scan_item(s, step)) return false;
    if (!scan_next(s, '}', "expected a comma or }", &more)) return false;
  }
  return true;
}

static bool scan_word(scan *s, const char *word) {
  if (!starts(s, word)) return refuse_unexpected(s, "expected a value");
  s->at += strlen(word);
  return true;
}

static bool scan_value(scan *s) {
  skip_space(s);
  if (++s->values == s->wanted) return false; /* found what json_scan_place looks for */
  switch (peek(s)) {
  case '{':
    return scan_object(s);
  case '[':
    return scan_array(s);
  case '"':
    return scan_text(s);
  case 't':
    return scan_word(s, "true");
  case 'f':
    return scan_word(s, "false");
  case 'n':
    return scan_word(s, "null");
  default:
    if (peek(s) == '-' || is_digit(peek(s))) return scan_number(s);
    return refuse_unexpected(s, "expected a value");
  }
}

static scan scan_start(const char *text, size_t len) {
  scan s = {.text = text, .at = text, .end = text + len};
  if (starts(&s, "\xEF\xBB\xBF")) s.text = s.at += 3; /* a byte order mark: editors write it */
  return s;
}

static void set_place(const scan *s, const char *where, json_error *error) {
  const char *line_start = s->text;
  json_path(error->path, s->steps, s->step_count);
  error->line = 1;
  for (const char *p = s->text; p < where; p++) {
    if (*p != '\n') continue;
    error->line++;
    line_start = p + 1;
  }
  error->column = (int)(where - line_start) + 1;
}

bool json_scan(const char *text, size_t len, json_error *error) {
  scan s = scan_start(text, len);
  skip_space(&s);
  if (len > LIMIT_JSON_TEXT_BYTES) {
    refuse_unsafe(&s, s.text,
                  "the text is too long: more than " JSON_TEXT_OF(LIMIT_JSON_TEXT_MIB) " MiB");
  } else if (s.at == s.end) {
    refuse(&s, s.at, "the text is empty");
  } else if (scan_value(&s)) {
    skip_space(&s);
    if (s.at == s.end) return true;
    refuse(&s, s.at, "something stands after the value");
  }
  snprintf(error->message, sizeof error->message, "%s", s.why);
  error->unsafe = s.unsafe;
  set_place(&s, s.where, error);
  return false;
}

void json_scan_place(const char *text, size_t len, size_t nth, bool key, json_error *error) {
  scan s = scan_start(text, len);
  s.wanted = nth;
  scan_value(&s);
  set_place(&s, key ? s.key : s.at, error);
}
