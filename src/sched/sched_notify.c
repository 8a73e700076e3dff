/* SPDX-License-Identifier: MIT */
/* Notifications: what instances of a clone are told before and after others change. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

void sched_notify_pseudo(SchedRun *run, SchedRsc *clone)
{
	(void)run;
	(void)clone;
}

void sched_notify_instances(SchedRun *run, SchedRsc *clone)
{
	(void)run;
	(void)clone;
}
