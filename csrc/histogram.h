/* SPDX-License-Identifier: MIT
 *
 * histogram: how long things took, counted in buckets whose bounds grow by a fixed factor, so that
 * percentiles of any range cost some hundred counters and are right within 10 %. */
#ifndef PROACTIVE_HISTOGRAM_H
#define PROACTIVE_HISTOGRAM_H

/* Buckets for each doubling, from a tenth of a millisecond; the last one is of five days and all
 * beyond. */
#define HISTOGRAM_STEPS 8
#define HISTOGRAM_BUCKETS 257

typedef struct {
  double count, sum, max; /* sum and max in seconds */
  int last;               /* the highest bucket in use */
  double buckets[HISTOGRAM_BUCKETS];
} histogram;

/* Counts so many that took the same time; less than none is none. */
void histogram_add(histogram *h, double seconds, double count);

/* The upper bound of a bucket, in seconds. */
double histogram_bound(int bucket);

/* The time that a share of all, from 0 to 1, did not exceed; negative when nothing was counted. */
double histogram_percentile(const histogram *h, double share);

#endif
