/* SPDX-License-Identifier: MIT */
/* How the facts of one action spread to those ordered with it: required, runnable, migratable. What
 * changed is looked at again until nothing changes; a list takes the place of recursion. */
#include "sched/sched_decide.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

struct UpdateQueue {
	CIB_LIST(SchedAction *) todo;
	uint32_t depth; /* of visits in visits */
};
typedef struct UpdateQueue UpdateQueue;

static const char *because(SchedRun *run, const char *what, const SchedAction *other)
{
	if (!other->rsc)
		return arena_printf(run->arena, "%s %s", what, sched_action_task(other));
	return arena_printf(run->arena, "%s %s %s", what, other->rsc->id, sched_action_task(other));
}

static void clear(SchedRun *run, SchedAction *action, uint32_t flag, const SchedAction *other)
{
	if (!act_is(action, flag))
		return;
	action->flags &= ~flag;
	if (action->rsc && action->rsc == other->rsc)
		return;
	if (flag == ACT_RUNNABLE)
		sched_set_reason(action, because(run, "unrunnable", other), false);
	else if (flag == ACT_OPTIONAL)
		sched_set_reason(action, because(run, "required", other), false);
	else if (flag == ACT_MIGRATABLE)
		sched_set_reason(action, because(run, "unmigrateable", other), false);
}

static void asymmetric(SchedRun *run, SchedAction *first, SchedAction *then)
{
	if (!then->rsc || act_is(first, ACT_RUNNABLE))
		return;
	if (act_is(then, ACT_OPTIONAL)) {
		SchedRole role = sched_role(then->rsc, true);
		if (then->task == TASK_STOP && role == ROLE_STOPPED)
			return;
		if (then->task == TASK_START && role == ROLE_STARTED &&
			then->rsc->running_on.n == 1)
			return;
	}
	clear(run, then, ACT_OPTIONAL, first);
	clear(run, then, ACT_RUNNABLE, first);
}

static void restart(SchedRun *run, SchedAction *first, SchedAction *then, uint32_t filter)
{
	bool needed = (filter & ACT_OPTIONAL) && !act_is(then, ACT_OPTIONAL);
	if ((filter & ACT_RUNNABLE) && !act_is(then, ACT_RUNNABLE) &&
		rsc_is(then->rsc, RSC_MANAGED) && first->rsc == then->rsc)
		needed = true;
	if (!needed)
		return;
	if (act_is(first, ACT_RUNNABLE))
		clear(run, first, ACT_OPTIONAL, then);
	if (!act_is(then, ACT_OPTIONAL))
		clear(run, first, ACT_OPTIONAL, then);
	if (!act_is(then, ACT_MIGRATABLE))
		clear(run, first, ACT_MIGRATABLE, then);
	if (!act_is(first, ACT_OPTIONAL) && !act_is(first, ACT_RUNNABLE))
		clear(run, then, ACT_RUNNABLE, first);
}

static void update_first(const SchedUpdate *u)
{
	SchedAction *first = u->first, *then = u->then;
	if ((u->type & ORDER_IMPLIES_FIRST) && (u->filter & ACT_OPTIONAL) &&
		!act_is(then, ACT_OPTIONAL)) {
		clear(u->run, first, ACT_OPTIONAL, then);
		if (act_is(first, ACT_MIGRATABLE) && !act_is(then, ACT_MIGRATABLE))
			clear(u->run, first, ACT_MIGRATABLE, then);
	}
	if ((u->type & ORDER_PROMOTED_IMPLIES_FIRST) && (u->filter & ACT_OPTIONAL) &&
		!act_is(then, ACT_OPTIONAL) && then->rsc && then->rsc->role == ROLE_PROMOTED) {
		clear(u->run, first, ACT_OPTIONAL, then);
		if (act_is(first, ACT_MIGRATABLE) && !act_is(then, ACT_MIGRATABLE))
			clear(u->run, first, ACT_MIGRATABLE, then);
	}
	if ((u->type & ORDER_IMPLIES_FIRST_MIGRATABLE) && (u->filter & ACT_OPTIONAL)) {
		if (!act_is(then, ACT_MIGRATABLE) || !act_is(then, ACT_RUNNABLE))
			clear(u->run, first, ACT_RUNNABLE, then);
		if (!act_is(then, ACT_OPTIONAL))
			clear(u->run, first, ACT_OPTIONAL, then);
	}
}

static void update_then(const SchedUpdate *u)
{
	SchedAction *first = u->first, *then = u->then;
	if ((u->type & ORDER_PSEUDO) && (u->filter & ACT_OPTIONAL) &&
		!act_is(first, ACT_RUNNABLE)) {
		clear(u->run, then, ACT_MIGRATABLE, first);
		then->flags &= ~(uint32_t)ACT_PSEUDO;
	}
	if ((u->type & ORDER_RUNNABLE) && (u->filter & ACT_RUNNABLE) &&
		act_is(then, ACT_RUNNABLE) && !(u->flags & ACT_RUNNABLE)) {
		clear(u->run, then, ACT_RUNNABLE, first);
		clear(u->run, then, ACT_MIGRATABLE, first);
	}
	if ((u->type & ORDER_IMPLIES_THEN) && (u->filter & ACT_OPTIONAL) &&
		act_is(then, ACT_OPTIONAL) && !(u->flags & ACT_OPTIONAL) &&
		!act_is(first, ACT_MIGRATABLE))
		clear(u->run, then, ACT_OPTIONAL, first);
	if (u->type & ORDER_RESTART)
		restart(u->run, first, then, u->filter);
}

static uint32_t update_pair(const SchedUpdate *u)
{
	uint32_t first = u->first->flags, then = u->then->flags, changed = 0;
	if (u->type & ORDER_ASYMMETRICAL)
		asymmetric(u->run, u->first, u->then);
	update_first(u);
	update_then(u);
	if (then != u->then->flags)
		changed |= CHANGED_THEN;
	if (first != u->first->flags)
		changed |= CHANGED_FIRST;
	if ((changed & CHANGED_THEN) && u->then->rsc && u->then->rsc->parent)
		sched_update_action(u->run, u->then);
	return changed;
}

/* The way of the resource: its variant decides what an order does to it. NULL: the pair alone. */
uint32_t sched_update_ordered(const SchedUpdate *u, SchedRsc *rsc)
{
	if (!rsc || rsc->variant == RSC_PRIMITIVE)
		return update_pair(u);
	if (rsc->variant == RSC_CLONE)
		return sched_update_instances(u, rsc);
	uint32_t changed = update_pair(u);
	for (uint32_t i = 0; i < rsc->children.n; i++) {
		SchedAction *m = sched_find(rsc->children.items[i], u->then->task, u->node);
		if (!m)
			continue;
		SchedUpdate one = *u;
		one.then = m;
		changed |= sched_update_ordered(&one, rsc->children.items[i]);
	}
	return changed;
}

typedef struct Pair {
	SchedRun *run;
	SchedAction *first, *then;
	const SchedNode *node;
	uint32_t first_flags, then_flags;
	SchedInput *input;
} Pair;

static uint32_t ask(const Pair *p, SchedRsc *rsc, uint32_t flags, uint32_t filter, uint32_t type)
{
	SchedUpdate u = { p->run, p->first, p->then, p->node, flags, filter, type };
	return sched_update_ordered(&u, rsc);
}

static uint32_t required_types(const Pair *p, uint32_t type)
{
	SchedAction *first = p->first, *then = p->then;
	uint32_t changed = 0, f = p->first_flags;
	if (type & ORDER_IMPLIES_THEN) {
		if (then->rsc)
			changed |= ask(
				p, then->rsc, f & ACT_OPTIONAL, ACT_OPTIONAL, ORDER_IMPLIES_THEN);
		else if (!(f & ACT_OPTIONAL) && act_is(then, ACT_OPTIONAL)) {
			then->flags &= ~(uint32_t)ACT_OPTIONAL;
			changed |= CHANGED_THEN;
		}
	}
	if ((type & ORDER_RESTART) && then->rsc)
		changed |= ask(p, then->rsc, f, ACT_OPTIONAL | ACT_RUNNABLE, ORDER_RESTART);
	if (type & ORDER_IMPLIES_FIRST) {
		if (first->rsc)
			changed |= ask(p, first->rsc, f, ACT_OPTIONAL, ORDER_IMPLIES_FIRST);
		else if (!(f & ACT_OPTIONAL) && act_is(first, ACT_RUNNABLE)) {
			first->flags &= ~(uint32_t)ACT_RUNNABLE;
			changed |= CHANGED_FIRST;
		}
	}
	if ((type & ORDER_PROMOTED_IMPLIES_FIRST) && then->rsc)
		changed |= ask(
			p, then->rsc, f & ACT_OPTIONAL, ACT_OPTIONAL, ORDER_PROMOTED_IMPLIES_FIRST);
	if ((type & ORDER_IMPLIES_FIRST_MIGRATABLE) && then->rsc)
		changed |= ask(p, then->rsc, f, ACT_OPTIONAL, ORDER_IMPLIES_FIRST_MIGRATABLE);
	if ((type & ORDER_PSEUDO) && then->rsc)
		changed |= ask(p, then->rsc, f, ACT_OPTIONAL, ORDER_PSEUDO);
	return changed;
}

static uint32_t runnable_types(const Pair *p, uint32_t type)
{
	SchedAction *first = p->first, *then = p->then;
	uint32_t changed = 0, f = p->first_flags;
	if ((type & ORDER_ONE_OR_MORE) && !then->rsc && (f & ACT_RUNNABLE)) {
		then->runnable_before++;
		if (then->runnable_before >= then->required_before && !act_is(then, ACT_RUNNABLE)) {
			then->flags |= ACT_RUNNABLE;
			changed |= CHANGED_THEN;
		}
	}
	if ((type & ORDER_PROBE) && then->rsc) {
		if (!act_is(first, ACT_RUNNABLE) && first->rsc && first->rsc->running_on.n)
			p->input->type = ORDER_OPTIONAL;
		else
			changed |= ask(p, then->rsc, f, ACT_RUNNABLE, ORDER_RUNNABLE);
	}
	if (type & ORDER_RUNNABLE) {
		if (then->rsc)
			changed |= ask(p, then->rsc, f, ACT_RUNNABLE, ORDER_RUNNABLE);
		else if (!(f & ACT_RUNNABLE) && act_is(then, ACT_RUNNABLE)) {
			clear(p->run, then, ACT_RUNNABLE, first);
			changed |= CHANGED_THEN;
		}
	}
	if ((type & ORDER_OPTIONAL) && then->rsc && then->rsc->variant == RSC_CLONE)
		changed |= ask(p, then->rsc, f, ACT_RUNNABLE, ORDER_OPTIONAL);
	if ((type & ORDER_ASYMMETRICAL) && then->rsc)
		changed |= ask(p, then->rsc, f, ACT_RUNNABLE, ORDER_ASYMMETRICAL);
	return changed;
}

static uint32_t apply_order(Pair *p)
{
	uint32_t type = p->input->type, changed = 0;
	SchedAction *first = p->first, *then = p->then;
	if (type & ORDER_IMPLIES_THEN_ON_NODE) {
		const SchedNode *node = p->node;
		p->node = then->node;
		changed |= required_types(p, ORDER_IMPLIES_THEN);
		p->node = node;
		type &= ~(uint32_t)ORDER_IMPLIES_THEN;
	}
	changed |= required_types(p, type);
	changed |= runnable_types(p, type);
	if ((type & ORDER_IMPLIES_THEN_PRINTED) && act_is(first, ACT_RUNNABLE) &&
		!(p->first_flags & ACT_OPTIONAL))
		then->flags |= ACT_PRINT;
	if ((type & ORDER_IMPLIES_FIRST_PRINTED) && !(p->then_flags & ACT_OPTIONAL))
		first->flags |= ACT_PRINT;
	if ((type & (ORDER_IMPLIES_THEN | ORDER_IMPLIES_FIRST | ORDER_RESTART)) && first->rsc &&
		first->task == TASK_STOP && !rsc_is(first->rsc, RSC_MANAGED) &&
		rsc_is(first->rsc, RSC_BLOCKED) && !act_is(first, ACT_RUNNABLE) &&
		act_is(then, ACT_RUNNABLE)) {
		clear(p->run, then, ACT_RUNNABLE, first);
		changed |= CHANGED_THEN;
	}
	return changed;
}

/* An order after a whole counts from when the whole is done: start stands for running. */
static SchedAction *done_action(SchedAction *action)
{
	SchedRsc *rsc = action->rsc;
	SchedTask task = action->task;
	if (!rsc || rsc->variant == RSC_PRIMITIVE || action->notify_type)
		return action;
	task = task == TASK_START     ? TASK_RUNNING
	       : task == TASK_STOP    ? TASK_STOPPED
	       : task == TASK_PROMOTE ? TASK_PROMOTED
	       : task == TASK_DEMOTE  ? TASK_DEMOTED
				      : TASK_NONE;
	if (task == TASK_NONE)
		return action;
	if (rsc_is(rsc, RSC_NOTIFY) && rsc->variant == RSC_CLONE)
		for (SchedAction *a = rsc->actions; a; a = a->next)
			if (a->notify_type && !strcmp(a->notify_type, "confirmed-post") &&
				!strcmp(a->notify_operation, sched_task_names[task]))
				return a;
	return sched_find_exact(rsc, task, 0, NULL) ?: action;
}

/* Where a group starts; the node of other actions is their own. */
static const SchedNode *node_of(SchedRun *run, const SchedAction *action)
{
	if (action->rsc && action->rsc->variant == RSC_GROUP && action->task == TASK_START)
		return sched_location(action->rsc, NULL, false, run->arena);
	return action->node;
}

enum { VISIT_DEPTH_MAX = 200 };

static void update(SchedRun *run, UpdateQueue *q, SchedAction *then);

static void push(SchedRun *run, UpdateQueue *q, SchedAction *action)
{
	if (act_is(action, ACT_QUEUED))
		return;
	action->flags |= ACT_QUEUED;
	cib_push(run->arena, &q->todo, action);
}

/* At once, so that causes come before what they cause; where that goes too deep it has to wait. */
static void visit(SchedRun *run, UpdateQueue *q, SchedAction *action)
{
	if (q->depth >= VISIT_DEPTH_MAX) {
		push(run, q, action);
		return;
	}
	q->depth++;
	update(run, q, action);
	q->depth--;
}

static void block_dependents(SchedRun *run, UpdateQueue *q, SchedRsc *blocked, SchedRsc *reason);

static void block_start(SchedRun *run, UpdateQueue *q, SchedRsc *rsc, SchedRsc *reason)
{
	for (SchedAction *a = rsc->actions; a; a = a->next) {
		if (a->task != TASK_START || !act_is(a, ACT_RUNNABLE))
			continue;
		a->flags &= ~(uint32_t)ACT_RUNNABLE;
		sched_set_reason(
			a, arena_printf(run->arena, "colocation with %s", reason->id), false);
		for (uint32_t i = 0; i < a->after.n; i++)
			push(run, q, a->after.items[i].action);
		push(run, q, a);
		block_dependents(run, q, rsc, rsc);
	}
	for (uint32_t i = 0; i < rsc->children.n; i++)
		block_start(run, q, rsc->children.items[i], reason);
}

static void block_dependents(SchedRun *run, UpdateQueue *q, SchedRsc *rsc, SchedRsc *reason)
{
	if (rsc->parent && rsc->parent->variant == RSC_GROUP)
		rsc = rsc->parent;
	if (rsc_is(rsc, RSC_DETECT_LOOP))
		return;
	rsc->flags |= RSC_DETECT_LOOP;
	for (uint32_t i = 0; i < rsc->with_this.n; i++) {
		const SchedColocation *c = rsc->with_this.items[i];
		if (c->score == CIB_INFINITY && c->primary_role == ROLE_UNKNOWN &&
			sched_coloc_influence(c, rsc))
			block_start(run, q, c->dependent, reason);
	}
	rsc->flags &= ~(uint32_t)RSC_DETECT_LOOP;
}

static uint32_t update_one(SchedRun *run, UpdateQueue *q, SchedAction *then, uint32_t i)
{
	SchedInput *input = &then->before.items[i];
	SchedAction *first = input->action;
	if (!input->type)
		return 0;
	const SchedNode *then_node = node_of(run, then), *first_node = node_of(run, first);
	if ((input->type & ORDER_SAME_NODE) && first_node && then_node && first_node != then_node) {
		input->type = 0;
		return 0;
	}
	if (first->rsc && then->rsc && first->rsc != then->rsc && first->rsc != then->rsc->parent &&
		first->rsc->variant != RSC_PRIMITIVE && first->rsc != sched_top(then->rsc))
		first = done_action(first);
	if (first != input->action) {
		uint32_t type = input->type;
		input->type = 0;
		return sched_order_actions(run, first, then, type) ? CHANGED_THEN : 0;
	}
	Pair p = { run, first, then, then->node, sched_action_flags(run, first, then_node),
		sched_action_flags(run, then, first_node), &then->before.items[i] };
	uint32_t changed = apply_order(&p);
	if (changed & CHANGED_FIRST) {
		for (uint32_t k = first->after.n; k-- > 0;)
			visit(run, q, first->after.items[k].action);
		visit(run, q, first);
	}
	return changed;
}

static void update(SchedRun *run, UpdateQueue *q, SchedAction *then)
{
	uint32_t before = then->flags, changed = 0;
	if (act_is(then, ACT_MIN_RUNNABLE)) {
		then->runnable_before = 0;
		if (!then->required_before)
			then->required_before = 1;
		then->flags &= ~(uint32_t)ACT_RUNNABLE;
	}
	for (uint32_t i = then->before.n; i-- > 0;)
		changed |= update_one(run, q, then, i);
	if (act_is(then, ACT_MIN_RUNNABLE))
		changed = ((before ^ then->flags) & ~(uint32_t)ACT_QUEUED) ? CHANGED_THEN : 0;
	if (!(changed & CHANGED_THEN) &&
		!((before ^ then->flags) & ~(uint32_t)(ACT_QUEUED | ACT_PRINT)))
		return;
	if ((before & ACT_RUNNABLE) && !act_is(then, ACT_RUNNABLE) && then->task == TASK_START &&
		then->rsc)
		block_dependents(run, q, then->rsc, then->rsc);
	visit(run, q, then);
	for (uint32_t i = then->after.n; i-- > 0;)
		visit(run, q, then->after.items[i].action);
}

static void drain(SchedRun *run, UpdateQueue *q)
{
	while (q->todo.n) {
		SchedAction *action = q->todo.items[--q->todo.n];
		action->flags &= ~(uint32_t)ACT_QUEUED;
		update(run, q, action);
	}
}

void sched_update_action(SchedRun *run, SchedAction *action)
{
	/* Taken up by the walk that is under way. */
	if (run->update_queue)
		visit(run, run->update_queue, action);
}

void sched_apply_orders(SchedRun *run)
{
	UpdateQueue q = { 0 };
	run->update_queue = &q;
	for (uint32_t i = run->actions.n; i-- > 0;) {
		push(run, &q, run->actions.items[i]);
		drain(run, &q);
	}
	run->update_queue = NULL;
}
