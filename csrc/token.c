/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "limits.h"

/* The rules of a token's life, in seconds. */
#define LIFE_ASSUMED 3600.0 /* where the service says nothing usable: what LWA's tokens live */
#define LIFE_LONGEST 86400.0
#define LIFE_SHORTEST 30.0  /* less would mean a fetch for nearly every send */
#define AHEAD_LONGEST 300.0 /* the next one is fetched so long before the end, */
#define AHEAD_SHARE 0.2     /* or in this last share of a short life */
#define SPARE_LONGEST 10.0  /* not used any more so close to the end, on its way it might expire */
#define SPARE_SHARE 0.1
#define AHEAD_PAUSE 10.0 /* between two fetches ahead, when the first failed */
#define YOUNG 60.0       /* a token refused at this age was never good: */
#define HOLD 60.0        /* fetching another would not help, so not for a while */

static const char prefix[] = "Authorization: Bearer ";
#define PREFIX_LENGTH (sizeof prefix - 1)

struct token {
  char *form;
  size_t form_len;
  char *header; /* the whole line; NULL: no token */
  size_t header_len;
  unsigned long generation;
  double born, ahead, spent, expires; /* in this order in time; meaningful while there is a token */
  double pause_end;                   /* of the pause between fetches ahead */
  double hold_end;
  bool fetching;
};

static char *copy(const char *text, size_t len) {
  char *bytes = malloc(len + 1);
  if (bytes == NULL) return NULL;
  memcpy(bytes, text, len);
  bytes[len] = '\0';
  return bytes;
}

token *token_new(const char *form, size_t len) {
  token *t = calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  t->form = copy(form, len);
  if (t->form == NULL) {
    free(t);
    return NULL;
  }
  t->form_len = len;
  t->pause_end = -HUGE_VAL;
  t->hold_end = -HUGE_VAL;
  return t;
}

static void drop(token *t) {
  if (t->header != NULL) buf_erase(t->header, t->header_len);
  free(t->header);
  t->header = NULL;
  t->header_len = 0;
}

void token_free(token *t) {
  if (t == NULL) return;
  drop(t);
  buf_erase(t->form, t->form_len);
  free(t->form);
  free(t);
}

token_advice token_ask(const token *t, double now) {
  if (t->header != NULL && now < t->spent) {
    bool fetch = now >= t->ahead && now >= t->pause_end && !t->fetching;
    return fetch ? TOKEN_USE_FETCH : TOKEN_USE;
  }
  if (t->fetching) return TOKEN_WAIT;
  return now < t->hold_end ? TOKEN_HELD : TOKEN_FETCH;
}

void token_fetching(token *t) {
  t->fetching = true;
}

/* Visible ASCII: what can stand in a header line unquoted. LWA's tokens hold '|', which RFC 6750
 * does not foresee. */
static bool fits_header(const char *text, size_t len) {
  if (len == 0 || len > LIMIT_TOKEN_BYTES) return false;
  for (size_t i = 0; i < len; i++)
    if (text[i] < '!' || text[i] > '~') return false;
  return true;
}

static void set_life(token *t, double expires_in, double now) {
  double life = isfinite(expires_in) && expires_in > 0 ? expires_in : LIFE_ASSUMED;
  life = fmax(LIFE_SHORTEST, fmin(life, LIFE_LONGEST));
  t->born = now;
  t->expires = now + life;
  t->ahead = t->expires - fmin(AHEAD_LONGEST, life * AHEAD_SHARE);
  t->spent = t->expires - fmin(SPARE_LONGEST, life * SPARE_SHARE);
}

token_taken token_accept(token *t, const char *text, size_t len, double expires_in, double now) {
  if (!fits_header(text, len)) return TOKEN_UNFIT;
  char *header = malloc(PREFIX_LENGTH + len + 1);
  if (header == NULL) return TOKEN_NOMEM;
  memcpy(header, prefix, PREFIX_LENGTH);
  memcpy(header + PREFIX_LENGTH, text, len);
  header[PREFIX_LENGTH + len] = '\0';
  drop(t);
  t->header = header;
  t->header_len = PREFIX_LENGTH + len;
  t->generation++;
  t->fetching = false;
  t->pause_end = -HUGE_VAL;
  t->hold_end = -HUGE_VAL;
  set_life(t, expires_in, now);
  return TOKEN_TAKEN;
}

token_taken token_adopt(token *t, const char *text, size_t len, double expires_in, double now) {
  token_taken taken = token_accept(t, text, len, expires_in, now);
  if (taken == TOKEN_TAKEN) t->born = -HUGE_VAL;
  return taken;
}

void token_failed(token *t, double now) {
  t->fetching = false;
  t->pause_end = now + AHEAD_PAUSE;
}

token_refusal token_refused(token *t, unsigned long generation, double now) {
  if (t->header == NULL || generation != t->generation) return TOKEN_STALE;
  bool young = now - t->born < YOUNG;
  drop(t);
  if (!young) return TOKEN_DROPPED;
  t->hold_end = now + HOLD;
  return TOKEN_HOLD;
}

const char *token_header(const token *t, size_t *len) {
  *len = t->header_len;
  return t->header;
}

const char *token_in_header(const char *header, size_t header_len, size_t *len) {
  if (header_len < PREFIX_LENGTH || memcmp(header, prefix, PREFIX_LENGTH) != 0) return NULL;
  *len = header_len - PREFIX_LENGTH;
  return header + PREFIX_LENGTH;
}

const char *token_text(const token *t, size_t *len) {
  return t->header != NULL ? token_in_header(t->header, t->header_len, len) : NULL;
}

unsigned long token_generation(const token *t) {
  return t->generation;
}

double token_expires(const token *t) {
  return t->expires;
}

const char *token_form(const token *t, size_t *len) {
  *len = t->form_len;
  return t->form;
}
