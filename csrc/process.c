/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK

/* A page that the kernel gives to a child filled with zeros, however the child was made. */
static atomic_long *page;

static void open_page(void) {
  size_t size = sizeof *page;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  if (madvise(memory, size, MADV_WIPEONFORK) == 0)
    page = memory;
  else
    munmap(memory, size);
}

long process_mark(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  if (pthread_once(&once, open_page) != 0 || page == NULL) return getpid();
  long mark = atomic_load_explicit(page, memory_order_relaxed);
  if (mark != 0) return mark;
  mark = getpid();
  atomic_store_explicit(page, mark, memory_order_relaxed);
  return mark;
}

#else

long process_mark(void) {
  return getpid();
}

#endif
