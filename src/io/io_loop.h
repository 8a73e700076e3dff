/* SPDX-License-Identifier: MIT */
#pragma once

/* io: the edge, the part that acts. It turns what the kernel says into events and carries out ops;
 * it includes no engine, so it cannot know whom it serves. System failures are -errno. This file:
 * the event loop, the only user of sd-event. */

#include "base/instant.h"

#include <signal.h>
#include <sys/types.h>

typedef struct IoLoop IoLoop;
typedef struct IoSource IoSource;

typedef void IoFdHandler(void *data, int fd, uint32_t epoll_events);
typedef void IoSignalHandler(void *data, int signal);
typedef void IoChildHandler(void *data, pid_t pid, const siginfo_t *how);
typedef void IoTimerHandler(void *data);
/* Of a part that is asked for its news: there are some. */
typedef void IoNewsHandler(void *data);

int io_loop_new(IoLoop **ret_loop);
void io_loop_free(IoLoop *l);
/* Runs until io_loop_exit(); gives its code. */
int io_loop_run(IoLoop *l);
void io_loop_exit(IoLoop *l, int code);
/* One turn: handles one source, or waits so long for one. */
void io_loop_turn(IoLoop *l, Span at_most_usec);

/* A source lives until io_source_free(), or with the loop when ret_source is NULL. */
int io_loop_fd(IoLoop *l, int fd, uint32_t epoll_events, IoFdHandler *handler, void *data,
	IoSource **ret_source);
/* What may wait while there is anything else to do: adverts and timers come first. */
void io_source_background(IoSource *s);
/* Blocks the signal and hands it to the handler. */
int io_loop_signal(IoLoop *l, int signal, IoSignalHandler *handler, void *data);
/* Called once, when the child has ended; the source frees itself. */
int io_loop_child(IoLoop *l, pid_t pid, IoChildHandler *handler, void *data);
/* From now on children that nobody watches are waited for too: process 1 of a container inherits
 * every orphan, and a program that was started by exec inherits what was started before. */
int io_loop_orphans(IoLoop *l);
int io_loop_timer(IoLoop *l, IoTimerHandler *handler, void *data, IoSource **ret_source);
/* At the given time, microsecond exact; INSTANT_NEVER disarms. */
void io_timer_arm(IoSource *timer, Instant at);
void io_source_free(IoSource *s);

/* CLOCK_MONOTONIC. */
Instant io_now(void);
