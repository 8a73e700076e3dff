/* SPDX-License-Identifier: MIT */
#pragma once

/* Running programs: own process group, closed descriptors, the signal mask and dispositions of a
 * fresh process, the user and groups that were asked for, an environment of PATH, LANG and TZ, no
 * shell. The end is noticed by pidfd; the last of what was written to standard output and error
 * comes with it. A program that writes much never keeps the loop from anything else. */

#include "core/event.h"
#include "io/io_loop.h"

typedef struct IoSpawn IoSpawn;

/* done->output is good for the call. */
typedef void IoSpawnHandler(void *data, const EventJobDone *done);

IoSpawn *io_spawn_new(IoLoop *loop, IoSpawnHandler *handler, void *data);
/* Kills what still runs. */
void io_spawn_free(IoSpawn *s);
/* 0, or -errno when the program could not be started: then the handler is not called. */
int io_spawn_start(IoSpawn *s, uint32_t job, const JobSpec *spec);
void io_spawn_kill(IoSpawn *s, uint32_t job, int signal);
