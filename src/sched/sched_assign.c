/* SPDX-License-Identifier: MIT */
/* The choice of a node for primitives and groups. */
#include "sched/sched_action.h"
#include "sched/sched_constraints.h"
#include "sched/sched_decide.h"
#include "sched/sched_history.h"
#include "sched/sched_model.h"

#include <stdio.h>

/* ---- what is known before the first choice ---- */

static void apply_stickiness(SchedRun *run, SchedRsc *rsc)
{
	if (!rsc_is(rsc, RSC_MANAGED) || rsc->stickiness < 1 || rsc->running_on.n != 1)
		return;
	SchedNode *node = rsc->running_on.items[0];
	if (!run->symmetric && !rsc->allowed[node->index].present)
		return;
	sched_add_location(run, rsc, node, rsc->stickiness,
		(SchedCause){ BECAUSE_STICKINESS, "resource-stickiness",
			"it is active there, and resource-stickiness keeps it" });
}

static void apply_threshold(SchedRun *run, SchedRsc *rsc)
{
	if (rsc->migration_threshold <= 0 || rsc_is(rsc, RSC_FAILURE_IGNORED))
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		int count = sched_failcount(run, node, rsc, true, NULL, NULL);
		if (count < MAX(1, rsc->migration_threshold))
			continue;
		SchedRsc *top = sched_top(rsc);
		SchedRsc *ban = rsc_is(rsc, RSC_UNIQUE) || top->variant != RSC_CLONE ? rsc : top;
		const char *why = arena_printf(run->arena,
			"%s failed %s times there, and migration-threshold is %d", rsc->id,
			cib_score_text(count, (char[16]){ 0 }), rsc->migration_threshold);
		sched_add_location(run, ban, node, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILCOUNT, "migration-threshold", why });
	}
}

static void apply_exclusive(SchedRun *run, SchedRsc *rsc)
{
	if (!rsc_is(rsc, RSC_EXCLUSIVE) && !rsc_is(sched_top(rsc), RSC_EXCLUSIVE))
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (rsc->allowed[i].present && rsc->allowed[i].discover != DISCOVER_EXCLUSIVE)
			rsc->allowed[i].score = -CIB_INFINITY;
}

static void apply_health(SchedRun *run)
{
	const char *strategy = sched_option(run, "node-health-strategy", NULL) ?: "none";
	int base = cib_score(sched_option(run, "node-health-base", NULL));
	if (cib_same_word(strategy, "none"))
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		int score = 0;
		if (cib_same_word(strategy, "migrate-on-red") ||
			cib_same_word(strategy, "only-green")) {
			for (uint32_t k = 0; k < node->attrs.n; k++) {
				CibPair *pair = &node->attrs.items[k];
				bool red = cib_same_word(pair->value, "red");
				bool yellow = cib_same_word(pair->value, "yellow") &&
					      cib_same_word(strategy, "only-green");
				if (!strncmp(pair->name, "#health", 7) && (red || yellow))
					score = -CIB_INFINITY;
			}
		} else if (cib_same_word(strategy, "progressive")) {
			score = sched_node_health(run, node, base, false);
		} else {
			score = sched_node_health(run, node, 0, false);
		}
		node->health = score;
		for (uint32_t r = 0; score && r < run->rscs.n; r++) {
			SchedRsc *rsc = run->rscs.items[r];
			bool allow = cib_true(cib_pairs_get(&rsc->meta, "allow-unhealthy-nodes"));
			if (!allow)
				sched_add_location(run, rsc, node, score,
					(SchedCause){ BECAUSE_HEALTH, "node-health-strategy",
						"the health of the node" });
		}
	}
}

static void apply_locks(SchedRun *run)
{
	for (uint32_t i = 0; run->shutdown_lock && i < run->all.n; i++) {
		SchedRsc *rsc = run->all.items[i];
		if (rsc->variant != RSC_PRIMITIVE || sched_is_clone_instance(rsc) ||
			rsc_is(rsc, RSC_FENCE_DEVICE))
			continue;
		SchedNode *node = rsc->lock_node;
		if (!node && rsc->running_on.n == 1 && rsc->running_on.items[0]->shutdown) {
			node = rsc->running_on.items[0];
			const char *at = sched_node_attr(node, "shutdown");
			rsc->lock_time = at ? strtoll(at, NULL, 10) : run->now;
			if (run->shutdown_lock_limit &&
				run->now > rsc->lock_time + run->shutdown_lock_limit)
				node = NULL;
		} else if (node && rsc->running_on.n) {
			node = NULL;
		} else if (node && node->online && !node->shutdown) {
			node = node->unclean ? NULL : node;
		}
		rsc->lock_node = node;
		for (uint32_t k = 0; node && k < run->nodes.n; k++)
			if (run->nodes.items[k] != node)
				sched_add_location(run, rsc, run->nodes.items[k], -CIB_INFINITY,
					(SchedCause){ BECAUSE_LOCK, "shutdown-lock",
						arena_printf(run->arena,
							"a shutdown lock keeps it for %s",
							node->uname) });
	}
}

void sched_apply_criteria(SchedRun *run)
{
	apply_health(run);
	sched_unpack_constraints(run);
	apply_locks(run);
	cib_each(location, &run->locations) sched_apply_location(run, (*location)->rsc, *location);
	for (uint32_t i = 0; i < run->all.n; i++)
		if (run->all.items[i]->variant == RSC_PRIMITIVE)
			apply_stickiness(run, run->all.items[i]);
	for (uint32_t i = 0; i < run->all.n; i++) {
		SchedRsc *rsc = run->all.items[i];
		if (rsc->variant == RSC_PRIMITIVE)
			apply_threshold(run, rsc);
		apply_exclusive(run, rsc);
	}
}

/* ---- scores for people ---- */

void sched_show_scores(SchedRun *run, const char *who, SchedRsc *rsc)
{
	char text[16];
	if (!run->want_scores || rsc_is(rsc, RSC_REMOVED))
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (rsc->allowed[i].present)
			strbuf_printf(run->scores, "%s: %s allocation score on %s: %s\n", who,
				rsc->id, run->nodes.items[i]->uname,
				cib_score_text(rsc->allowed[i].score, text));
	if (rsc->variant == RSC_CLONE)
		for (uint32_t i = 0; i < rsc->children.n; i++) {
			sched_show_scores(run, who, rsc->children.items[i]);
			for (uint32_t k = 0; k < rsc->children.items[i]->children.n; k++)
				sched_show_scores(
					run, who, rsc->children.items[i]->children.items[k]);
		}
	if (rsc->variant == RSC_GROUP && who[5] != 'c' + 0)
		for (uint32_t k = 0; k < rsc->children.n; k++)
			if (!strcmp(who, "pcmk__group_assign"))
				sched_show_scores(run, who, rsc->children.items[k]);
}

/* ---- the choice ---- */

typedef struct Candidate {
	SchedNode *node;
	int score;
	bool active;
} Candidate;

static int candidate_compare(const void *a, const void *b)
{
	const Candidate *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->node->assigned != y->node->assigned)
		return x->node->assigned < y->node->assigned ? -1 : 1;
	if (x->active != y->active)
		return x->active ? -1 : 1;
	return x->node->index < y->node->index ? -1 : 1;
}

uint32_t sched_sort_nodes(
	SchedRun *run, const SchedSlot *slots, const SchedNode *active, SchedNode **ret_nodes)
{
	Candidate *all = mem_alloc(run->nodes.n + 1, sizeof(Candidate));
	uint32_t n = 0;
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		if (!slots[i].present)
			continue;
		bool usable = sched_node_available(node, NULL, false);
		all[n++] = (Candidate){ node, usable ? slots[i].score : -CIB_INFINITY,
			node == active };
	}
	qsort(all, n, sizeof(Candidate), candidate_compare);
	for (uint32_t i = 0; i < n; i++)
		ret_nodes[i] = all[i].node;
	free(all);
	return n;
}

void sched_unassign(SchedRsc *rsc)
{
	if (rsc->variant != RSC_PRIMITIVE) {
		for (uint32_t i = 0; i < rsc->children.n; i++)
			sched_unassign(rsc->children.items[i]);
		rsc->flags |= RSC_UNASSIGNED;
		return;
	}
	rsc->flags |= RSC_UNASSIGNED;
	if (rsc->assigned)
		rsc->assigned->assigned--;
	rsc->assigned = NULL;
}

static void nowhere(SchedRsc *rsc)
{
	for (SchedAction *a = rsc->actions; a; a = a->next) {
		if (a->task == TASK_STOP)
			a->flags &= ~(uint32_t)ACT_OPTIONAL;
		else if (a->task == TASK_START || (a->interval > 0 && a->target_rc != 7))
			a->flags &= ~(uint32_t)ACT_RUNNABLE;
	}
}

bool sched_assign_to(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool force, bool stop)
{
	bool changed = false;
	if (rsc->variant != RSC_PRIMITIVE) {
		for (uint32_t i = 0; i < rsc->children.n; i++)
			changed |= sched_assign_to(run, rsc->children.items[i], node, force, stop);
		return changed;
	}
	if (!force && node &&
		(rsc->allowed[node->index].score < 0 || !sched_node_available(node, NULL, false))) {
		if (stop)
			sched_set_next_role(rsc, ROLE_STOPPED, "node availability");
		node = NULL;
	}
	changed = rsc->assigned != node;
	sched_unassign(rsc);
	rsc->flags &= ~(uint32_t)RSC_UNASSIGNED;
	if (!node) {
		if (!stop)
			return changed;
		sched_set_next_role(rsc, ROLE_STOPPED, "unable to assign");
		nowhere(rsc);
		return changed;
	}
	rsc->assigned = node;
	node->assigned++;
	return changed;
}

static SchedNode *stay_if_as_good(
	SchedRun *run, SchedRsc *rsc, SchedNode *chosen, SchedNode **nodes, uint32_t n)
{
	SchedNode *here = sched_current(rsc);
	bool unique_instance =
		rsc->parent && rsc->parent->variant == RSC_CLONE && rsc_is(rsc->parent, RSC_UNIQUE);
	(void)run;
	if (unique_instance || rsc->allowed[chosen->index].score <= 0 ||
		!sched_node_available(chosen, NULL, false) || !here ||
		!sched_node_available(here, &rsc->allowed[here->index], true))
		return chosen;
	for (uint32_t i = 1; i < n; i++) {
		if (rsc->allowed[nodes[i]->index].score != rsc->allowed[chosen->index].score)
			break;
		if (nodes[i] == here)
			return here;
	}
	return chosen;
}

static void choose(SchedRun *run, SchedRsc *rsc, SchedNode *prefer, bool stop)
{
	SchedNode **nodes = mem_alloc(run->nodes.n + 1, sizeof(SchedNode *)), *chosen = NULL;
	uint32_t n = sched_sort_nodes(run, rsc->allowed, sched_current(rsc), nodes);
	if (prefer && n && rsc->allowed[prefer->index].present &&
		rsc->allowed[prefer->index].score >= rsc->allowed[nodes[0]->index].score &&
		sched_node_available(prefer, &rsc->allowed[prefer->index], true))
		chosen = prefer;
	if (!chosen && n)
		chosen = stay_if_as_good(run, rsc, nodes[0], nodes, n);
	free(nodes);
	(void)sched_assign_to(run, rsc, chosen, false, stop);
}

static bool mandatory(const SchedColocation *c)
{
	return c->score <= -CIB_INFINITY || c->score >= CIB_INFINITY;
}

static void apply_this_with(SchedRun *run, SchedRsc *rsc, SchedColocation *c)
{
	SchedSlot *saved = NULL;
	if (c->dependent_role >= ROLE_PROMOTED || (c->score < 0 && c->score > -CIB_INFINITY))
		saved = sched_slots_copy(run, rsc->allowed);
	if (rsc_is(c->primary, RSC_UNASSIGNED) && run->depth < SCHED_CHAIN_MAX) {
		run->depth++;
		(void)sched_assign(run, c->primary, NULL, true);
		run->depth--;
	}
	uint32_t n_reasons = run->reasons.n;
	sched_coloc_apply(run, rsc, c->primary, c);
	if (saved && !sched_any_available(run, rsc->allowed)) {
		memcpy(rsc->allowed, saved, run->nodes.n * sizeof(SchedSlot));
		run->reasons.n = n_reasons;
	}
	free(saved);
}

static void apply_colocations(SchedRun *run, SchedRsc *rsc)
{
	SchedColocations this_with = sched_this_with(run, rsc);
	SchedColocations with_this = sched_with_this(run, rsc);
	for (int pass = 0; pass < 2; pass++) {
		bool wanted = pass == 0;
		cib_each(c, &this_with) if (mandatory(*c) == wanted) apply_this_with(run, rsc, *c);
		cib_each(c, &with_this) if (mandatory(*c) == wanted)
			sched_coloc_add_dependent(run, *c, rsc);
	}
}

static SchedNode *assign_primitive(SchedRun *run, SchedRsc *rsc, SchedNode *prefer, bool stop)
{
	if (rsc->parent && !rsc_is(rsc->parent, RSC_ASSIGNING) &&
		rsc_is(rsc->parent, RSC_UNASSIGNED)) {
		/* Its whole is to be decided first. */
		(void)sched_assign(run, rsc->parent, prefer, stop);
	}
	if (!rsc_is(rsc, RSC_UNASSIGNED))
		return rsc->assigned;
	if (rsc_is(rsc, RSC_ASSIGNING))
		return NULL;
	rsc->flags |= RSC_ASSIGNING;
	apply_colocations(run, rsc);
	if (rsc->next_role == ROLE_STOPPED) {
		sched_add_location(run, rsc, NULL, -CIB_INFINITY,
			(SchedCause){ BECAUSE_ROLE, rsc->next_role_reason ?: "stop",
				"it is to be stopped" });
	} else if (rsc->next_role > rsc->role && !run->quorum &&
		   run->quorum_policy == QUORUM_FREEZE) {
		sched_set_next_role(rsc, rsc->role, "no-quorum-policy=freeze");
	}
	sched_show_scores(run, "pcmk__primitive_assign", rsc);
	if (run->fencing_enabled && !run->have_fence_device && false)
		return NULL;
	if (!rsc_is(rsc, RSC_MANAGED)) {
		SchedNode *here = sched_current(rsc);
		rsc->next_role = rsc->role;
		(void)sched_assign_to(run, rsc, here, true, stop);
	} else if (run->stop_all) {
		(void)sched_assign_to(run, rsc, NULL, true, stop);
	} else {
		choose(run, rsc, prefer, stop);
	}
	rsc->flags &= ~(uint32_t)RSC_ASSIGNING;
	return rsc->assigned;
}

static SchedNode *assign_group(SchedRun *run, SchedRsc *group, SchedNode *prefer, bool stop)
{
	SchedNode *first = NULL;
	if (!rsc_is(group, RSC_UNASSIGNED))
		return group->assigned;
	if (rsc_is(group, RSC_ASSIGNING))
		return NULL;
	group->flags |= RSC_ASSIGNING;
	if (group->children.n)
		group->role = group->children.items[0]->role;
	sched_show_scores(run, "pcmk__group_assign", group);
	for (uint32_t i = 0; i < group->children.n; i++) {
		SchedNode *node = sched_assign(run, group->children.items[i], prefer, stop);
		first = first ?: node;
	}
	if (group->children.n)
		group->next_role = group->children.items[0]->next_role;
	group->flags &= ~(uint32_t)(RSC_ASSIGNING | RSC_UNASSIGNED);
	return rsc_is(group, RSC_COLOCATED) ? first : NULL;
}

static SchedNode *assign_clone(SchedRun *run, SchedRsc *clone, bool stop)
{
	if (!rsc_is(clone, RSC_UNASSIGNED) || rsc_is(clone, RSC_ASSIGNING))
		return NULL;
	if (rsc_is(clone, RSC_PROMOTABLE))
		sched_add_promotion_scores(run, clone);
	clone->flags |= RSC_ASSIGNING;
	SchedColocations list = sched_this_with(run, clone);
	cib_each(c, &list)(void) sched_assign(run, (*c)->primary, NULL, stop);
	list = sched_with_this(run, clone);
	cib_each(c, &list) sched_coloc_add_dependent(run, *c, clone);
	sched_show_scores(run, "pcmk__clone_assign", clone);
	sched_assign_instances(run, clone);
	if (rsc_is(clone, RSC_PROMOTABLE))
		sched_set_instance_roles(run, clone);
	clone->flags &= ~(uint32_t)(RSC_ASSIGNING | RSC_UNASSIGNED);
	return NULL;
}

SchedNode *sched_assign(SchedRun *run, SchedRsc *rsc, SchedNode *prefer, bool stop)
{
	switch (rsc->variant) {
	case RSC_PRIMITIVE: return assign_primitive(run, rsc, prefer, stop);
	case RSC_GROUP: return assign_group(run, rsc, prefer, stop);
	case RSC_CLONE: return assign_clone(run, rsc, stop);
	}
	return NULL;
}

void sched_assign_all(SchedRun *run)
{
	for (uint32_t i = 0; i < run->rscs.n; i++)
		(void)sched_assign(run, run->rscs.items[i], NULL, true);
}
