/* SPDX-License-Identifier: MIT */
#pragma once

/* Mistakes of a configuration that make it something else than was meant: what Pacemaker's
 * crm_verify (2.1.5) refuses, in its words where it has any, and what it takes without a word though
 * it cannot have been meant (notes). Each with its place and what to do. */

#include "sched/sched.h"

typedef struct SchedVerdict {
	uint32_t errors, warnings; /* notes do not count */
} SchedVerdict;

/* The texts go to `out`, a line each, hints behind them. */
SchedVerdict sched_verify(SchedRun *run, const char *file, StrBuf *out);
