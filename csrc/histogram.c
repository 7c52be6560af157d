/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>
#include <stdbool.h>

#define LEAST 1e-4 /* seconds */

static int bucket_of(double seconds) {
  if (!(seconds > LEAST)) return 0;
  double bucket = ceil(log2(seconds / LEAST) * HISTOGRAM_STEPS);
  return bucket < HISTOGRAM_BUCKETS ? (int)bucket : HISTOGRAM_BUCKETS - 1;
}

void histogram_add(histogram *h, double seconds, double count) {
  if (!(seconds > 0)) seconds = 0;
  int bucket = bucket_of(seconds);
  h->buckets[bucket] += count;
  h->count += count;
  h->sum += seconds * count;
  h->max = fmax(h->max, seconds);
  if (bucket > h->last) h->last = bucket;
}

double histogram_bound(int bucket) {
  return LEAST * exp2((double)bucket / HISTOGRAM_STEPS);
}

double histogram_percentile(const histogram *h, double share) {
  double wanted = share * h->count, seen = 0;
  for (int bucket = 0; bucket <= h->last; bucket++) {
    seen += h->buckets[bucket];
    if (seen < wanted || seen <= 0) continue;
    bool is_open = bucket == HISTOGRAM_BUCKETS - 1;
    return is_open ? h->max : fmin(histogram_bound(bucket), h->max);
  }
  return -1;
}
