/* SPDX-License-Identifier: MIT */
/* Orders between tasks become orders between actions; probes come before what follows a stop. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

#include "sched/sched_link.h"

static bool same_task(const SchedAction *a, SchedTask task, int64_t interval)
{
	return a->task == task && a->interval == interval;
}

static void link_then(SchedRun *run, SchedAction *first, SchedRsc *then_rsc, const SchedOrder *o)
{
	uint32_t flags = o->flags;
	if (first && first->rsc == then_rsc && act_is(first, ACT_DANGLE))
		flags &= ~(uint32_t)ORDER_IMPLIES_THEN;
	if (o->then) {
		(void)sched_order_actions(run, first, o->then, flags);
		return;
	}
	for (SchedAction *a = then_rsc ? sched_first(then_rsc, o->then_task) : NULL; a;
		a = a->next_same) {
		if (!same_task(a, o->then_task, o->then_interval))
			continue;
		if (first)
			(void)sched_order_actions(run, first, a, flags);
		else if (flags & ORDER_IMPLIES_THEN)
			a->flags &= ~(uint32_t)ACT_RUNNABLE;
	}
}

static void link_first(SchedRun *run, const SchedOrder *o)
{
	SchedRsc *rsc = o->first_rsc, *then_rsc = o->then_rsc ?: (o->then ? o->then->rsc : NULL);
	bool any = false;
	if (o->first) {
		link_then(run, o->first, then_rsc, o);
		return;
	}
	for (SchedAction *a = sched_first(rsc, o->first_task), *next; a; a = next) {
		next = a->next_same;
		if (!same_task(a, o->first_task, o->first_interval))
			continue;
		any = true;
		link_then(run, a, then_rsc, o);
	}
	if (any || rsc == o->then_rsc)
		return;
	if (sched_role(rsc, true) == ROLE_STOPPED && o->first_task == TASK_STOP)
		return;
	if (sched_role(rsc, true) == ROLE_UNPROMOTED && o->first_task == TASK_DEMOTE)
		return;
	SchedAction *made = sched_action(run, rsc, o->first_task, o->first_interval, NULL, true);
	link_then(run, made, then_rsc, o);
}

void sched_link_orders(SchedRun *run)
{
	for (uint32_t i = 0; i < run->orders.n; i++) {
		const SchedOrder *o = run->orders.items[i];
		if (o->first_rsc)
			link_first(run, o);
		else if (o->then_rsc)
			link_then(run, o->first, o->then_rsc, o);
		else
			(void)sched_order_actions(run, o->first, o->then, o->flags);
	}
}

/* A probe may find it active, which then must be stopped: what waits for the stop waits for the
 * probe as well. */
void sched_order_probes(SchedRun *run)
{
	for (uint32_t i = 0; i < run->orders.n; i++) {
		const SchedOrder *o = run->orders.items[i];
		SchedTask first = o->first ? o->first->task : o->first_task;
		SchedRsc *rsc = o->first_rsc;
		if (!rsc || rsc == o->then_rsc || first != TASK_STOP ||
			rsc->variant != RSC_PRIMITIVE)
			continue;
		if (o->then_rsc && rsc->container == o->then_rsc && o->then_task == TASK_STOP)
			continue;
		for (SchedAction *probe = sched_first(rsc, TASK_MONITOR); probe;
			probe = probe->next_same) {
			if (!same_task(probe, TASK_MONITOR, 0))
				continue;
			if (o->then) {
				(void)sched_order_actions(run, probe, o->then, ORDER_OPTIONAL);
				continue;
			}
			for (SchedAction *a = o->then_rsc ? sched_first(o->then_rsc, o->then_task)
							  : NULL;
				a; a = a->next_same)
				if (same_task(a, o->then_task, o->then_interval))
					(void)sched_order_actions(run, probe, a, ORDER_OPTIONAL);
		}
	}
}
