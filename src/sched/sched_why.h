/* SPDX-License-Identifier: MIT */
#pragma once

/* Why a resource is where it is, and why not elsewhere: the reasons that were noted down while
 * deciding, for people and as JSON. Ask a run that was made with SchedWant.reasons. */

#include "sched/sched.h"

/* False when the resource, or the node (NULL: all), is not known. */
bool sched_why(SchedRun *run, const char *rsc, const char *node, bool json, StrBuf *out);
