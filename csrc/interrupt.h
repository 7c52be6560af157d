/* SPDX-License-Identifier: MIT
 *
 * interrupt: Ctrl-C asks for an orderly end, a second one ends at once. A signal has one handler in
 * a process, so only a program that owns its own may watch: of ours, bin/proactive. Nothing else
 * in the core installs a handler. */
#ifndef PROACTIVE_INTERRUPT_H
#define PROACTIVE_INTERRUPT_H

#include <stdbool.h>

/* From now on, and until it has come, SIGINT is noted instead of ending the process; one that was
 * noted before is forgotten. Calls that wait return early. 0, or an errno. */
int interrupt_watch(void);

/* Whether SIGINT has come since. */
bool interrupt_seen(void);

#endif
