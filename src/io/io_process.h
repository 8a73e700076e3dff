/* SPDX-License-Identifier: MIT */
#pragma once

/* The processes of the machine, as far as /proc shows them: those that run, those that come, those
 * that become another program, and at once the end of each that is watched. Zombies and threads of
 * the kernel are none. Where the kernel tells (io_process_events) nothing is searched; elsewhere
 * /proc is searched four times a second. A process that merely rewrites its command line is not
 * another program. */

#include "core/event.h"
#include "io/io_loop.h"

typedef struct IoProcess IoProcess;

/* The handler is called when there may be something for io_process_news(). */
IoProcess *io_process_new(IoLoop *loop, IoNewsHandler *handler, void *data);
void io_process_free(IoProcess *p);
/* On: all are told (again), then EVENT_PROCESSES_TOLD. Off: every watch ends. */
void io_process_watch_all(IoProcess *p, bool on);
/* Of a process that was told: its end is told once. */
void io_process_watch(IoProcess *p, int32_t pid);
/* The next EVENT_PROCESS...; what it points to is good until the next call of any. */
bool io_process_news(IoProcess *p, Event *ret_event);
/* The kernel tells, nothing is searched. */
bool io_process_live(const IoProcess *p);
