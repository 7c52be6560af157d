/* SPDX-License-Identifier: MIT
 *
 * The bodies are those of https://developer.amazon.com/docs/login-with-amazon/access-token.html and
 * of answers seen in public issues, and what a broken server or proxy may make of them. */
#include <math.h>
#include <stdlib.h>

#include "../../csrc/oauth.h"
#include "check.h"

static oauth_answer reading(const char *body) {
  oauth_answer a;
  CHECK(oauth_read(&a, body, strlen(body)) == 0);
  return a;
}

static void checks_credentials(void) {
  char longest[LIMIT_CREDENTIAL_BYTES + 1];
  memset(longest, 'x', sizeof longest);
  CHECK(oauth_check("secret &=+%/", 12) == NULL);
  CHECK(oauth_check(longest, LIMIT_CREDENTIAL_BYTES) == NULL);
  CHECK(oauth_check(longest, sizeof longest) != NULL);
  CHECK(oauth_check("", 0) != NULL);
  CHECK(oauth_check("a\0b", 3) != NULL);
  CHECK(oauth_check("a\n", 2) != NULL);
  CHECK(oauth_check("a\r", 2) != NULL);
}

static void writes_the_form(void) {
  const oauth_parameter parameters[] = {{"grant_type", "client_credentials", 18},
                                        {"client_id", "amzn1.application-oa2-client.x", 30},
                                        {"client_secret", "s&=+%/ \xC3\xA9", 9},
                                        {"scope", "alexa::proactive_events", 23}};
  buf out;
  buf_init(&out, 1000);
  CHECK(oauth_form(&out, parameters, 4) == 0);
  CHECK_TEXT(out.data, "grant_type=client_credentials&client_id=amzn1.application-oa2-client.x"
                       "&client_secret=s%26%3D%2B%25%2F%20%C3%A9"
                       "&scope=alexa%3A%3Aproactive_events");
  buf_wipe(&out);
  buf_init(&out, 20);
  CHECK(oauth_form(&out, parameters, 4) == -1);
  buf_wipe(&out);
}

static void reads_a_token(void) {
  oauth_answer a = reading("{\"access_token\":\"Atc|MQEBI\",\"scope\":\"alexa::proactive_events\","
                           "\"token_type\":\"bearer\",\"expires_in\":3600}");
  CHECK_TEXT(a.problem, "");
  CHECK_TEXT(a.access_token, "Atc|MQEBI");
  CHECK(a.expires_in == 3600);
  CHECK(a.error == NULL && a.error_description == NULL && a.error_index == NULL);
  oauth_answer_wipe(&a);
  CHECK(a.access_token == NULL && a.tree == NULL);
  oauth_answer_wipe(&a);
}

static void takes_any_case_of_bearer_only(void) {
  const struct {
    const char *type;
    bool good;
  } types[] = {{"\"Bearer\"", true}, {"\"BEARER\"", true},   {"\"bearer\"", true},
               {"\"bear\"", false},  {"\"bearers\"", false}, {"\"mac\"", false},
               {"\"\"", false},      {"null", false},        {"1", false}};
  char body[100];
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    snprintf(body, sizeof body, "{\"access_token\":\"x\",\"token_type\":%s}", types[i].type);
    oauth_answer a = reading(body);
    CHECK((a.problem[0] == '\0') == types[i].good);
    oauth_answer_wipe(&a);
  }
}

static void reads_any_form_of_expires_in(void) {
  const struct {
    const char *text;
    double seconds;
  } lives[] = {{"3600", 3600}, {"\"3600\"", 3600}, {"1.5", 1.5},     {"-1", -1},
               {"0", 0},       {"\"\"", NAN},      {"\"-1\"", NAN},  {"\"1e3\"", NAN},
               {"null", NAN},  {"[]", NAN},        {"\"0x10\"", NAN}};
  char body[100];
  for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
    snprintf(body, sizeof body,
             "{\"access_token\":\"x\",\"token_type\":\"bearer\",\"expires_in\":%s}", lives[i].text);
    oauth_answer a = reading(body);
    CHECK_TEXT(a.problem, "");
    CHECK(isnan(lives[i].seconds) ? isnan(a.expires_in) : a.expires_in == lives[i].seconds);
    oauth_answer_wipe(&a);
  }
  oauth_answer missing = reading("{\"access_token\":\"x\",\"token_type\":\"bearer\"}");
  CHECK(isnan(missing.expires_in));
  oauth_answer_wipe(&missing);
}

static void reads_a_refusal(void) {
  oauth_answer a =
      reading("{\"error_index\":\"7l8OuXNldD3V7gE0MmuBjV8y1aNgFLEg==\","
              "\"error_description\":\"Malformed request\",\"error\":\"invalid_request\"}");
  CHECK_TEXT(a.error, "invalid_request");
  CHECK_TEXT(a.error_description, "Malformed request");
  CHECK_TEXT(a.error_index, "7l8OuXNldD3V7gE0MmuBjV8y1aNgFLEg==");
  CHECK(a.problem[0] != '\0');
  oauth_answer_wipe(&a);
}

static void says_what_is_wrong_and_never_the_value(void) {
  static const char *const bodies[] = {
      "",
      "{}",
      "[]",
      "null",
      "\"SECRET\"",
      "<html>SECRET</html>",
      "{\"access_token\":\"SECRET\"}",
      "{\"access_token\":[\"SECRET\"],\"token_type\":\"bearer\"}",
      "{\"access_token\":\"SECRET\",\"token_type\":\"SECRET\"}",
      "{\"access_token\":\"SECRET\",\"token_type\":\"bearer\"",
      "{\"Access_Token\":\"SECRET\"}",
      "{\"access_token\":\"SECRET\",\"access_token\":\"SECRET\",\"token_type\":\"bearer\"}",
      "{\"access_token\":\"SEC\\u0000RET\",\"token_type\":\"bearer\"}"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    oauth_answer a = reading(bodies[i]);
    CHECK(a.problem[0] != '\0');
    CHECK(strstr(a.problem, "SEC") == NULL);
    oauth_answer_wipe(&a);
  }
}

static void shows_only_bodies_without_tokens(void) {
  const struct {
    const char *body;
    bool may_show;
  } bodies[] = {{"{\"error\":\"invalid_client\"}", true},
                {"<html>Bad gateway</html>", true},
                {"", true},
                {"{\"access_token\":\"x\"}", false},
                {"{\"access_token\":\"x\",\"token_type\":\"mac\"}", false},
                {"{\"ACCESS_TOKEN\":\"x\"}", false},
                {"{\"access\\u005ftoken\":\"x\"}", false},
                {"{\"access\\u005ftoken\":\"x", false},
                {"<p>Atc|MQEBI</p>", false},
                {"{\"data\":{\"access_token\":\"x\"}}", false},
                {"{\"data\":{\"access\\u005ftoken\":\"x\"}}", false},
                {"{\"refresh_token\":\"x\"}", false}};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    const char *body = bodies[i].body;
    if (!CHECK(oauth_may_show(body, strlen(body)) == bodies[i].may_show)) printf("  %s\n", body);
  }
}

int main(void) {
  checks_credentials();
  writes_the_form();
  reads_a_token();
  takes_any_case_of_bearer_only();
  reads_any_form_of_expires_in();
  reads_a_refusal();
  says_what_is_wrong_and_never_the_value();
  shows_only_bodies_without_tokens();
  return check_report();
}
