/* SPDX-License-Identifier: MIT
 *
 * process: tells a process from its forked children. getpid() would do, but it is a system call,
 * and every entry to the core asks. */
#ifndef PROACTIVE_PROCESS_H
#define PROACTIVE_PROCESS_H

/* A number that is another one in each process; never 0. Any thread may ask. */
long process_mark(void);

#endif
