/* SPDX-License-Identifier: MIT */
#pragma once

/* An engine's end of the control socket: connections come from the supervisor with their request
 * line, answers go out without ever waiting for who reads them. */

#include "io/io_loop.h"

typedef struct IoChannel IoChannel;

/* The connection belongs to the handler, which ends it with io_channel_answer(). */
typedef void IoChannelHandler(void *data, int fd, const char *line);

int io_channel_open(
	IoLoop *loop, int socket, IoChannelHandler *handler, void *data, IoChannel **ret_channel);
void io_channel_free(IoChannel *c);
/* A word to the supervisor, which never waits for it. */
void io_channel_tell(IoChannel *c, const char *line);
/* Sends a copy of the text and closes the connection. When too many peers do not read theirs, the
 * one that has waited longest is dropped. */
void io_channel_answer(IoChannel *c, int fd, const char *text, size_t len);
