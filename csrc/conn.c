/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include <math.h>
#include <stdlib.h>

static void list_add(conn_list *l, conn *c) {
  c->previous = l->last;
  c->next = NULL;
  *(l->last ? &l->last->next : &l->first) = c;
  l->last = c;
}

static void list_remove(conn_list *l, conn *c) {
  *(c->previous ? &c->previous->next : &l->first) = c->next;
  *(c->next ? &c->next->previous : &l->last) = c->previous;
}

/* Where the connection with that request stands in the table, or would stand. */
static conn **slot_of(const conn_book *book, int64_t id) {
  conn **slot = &book->table[(size_t)id & book->mask];
  while (*slot && (*slot)->request.id != id) slot = &(*slot)->next_in_slot;
  return slot;
}

static bool in_table(conn_state state) {
  return state == CONN_WAITING || state == CONN_TAKEN || state == CONN_STREAMED ||
         state == CONN_QUIET;
}

bool conn_book_init(conn_book *book, int most) {
  size_t slots = 1;
  while (slots < (size_t)most) slots *= 2;
  *book = (conn_book){.mask = slots - 1, .table = calloc(slots, sizeof *book->table)};
  return book->table != NULL;
}

void conn_book_cleanup(conn_book *book) {
  free(book->table);
}

conn *conn_find(const conn_book *book, int64_t id) {
  return *slot_of(book, id);
}

conn *conn_first(const conn_book *book, conn_state state) {
  return book->lists[state].first;
}

double conn_next_due(const conn_book *book) {
  const conn *arriving = conn_first(book, CONN_ARRIVING), *doomed = conn_first(book, CONN_DOOMED);
  double due = arriving ? arriving->due : INFINITY;
  if (doomed) due = fmin(due, doomed->due);
  for (const conn *c = conn_first(book, CONN_PACED); c; c = c->next) due = fmin(due, c->due);
  return due;
}

bool conn_is_open(const conn *c) {
  return c->state == CONN_WAITING || c->state == CONN_TAKEN;
}

bool conn_is_stream(const conn *c) {
  return c->state == CONN_STREAMED || c->state == CONN_QUIET;
}

conn *conn_new(conn_book *book, struct MHD_Connection *mhd, size_t max_body, double due) {
  conn *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->book = book;
  c->mhd = mhd;
  c->state = CONN_ARRIVING;
  c->due = due;
  buf_init(&c->target, LIMIT_HTTPD_CONNECTION_BYTES);
  buf_init(&c->body, max_body);
  buf_init(&c->stream, LIMIT_HTTPD_STREAM_BYTES);
  list_add(&book->lists[c->state], c);
  return c;
}

void conn_free(conn *c) {
  conn_clear(c, 0);
  list_remove(&c->book->lists[c->state], c);
  free(c);
}

void conn_clear(conn *c, double due) {
  conn_enter(c, CONN_ARRIVING, due);
  buf_free(&c->target);
  buf_free(&c->body);
  buf_free(&c->stream);
  free(c->headers);
  c->headers = NULL;
  c->discarded = 0;
  c->request = (httpd_request){0};
}

void conn_enter(conn *c, conn_state next, double due) {
  conn_book *book = c->book;
  list_remove(&book->lists[c->state], c);
  list_add(&book->lists[next], c);
  book->waiting_count += (next == CONN_WAITING) - (c->state == CONN_WAITING);
  if (in_table(c->state) && !in_table(next)) *slot_of(book, c->request.id) = c->next_in_slot;
  c->state = next;
  c->due = due;
}

void conn_submit(conn *c) {
  httpd_request *r = &c->request;
  r->id = ++c->book->last_id;
  r->target = c->target.data ? c->target.data : "";
  r->target_len = c->target.len;
  r->body = c->body.data ? c->body.data : "";
  r->body_len = c->body.len;
  c->next_in_slot = NULL;
  *slot_of(c->book, r->id) = c;
  conn_enter(c, CONN_WAITING, 0);
}
