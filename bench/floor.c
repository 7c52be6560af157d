/* SPDX-License-Identifier: MIT
 *
 * The floor: the least a program with libcurl can do to send the same requests. What `send_many`
 * needs beyond this is its own cost.
 *
 *   floor URL CA-FILE USER-AGENT TOKEN BODY-FILE EVENTS CONNECTIONS fresh|reused
 *
 * Options, headers and body bytes are those of csrc/http_*.c. Every event has a customer and a
 * reference id of its own, copied into the body that BODY-FILE holds. `fresh` makes an easy handle
 * for each request, by duplicating one; `reused` has one for each connection. Answers are
 * counted, not read. Prints "events=… failed=… seconds=… cpu=…". */
#include <curl/curl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 1024, MOST_SOCKETS = 4096, EVENTS_AT_ONCE = 64, DIGITS = 9 };

/* One request under way: its body stays in place, only what differs is copied in. */
typedef struct {
  CURL *easy;
  char *body;
} slot;

static struct {
  CURLM *multi;
  CURL *model;
  int epoll;
  bool reused;
  double timer; /* libcurl's, or negative */
  unsigned char watched[MOST_SOCKETS];
  slot slots[MOST_CONNECTIONS];
  char *body;
  size_t body_len, user_at, reference_at; /* where the digits that differ begin */
  char number[DIGITS];                    /* of the customer and the reference */
  long events, begun, ended, failed;
} floor_;

static void stop_if(bool bad, const char *why) {
  if (!bad) return;
  fprintf(stderr, "floor: %s\n", why);
  exit(1);
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- sockets: registered once, for as long as the connection lives --- */

static int on_interest(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp) {
  (void)easy, (void)userp, (void)socketp;
  stop_if(fd >= MOST_SOCKETS, "too many sockets");
  if (what == CURL_POLL_REMOVE) return 0;
  unsigned char want =
      (unsigned char)((what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0));
  if (floor_.watched[fd] == want) return 0;
  struct epoll_event event = {.events = want, .data.fd = fd};
  int change = floor_.watched[fd] == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  stop_if(epoll_ctl(floor_.epoll, change, fd, &event) != 0, "epoll_ctl");
  floor_.watched[fd] = want;
  return 0;
}

static int on_close(void *userp, curl_socket_t fd) {
  (void)userp;
  floor_.watched[fd] = 0; /* the kernel forgets a closed descriptor by itself */
  return close(fd);
}

static int on_timer(CURLM *multi, long milliseconds, void *userp) {
  (void)multi, (void)userp;
  floor_.timer = milliseconds < 0    ? -1
                 : milliseconds == 0 ? 0
                                     : seconds(CLOCK_MONOTONIC) + (double)milliseconds / 1000;
  return 0;
}

static size_t discard(char *bytes, size_t size, size_t count, void *userp) {
  (void)bytes, (void)userp;
  return size * count;
}

/* --- requests --- */

/* Parsed once: a text would be read anew for each request. */
static CURLU *new_url(const char *text) {
  CURLU *url = curl_url();
  stop_if(url == NULL || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK, "not a URL");
  return url;
}

static CURL *new_model(char **argv, struct curl_slist *headers) {
  CURL *easy = curl_easy_init();
  stop_if(easy == NULL, "no memory");
  curl_easy_setopt(easy, CURLOPT_CURLU, new_url(argv[1]));
  curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)floor_.body_len);
  return easy;
}

static struct curl_slist *new_headers(const char *token, const char *agent) {
  char line[8192];
  snprintf(line, sizeof line, "Authorization: Bearer %s", token);
  struct curl_slist *headers = curl_slist_append(NULL, line);
  headers = curl_slist_append(headers, "Content-Type: application/json");
  snprintf(line, sizeof line, "User-Agent: %s", agent);
  headers = curl_slist_append(headers, line);
  headers = curl_slist_append(headers, "Expect:");
  stop_if(headers == NULL, "no memory");
  return headers;
}

static void arm(slot *s) {
  s->easy = curl_easy_duphandle(floor_.model);
  stop_if(s->easy == NULL, "no memory");
  curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, s->body);
  curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
}

/* The next number, counted in decimal: nothing is formatted. */
static void count_on(void) {
  int i = DIGITS - 1;
  while (i > 0 && floor_.number[i] == '9') floor_.number[i--] = '0';
  floor_.number[i]++;
}

static void begin(slot *s) {
  floor_.begun++;
  count_on();
  memcpy(s->body + floor_.user_at, floor_.number, DIGITS);
  memcpy(s->body + floor_.reference_at, floor_.number, DIGITS);
  stop_if(curl_multi_add_handle(floor_.multi, s->easy) != CURLM_OK, "libcurl takes no request");
}

static void end(CURL *easy, CURLcode code) {
  slot *s = NULL;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&s);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  floor_.ended++;
  if (code != CURLE_OK || status != 202) floor_.failed++;
  curl_multi_remove_handle(floor_.multi, easy);
  bool more = floor_.begun < floor_.events;
  if (!floor_.reused || !more) curl_easy_cleanup(easy);
  if (!more) return;
  if (!floor_.reused) arm(s);
  begin(s);
}

static void collect(void) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(floor_.multi, &left)) != NULL)
    if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
}

static void serve_timer(void) {
  int running;
  if (floor_.timer < 0 || (floor_.timer > 0 && floor_.timer > seconds(CLOCK_MONOTONIC))) return;
  floor_.timer = -1;
  curl_multi_socket_action(floor_.multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static int milliseconds_left(void) {
  if (floor_.timer < 0) return 1000;
  if (floor_.timer == 0) return 0;
  double left = floor_.timer - seconds(CLOCK_MONOTONIC);
  return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

/* What was begun leaves before anything is awaited: the other way round is slower by 3 %. A fast
 * answer may end a transfer in serve_timer: nothing else would wake us for it. */
static void turn(void) {
  struct epoll_event events[EVENTS_AT_ONCE];
  serve_timer();
  collect();
  int running, count = epoll_wait(floor_.epoll, events, EVENTS_AT_ONCE, milliseconds_left());
  for (int i = 0; i < count; i++) {
    int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
               (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(floor_.multi, events[i].data.fd, what, &running);
  }
  collect();
}

/* --- set-up --- */

static void read_body(const char *path) {
  FILE *file = fopen(path, "rb");
  stop_if(file == NULL, "no body file");
  floor_.body = calloc(1, 65536);
  stop_if(floor_.body == NULL, "no memory");
  floor_.body_len = fread(floor_.body, 1, 65535, file);
  fclose(file);
}

/* Where the last DIGITS characters of the text of a field are. */
static size_t digits_of(const char *field) {
  const char *name = strstr(floor_.body, field);
  const char *quote = name != NULL ? strchr(name + strlen(field), '"') : NULL;
  stop_if(quote == NULL || quote - floor_.body < DIGITS, "the body has no such field");
  return (size_t)(quote - floor_.body) - DIGITS;
}

static void set_up(char **argv) {
  mallopt(M_TRIM_THRESHOLD, 1 << 21); /* libcurl's buffers stay, from one request to the next */
  read_body(argv[5]);
  floor_.user_at = digits_of("\"user\":\"");
  floor_.reference_at = digits_of("\"referenceId\":\"");
  floor_.events = atol(argv[6]);
  floor_.reused = strcmp(argv[8], "reused") == 0;
  floor_.timer = -1;
  memset(floor_.number, '0', DIGITS);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  floor_.epoll = epoll_create1(EPOLL_CLOEXEC);
  floor_.multi = curl_multi_init();
  stop_if(floor_.multi == NULL || floor_.epoll < 0, "no multi handle or no epoll");
  curl_multi_setopt(floor_.multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(floor_.multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(floor_.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, atol(argv[7]));
  curl_multi_setopt(floor_.multi, CURLMOPT_MAXCONNECTS, atol(argv[7]));
  floor_.model = new_model(argv, new_headers(argv[4], argv[3]));
}

int main(int argc, char **argv) {
  stop_if(argc != 9, "URL CA-FILE USER-AGENT TOKEN BODY-FILE EVENTS CONNECTIONS fresh|reused");
  set_up(argv);
  long connections = atol(argv[7]);
  stop_if(connections < 1 || connections > MOST_CONNECTIONS, "so many connections");
  double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (long i = 0; i < connections && i < floor_.events; i++) {
    slot *s = &floor_.slots[i];
    s->body = malloc(floor_.body_len);
    stop_if(s->body == NULL, "no memory");
    memcpy(s->body, floor_.body, floor_.body_len);
    arm(s);
    begin(s);
  }
  while (floor_.ended < floor_.events) turn();
  printf("events=%ld failed=%ld seconds=%.6f cpu=%.6f\n", floor_.ended, floor_.failed,
         seconds(CLOCK_MONOTONIC) - began, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  return floor_.failed != 0;
}
