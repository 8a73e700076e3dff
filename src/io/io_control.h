/* SPDX-License-Identifier: MIT */
#pragma once

/* The control socket. The supervisor listens, checks who is there, reads the request line and hands
 * the connection over to the engine that is to answer, so that a slow reader never stands between
 * supervisor and engines. */

#include "io/io_loop.h"

typedef struct IoControl IoControl;

/* A request of an allowed peer: the connection belongs to the handler. */
typedef void IoControlHandler(void *data, int fd, const char *line);

/* Makes and binds `path` (mode 0660). -EADDRINUSE: another live daemon holds it. */
int io_control_listen(IoLoop *loop, const char *path, IoControlHandler *handler, void *data,
	IoControl **ret_control);
/* Closes and removes the socket. */
void io_control_free(IoControl *c);

/* Hands the connection with its request to the io_channel of another process over a SOCK_SEQPACKET
 * pair. The caller still closes its copy. */
int io_control_pass(int channel, int fd, const char *line);
/* Answers with an error and closes the connection. */
void io_control_refuse(int fd, const char *text);
