/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
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

static int refuse_write(char *error, int failure) {
  snprintf(error, LIMIT_ERROR_BYTES, "cannot be written: %s", strerror(failure));
  return -1;
}

/* Makes the folders above a file that are not there. What fails shows when the file is opened. */
static void make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
}

static int write_all(int fd, const char *text, size_t len) {
  while (len > 0) {
    ssize_t n = write(fd, text, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text += n;
    len -= (size_t)n;
  }
  return fsync(fd) == 0 ? 0 : errno;
}

/* Writes the new file beside the old one. */
static int write_fresh(const char *fresh, const char *text, size_t len) {
  int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return errno;
  int failure = write_all(fd, text, len);
  if (close(fd) != 0 && failure == 0) failure = errno;
  return failure;
}

int private_write(const char *path, const char *text, size_t len, char error[LIMIT_ERROR_BYTES]) {
  char fresh[LIMIT_PATH_BYTES];
  int length = snprintf(fresh, sizeof fresh, "%s.%ld.new", path, (long)getpid());
  if (length < 0 || (size_t)length >= sizeof fresh) return refuse(error, "has too long a path");
  if (len > LIMIT_PRIVATE_BYTES) return refuse(error, "would be too large");
  make_folders(fresh);
  int failure = write_fresh(fresh, text, len);
  if (failure == 0 && rename(fresh, path) != 0) failure = errno;
  if (failure == 0) return 0;
  if (failure != EEXIST) (void)unlink(fresh);
  return refuse_write(error, failure);
}

int private_lock(const char *path, int *fd, char error[LIMIT_ERROR_BYTES]) {
  *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (*fd < 0) return refuse_write(error, errno);
  if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return 0;
  int failure = errno;
  close(*fd);
  *fd = -1;
  return failure == EWOULDBLOCK ? 1 : refuse_write(error, failure);
}
