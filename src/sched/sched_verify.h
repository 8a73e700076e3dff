/* SPDX-License-Identifier: MIT */
#pragma once

/* Mistakes of a configuration that make it something else than was meant: what Pacemaker's
 * crm_verify (2.1.5) refuses, in its words where it has any, and what it takes without a word though
 * it cannot have been meant (warnings). Each with its place and what to do. */

#include "sched/sched.h"

/* The texts go to `out`, a line each, hints behind them. Gives the number of errors. */
uint32_t sched_verify(SchedRun *run, const char *file, StrBuf *out);
