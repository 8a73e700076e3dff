/* SPDX-License-Identifier: MIT */
/* What colocation does to scores: the place of the primary to its dependent, and the likings of the
 * dependents to their primary. */
#include "sched/sched_constraints.h"
#include "sched/sched_decide.h"
#include "sched/sched_model.h"

#include <stdarg.h>
#include <stdio.h>

/* A node that is out of the question, though it must not look so while scores are added up. */
enum { BARRED = -1000001 };

/* A reason that comes from a colocation. */
static void _printf_(4, 5)
	note(SchedRun *run, const SchedColocation *c, SchedReason reason, const char *format, ...)
{
	va_list args;
	char text[512];
	if (!run->want_reasons)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reason.because = c && c->explicit ? BECAUSE_COLOCATION : BECAUSE_GROUP;
	reason.id = c && c->explicit ? c->id : NULL;
	sched_reason(run, reason, "%s", text);
}

const char *sched_coloc_value(const SchedNode *node, const SchedColocation *c)
{
	return sched_node_attr(node, c->node_attr);
}

bool sched_coloc_influence(const SchedColocation *c, const SchedRsc *rsc)
{
	return c->influence || (rsc ?: c->primary)->running_on.n == 0;
}

SchedSlot *sched_slots_copy(const SchedRun *run, const SchedSlot *slots)
{
	SchedSlot *copy = mem_alloc(run->nodes.n + 1, sizeof(SchedSlot));
	memcpy(copy, slots, run->nodes.n * sizeof(SchedSlot));
	return copy;
}

bool sched_any_available(const SchedRun *run, const SchedSlot *slots)
{
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (slots[i].present && sched_node_available(run->nodes.items[i], &slots[i], true))
			return true;
	return false;
}

/* ---- which colocations concern a resource ---- */

static int compare_other(const SchedColocation *a, const SchedColocation *b, bool dependents)
{
	const SchedRsc *x = dependents ? a->dependent : a->primary;
	const SchedRsc *y = dependents ? b->dependent : b->primary;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->variant != y->variant)
		return x->variant > y->variant ? -1 : 1;
	if (x->variant == RSC_CLONE && rsc_is(x, RSC_PROMOTABLE) != rsc_is(y, RSC_PROMOTABLE))
		return rsc_is(x, RSC_PROMOTABLE) ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void insert(SchedRun *run, SchedColocations *list, SchedColocation *c, bool dependents)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i] == c)
			return;
	cib_push(run->arena, list, c);
	uint32_t at = list->n - 1;
	for (; at > 0 && compare_other(list->items[at - 1], c, dependents) > 0; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = c;
}

static void add_all(SchedRun *run, SchedColocations *list, const SchedRsc *rsc, bool dependents,
	bool explicit_only)
{
	const SchedColocations *own = dependents ? &rsc->with_this : &rsc->this_with;
	for (uint32_t i = 0; i < own->n; i++)
		if (!explicit_only || own->items[i]->explicit)
			insert(run, list, own->items[i], dependents);
}

static SchedColocations gather(SchedRun *run, SchedRsc *rsc, bool dependents)
{
	SchedColocations list = { 0 };
	add_all(run, &list, rsc, dependents, false);
	SchedRsc *group = rsc->variant == RSC_GROUP			     ? rsc
			  : rsc->parent && rsc->parent->variant == RSC_GROUP ? rsc->parent
									     : NULL;
	if (group && group->children.n) {
		/* Only one end of a group speaks for it: the others are chained to it. */
		SchedRsc *end = group->children.items[dependents ? group->children.n - 1 : 0];
		if (rsc != group && rsc != end)
			return list;
		add_all(run, &list, group, dependents, false);
		for (uint32_t i = 0; i < group->children.n; i++)
			if (group->children.items[i] != rsc)
				add_all(run, &list, group->children.items[i], dependents, true);
		if (group->parent)
			add_all(run, &list, group->parent, dependents, false);
	} else if (rsc->parent) {
		add_all(run, &list, rsc->parent, dependents, false);
	}
	return list;
}

SchedColocations sched_this_with(SchedRun *run, SchedRsc *rsc)
{
	return gather(run, rsc, false);
}

SchedColocations sched_with_this(SchedRun *run, SchedRsc *rsc)
{
	return gather(run, rsc, true);
}

/* ---- the likings of dependents ---- */

/* Explicit colocation of an inner member of a group: what holds for the group counts for it too,
 * which its own table does not show. */
static SchedSlot *with_group_locations(SchedRun *run, SchedRsc *rsc, const SchedColocation *c)
{
	if (!c || rsc != c->dependent || !c->explicit || !rsc->parent ||
		rsc->parent->variant != RSC_GROUP || rsc == rsc->parent->children.items[0])
		return NULL;
	SchedSlot *table = sched_slots_copy(run, rsc->allowed);
	SchedSlot *own = rsc->allowed;
	bool reasons = run->want_reasons;
	run->want_reasons = false;
	rsc->allowed = table;
	for (uint32_t i = 0; i < rsc->parent->locations.n; i++)
		sched_apply_location(run, rsc, rsc->parent->locations.items[i]);
	rsc->allowed = own;
	run->want_reasons = reasons;
	return table;
}

static int best_score(
	const SchedRun *run, const SchedSlot *slots, const SchedColocation *c, const char *value)
{
	int best = -CIB_INFINITY;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (slots[i].present && slots[i].score > best &&
			sched_node_available(run->nodes.items[i], NULL, false) &&
			cib_same(value, sched_coloc_value(run->nodes.items[i], c)))
			best = slots[i].score;
	return best;
}

static bool allowed_on_one(const SchedRun *run, const SchedSlot *slots)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		n += slots[i].present && slots[i].score >= 0;
	return n == 1;
}

static void add_matching(const SchedMerge *m, SchedSlot *work, SchedRsc *source,
	const SchedColocation *c, float factor)
{
	SchedRun *run = m->run;
	SchedSlot *special = with_group_locations(run, source, c);
	const SchedSlot *slots = special ?: source->allowed;
	/* What the other avoids is no reason to go there, unless it can go nowhere else then. */
	bool only_one = factor < 0 && allowed_on_one(run, slots);
	bool plain = !strcmp(c->node_attr, "#uname");
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		if (!work[i].present || work[i].score == BARRED)
			continue;
		int score;
		if (plain)
			score = slots[i].present && sched_node_available(
							    run->nodes.items[i], NULL, false)
					? MAX(slots[i].score, -CIB_INFINITY)
					: -CIB_INFINITY;
		else
			score = best_score(
				run, slots, c, sched_coloc_value(run->nodes.items[i], c));
		if (factor < 0 && score < 0 && !only_one)
			continue;
		float exact = factor * (float)score;
		int delta = (int)(exact < 0 ? exact - 0.5F : exact + 0.5F);
		if (delta == 0 && score != 0)
			delta = factor > 0 ? 1 : factor < 0 ? -1 : 0;
		int sum = cib_score_add(delta, work[i].score);
		if (m->non_negative && sum < 0 && work[i].score > 0)
			sum = BARRED;
		else if (m->non_negative && sum < 0 && work[i].score == 0)
			continue;
		if (m->target && sum != work[i].score)
			note(run, c, (SchedReason){ m->target, run->nodes.items[i], delta },
				delta <= -CIB_INFINITY ? "%s, which is tied to it, cannot be there"
				: delta < 0 ? "%s, which is tied to it, would rather not be there"
					    : "%s, which is tied to it, likes that node",
				source->id);
		work[i].score = sum;
	}
	free(special);
}

static void merge_others(const SchedMerge *m, SchedRsc *source, SchedSlot **work, float factor)
{
	SchedColocations list =
		m->this_with ? sched_this_with(m->run, source) : sched_with_this(m->run, source);
	SchedMerge deeper = *m;
	deeper.slots = work;
	deeper.active = true;
	cib_each(item, &list)
	{
		SchedColocation *c = *item;
		SchedRsc *other = m->this_with ? c->primary : c->dependent;
		float f = factor * (float)c->score / (float)CIB_INFINITY;
		if (!m->this_with && !sched_coloc_influence(c, source))
			continue;
		if (m->run->depth >= SCHED_CHAIN_MAX)
			continue;
		m->run->depth++;
		sched_coloc_merge(&deeper, other, c, f);
		m->run->depth--;
	}
}

static void merge_group(
	const SchedMerge *m, SchedRsc *group, const SchedColocation *c, float factor)
{
	if (!group->children.n || rsc_is(group, RSC_MERGING))
		return;
	group->flags |= RSC_MERGING;
	uint32_t at = *m->slots ? 0 : group->children.n - 1;
	sched_coloc_merge(m, group->children.items[at], c, factor);
	group->flags &= ~(uint32_t)RSC_MERGING;
}

void sched_coloc_merge(
	const SchedMerge *m, SchedRsc *source, const SchedColocation *c, float factor)
{
	if (source->variant == RSC_GROUP) {
		merge_group(m, source, c, factor);
		return;
	}
	if (rsc_is(source, RSC_MERGING))
		return;
	source->flags |= RSC_MERGING;
	SchedMerge here = *m;
	SchedSlot *work;
	uint32_t n_reasons = m->run->reasons.n;
	if (!*m->slots) {
		work = sched_slots_copy(m->run, source->allowed);
		here.target = source;
	} else {
		work = sched_slots_copy(m->run, *m->slots);
		add_matching(m, work, source, c, factor);
	}
	if (sched_any_available(m->run, work)) {
		if (!*m->slots)
			factor = 1;
		merge_others(&here, source, &work, factor);
	} else if (m->active) {
		m->run->reasons.n = n_reasons; /* no node would be left: it does not count */
		free(work);
		source->flags &= ~(uint32_t)RSC_MERGING;
		return;
	}
	if (m->non_negative)
		for (uint32_t i = 0; i < m->run->nodes.n; i++)
			if (work[i].score == BARRED)
				work[i].score = 1;
	free(*m->slots);
	*m->slots = work;
	source->flags &= ~(uint32_t)RSC_MERGING;
}

void sched_coloc_add_dependent(SchedRun *run, const SchedColocation *c, SchedRsc *primary)
{
	if (!sched_coloc_influence(c, primary))
		return;
	SchedSlot *work = sched_slots_copy(run, primary->allowed);
	/* A clone can do without those that dislike a node: other instances may be elsewhere. */
	SchedMerge m = { .run = run,
		.target = primary,
		.slots = &work,
		.active = true,
		.non_negative = primary->variant == RSC_CLONE };
	sched_coloc_merge(&m, c->dependent, c, (float)c->score / (float)CIB_INFINITY);
	memcpy(primary->allowed, work, run->nodes.n * sizeof(SchedSlot));
	free(work);
}

/* ---- the place of the primary ---- */

typedef enum Effect { EFFECT_NONE, EFFECT_PLACE, EFFECT_ROLE } Effect;

static Effect effect_of(
	const SchedRsc *dependent, const SchedRsc *primary, const SchedColocation *c)
{
	const SchedRsc *top = dependent->parent;
	while (top && top->variant != RSC_CLONE)
		top = top->parent;
	if (rsc_is(primary, RSC_UNASSIGNED))
		return EFFECT_NONE;
	if (c->dependent_role >= ROLE_UNPROMOTED && top && rsc_is(top, RSC_PROMOTABLE) &&
		!rsc_is(dependent, RSC_UNASSIGNED))
		return EFFECT_ROLE;
	if (!rsc_is(dependent, RSC_UNASSIGNED))
		return EFFECT_NONE;
	if (c->dependent_role != ROLE_UNKNOWN && c->dependent_role != dependent->next_role)
		return EFFECT_NONE;
	if (c->primary_role != ROLE_UNKNOWN && c->primary_role != primary->next_role)
		return EFFECT_NONE;
	return EFFECT_PLACE;
}

static void apply_place(
	SchedRun *run, SchedRsc *dependent, SchedRsc *primary, const SchedColocation *c)
{
	const char *value = primary->assigned ? sched_coloc_value(primary->assigned, c) : NULL;
	if (!primary->assigned && c->score < 0)
		return;
	SchedSlot *work = sched_slots_copy(run, dependent->allowed);
	uint32_t n_reasons = run->reasons.n;
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		int delta = 0;
		if (!work[i].present)
			continue;
		if (!primary->assigned)
			delta = -c->score;
		else if (cib_same(sched_coloc_value(node, c), value))
			delta = c->score < CIB_INFINITY ? c->score : 0;
		else if (c->score >= CIB_INFINITY)
			delta = -c->score;
		if (!delta)
			continue;
		work[i].score = cib_score_add(work[i].score, delta);
		note(run, c, (SchedReason){ dependent, node, delta },
			"it is to be %s %s, which %s%s", c->score < 0 ? "apart from" : "with",
			primary->id, primary->assigned ? "is to be on " : "is to run nowhere",
			primary->assigned ? primary->assigned->uname : "");
	}
	if (c->score <= -CIB_INFINITY || c->score >= CIB_INFINITY || sched_any_available(run, work))
		memcpy(dependent->allowed, work, run->nodes.n * sizeof(SchedSlot));
	else
		run->reasons.n = n_reasons;
	free(work);
}

static void apply_role(
	SchedRun *run, SchedRsc *dependent, const SchedRsc *primary, const SchedColocation *c)
{
	if (!dependent->assigned || !primary->assigned)
		return;
	if (!cib_same(sched_coloc_value(dependent->assigned, c),
		    sched_coloc_value(primary->assigned, c))) {
		if (c->score >= CIB_INFINITY && c->dependent_role == ROLE_PROMOTED)
			dependent->priority = -CIB_INFINITY;
		return;
	}
	if (c->primary_role != ROLE_UNKNOWN && c->primary_role != primary->next_role)
		return;
	int score = c->dependent_role == ROLE_UNPROMOTED ? -c->score : c->score;
	dependent->priority = cib_score_add(score, dependent->priority);
	note(run, c, (SchedReason){ dependent, dependent->assigned, score },
		"for being promoted: it is to be with %s", primary->id);
}

static void apply_with_group(
	SchedRun *run, SchedRsc *dependent, SchedRsc *group, const SchedColocation *c)
{
	if (!group->children.n)
		return;
	if (rsc_is(group, RSC_COLOCATED)) {
		uint32_t at = c->score >= CIB_INFINITY ? group->children.n - 1 : 0;
		sched_coloc_apply(run, dependent, group->children.items[at], c);
		return;
	}
	if (c->score >= CIB_INFINITY)
		return;
	for (uint32_t i = 0; i < group->children.n; i++)
		sched_coloc_apply(run, dependent, group->children.items[i], c);
}

static bool interleaves(const SchedColocation *c, const SchedRsc *primary)
{
	const SchedRsc *d = c->dependent;
	return d->variant == RSC_CLONE && rsc_is(d, RSC_INTERLEAVE) &&
	       d->clone_node_max == primary->clone_node_max;
}

void sched_coloc_intersect(SchedRun *run, SchedRsc *dependent, const SchedColocation *c,
	const SchedNodes *nodes, const SchedSlot *merge)
{
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedSlot *slot = &dependent->allowed[i];
		const char *value = sched_coloc_value(run->nodes.items[i], c);
		const SchedNode *match = NULL;
		if (!slot->present)
			continue;
		for (uint32_t k = 0; k < nodes->n && !match; k++)
			if (cib_same(sched_coloc_value(nodes->items[k], c), value))
				match = nodes->items[k];
		if (match && merge)
			slot->score = cib_score_add(slot->score, merge[match->index].score);
		if (match)
			continue;
		slot->score = -CIB_INFINITY;
		note(run, c, (SchedReason){ dependent, run->nodes.items[i], -CIB_INFINITY },
			"it is to be with %s, which is not to be there", c->primary->id);
	}
}

static void apply_with_clone(
	SchedRun *run, SchedRsc *dependent, SchedRsc *clone, const SchedColocation *c)
{
	SchedNodes nodes = { 0 };
	if (rsc_is(clone, RSC_UNASSIGNED))
		return;
	if (rsc_is(clone, RSC_PROMOTABLE) && c->primary_role != ROLE_UNKNOWN) {
		sched_coloc_with_promotable(run, clone, dependent, c);
		return;
	}
	if (interleaves(c, clone)) {
		SchedRsc *instance =
			sched_compatible_instance(run, dependent, clone, ROLE_UNKNOWN, false);
		if (instance)
			sched_coloc_apply(run, dependent, instance, c);
		else if (c->score >= CIB_INFINITY)
			(void)sched_assign_to(run, dependent, NULL, true, true);
		return;
	}
	if (c->score >= CIB_INFINITY) {
		for (uint32_t i = 0; i < clone->children.n; i++) {
			SchedRsc *instance = clone->children.items[i];
			SchedNode *node = sched_location(instance, NULL, false, run->arena);
			if (node && !rsc_is(instance, RSC_BLOCKED))
				cib_push(run->arena, &nodes, node);
		}
		sched_coloc_intersect(run, dependent, c, &nodes, NULL);
		return;
	}
	for (uint32_t i = 0; i < clone->children.n; i++)
		sched_coloc_apply(run, dependent, clone->children.items[i], c);
}

void sched_coloc_apply(
	SchedRun *run, SchedRsc *dependent, SchedRsc *primary, const SchedColocation *c)
{
	if (primary->variant == RSC_GROUP) {
		apply_with_group(run, dependent, primary, c);
		return;
	}
	if (primary->variant == RSC_CLONE) {
		apply_with_clone(run, dependent, primary, c);
		return;
	}
	switch (effect_of(dependent, primary, c)) {
	case EFFECT_NONE: break;
	case EFFECT_PLACE: apply_place(run, dependent, primary, c); break;
	case EFFECT_ROLE: apply_role(run, dependent, primary, c); break;
	}
}
