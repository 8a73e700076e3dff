/* SPDX-License-Identifier: MIT */
#pragma once

/* FIFOs that are written to, whether somebody reads or not: lines in their order, each whole, never
 * waiting for a reader. What does not fit is kept up to LIMIT_FIFO_WAITING lines; beyond these the
 * oldest are lost. */

#include "core/event.h"
#include "core/watch.h"
#include "io/io_loop.h"

typedef struct IoFifo IoFifo;

/* The handler is called when there is something for io_fifo_news(). */
IoFifo *io_fifo_new(IoLoop *loop, IoNewsHandler *handler, void *data);
/* Closes all. */
void io_fifo_free(IoFifo *f);
/* Opens it, after making it if it is not there; nothing if it is open already. */
void io_fifo_open(IoFifo *f, const FifoOp *op);
/* Writes what it can without waiting; then the FIFO is removed if it was made here. */
void io_fifo_close(IoFifo *f, const char *path);
/* Nothing happens when it was not opened. */
void io_fifo_line(IoFifo *f, const FifoOp *op);
/* The next EVENT_OP_FAILED; its path is good until the next call of any. */
bool io_fifo_news(IoFifo *f, Event *ret_event);
/* Lines that nobody will read, since the beginning. */
uint64_t io_fifo_lost(const IoFifo *f);
