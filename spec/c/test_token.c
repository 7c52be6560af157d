/* SPDX-License-Identifier: MIT
 *
 * The rules of a token's life. No clock: every moment is given. */
#include <math.h>
#include <stdlib.h>

#include "../../csrc/limits.h"
#include "../../csrc/token.h"
#include "check.h"

static const char *header_of(const token *t) {
  size_t len;
  const char *header = token_header(t, &len);
  CHECK(len == (header != NULL ? strlen(header) : 0));
  return header;
}

static token *made(void) {
  token *t = token_new("form", 4);
  if (t == NULL) abort();
  return t;
}

/* A token that came at that moment for so many seconds. */
static token *born(double now, double expires_in) {
  token *t = made();
  token_fetching(t);
  CHECK(token_accept(t, "abc", 3, expires_in, now) == TOKEN_TAKEN);
  return t;
}

static void begins_with_nothing(void) {
  token *t = made();
  size_t len;
  CHECK(token_ask(t, 0) == TOKEN_FETCH);
  CHECK(header_of(t) == NULL);
  CHECK(token_text(t, &len) == NULL);
  CHECK(token_generation(t) == 0);
  CHECK(token_refused(t, 0, 0) == TOKEN_STALE);
  CHECK_TEXT(token_form(t, &len), "form");
  CHECK(len == 4);
  token_free(t);
  token_free(NULL);
}

static void waits_for_one_fetch(void) {
  token *t = made();
  token_fetching(t);
  for (int i = 0; i < 100; i++) CHECK(token_ask(t, 0) == TOKEN_WAIT);
  token_failed(t, 1);
  CHECK(token_ask(t, 1) == TOKEN_FETCH); /* nothing to use: when to try again is not ours to say */
  token_free(t);
}

static void makes_the_header(void) {
  token *t = born(0, 3600);
  size_t len = 0;
  CHECK_TEXT(header_of(t), "Authorization: Bearer abc");
  CHECK_TEXT(token_text(t, &len), "abc");
  CHECK(len == 3);
  CHECK(token_generation(t) == 1);
  token_free(t);
}

static void is_fetched_ahead_of_its_end(void) {
  token *t = born(1000, 3600);
  CHECK(token_expires(t) == 4600);
  CHECK(token_ask(t, 1000) == TOKEN_USE);
  CHECK(token_ask(t, 4299) == TOKEN_USE);
  CHECK(token_ask(t, 4300) == TOKEN_USE_FETCH);
  token_fetching(t);
  CHECK(token_ask(t, 4301) == TOKEN_USE); /* sends go on while the next one is fetched */
  CHECK(token_ask(t, 4589) == TOKEN_USE);
  CHECK(token_ask(t, 4590) == TOKEN_WAIT);
  token_accept(t, "def", 3, 3600, 4591);
  CHECK(token_ask(t, 4591) == TOKEN_USE);
  CHECK_TEXT(header_of(t), "Authorization: Bearer def");
  CHECK(token_generation(t) == 2);
  token_free(t);
}

static void scales_the_times_of_a_short_life(void) {
  token *t = born(0, 50);
  CHECK(token_ask(t, 39) == TOKEN_USE);
  CHECK(token_ask(t, 40) == TOKEN_USE_FETCH); /* the last fifth */
  CHECK(token_ask(t, 44) == TOKEN_USE_FETCH);
  CHECK(token_ask(t, 45) == TOKEN_FETCH); /* the last tenth */
  token_free(t);
}

static void pauses_after_a_failed_fetch_ahead(void) {
  token *t = born(0, 3600);
  token_fetching(t);
  token_failed(t, 3400);
  CHECK(token_ask(t, 3400) == TOKEN_USE);
  CHECK(token_ask(t, 3409) == TOKEN_USE);
  CHECK(token_ask(t, 3410) == TOKEN_USE_FETCH);
  token_failed(t, 3585);
  CHECK(token_ask(t, 3590) == TOKEN_FETCH); /* the pause holds only while the old one lives */
  token_free(t);
}

static void assumes_sane_lives(void) {
  const struct {
    double given, taken;
  } lives[] = {{NAN, 3600},    {0, 3600},    {-1, 3600},     {HUGE_VAL, 3600}, {-HUGE_VAL, 3600},
               {1e300, 86400}, {1e9, 86400}, {86400, 86400}, {86401, 86400},   {1, 30},
               {0.001, 30},    {30, 30},     {31.5, 31.5}};
  for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
    token *t = born(7, lives[i].given);
    CHECK(token_expires(t) == 7 + lives[i].taken);
    token_free(t);
  }
}

static void is_dropped_once_when_refused(void) {
  token *t = born(0, 3600);
  CHECK(token_refused(t, 1, 60) == TOKEN_DROPPED);
  CHECK(header_of(t) == NULL);
  CHECK(token_ask(t, 60) == TOKEN_FETCH);
  token_fetching(t);
  for (int i = 0; i < 99; i++) CHECK(token_refused(t, 1, 60) == TOKEN_STALE);
  CHECK(token_ask(t, 60) == TOKEN_WAIT);
  token_accept(t, "def", 3, 3600, 61);
  CHECK(token_refused(t, 1, 61) == TOKEN_STALE); /* a late answer to a send with the old one */
  CHECK(token_ask(t, 61) == TOKEN_USE);
  token_free(t);
}

static void waits_when_dropped_during_a_fetch(void) {
  token *t = born(0, 3600);
  token_fetching(t);
  CHECK(token_refused(t, 1, 3400) == TOKEN_DROPPED);
  CHECK(token_ask(t, 3400) == TOKEN_WAIT);
  token_free(t);
}

static void is_held_when_refused_young(void) {
  token *t = born(100, 3600);
  CHECK(token_refused(t, 1, 159.9) == TOKEN_HOLD);
  CHECK(token_ask(t, 159.9) == TOKEN_HELD);
  CHECK(token_ask(t, 219.8) == TOKEN_HELD);
  CHECK(token_ask(t, 220) == TOKEN_FETCH);
  token_fetching(t);
  token_accept(t, "def", 3, 3600, 220);
  CHECK(token_ask(t, 220) == TOKEN_USE);
  token_free(t);
}

static void refuses_what_no_header_can_hold(void) {
  static const char *const bad[] = {"", "a b", "a\r\nX: y", "a\tb", "\x7f", "\xC3\xA9", "a\"\n"};
  token *t = made();
  char longest[LIMIT_TOKEN_BYTES + 2];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    token_fetching(t);
    CHECK(token_accept(t, bad[i], strlen(bad[i]), 3600, 0) == TOKEN_UNFIT);
    CHECK(token_ask(t, 0) == TOKEN_WAIT); /* nothing has changed */
    token_failed(t, 0);
    CHECK(token_ask(t, 0) == TOKEN_FETCH);
  }
  CHECK(token_accept(t, "a\0b", 3, 3600, 0) == TOKEN_UNFIT);
  memset(longest, 'x', sizeof longest);
  CHECK(token_accept(t, longest, LIMIT_TOKEN_BYTES + 1, 3600, 0) == TOKEN_UNFIT);
  CHECK(token_accept(t, longest, LIMIT_TOKEN_BYTES, 3600, 0) == TOKEN_TAKEN);
  CHECK(token_accept(t, "Atc|MQEBI-._~+/=", 16, 3600, 0) == TOKEN_TAKEN);
  token_free(t);
}

static void keeps_the_old_one_when_the_new_is_bad(void) {
  token *t = born(0, 3600);
  token_fetching(t);
  CHECK(token_accept(t, "a b", 3, 3600, 3400) == TOKEN_UNFIT);
  token_failed(t, 3400);
  CHECK_TEXT(header_of(t), "Authorization: Bearer abc");
  CHECK(token_ask(t, 3401) == TOKEN_USE);
  CHECK(token_generation(t) == 1);
  token_free(t);
}

int main(void) {
  begins_with_nothing();
  waits_for_one_fetch();
  makes_the_header();
  is_fetched_ahead_of_its_end();
  scales_the_times_of_a_short_life();
  pauses_after_a_failed_fetch_ahead();
  assumes_sane_lives();
  is_dropped_once_when_refused();
  waits_when_dropped_during_a_fetch();
  is_held_when_refused_young();
  refuses_what_no_header_can_hold();
  keeps_the_old_one_when_the_new_is_bad();
  return check_report();
}
