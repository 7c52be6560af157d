/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

static int refuse(char *error, const char *why) {
  snprintf(error, LIMIT_ERROR_BYTES, "%s", why);
  return -1;
}

static int refuse_errno(char *error, int failure) {
  if (failure == ELOOP) return refuse(error, "is a symbolic link");
  snprintf(error, LIMIT_ERROR_BYTES, "cannot be read: %s", strerror(failure));
  return -1;
}

static int judge(int fd, char *error) {
  struct stat file;
  if (fstat(fd, &file) != 0) return refuse_errno(error, errno);
  if (!S_ISREG(file.st_mode)) return refuse(error, "is not a regular file");
  if (file.st_uid != geteuid()) return refuse(error, "is not yours");
  if ((file.st_mode & 077) == 0) return 0;
  snprintf(error, LIMIT_ERROR_BYTES, "can be read by others: its mode is %04o",
           (unsigned)file.st_mode & 07777u);
  return -1;
}

static int read_all(int fd, char *out, size_t *len, char *error) {
  *len = 0;
  while (*len < PRIVATE_ROOM) {
    ssize_t n = read(fd, out + *len, PRIVATE_ROOM - *len);
    if (n == 0) return 0;
    if (n > 0)
      *len += (size_t)n;
    else if (errno != EINTR)
      return refuse_errno(error, errno);
  }
  return refuse(error, "is too large");
}

int private_read(const char *path, char out[PRIVATE_ROOM], size_t *len,
                 char error[LIMIT_ERROR_BYTES]) {
  /* O_NONBLOCK: to open a pipe must not wait for its other end. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return refuse_errno(error, errno);
  int result = judge(fd, error);
  if (result == 0) {
    result = read_all(fd, out, len, error);
    if (result != 0) buf_erase(out, *len);
  }
  close(fd);
  return result;
}
