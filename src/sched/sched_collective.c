/* SPDX-License-Identifier: MIT */
/* Actions of groups and clones: they are pseudo actions, required and runnable as those of what is
 * in them. */
#include "sched/sched_decide.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

typedef struct InstanceState {
	bool active, starting, stopping, promoting, demoting;
} InstanceState;

static void look_at(const SchedRsc *rsc, InstanceState *s)
{
	for (uint32_t i = 0; i < rsc->children.n; i++)
		look_at(rsc->children.items[i], s);
	if (rsc->variant != RSC_PRIMITIVE)
		return;
	s->active |= rsc->running_on.n > 0;
	for (const SchedAction *a = rsc->actions; a; a = a->next) {
		bool required = !act_is(a, ACT_OPTIONAL);
		bool runs = act_is(a, ACT_RUNNABLE);
		if (a->task == TASK_START)
			s->starting |= required && runs;
		else if (a->task == TASK_STOP)
			s->stopping |= required && (runs || act_is(a, ACT_PSEUDO));
		else if (a->task == TASK_PROMOTE)
			s->promoting |= required && runs;
		else if (a->task == TASK_DEMOTE)
			s->demoting |= required && runs;
	}
}

static void create_group(SchedRun *run, SchedRsc *group)
{
	const SchedTask tasks[] = { TASK_START, TASK_RUNNING, TASK_STOP, TASK_STOPPED };
	const SchedTask promotable[] = { TASK_DEMOTE, TASK_DEMOTED, TASK_PROMOTE, TASK_PROMOTED };
	for (uint32_t i = 0; i < group->children.n; i++)
		sched_create_actions(run, group->children.items[i]);
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		(void)sched_pseudo(run, group, tasks[i], true, true);
	if (rsc_is(sched_top(group), RSC_PROMOTABLE))
		for (size_t i = 0; i < ARRAY_LEN(promotable); i++)
			(void)sched_pseudo(run, group, promotable[i], true, true);
}

static void create_clone(SchedRun *run, SchedRsc *clone)
{
	InstanceState s = { 0 };
	for (uint32_t i = 0; i < clone->children.n; i++) {
		sched_create_actions(run, clone->children.items[i]);
		look_at(clone->children.items[i], &s);
	}
	(void)sched_pseudo(run, clone, TASK_START, !s.starting, true);
	SchedAction *started = sched_pseudo(run, clone, TASK_RUNNING, !s.starting, false);
	started->priority = CIB_INFINITY;
	started->flags &= ~(uint32_t)ACT_RUNNABLE;
	if (s.active || s.starting)
		started->flags |= ACT_RUNNABLE;
	(void)sched_pseudo(run, clone, TASK_STOP, !s.stopping, true);
	sched_pseudo(run, clone, TASK_STOPPED, !s.stopping, true)->priority = CIB_INFINITY;
	if (rsc_is(clone, RSC_PROMOTABLE)) {
		(void)sched_pseudo(run, clone, TASK_PROMOTE, !s.promoting, true);
		sched_pseudo(run, clone, TASK_PROMOTED, !s.promoting, true)->priority =
			CIB_INFINITY;
		(void)sched_pseudo(run, clone, TASK_DEMOTE, !s.demoting, true);
		sched_pseudo(run, clone, TASK_DEMOTED, !s.demoting, true)->priority = CIB_INFINITY;
	}
	if (rsc_is(clone, RSC_NOTIFY))
		sched_notify_pseudo(run, clone);
}

void sched_create_actions(SchedRun *run, SchedRsc *rsc)
{
	switch (rsc->variant) {
	case RSC_PRIMITIVE: sched_create_primitive(run, rsc); break;
	case RSC_GROUP: create_group(run, rsc); break;
	case RSC_CLONE: create_clone(run, rsc); break;
	}
}

/* ---- flags of actions ---- */

/* The task of a member that a task of the whole stands for. */
static SchedTask member_task(SchedTask task)
{
	switch ((int)task) {
	case TASK_RUNNING: return TASK_START;
	case TASK_STOPPED: return TASK_STOP;
	case TASK_PROMOTED: return TASK_PROMOTE;
	case TASK_DEMOTED: return TASK_DEMOTE;
	default: return task;
	}
}

static uint32_t flags_of(SchedRun *run, SchedAction *action, const SchedNode *node);

static uint32_t group_flags(SchedRun *run, SchedAction *action, const SchedNode *node)
{
	uint32_t flags = ACT_OPTIONAL | ACT_RUNNABLE | ACT_PSEUDO;
	SchedTask task = member_task(action->task);
	for (uint32_t i = 0; i < action->rsc->children.n; i++) {
		SchedAction *m = sched_find(action->rsc->children.items[i], task, node);
		if (!m) {
			if (action->task != TASK_STOP && action->task != TASK_DEMOTE)
				flags &= ~(uint32_t)ACT_RUNNABLE;
			continue;
		}
		uint32_t theirs = flags_of(run, m, node);
		if ((flags & ACT_OPTIONAL) && !(theirs & ACT_OPTIONAL)) {
			flags &= ~(uint32_t)ACT_OPTIONAL;
			action->flags &= ~(uint32_t)ACT_OPTIONAL;
		}
		if (task != action->task && (flags & ACT_RUNNABLE) && !(theirs & ACT_RUNNABLE)) {
			flags &= ~(uint32_t)ACT_RUNNABLE;
			action->flags &= ~(uint32_t)ACT_RUNNABLE;
		}
	}
	return flags;
}

static uint32_t clone_flags(SchedRun *run, SchedAction *action, const SchedNode *node)
{
	uint32_t flags = ACT_OPTIONAL | ACT_RUNNABLE | ACT_PSEUDO;
	SchedTask task = member_task(action->task);
	bool any = false;
	if (action->notify_type)
		return action->flags;
	for (uint32_t i = 0; i < action->rsc->children.n; i++) {
		SchedRsc *instance = action->rsc->children.items[i];
		SchedAction *m = sched_find(
			instance, task, instance->variant == RSC_PRIMITIVE ? node : NULL);
		if (!m)
			continue;
		uint32_t theirs = flags_of(run, m, node);
		if ((flags & ACT_OPTIONAL) && !(theirs & ACT_OPTIONAL)) {
			flags &= ~(uint32_t)ACT_OPTIONAL;
			action->flags &= ~(uint32_t)ACT_OPTIONAL;
		}
		any |= (theirs & ACT_RUNNABLE) != 0;
	}
	if (!any) {
		flags &= ~(uint32_t)ACT_RUNNABLE;
		if (!node)
			action->flags &= ~(uint32_t)ACT_RUNNABLE;
	}
	return flags;
}

static uint32_t flags_of(SchedRun *run, SchedAction *action, const SchedNode *node)
{
	if (!action->rsc || action->rsc->variant == RSC_PRIMITIVE)
		return action->flags;
	return action->rsc->variant == RSC_GROUP ? group_flags(run, action, node)
						 : clone_flags(run, action, node);
}

uint32_t sched_action_flags(SchedRun *run, SchedAction *action, const SchedNode *node)
{
	if (!action->rsc)
		return action->flags;
	uint32_t flags = flags_of(run, action, NULL);
	if (node && action->rsc->variant == RSC_CLONE) {
		uint32_t here = flags_of(run, action, node);
		/* For orders it counts whether it can run anywhere. */
		return here | (flags & ACT_RUNNABLE);
	}
	return flags;
}

/* ---- orders between instances ---- */

static bool interleaved(const SchedAction *first, const SchedAction *then)
{
	if (!first->rsc || !then->rsc || first->rsc == then->rsc ||
		first->rsc->variant != RSC_CLONE || then->rsc->variant != RSC_CLONE)
		return false;
	bool down = then->task == TASK_STOP || then->task == TASK_DEMOTE;
	return rsc_is(down ? first->rsc : then->rsc, RSC_INTERLEAVE);
}

static uint32_t update_interleaved(const SchedUpdate *u)
{
	SchedTask first_task = member_task(u->first->task);
	uint32_t changed = 0;
	if (u->first->notify_type)
		first_task = sched_task_parse(u->first->notify_operation) == TASK_NONE
				     ? first_task
				     : member_task(sched_task_parse(u->first->notify_operation));
	bool current =
		u->first->task == TASK_STOPPED || u->first->task == TASK_DEMOTED ||
		(u->first->notify_type && (first_task == TASK_STOP || first_task == TASK_DEMOTE));
	for (uint32_t i = 0; i < u->then->rsc->children.n; i++) {
		SchedRsc *instance = u->then->rsc->children.items[i];
		SchedRsc *other = sched_compatible_instance(
			u->run, instance, u->first->rsc, ROLE_UNKNOWN, current);
		if (!other) {
			if (!current && (u->type & (ORDER_RUNNABLE | ORDER_IMPLIES_THEN)) &&
				sched_assign_to(u->run, instance, NULL, true, true))
				changed |= CHANGED_THEN;
			continue;
		}
		SchedAction *first = sched_find(other, first_task, NULL);
		SchedAction *then = sched_find(instance, u->then->task, NULL);
		if (!first || !then)
			continue;
		if (sched_order_actions(u->run, first, then, u->type))
			changed |= CHANGED_FIRST | CHANGED_THEN;
		SchedUpdate one = *u;
		one.first = first;
		one.then = then;
		one.flags = flags_of(u->run, first, u->node);
		uint32_t c = sched_update_ordered(&one, instance);
		if (c & CHANGED_THEN)
			for (uint32_t k = 0; k < then->after.n; k++)
				sched_update_action(u->run, then->after.items[k].action);
		changed |= c;
	}
	return changed;
}

uint32_t sched_update_instances(const SchedUpdate *u, SchedRsc *clone)
{
	if (interleaved(u->first, u->then))
		return update_interleaved(u);
	uint32_t changed = sched_update_ordered(u, NULL);
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		SchedAction *then = sched_find(instance, u->then->task, u->node);
		if (!then || !(flags_of(u->run, then, u->node) & ACT_RUNNABLE))
			continue;
		SchedUpdate one = *u;
		one.then = then;
		uint32_t c = sched_update_ordered(&one, instance);
		if (c & CHANGED_THEN)
			for (uint32_t k = 0; k < then->after.n; k++)
				sched_update_action(u->run, then->after.items[k].action);
	}
	return changed;
}
