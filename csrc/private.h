/* SPDX-License-Identifier: MIT
 *
 * private: files that hold secrets. One is read only when nobody else can read or replace what is
 * in it; what is judged is the open file, so that none can be put in its place between look and
 * read. One is written for its owner alone, and takes the old one's place at once. */
#ifndef PROACTIVE_PRIVATE_H
#define PROACTIVE_PRIVATE_H

#include <stddef.h>

#include "limits.h"

/* One byte more than the largest file, to see that a file is larger. */
#define PRIVATE_ROOM (LIMIT_PRIVATE_BYTES + 1)

/* Reads a regular file that is the process's own and that no other user may touch. Its *len bytes
 * stand in out, for the caller to wipe. 0, or -1 with the reason in error, as the end of a sentence
 * that begins with the file. */
int private_read(const char *path, char out[PRIVATE_ROOM], size_t *len,
                 char error[LIMIT_ERROR_BYTES]);

/* Writes a file with mode 0600 in the place of what is there. Folders that are missing are made
 * with mode 0700. 0, or -1 with the reason in error; then the old file is as it was. */
int private_write(const char *path, const char *text, size_t len, char error[LIMIT_ERROR_BYTES]);

/* Locks a file for this process alone, without waiting; it is made with mode 0600. Closing *fd, or
 * the end of the process, unlocks it. 0: *fd is the lock; 1: another process has it; -1 with the
 * reason in error. */
int private_lock(const char *path, int *fd, char error[LIMIT_ERROR_BYTES]);

#endif
