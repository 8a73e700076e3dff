/* SPDX-License-Identifier: MIT */
#pragma once

/* Mistakes of a configuration that make it something else than was meant. */

#include "sched/sched.h"

/* Gives the number of errors; a line for each, and for what cannot be decided yet. */
uint32_t sched_verify(SchedRun *run, StrBuf *out);
