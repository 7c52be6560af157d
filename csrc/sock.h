/* SPDX-License-Identifier: MIT
 *
 * sock: what the HTTP server does with sockets itself, because libmicrohttpd has no word for it: to
 * listen with the reason known when it cannot be done, and to end a connection roughly. */
#ifndef PROACTIVE_SOCK_H
#define PROACTIVE_SOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "limits.h"

/* A listening socket, non-blocking and closed on exec; -1 with a reason that names the address.
 * host: a name or an address, IPv6 without brackets; port 0: any free one. */
int sock_listen(const char *host, int port, char error[LIMIT_ERROR_BYTES]);

int sock_port(int fd);

/* Whether the peer has closed or reset the connection. */
bool sock_has_left(int fd);

/* Sends what the socket's buffer takes, without waiting, then ends the sending side in order. */
void sock_finish(int fd, const char *bytes, size_t len);

/* Resets the connection now. The descriptor stays open: it is for its owner to close. */
void sock_reset(int fd);

/* Ends both directions: whoever reads from the descriptor sees the end. */
void sock_hang_up(int fd);

#endif
