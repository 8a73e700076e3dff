/* SPDX-License-Identifier: MIT */
/* Probes: one-time monitors where it is not known whether a resource is active. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

static bool excluded(const SchedRsc *rsc, const SchedNode *node)
{
	const SchedSlot *slot = &rsc->allowed[node->index];
	if (rsc_is(rsc, RSC_EXCLUSIVE) || rsc_is(sched_top(rsc), RSC_EXCLUSIVE))
		return !slot->present || slot->discover != DISCOVER_EXCLUSIVE;
	return slot->present && slot->discover == DISCOVER_NEVER;
}

/* Instances of an anonymous clone cannot be told apart: what is known of one is known of all. */
static bool known(const SchedRsc *rsc, const SchedNode *node)
{
	const SchedRsc *top = sched_top(rsc);
	if (rsc->known_on[node->index])
		return true;
	if (top->variant != RSC_CLONE || rsc_is(rsc, RSC_UNIQUE))
		return false;
	for (uint32_t i = 0; i < top->children.n; i++) {
		const SchedRsc *instance = top->children.items[i];
		if (!strcmp(instance->config_name, rsc->config_name) &&
			instance->known_on[node->index])
			return true;
		for (uint32_t k = 0; k < instance->children.n; k++)
			if (!strcmp(instance->children.items[k]->config_name, rsc->config_name) &&
				instance->children.items[k]->known_on[node->index])
				return true;
	}
	return false;
}

static void probe_primitive(SchedRun *run, SchedRsc *rsc, SchedNode *node)
{
	SchedRsc *top = sched_top(rsc);
	if (rsc_is(rsc, RSC_REMOVED) || rsc->container || known(rsc, node) || excluded(rsc, node))
		return;
	if (!run->startup_probes)
		return;
	SchedAction *probe = sched_action(run, rsc, TASK_MONITOR, 0, node, false);
	probe->flags &= ~(uint32_t)ACT_OPTIONAL;
	probe->probe = true;
	if (!sched_is_running_on(rsc, node))
		probe->target_rc = 7;
	else if (rsc->role == ROLE_PROMOTED)
		probe->target_rc = 8;
	sched_order_unfence(run, rsc, node, probe, ORDER_OPTIONAL);
	if (top->variant != RSC_CLONE)
		top = rsc;
	sched_order_full(run, (SchedOrder){ .flags = ORDER_PROBE | ORDER_OPTIONAL,
				      .first_rsc = rsc,
				      .first = probe,
				      .then_rsc = top,
				      .then_task = TASK_START });
	sched_order_full(run, (SchedOrder){ .flags = ORDER_OPTIONAL,
				      .first_rsc = rsc,
				      .first = probe,
				      .then_rsc = top,
				      .then_task = TASK_RELOAD });
}

static void probe_rsc(SchedRun *run, SchedRsc *rsc, SchedNode *node);

static void probe_children(SchedRun *run, SchedRsc *rsc, SchedNode *node)
{
	for (uint32_t i = 0; i < rsc->children.n; i++)
		probe_rsc(run, rsc->children.items[i], node);
}

/* One instance of an anonymous clone stands for all: the one that will be on the node. */
static void probe_anonymous(SchedRun *run, SchedRsc *clone, SchedNode *node)
{
	SchedRsc *chosen = NULL;
	for (uint32_t i = 0; i < clone->children.n && !chosen; i++) {
		SchedRsc *instance = clone->children.items[i];
		if (sched_location(instance, NULL, true, run->arena) == node)
			chosen = instance;
	}
	for (uint32_t i = 0; i < clone->children.n && !chosen; i++) {
		SchedRsc *instance = clone->children.items[i];
		if (sched_location(instance, NULL, false, run->arena) == node)
			chosen = instance;
	}
	if (!chosen && clone->children.n)
		chosen = clone->children.items[0];
	if (chosen)
		probe_rsc(run, chosen, node);
}

static void probe_rsc(SchedRun *run, SchedRsc *rsc, SchedNode *node)
{
	if (rsc->variant == RSC_PRIMITIVE) {
		probe_primitive(run, rsc, node);
	} else if (rsc->variant == RSC_CLONE && !rsc_is(rsc, RSC_UNIQUE)) {
		if (!excluded(rsc, node))
			probe_anonymous(run, rsc, node);
	} else {
		probe_children(run, rsc, node);
	}
}

void sched_probes(SchedRun *run)
{
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		if (!node->online || node->unclean || node->discovery_disabled)
			continue;
		for (uint32_t r = 0; r < run->rscs.n; r++)
			probe_rsc(run, run->rscs.items[r], node);
	}
}
