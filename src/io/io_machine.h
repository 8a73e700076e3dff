/* SPDX-License-Identifier: MIT */
#pragma once

/* The machine as an engine process sees it: what happens comes out as events, what shall be done
 * goes in as ops. */

#include "core/event.h"
#include "core/op.h"
#include "io/io_journal.h"
#include "io/io_loop.h"
#include "io/io_will.h"

typedef struct IoMachine IoMachine;

/* Called for each event; it answers with io_machine_apply(). A NULL event says that a batch of
 * events is over: the time to arm the timer. */
typedef void IoMachineHandler(void *data, const Event *event);

int io_machine_new(IoLoop *loop, const IoJournal *journal, IoWill *will, IoMachineHandler *handler,
	void *data, IoMachine **ret_machine);
void io_machine_free(IoMachine *m);
/* Tells all links and addresses, then EVENT_READY. */
int io_machine_start(IoMachine *m);
/* An event made by the process itself: EVENT_STOP. */
void io_machine_post(IoMachine *m, EventKind kind);
/* Carries the ops out, in order. */
void io_machine_apply(IoMachine *m, const Ops *ops);
/* The same outside of the handler, with what comes of it. */
void io_machine_act(IoMachine *m, const Ops *ops);
/* When the handler wants its next EVENT_TIMER. */
void io_machine_arm(IoMachine *m, Instant at);
/* Lines to FIFOs that nobody will read. */
uint64_t io_machine_fifo_lost(const IoMachine *m);
uint64_t io_machine_send_failures(const IoMachine *m);
