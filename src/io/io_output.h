/* SPDX-License-Identifier: MIT */
#pragma once

/* What programs write: a pipe each, read in small bites when there is nothing else to do. The last
 * LIMIT_JOB_OUTPUT bytes are kept. */

#include "io/io_loop.h"

typedef struct IoOutputs IoOutputs;
typedef struct IoOutput IoOutput;

IoOutputs *io_outputs_new(IoLoop *loop);
/* After all of its outputs, but for those that are drained. */
void io_outputs_free(IoOutputs *all);
/* ret_fd is for the program; the caller closes it. `outlived`: a full pipe does not block who writes
 * (JobSpec.outlived). */
int io_output_open(IoOutputs *all, bool outlived, IoOutput **ret_output, int *ret_fd);
/* Our end of the pipe. Who has that as well gets no SIGPIPE when we are gone. */
int io_output_fd(const IoOutput *o);
/* The program has ended: the last whole lines of what it wrote, NULL if nothing. */
const char *io_output_last(IoOutput *o, size_t *ret_len);
/* Ends it. What the program has left running may have inherited the pipe and goes on writing: it
 * is read, and thrown away, until nobody can write any more. */
void io_output_drain(IoOutput *o);
void io_output_free(IoOutput *o);
