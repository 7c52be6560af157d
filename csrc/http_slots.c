/* SPDX-License-Identifier: MIT
 *
 * Transfers by their numbers, and which of them belong together. */
#include "http_internal.h"

#define SLOT_BITS 12
#define USES_MASK 0x3ffff /* with SLOT_BITS it stays below 2^30 */
_Static_assert(LIMIT_TRANSFERS == 1 << SLOT_BITS, "a slot must fit into its bits");

static int slot_of(int id) {
  return (id - 1) & ((1 << SLOT_BITS) - 1);
}

http_transfer *http_find(const http_pool *pool, int id) {
  int slot = slot_of(id);
  if (id <= 0 || slot >= pool->slot_count) return NULL;
  http_transfer *t = pool->slots[slot].transfer;
  return t != NULL && t->id == id ? t : NULL;
}

static void set_group(http_pool *pool, http_transfer *t, int group) {
  pool->grouped += (group != 0) - (t->group != 0);
  t->group = group;
}

bool http_enter(http_pool *pool, http_transfer *t, int group) {
  int slot = pool->free_slot;
  if (slot >= 0)
    pool->free_slot = pool->slots[slot].next_free;
  else if (pool->slot_count < LIMIT_TRANSFERS)
    slot = pool->slot_count++;
  else
    return false;
  http_slot *s = &pool->slots[slot];
  s->transfer = t;
  s->uses = (s->uses + 1) & USES_MASK;
  t->id = (s->uses << SLOT_BITS | slot) + 1;
  set_group(pool, t, group);
  return true;
}

void http_leave(http_pool *pool, http_transfer *t) {
  set_group(pool, t, 0);
  int slot = slot_of(t->id);
  pool->slots[slot].transfer = NULL;
  pool->slots[slot].next_free = pool->free_slot;
  pool->free_slot = slot;
}

int http_group(const http_pool *pool, int id) {
  const http_transfer *t = http_find(pool, id);
  return t != NULL ? t->group : 0;
}

void http_ungroup(http_pool *pool, int id) {
  http_transfer *t = http_find(pool, id);
  if (t != NULL) set_group(pool, t, 0);
}

int http_grouped(const http_pool *pool) {
  return pool->grouped;
}

double http_age(const http_pool *pool, int id) {
  const http_transfer *t = http_find(pool, id);
  return t != NULL ? clock_now() - t->started : -1;
}

int http_next_member(const http_pool *pool, int group, int id) {
  int slot = id > 0 ? slot_of(id) + 1 : 0;
  for (; slot < pool->slot_count; slot++) {
    const http_transfer *t = pool->slots[slot].transfer;
    if (t != NULL && t->group == group) return t->id;
  }
  return 0;
}

int http_next_finished(const http_pool *pool, int id) {
  const http_transfer *t = http_find(pool, id);
  return t != NULL && t->ended && t->next != NULL ? t->next->id : 0;
}
