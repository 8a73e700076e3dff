/* SPDX-License-Identifier: MIT */
/* Instances of clones: in which order they choose, and where they may stay. */
#include "sched/sched_decide.h"
#include "sched/sched_model.h"

#include <stdio.h>

/* ---- the order in which instances choose ---- */

static SchedNode *active_at(const SchedRsc *instance, uint32_t *ret_n)
{
	*ret_n = instance->running_on.n;
	return instance->running_on.n ? instance->running_on.items[0] : NULL;
}

static bool failed_part(const SchedRsc *rsc)
{
	if (rsc_is(rsc, RSC_FAILED))
		return true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		if (failed_part(rsc->children.items[i]))
			return true;
	return false;
}

static int better(bool a, bool b)
{
	return a == b ? 0 : a ? -1 : 1;
}

static void add_colocations(SchedRun *run, SchedRsc *instance, SchedSlot **slots)
{
	SchedColocations list = sched_this_with(run, instance);
	SchedMerge m = { .run = run, .slots = slots, .active = true, .this_with = true };
	cib_each(item, &list) sched_coloc_merge(
		&m, (*item)->primary, *item, (float)(*item)->score / (float)CIB_INFINITY);
	list = sched_with_this(run, instance);
	m.this_with = false;
	cib_each(item, &list) if (sched_coloc_influence(*item, instance)) sched_coloc_merge(
		&m, (*item)->dependent, *item, (float)(*item)->score / (float)CIB_INFINITY);
}

static SchedSlot *colocated_scores(SchedRun *run, SchedRsc *instance)
{
	SchedSlot *slots = mem_alloc(run->nodes.n + 1, sizeof(SchedSlot));
	const SchedRsc *top = sched_top(instance);
	for (uint32_t i = 0; i < run->nodes.n; i++)
		slots[i].present = instance->allowed[i].present || top->allowed[i].present;
	for (uint32_t i = 0; i < instance->running_on.n; i++)
		slots[instance->running_on.items[i]->index].present = true;
	add_colocations(run, instance, &slots);
	return slots;
}

static int compare_by_colocation(SchedRun *run, SchedRsc *a, SchedRsc *b)
{
	SchedNode *on_a = a->running_on.items[0], *on_b = b->running_on.items[0];
	SchedSlot *x = colocated_scores(run, a), *y = colocated_scores(run, b);
	int result = 0;
	if (x[on_a->index].present && y[on_b->index].present) {
		int score_a = x[on_a->index].score, score_b = y[on_b->index].score;
		result = score_a > score_b ? -1 : score_a < score_b;
	}
	free(x);
	free(y);
	return result;
}

static int compare_active(SchedRun *run, SchedRsc *a, SchedRsc *b, SchedNode *on_a, SchedNode *on_b)
{
	SchedSlot *here_a = &a->parent->allowed[on_a->index];
	SchedSlot *here_b = &b->parent->allowed[on_b->index];
	int c = better(
		sched_node_available(on_a, NULL, false), sched_node_available(on_b, NULL, false));
	if (!c)
		c = better(here_a->present, here_b->present);
	if (!c && here_a->count != here_b->count)
		c = here_a->count < here_b->count ? -1 : 1;
	if (!c)
		c = better(!failed_part(a), !failed_part(b));
	return c ? c : compare_by_colocation(run, a, b);
}

int sched_instance_compare(SchedRun *run, SchedRsc *a, SchedRsc *b)
{
	uint32_t n_a, n_b;
	SchedNode *on_a = active_at(a, &n_a), *on_b = active_at(b, &n_b);
	if (n_a && n_b && n_a != n_b && (n_a > 1 || n_b > 1))
		return n_a < n_b ? -1 : 1;
	bool can_a = on_a && a->allowed[on_a->index].present && a->allowed[on_a->index].score >= 0;
	bool can_b = on_b && b->allowed[on_b->index].present && b->allowed[on_b->index].score >= 0;
	int c = better(can_a, can_b);
	if (c)
		return c;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	c = better(on_a != NULL, on_b != NULL);
	if (!c && on_a && on_b)
		c = compare_active(run, a, b, on_a, on_b);
	if (c)
		return c;
	return a->instance == b->instance  ? strcmp(a->id, b->id)
	       : a->instance < b->instance ? -1
					   : 1;
}

static void sort_instances(SchedRun *run, SchedRscs *list)
{
	for (uint32_t i = 1; i < list->n; i++) {
		SchedRsc *rsc = list->items[i];
		uint32_t at = i;
		for (; at > 0 && sched_instance_compare(run, list->items[at - 1], rsc) > 0; at--)
			list->items[at] = list->items[at - 1];
		list->items[at] = rsc;
	}
}

/* ---- the choice ---- */

typedef struct Instances {
	SchedRun *run;
	SchedRsc *clone;
	int max, max_per_node, optimal, available;
} Instances;

/* Nodes that have enough, or are not for the clone, are out of the question for the instance. */
static void ban_unavailable(const Instances *all, SchedRsc *instance)
{
	for (uint32_t i = 0; i < all->run->nodes.n; i++) {
		SchedSlot *slot = &instance->allowed[i], *whole = &all->clone->allowed[i];
		SchedNode *node = all->run->nodes.items[i];
		if (!slot->present)
			continue;
		bool ok = sched_node_available(node, NULL, false) && whole->present &&
			  whole->score >= 0;
		if (ok && whole->count < all->max_per_node)
			continue;
		slot->score = -CIB_INFINITY;
		sched_reason(all->run,
			(SchedReason){ instance, node, -CIB_INFINITY, BECAUSE_LIMIT,
				ok ? "clone-node-max" : NULL },
			"%s",
			ok ? "the node has as many instances as clone-node-max lets it have"
			   : "the clone may not be there");
		for (uint32_t k = 0; k < instance->children.n; k++)
			if (instance->children.items[k]->allowed[i].present)
				instance->children.items[k]->allowed[i].score = -CIB_INFINITY;
	}
}

static void count_instance(const Instances *all, SchedRsc *instance, const SchedNode *node)
{
	(void)instance;
	if (node)
		all->clone->allowed[node->index].count++;
}

static bool assign_instance(const Instances *all, SchedRsc *instance)
{
	if (rsc_is(instance, RSC_ASSIGNING))
		return false;
	ban_unavailable(all, instance);
	SchedNode *chosen = sched_assign(all->run, instance, NULL, true);
	count_instance(all, instance, chosen);
	return chosen != NULL;
}

typedef struct Saved {
	SchedSlot *own;
	SchedSlot **members;
} Saved;

static Saved save(SchedRun *run, const SchedRsc *rsc)
{
	Saved s = { sched_slots_copy(run, rsc->allowed), NULL };
	s.members = mem_alloc(rsc->children.n + 1, sizeof(SchedSlot *));
	for (uint32_t i = 0; i < rsc->children.n; i++)
		s.members[i] = sched_slots_copy(run, rsc->children.items[i]->allowed);
	return s;
}

static void restore(SchedRun *run, SchedRsc *rsc, const Saved *s)
{
	size_t size = run->nodes.n * sizeof(SchedSlot);
	memcpy(rsc->allowed, s->own, size);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		memcpy(rsc->children.items[i]->allowed, s->members[i], size);
}

static void forget(const SchedRsc *rsc, Saved *s)
{
	free(s->own);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		free(s->members[i]);
	free(s->members);
}

/* Sets one place on the node aside for an instance that is still to be assigned. */
static void reserve(const Instances *all, SchedRsc *instance, const SchedNode *node)
{
	all->clone->allowed[node->index].count++;
	ban_unavailable(all, instance);
}

/* Whether the instance can be kept where it is. Where it would rather go elsewhere, that place is
 * left to those that are still to be assigned, as long as there are any, and it is asked again. */
static bool stays(const Instances *all, SchedRsc *instance, SchedNode *here, int left)
{
	SchedNodes reserved = { 0 };
	bool stay = false;
	if (rsc_is(instance, RSC_ASSIGNING))
		return false;
	ban_unavailable(all, instance);
	Saved saved = save(all->run, instance), original = save(all->run, instance);
	while ((int)reserved.n < left) {
		SchedNode *chosen = sched_assign(all->run, instance, here, false);
		stay = chosen == here;
		if (stay)
			break;
		sched_unassign(instance);
		restore(all->run, instance, &saved);
		if (!chosen)
			break;
		cib_push(all->run->arena, &reserved, chosen);
		cib_each(node, &reserved) if (*node != chosen) instance->allowed[(*node)->index]
			.score = -CIB_INFINITY;
		reserve(all, instance, chosen);
		forget(instance, &saved);
		saved = save(all->run, instance);
	}
	cib_each(node, &reserved) all->clone->allowed[(*node)->index].count--;
	if (stay)
		count_instance(all, instance, here);
	else
		restore(all->run, instance, &original);
	forget(instance, &saved);
	forget(instance, &original);
	return stay;
}

static SchedNode *preferred(const Instances *all, SchedRsc *instance)
{
	if (!instance->running_on.n || !rsc_is(instance, RSC_UNASSIGNED) ||
		rsc_is(instance, RSC_FAILED))
		return NULL;
	SchedNode *node = sched_current(instance) ?: instance->running_on.items[0];
	if (!sched_node_available(node, &instance->allowed[node->index], true))
		return NULL;
	const SchedSlot *whole = &all->clone->allowed[node->index];
	if (whole->present && whole->count >= all->optimal)
		return NULL;
	return node;
}

void sched_assign_instances(SchedRun *run, SchedRsc *clone)
{
	Instances all = { run, clone, clone->clone_max, clone->clone_node_max, 1, 0 };
	int assigned = 0;
	SchedRscs list = { 0 };
	for (uint32_t i = 0; i < clone->children.n; i++)
		cib_push(run->arena, &list, clone->children.items[i]);
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		clone->allowed[i].count = 0;
		if (clone->allowed[i].present &&
			sched_node_available(run->nodes.items[i], &clone->allowed[i], true))
			all.available++;
	}
	sort_instances(run, &list);
	if (all.available)
		all.optimal = MAX(1, all.max / all.available);
	clone->instances_left = list;
	for (uint32_t i = 0; i < list.n && assigned < all.max; i++) {
		SchedNode *here = preferred(&all, list.items[i]);
		if (here && stays(&all, list.items[i], here, all.max - assigned))
			assigned++;
	}
	for (uint32_t i = 0; i < list.n; i++) {
		SchedRsc *instance = list.items[i];
		if (!rsc_is(instance, RSC_UNASSIGNED))
			continue;
		if (assigned >= all.max) {
			sched_add_location(run, instance, NULL, -CIB_INFINITY,
				(SchedCause){ BECAUSE_LIMIT, "clone-max",
					"there are as many instances as clone-max lets there be" });
			(void)sched_assign(run, instance, NULL, true);
		} else if (assign_instance(&all, instance)) {
			assigned++;
		}
	}
}

/* ---- pairs of instances ---- */

static bool fits(
	SchedRun *run, SchedRsc *instance, const SchedNode *node, SchedRole role, bool current)
{
	if (rsc_is(instance, RSC_BLOCKED))
		return false;
	if (role != ROLE_UNKNOWN && sched_role(instance, current) != role)
		return false;
	return sched_location(instance, NULL, current, run->arena) == node;
}

SchedRsc *sched_compatible_instance(
	SchedRun *run, SchedRsc *match, SchedRsc *clone, SchedRole role, bool current)
{
	SchedNode *node = sched_location(match, NULL, current, run->arena);
	SchedNode **nodes = mem_alloc(run->nodes.n + 1, sizeof(SchedNode *));
	SchedRsc *found = NULL;
	uint32_t n = 1;
	if (node)
		nodes[0] = node;
	else
		n = sched_sort_nodes(run, match->allowed, NULL, nodes);
	for (uint32_t i = 0; i < n && !found; i++)
		for (uint32_t k = 0; k < clone->children.n && !found; k++)
			if (fits(run, clone->children.items[k], nodes[i], role, current))
				found = clone->children.items[k];
	free(nodes);
	return found;
}
