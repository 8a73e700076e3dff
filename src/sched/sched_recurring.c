/* SPDX-License-Identifier: MIT */
/* Recurring monitors, for the role that a resource will have and for where it is not. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

#include <strings.h>

typedef struct Recurring {
	const CibElement *xml;
	SchedTask task;
	int64_t interval;
	SchedRole role;
} Recurring;

SchedAction *sched_cancel(
	SchedRun *run, SchedRsc *rsc, SchedTask task, int64_t interval, SchedNode *node)
{
	SchedAction *cancel = sched_action(run, rsc, TASK_CANCEL, interval, node, false);
	cancel->cancel_task = task;
	cancel->cancel_interval = interval;
	return cancel;
}

static bool read_recurring(SchedRun *run, const CibElement *given, Recurring *ret_op)
{
	const CibElement *xml = cib_resolve(&run->ids, given);
	bool enabled = true;
	if (!xml || !cib_get(xml, "name"))
		return false;
	int64_t interval = cib_msec(cib_get(xml, "interval"));
	(void)cib_truth(cib_get(xml, "enabled"), &enabled);
	*ret_op = (Recurring){ xml, sched_task_parse(cib_get(xml, "name")), interval,
		sched_role_parse(cib_get(xml, "role")) };
	return interval > 0 && enabled && ret_op->task == TASK_MONITOR;
}

static void cancel_for_role(SchedRun *run, SchedRsc *rsc, const Recurring *op, SchedNode *node)
{
	SchedAction *cancel = sched_cancel(run, rsc, op->task, op->interval, node);
	SchedTask after = TASK_NONE;
	if (rsc->role == ROLE_UNPROMOTED || rsc->role == ROLE_STARTED)
		after = rsc->next_role == ROLE_PROMOTED	 ? TASK_PROMOTE
			: rsc->next_role == ROLE_STOPPED ? TASK_STOP
							 : TASK_NONE;
	else if (rsc->role == ROLE_PROMOTED)
		after = TASK_DEMOTE;
	if (after != TASK_NONE)
		sched_order_full(run, (SchedOrder){ .flags = ORDER_RUNNABLE,
					      .first_rsc = rsc,
					      .first = cancel,
					      .then_rsc = rsc,
					      .then_task = after });
}

static void order_monitor(
	SchedRun *run, SchedRsc *rsc, SchedTask first, SchedAction *monitor, uint32_t flags)
{
	sched_order_full(run, (SchedOrder){ .flags = flags,
				      .first_rsc = rsc,
				      .first_task = first,
				      .then_rsc = rsc,
				      .then = monitor });
}

static void for_active(SchedRun *run, SchedRsc *rsc, const Recurring *op, SchedAction *start)
{
	SchedNode *node = rsc->assigned;
	if (op->role == ROLE_STOPPED)
		return;
	SchedAction *known = sched_find_exact(rsc, TASK_MONITOR, op->interval, node);
	bool active = known && !act_is(known, ACT_RESCHEDULE);
	bool optional = active && act_is(start, ACT_OPTIONAL);
	bool mine = op->role == ROLE_UNKNOWN ? rsc->next_role != ROLE_PROMOTED
					     : op->role == rsc->next_role;
	if (!mine) {
		if (optional)
			cancel_for_role(run, rsc, op, node);
		return;
	}
	SchedAction *monitor = sched_action(run, rsc, TASK_MONITOR, op->interval, node, optional);
	if (!act_is(start, ACT_RUNNABLE) || !node || !node->online || node->unclean)
		monitor->flags &= ~(uint32_t)ACT_RUNNABLE;
	if (rsc->next_role == ROLE_PROMOTED)
		monitor->target_rc = 8;
	if (!rsc_is(rsc, RSC_MANAGED))
		return;
	order_monitor(run, rsc, TASK_START, monitor, ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
	order_monitor(run, rsc, TASK_RELOAD, monitor, ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
	if (rsc->next_role == ROLE_PROMOTED)
		order_monitor(run, rsc, TASK_PROMOTE, monitor, ORDER_OPTIONAL | ORDER_RUNNABLE);
	else if (rsc->role == ROLE_PROMOTED)
		order_monitor(run, rsc, TASK_DEMOTE, monitor, ORDER_OPTIONAL | ORDER_RUNNABLE);
}

static void stopped_on(SchedRun *run, SchedRsc *rsc, const Recurring *op, SchedNode *node)
{
	bool optional = sched_find_exact(rsc, TASK_MONITOR, op->interval, node) != NULL;
	SchedAction *monitor = sched_action(run, rsc, TASK_MONITOR, op->interval, node, optional);
	monitor->target_rc = 7;
	for (SchedAction *a = rsc->actions; a && rsc_is(rsc, RSC_MANAGED); a = a->next)
		if (a->node == node && a->task == TASK_MONITOR && a->interval == 0)
			(void)sched_order_actions(run, a, monitor, ORDER_RUNNABLE);
	for (SchedAction *a = rsc->actions; a; a = a->next) {
		if (a->node != node || a->task != TASK_STOP)
			continue;
		if (!act_is(a, ACT_OPTIONAL) || !node->online)
			monitor->flags &= ~(uint32_t)ACT_OPTIONAL;
		if (!act_is(a, ACT_RUNNABLE) || !node->online)
			monitor->flags &= ~(uint32_t)ACT_RUNNABLE;
		if (rsc_is(rsc, RSC_MANAGED))
			(void)sched_order_actions(
				run, a, monitor, ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
	}
	if (!node->online || node->unclean)
		monitor->flags &= ~(uint32_t)ACT_RUNNABLE;
}

static void for_inactive(SchedRun *run, SchedRsc *rsc, const Recurring *op)
{
	bool anonymous = sched_is_clone_instance(rsc) && !rsc_is(rsc, RSC_UNIQUE);
	if (op->role != ROLE_STOPPED || anonymous)
		return;
	if (rsc->assigned && sched_find_exact(rsc, TASK_MONITOR, op->interval, rsc->assigned)) {
		SchedAction *cancel = sched_cancel(run, rsc, op->task, op->interval, rsc->assigned);
		if (rsc->next_role == ROLE_STARTED || rsc->next_role == ROLE_UNPROMOTED)
			sched_order_full(run, (SchedOrder){ .flags = ORDER_RUNNABLE,
						      .first_rsc = rsc,
						      .first = cancel,
						      .then_rsc = rsc,
						      .then_task = TASK_START });
	}
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (run->nodes.items[i] != rsc->assigned)
			stopped_on(run, rsc, op, run->nodes.items[i]);
}

/* Operations with the same name and interval cannot be told apart in the history: none counts. */
static bool repeated(
	SchedRun *run, const SchedRsc *rsc, const CibElement *given, const Recurring *op)
{
	cib_foreach_named(other, rsc->ops_xml, "op")
	{
		Recurring before;
		if (other != given && read_recurring(run, other, &before) &&
			before.task == op->task && before.interval == op->interval)
			return true;
	}
	return false;
}

void sched_recurring(SchedRun *run, SchedRsc *rsc)
{
	SchedAction *start = NULL;
	if (rsc_is(rsc, RSC_BLOCKED) || rsc_is(rsc, RSC_MAINTENANCE))
		return;
	if (rsc->assigned && rsc->assigned->maintenance)
		return;
	if (rsc->assigned && (rsc->next_role != ROLE_STOPPED || !rsc_is(rsc, RSC_MANAGED)))
		start = sched_action(run, rsc, TASK_START, 0, rsc->assigned, true);
	cib_foreach_named(given, rsc->ops_xml, "op")
	{
		Recurring op;
		if (!read_recurring(run, given, &op) || repeated(run, rsc, given, &op))
			continue;
		if (start)
			for_active(run, rsc, &op, start);
		for_inactive(run, rsc, &op);
	}
}
