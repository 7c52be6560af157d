/* SPDX-License-Identifier: MIT
 *
 * What Lambda starts. It is linked statically and starts the Lua of this folder with the libraries
 * of this folder, the loader and the C library among them, so that nothing of the machine's own is
 * needed: no shell, and no particular version of the C library. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  const char *root = getenv("LAMBDA_TASK_ROOT");
  if (root == NULL) root = "/var/task";
  if (chdir(root) != 0) {
    perror(root);
    return 1;
  }
  char *words[] = {"lib/ld.so", "--library-path", "lib",       "lib/lua", "bin/proactive",
                   "lambda",    "--app",          "skill.lua", NULL};
  execv(words[0], words);
  perror(words[0]);
  return 1;
}
