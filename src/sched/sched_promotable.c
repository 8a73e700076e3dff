/* SPDX-License-Identifier: MIT */
/* Promotable clones: which instances are promoted. */
#include "sched/sched_decide.h"
#include "sched/sched_model.h"

#include <stdio.h>

/* ---- promotion scores ---- */

/* Whether an instance of the anonymous clone is known, or active, on the node. */
static bool known_there(const SchedRsc *clone, const char *config_name, const SchedNode *node)
{
	for (uint32_t i = 0; i < clone->children.n; i++) {
		const SchedRsc *instance = clone->children.items[i];
		if (!strcmp(instance->config_name, config_name) &&
			(instance->known_on[node->index] || sched_is_running_on(instance, node)))
			return true;
		for (uint32_t k = 0; k < instance->children.n; k++) {
			const SchedRsc *member = instance->children.items[k];
			if (!strcmp(member->config_name, config_name) &&
				(member->known_on[node->index] ||
					sched_is_running_on(member, node)))
				return true;
		}
	}
	return false;
}

static bool score_counts(const SchedRsc *rsc, const SchedNode *node)
{
	bool known = sched_is_running_on(rsc, node) || rsc->known_on[node->index];
	if (rsc_is(rsc, RSC_UNIQUE))
		known = true;
	else if (!known)
		known = known_there(sched_top(rsc), rsc->config_name, node);
	const SchedSlot *slot = &rsc->allowed[node->index];
	return known && slot->present && slot->score >= 0;
}

static int promotion_score(
	SchedRun *run, const SchedRsc *rsc, const SchedNode *node, bool *ret_given)
{
	int score = 0;
	if (rsc->children.n) {
		for (uint32_t i = 0; i < rsc->children.n; i++)
			score = cib_score_add(score,
				promotion_score(run, rsc->children.items[i], node, ret_given));
		return score;
	}
	if (!node || !score_counts(rsc, node))
		return 0;
	char name[300];
	(void)snprintf(name, sizeof(name), "master-%s", rsc->clone_name ?: rsc->id);
	const char *value = sched_node_attr(node, name);
	if (!value && !rsc_is(rsc, RSC_UNIQUE)) {
		(void)snprintf(name, sizeof(name), "master-%s", rsc->config_name);
		value = sched_node_attr(node, name);
	}
	if (!value)
		return 0;
	*ret_given = true;
	return cib_score(value);
}

void sched_add_promotion_scores(SchedRun *run, SchedRsc *clone)
{
	if (clone->flags & RSC_PROMOTED_CONSTRAINTS)
		return;
	clone->flags |= RSC_PROMOTED_CONSTRAINTS;
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		for (uint32_t k = 0; k < run->nodes.n; k++) {
			SchedNode *node = run->nodes.items[k];
			SchedSlot *slot = &instance->allowed[k];
			bool given = false;
			if (!slot->present || !sched_node_available(node, NULL, false))
				continue;
			int score = promotion_score(run, instance, node, &given);
			if (!given)
				continue;
			slot->score = cib_score_add(slot->score, score);
			sched_reason(run,
				(SchedReason){ instance, node, score, BECAUSE_PROMOTION, NULL },
				"its promotion score there");
			if (score > instance->priority)
				instance->priority = score;
		}
	}
}

/* ---- roles ---- */

static void promoted_locations(SchedRsc *rsc, const SchedRsc *whole, const SchedNode *node)
{
	for (uint32_t i = 0; node && i < whole->locations.n; i++) {
		const SchedLocation *location = whole->locations.items[i];
		if (location->role != ROLE_PROMOTED)
			continue;
		for (uint32_t k = 0; k < location->scores.n; k++)
			if (location->scores.items[k].node == node)
				rsc->priority = cib_score_add(
					rsc->priority, location->scores.items[k].score);
	}
}

static void set_priority(SchedRun *run, SchedRsc *clone, SchedRsc *instance)
{
	SchedNode *chosen = sched_location(instance, NULL, false, run->arena);
	SchedRole next = sched_role(instance, false);
	bool given = false;
	if (next == ROLE_STARTED || next == ROLE_UNKNOWN) {
		if (!chosen) {
			instance->priority = -CIB_INFINITY;
		} else {
			int score = promotion_score(run, instance, chosen, &given);
			instance->priority = given ? score : -1;
		}
	} else if (next == ROLE_UNPROMOTED || next == ROLE_STOPPED) {
		instance->priority = -CIB_INFINITY;
	}
	promoted_locations(instance, instance, chosen);
	promoted_locations(instance, clone, chosen);
	SchedColocations list = sched_this_with(run, instance);
	cib_each(c, &list) sched_coloc_apply(run, instance, (*c)->primary, *c);
	instance->sort_index = instance->priority;
	if (next == ROLE_PROMOTED)
		instance->sort_index = CIB_INFINITY;
}

static void merge_promoted_colocations(SchedRun *run, SchedRsc *clone, SchedSlot **slots)
{
	SchedColocations list = sched_this_with(run, clone);
	SchedMerge m = { .run = run, .target = clone, .slots = slots };
	cib_each(c, &list) if ((*c)->dependent_role == ROLE_PROMOTED)
		sched_coloc_merge(&m, (*c)->primary, *c, (float)(*c)->score / (float)CIB_INFINITY);
	list = sched_with_this(run, clone);
	m.non_negative = m.active = true;
	cib_each(c, &list) if ((*c)->primary_role == ROLE_PROMOTED &&
			       sched_coloc_influence(*c, clone)) sched_coloc_merge(&m,
		(*c)->dependent, *c, (float)(*c)->score / (float)CIB_INFINITY);
}

static int compare_promotable(SchedRun *run, SchedRsc *a, SchedRsc *b)
{
	if (a->sort_index != b->sort_index)
		return a->sort_index > b->sort_index ? -1 : 1;
	SchedRole x = sched_role(a, true), y = sched_role(b, true);
	if (x != y)
		return x > y ? -1 : 1;
	return sched_instance_compare(run, a, b);
}

static SchedRscs by_promotion(SchedRun *run, SchedRsc *clone)
{
	SchedSlot *slots = sched_slots_copy(run, clone->allowed);
	SchedRscs list = { 0 };
	clone->flags |= RSC_MERGING;
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		SchedNode *node = sched_location(instance, NULL, false, run->arena);
		if (node && instance->sort_index >= 0)
			slots[node->index].score = slots[node->index].score;
		slots[node ? node->index : run->nodes.n].score =
			node ? cib_score_add(slots[node->index].score, instance->sort_index) : 0;
	}
	merge_promoted_colocations(run, clone, &slots);
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		SchedNode *node = sched_location(instance, NULL, false, run->arena);
		if (!rsc_is(instance, RSC_MANAGED) && instance->next_role == ROLE_PROMOTED)
			instance->sort_index = CIB_INFINITY;
		else if (!node || instance->sort_index < 0)
			continue;
		else
			instance->sort_index = slots[node->index].score;
	}
	clone->flags &= ~(uint32_t)RSC_MERGING;
	free(slots);
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		cib_push(run->arena, &list, instance);
		uint32_t at = list.n - 1;
		for (; at > 0 && compare_promotable(run, list.items[at - 1], instance) > 0; at--)
			list.items[at] = list.items[at - 1];
		list.items[at] = instance;
	}
	return list;
}

static SchedNode *may_be_promoted(SchedRun *run, SchedRsc *clone, SchedRsc *instance)
{
	SchedNode *node = sched_location(instance, NULL, false, run->arena);
	for (uint32_t i = 0; i < instance->children.n; i++)
		if (!may_be_promoted(run, clone, instance->children.items[i]))
			return NULL;
	if (!node)
		return NULL;
	if (!rsc_is(instance, RSC_MANAGED))
		return sched_role(instance, true) == ROLE_PROMOTED ? node : NULL;
	if (instance->priority < 0 || !sched_node_available(node, NULL, false))
		return NULL;
	const SchedSlot *slot = &clone->allowed[node->index];
	return slot->present && slot->count < clone->promoted_node_max ? node : NULL;
}

static void set_role(SchedRsc *rsc, SchedRole role)
{
	if (rsc->variant == RSC_PRIMITIVE && rsc->next_role == ROLE_UNKNOWN)
		rsc->next_role = rsc->assigned ? ROLE_STARTED : ROLE_STOPPED;
	if (role == ROLE_PROMOTED) {
		if (rsc->variant != RSC_PRIMITIVE || rsc->next_role == ROLE_UNKNOWN ||
			rsc->next_role == ROLE_STARTED)
			sched_set_next_role(rsc, ROLE_PROMOTED, "promoted");
	} else if (rsc->variant == RSC_PRIMITIVE &&
		   (rsc->next_role == ROLE_UNKNOWN || rsc->next_role == ROLE_STARTED)) {
		sched_set_next_role(
			rsc, rsc->assigned ? ROLE_UNPROMOTED : ROLE_STOPPED, "unpromoted");
	}
	for (uint32_t i = 0; i < rsc->children.n; i++)
		set_role(rsc->children.items[i], role);
}

static void active_is_unpromoted(SchedRsc *rsc)
{
	if (rsc->variant == RSC_PRIMITIVE && rsc->role == ROLE_STARTED)
		rsc->role = ROLE_UNPROMOTED;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		active_is_unpromoted(rsc->children.items[i]);
}

void sched_set_instance_roles(SchedRun *run, SchedRsc *clone)
{
	int promoted = 0;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		clone->allowed[i].count = 0;
	for (uint32_t i = 0; i < clone->children.n; i++) {
		active_is_unpromoted(clone->children.items[i]);
		set_priority(run, clone, clone->children.items[i]);
	}
	SchedRscs list = by_promotion(run, clone);
	for (uint32_t i = 0; i < list.n; i++) {
		SchedRsc *instance = list.items[i];
		char text[16];
		SchedNode *node = sched_location(instance, NULL, false, run->arena);
		if (run->want_scores)
			strbuf_printf(run->scores, "%s promotion score %s%s: %s\n", instance->id,
				node ? "on " : "(inactive)", node ? node->uname : "",
				cib_score_text(instance->sort_index, text));
		node = promoted < clone->promoted_max ? may_be_promoted(run, clone, instance)
						      : NULL;
		if (node && sched_role(instance, true) < ROLE_PROMOTED && !run->quorum &&
			run->quorum_policy == QUORUM_FREEZE)
			node = NULL;
		if (!node) {
			set_role(instance, ROLE_UNPROMOTED);
			continue;
		}
		clone->allowed[node->index].count++;
		set_role(instance, ROLE_PROMOTED);
		promoted++;
	}
}

void sched_coloc_with_promotable(
	SchedRun *run, SchedRsc *clone, SchedRsc *dependent, const SchedColocation *c)
{
	SchedNodes affected = { 0 };
	if (!rsc_is(dependent, RSC_UNASSIGNED)) {
		/* It has its place: what is left is whether it is promoted. */
		SchedRsc *instance =
			sched_compatible_instance(run, dependent, clone, c->primary_role, false);
		if (c->dependent_role < ROLE_UNPROMOTED)
			return;
		if (instance)
			dependent->priority = cib_score_add(dependent->priority,
				c->dependent_role == ROLE_UNPROMOTED ? -c->score : c->score);
		else if (c->score >= CIB_INFINITY)
			dependent->priority = -CIB_INFINITY;
		return;
	}
	if (c->dependent_role != ROLE_UNKNOWN && c->dependent_role != dependent->next_role)
		return;
	for (uint32_t i = 0; i < clone->children.n; i++) {
		SchedRsc *instance = clone->children.items[i];
		SchedNode *node = sched_location(instance, NULL, false, run->arena);
		if (!node || sched_role(instance, false) != c->primary_role)
			continue;
		for (uint32_t k = 0; c->score < CIB_INFINITY && k < run->nodes.n; k++) {
			SchedSlot *slot = &dependent->allowed[k];
			if (!slot->present || !cib_same(sched_coloc_value(run->nodes.items[k], c),
						      sched_coloc_value(node, c)))
				continue;
			slot->score = cib_score_add(slot->score, c->score);
			sched_reason(run,
				(SchedReason){ dependent, run->nodes.items[k], c->score,
					BECAUSE_COLOCATION, c->id },
				"it is to be with %s", instance->id);
		}
		cib_push(run->arena, &affected, node);
	}
	if (c->score >= CIB_INFINITY &&
		(c->dependent_role != ROLE_PROMOTED || c->primary_role != ROLE_PROMOTED))
		sched_coloc_intersect(run, dependent, c, &affected, clone->allowed);
}
