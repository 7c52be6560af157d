/* SPDX-License-Identifier: MIT
 *
 * random: bytes nobody can foresee, from the system. */
#ifndef PROACTIVE_RANDOM_H
#define PROACTIVE_RANDOM_H

#include <stddef.h>

/* Bytes fetched ahead, for what is needed often. A child after fork() fetches its own. */
typedef struct {
  long owner;
  size_t left; /* unused ones, at the end */
  unsigned char bytes[256];
} random_pool;

void random_pool_init(random_pool *pool);

/* A reference id: 22 of the 63 characters A-Z a-z 0-9 ~ (the service's alphabet), all equally
 * likely, which is 131 bits; and a NUL. 0, or an errno. */
#define RANDOM_ID_LENGTH 22
int random_id(random_pool *pool, char out[RANDOM_ID_LENGTH + 1]);

/* *number: in [0, 1), any multiple of 2^-52 equally likely. 0, or an errno. */
int random_number(random_pool *pool, double *number);

#endif
