/* SPDX-License-Identifier: MIT */
#pragma once

/* Orders that were written between tasks, put between the actions that there are. */

#include "sched/sched_action.h"

void sched_link_orders(SchedRun *run);
