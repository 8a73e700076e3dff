/* SPDX-License-Identifier: MIT */
#pragma once

/* The kernel's word of each process that begins, changes or ends (the process event connector). It
 * is there in the machine's first network and process namespaces only, and to an administrator. */

#include "io/io_loop.h"

typedef struct IoProcessEvents IoProcessEvents;

typedef enum ProcessWord {
	PROCESS_LIVE, /* the connector answers: from io_process_events_open() on all is told */
	PROCESS_BORN,
	PROCESS_CHANGED, /* another program, or another name */
	PROCESS_ENDED,
	PROCESS_LOST, /* words were lost */
} ProcessWord;

typedef void IoProcessEventsHandler(void *data, ProcessWord word, int32_t pid);

/* That it could be opened does not mean that it speaks: wait for PROCESS_LIVE. */
int io_process_events_open(
	IoLoop *loop, IoProcessEventsHandler *handler, void *data, IoProcessEvents **ret_events);
void io_process_events_free(IoProcessEvents *e);
