/* SPDX-License-Identifier: MIT */
/* What a primitive must do to get from where it is to where it is to be. */
#include "sched/sched_constraints.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

/* The next role on the way from one to another. */
static SchedRole step(SchedRole from, SchedRole to)
{
	static const SchedRole steps[5][5] = {
		{ ROLE_UNKNOWN, ROLE_STOPPED, ROLE_STOPPED, ROLE_STOPPED, ROLE_STOPPED },
		{ ROLE_STOPPED, ROLE_STOPPED, ROLE_STARTED, ROLE_UNPROMOTED, ROLE_UNPROMOTED },
		{ ROLE_STOPPED, ROLE_STOPPED, ROLE_STARTED, ROLE_UNPROMOTED, ROLE_PROMOTED },
		{ ROLE_STOPPED, ROLE_STOPPED, ROLE_STOPPED, ROLE_UNPROMOTED, ROLE_PROMOTED },
		{ ROLE_STOPPED, ROLE_UNPROMOTED, ROLE_UNPROMOTED, ROLE_UNPROMOTED, ROLE_PROMOTED },
	};
	return steps[from][to];
}

/* Where it is active as it should be though it is active elsewhere too. */
static bool expected_here(const SchedRsc *rsc, const SchedNode *node)
{
	return rsc_is(rsc, RSC_STOP_UNEXPECTED) && rsc->next_role > ROLE_STOPPED && node &&
	       rsc->assigned == node;
}

static void unfence_before_stop(SchedRun *run, SchedRsc *rsc, SchedNode *node, SchedAction *stop)
{
	if (!rsc_is(rsc, RSC_NEEDS_UNFENCING))
		return;
	SchedAction *unfence = sched_fence_op(run, node, "on", true, NULL);
	(void)sched_order_actions(run, stop, unfence, ORDER_IMPLIES_FIRST);
}

static void do_stop(SchedRun *run, SchedRsc *rsc, bool optional)
{
	for (uint32_t i = 0; i < rsc->running_on.n; i++) {
		SchedNode *node = rsc->running_on.items[i];
		bool opt = optional;
		if (expected_here(rsc, node))
			continue;
		if (rsc->migrating_to) {
			if (rsc->migrating_to == node && rsc->migrating_to == rsc->assigned)
				continue;
			opt = false;
		}
		SchedAction *stop = sched_action(run, rsc, TASK_STOP, 0, node, opt);
		if (!rsc->assigned)
			sched_set_reason(stop, "node availability", true);
		else if (rsc_is(rsc, RSC_RESTARTING | RSC_NEEDS_STOP) && false)
			sched_set_reason(stop, "restart", false);
		if (!rsc_is(rsc, RSC_MANAGED))
			stop->flags &= ~(uint32_t)ACT_RUNNABLE;
		if (run->remove_after_stop)
			sched_cleanup(run, rsc, node, opt);
		unfence_before_stop(run, rsc, node, stop);
	}
}

static void do_start(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool optional)
{
	SchedAction *start = sched_action(run, rsc, TASK_START, 0, node, true);
	sched_order_unfence(run, rsc, node, start, ORDER_IMPLIES_THEN);
	if (act_is(start, ACT_RUNNABLE) && !optional)
		start->flags &= ~(uint32_t)ACT_OPTIONAL;
	if (!optional)
		start->flags &= ~(uint32_t)ACT_OPTIONAL;
	if (expected_here(rsc, node) && sched_is_running_on(rsc, node))
		start->flags |= ACT_PSEUDO;
}

static void do_promote(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool optional)
{
	bool runnable = true;
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (a->task == TASK_START && a->node == node && !act_is(a, ACT_RUNNABLE))
			runnable = false;
	if (runnable) {
		SchedAction *promote = sched_action(run, rsc, TASK_PROMOTE, 0, node, optional);
		if (expected_here(rsc, node) && sched_is_running_on(rsc, node))
			promote->flags |= ACT_PSEUDO;
		return;
	}
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (a->task == TASK_PROMOTE && a->node == node)
			a->flags &= ~(uint32_t)ACT_RUNNABLE;
}

static void do_demote(SchedRun *run, SchedRsc *rsc, bool optional)
{
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		if (!expected_here(rsc, rsc->running_on.items[i]))
			(void)sched_action(
				run, rsc, TASK_DEMOTE, 0, rsc->running_on.items[i], optional);
}

static void change_role(SchedRun *run, SchedRsc *rsc, SchedRole from, SchedRole to, bool optional)
{
	if (to == ROLE_STOPPED && from != ROLE_STOPPED && from != ROLE_UNKNOWN)
		do_stop(run, rsc, optional);
	else if (from == ROLE_STOPPED && to > ROLE_STOPPED)
		do_start(run, rsc, rsc->assigned, optional);
	else if (to == ROLE_PROMOTED && from != ROLE_PROMOTED)
		do_promote(run, rsc, rsc->assigned, optional);
	else if (from == ROLE_PROMOTED && to != ROLE_PROMOTED)
		do_demote(run, rsc, optional);
}

/* Down from the role it has and up again to it; optional unless something asks for it. */
static void restart_actions(SchedRun *run, SchedRsc *rsc, bool need_stop, bool need_promote)
{
	SchedRole role = rsc->role;
	rsc->flags |= RSC_RESTARTING;
	while (role != ROLE_STOPPED) {
		SchedRole next = step(role, ROLE_STOPPED);
		change_role(run, rsc, role, next, !need_stop);
		if (next == role)
			break;
		role = next;
	}
	while (rsc->role <= rsc->next_role && role != rsc->role && !rsc_is(rsc, RSC_BLOCKED)) {
		SchedRole next = step(role, rsc->role);
		bool required = need_stop || (next == ROLE_PROMOTED && need_promote);
		change_role(run, rsc, role, next, !required);
		if (next == role)
			break;
		role = next;
	}
	rsc->flags &= ~(uint32_t)RSC_RESTARTING;
}

typedef struct Plan {
	SchedNode *current;
	bool moving, need_stop, need_promote, migrate;
} Plan;

static void plan_multiple(SchedRsc *rsc, Plan *p)
{
	uint32_t all, clean;
	bool multiple = false;
	SchedNode *current = sched_active_node(rsc, &all, &clean);
	if (rsc->migrating_from && rsc->migrating_to && rsc->assigned == rsc->migrating_to &&
		current == rsc->migrating_from) {
		return; /* a migration that goes on */
	}
	if (rsc->migrating_from || rsc->migrating_to) {
		if (all > 2)
			multiple = true;
		else {
			rsc->migrating_from = rsc->migrating_to = NULL;
			p->migrate = false;
			p->need_stop = true;
		}
	} else if (rsc->requires == REQUIRES_FENCING) {
		multiple = all > 1;
	} else {
		multiple = clean > 1;
	}
	if (!multiple)
		return;
	if (rsc->multiple == MULTIPLE_STOP_START)
		p->need_stop = true;
	else if (rsc->multiple == MULTIPLE_STOP_UNEXPECTED) {
		p->need_stop = true;
		rsc->flags |= RSC_STOP_UNEXPECTED;
	}
	p->migrate = false;
}

static void plan_failed(SchedRun *run, SchedRsc *rsc, Plan *p)
{
	if (p->moving)
		return;
	if (rsc_is(rsc, RSC_FAILED)) {
		if (rsc_is(rsc, RSC_NEEDS_STOP))
			p->need_stop = true;
		else if (rsc->next_role == ROLE_PROMOTED)
			p->need_promote = true;
	} else if (rsc_is(rsc, RSC_BLOCKED)) {
		p->need_stop = true;
	} else if (rsc->role > ROLE_STARTED && p->current && rsc->assigned) {
		SchedAction *start = sched_action(run, rsc, TASK_START, 0, rsc->assigned, true);
		if (!act_is(start, ACT_OPTIONAL))
			p->need_stop = true;
	}
}

void sched_create_primitive(SchedRun *run, SchedRsc *rsc)
{
	Plan p = { .current = sched_current(rsc) };
	if (rsc->next_role == ROLE_UNKNOWN)
		sched_set_next_role(rsc, rsc->assigned ? ROLE_STARTED : ROLE_STOPPED, "assignment");
	sched_abort_dangling(run, rsc);
	p.migrate = sched_can_migrate(run, rsc, p.current);
	if (p.current && rsc->assigned && p.current != rsc->assigned &&
		rsc->next_role >= ROLE_STARTED) {
		p.moving = true;
		p.need_stop = true;
	}
	plan_multiple(rsc, &p);
	if (rsc_is(rsc, RSC_START_PENDING) && rsc->assigned && rsc->next_role > ROLE_STOPPED) {
		SchedAction *start = sched_action(run, rsc, TASK_START, 0, rsc->assigned, true);
		start->flags |= ACT_PRINT;
	}
	plan_failed(run, rsc, &p);
	restart_actions(run, rsc, p.need_stop, p.need_promote);
	for (SchedRole role = rsc->role; role != rsc->next_role;) {
		SchedRole next = step(role, rsc->next_role);
		change_role(run, rsc, role, next, false);
		if (next == role)
			break;
		role = next;
	}
	sched_recurring(run, rsc);
	if (p.migrate && p.moving)
		sched_migration_actions(run, rsc, p.current);
}

void sched_cleanup(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool optional)
{
	if (rsc_is(rsc, RSC_FAILED) || !node->online)
		return;
	(void)sched_action(run, rsc, TASK_DELETE, 0, node, optional);
	sched_order(run, rsc, TASK_STOP, rsc, TASK_DELETE,
		optional ? ORDER_IMPLIES_THEN : ORDER_OPTIONAL);
	sched_order(run, rsc, TASK_DELETE, rsc, TASK_START,
		optional ? ORDER_IMPLIES_THEN : ORDER_OPTIONAL);
}

/* ---- orders between the actions of one resource ---- */

static void order_container(SchedRun *run, SchedRsc *rsc)
{
	if (!rsc->container)
		return;
	sched_order(run, rsc->container, TASK_START, rsc, TASK_START,
		ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
	sched_order(run, rsc, TASK_STOP, rsc->container, TASK_STOP, ORDER_IMPLIES_FIRST);
	(void)sched_colocate(run, (SchedColocation){ .id = "with its container",
					  .dependent = rsc,
					  .primary = rsc->container,
					  .score = CIB_INFINITY,
					  .influence = true });
}

static void primitive_constraints(SchedRun *run, SchedRsc *rsc)
{
	if (!rsc_is(rsc, RSC_MANAGED))
		return;
	sched_order(run, rsc, TASK_STOP, rsc, TASK_START,
		ORDER_OPTIONAL | ORDER_IMPLIES_THEN | ORDER_RESTART);
	if (rsc_is(sched_top(rsc), RSC_PROMOTABLE) || rsc->role > ROLE_UNPROMOTED) {
		sched_order(run, rsc, TASK_DEMOTE, rsc, TASK_STOP, ORDER_PROMOTED_IMPLIES_FIRST);
		sched_order(run, rsc, TASK_START, rsc, TASK_PROMOTE, ORDER_RUNNABLE);
	}
	sched_order(run, rsc, TASK_DELETE, rsc, TASK_MONITOR,
		ORDER_SAME_NODE | ORDER_THEN_CANCELS_FIRST);
	order_container(run, rsc);
}

static void group_constraints(SchedRun *run, SchedRsc *group)
{
	SchedRsc *top = sched_top(group), *before = NULL, *last_active = NULL;
	bool promotable = rsc_is(top, RSC_PROMOTABLE);
	sched_order(run, group, TASK_STOPPED, group, TASK_START, ORDER_OPTIONAL);
	sched_order(run, group, TASK_START, group, TASK_RUNNING, ORDER_RUNNABLE);
	sched_order(run, group, TASK_STOP, group, TASK_STOPPED, ORDER_RUNNABLE);
	if (promotable) {
		sched_order(run, group, TASK_DEMOTED, group, TASK_STOP, ORDER_OPTIONAL);
		sched_order(run, group, TASK_RUNNING, group, TASK_PROMOTE, ORDER_OPTIONAL);
	}
	for (uint32_t i = 0; i < group->children.n; i++, before = group->children.items[i - 1]) {
		SchedRsc *m = group->children.items[i];
		uint32_t stop_flags = ORDER_IMPLIES_FIRST_PRINTED,
			 after = ORDER_IMPLIES_THEN_PRINTED;
		sched_internal_constraints(run, m);
		if (promotable) {
			sched_order(run, group, TASK_DEMOTE, m, TASK_DEMOTE, stop_flags);
			sched_order(run, m, TASK_DEMOTE, group, TASK_DEMOTED, after);
			sched_order(run, m, TASK_PROMOTE, group, TASK_PROMOTED,
				ORDER_RUNNABLE | ORDER_IMPLIES_THEN | after);
			sched_order(run, group, TASK_PROMOTE, m, TASK_PROMOTE, stop_flags);
		}
		sched_order(run, group, TASK_STOP, m, TASK_STOP, stop_flags);
		sched_order(run, m, TASK_STOP, group, TASK_STOPPED, after);
		sched_order(run, m, TASK_START, group, TASK_RUNNING,
			ORDER_RUNNABLE | ORDER_IMPLIES_THEN | after);
		sched_order(run, group, TASK_START, m, TASK_START, stop_flags);
		if (m->running_on.n && before && !before->running_on.n && last_active &&
			rsc_is(group, RSC_ORDERED))
			sched_order(run, m, TASK_STOP, last_active, TASK_STOP, ORDER_OPTIONAL);
		if (m->running_on.n)
			last_active = m;
		if (before && rsc_is(group, RSC_COLOCATED))
			(void)sched_colocate(run, (SchedColocation){ .dependent = m,
							  .primary = before,
							  .score = CIB_INFINITY,
							  .influence = rsc_is(m, RSC_CRITICAL) });
		if (!before || !rsc_is(group, RSC_ORDERED))
			continue;
		sched_order(run, before, TASK_START, m, TASK_START,
			ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
		sched_order(run, m, TASK_STOP, before, TASK_STOP, ORDER_OPTIONAL | ORDER_RESTART);
		/* A member that is new between others starts only when those after it have stopped. */
		if (m->running_on.n && !before->running_on.n)
			sched_order(run, m, TASK_STOP, before, TASK_START,
				ORDER_IMPLIES_FIRST | ORDER_RUNNABLE);
		if (promotable) {
			sched_order(run, before, TASK_PROMOTE, m, TASK_PROMOTE,
				ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
			sched_order(run, m, TASK_DEMOTE, before, TASK_DEMOTE, ORDER_OPTIONAL);
		}
	}
}

static void promotable_constraints(SchedRun *run, SchedRsc *clone)
{
	SchedRsc *before = NULL;
	const SchedTask orders[][2] = { { TASK_STOPPED, TASK_START },
		{ TASK_STOPPED, TASK_PROMOTE }, { TASK_DEMOTED, TASK_STOP },
		{ TASK_DEMOTED, TASK_START }, { TASK_DEMOTED, TASK_PROMOTE },
		{ TASK_RUNNING, TASK_PROMOTE }, { TASK_DEMOTE, TASK_DEMOTED },
		{ TASK_PROMOTE, TASK_PROMOTED } };
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		sched_order(run, clone, orders[i][0], clone, orders[i][1],
			i >= 6 ? ORDER_RUNNABLE : ORDER_OPTIONAL);
	for (uint32_t i = 0; i < clone->children.n; i++, before = clone->children.items[i - 1]) {
		SchedRsc *m = clone->children.items[i];
		sched_order(run, clone, TASK_PROMOTE, m, TASK_PROMOTE, ORDER_IMPLIES_FIRST_PRINTED);
		sched_order(run, m, TASK_PROMOTE, clone, TASK_PROMOTED, ORDER_IMPLIES_THEN_PRINTED);
		sched_order(run, clone, TASK_DEMOTE, m, TASK_DEMOTE, ORDER_IMPLIES_FIRST_PRINTED);
		sched_order(run, m, TASK_DEMOTE, clone, TASK_DEMOTED, ORDER_IMPLIES_THEN_PRINTED);
		if (!before || !rsc_is(clone, RSC_ORDERED))
			continue;
		sched_order(run, before, TASK_PROMOTE, m, TASK_PROMOTE, ORDER_OPTIONAL);
		sched_order(run, m, TASK_DEMOTE, before, TASK_DEMOTE, ORDER_OPTIONAL);
	}
}

static void clone_constraints(SchedRun *run, SchedRsc *clone)
{
	SchedRsc *before = NULL;
	sched_order(run, clone, TASK_STOPPED, clone, TASK_START, ORDER_OPTIONAL);
	sched_order(run, clone, TASK_START, clone, TASK_RUNNING, ORDER_RUNNABLE);
	sched_order(run, clone, TASK_STOP, clone, TASK_STOPPED, ORDER_RUNNABLE);
	if (rsc_is(clone, RSC_PROMOTABLE)) {
		sched_order(run, clone, TASK_DEMOTED, clone, TASK_STOP, ORDER_OPTIONAL);
		sched_order(run, clone, TASK_RUNNING, clone, TASK_PROMOTE, ORDER_RUNNABLE);
	}
	for (uint32_t i = 0; i < clone->children.n; i++, before = clone->children.items[i - 1]) {
		SchedRsc *m = clone->children.items[i];
		sched_internal_constraints(run, m);
		sched_order(run, clone, TASK_START, m, TASK_START,
			ORDER_RUNNABLE | ORDER_IMPLIES_FIRST_PRINTED);
		sched_order(run, m, TASK_START, clone, TASK_RUNNING, ORDER_IMPLIES_THEN_PRINTED);
		sched_order(run, clone, TASK_STOP, m, TASK_STOP, ORDER_IMPLIES_FIRST_PRINTED);
		sched_order(run, m, TASK_STOP, clone, TASK_STOPPED, ORDER_IMPLIES_THEN_PRINTED);
		if (!before || !rsc_is(clone, RSC_ORDERED))
			continue;
		sched_order(run, before, TASK_START, m, TASK_START, ORDER_OPTIONAL);
		sched_order(run, m, TASK_STOP, before, TASK_STOP, ORDER_OPTIONAL);
	}
	if (rsc_is(clone, RSC_PROMOTABLE))
		promotable_constraints(run, clone);
}

void sched_internal_constraints(SchedRun *run, SchedRsc *rsc)
{
	switch (rsc->variant) {
	case RSC_PRIMITIVE: primitive_constraints(run, rsc); break;
	case RSC_GROUP: group_constraints(run, rsc); break;
	case RSC_CLONE: clone_constraints(run, rsc); break;
	}
}
