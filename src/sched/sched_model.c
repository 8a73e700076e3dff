/* SPDX-License-Identifier: MIT */
#include "sched/sched_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

SchedNode *sched_node_find(const SchedRun *run, const char *name)
{
	return cib_index_get(&run->node_by_id, name) ?: cib_index_get(&run->node_by_uname, name);
}

SchedRsc *sched_rsc_find(const SchedRun *run, const char *id)
{
	return cib_index_get(&run->rsc_by_id, id);
}

const char *sched_node_attr(const void *node, const char *name)
{
	return cib_pairs_get(&((const SchedNode *)node)->attrs, name);
}

CibRuleInput sched_rule_input(SchedRun *run, const SchedNode *node, const SchedRsc *rsc)
{
	CibRuleInput input = {
		.now = run->now, .node = node, .node_attr = sched_node_attr, .arena = run->arena
	};
	if (rsc) {
		input.rsc_class = rsc->class;
		input.rsc_provider = rsc->provider;
		input.rsc_type = rsc->type;
		input.meta = &rsc->meta;
	}
	return input;
}

const CibPairs *sched_params(SchedRun *run, SchedRsc *rsc, const SchedNode *node)
{
	uint32_t at = node ? node->index : run->nodes.n;
	if (!rsc->params)
		rsc->params = arena_alloc(run->arena, run->nodes.n + 1, sizeof(CibPairs *));
	if (rsc->params[at])
		return rsc->params[at];
	CibPairs *pairs = ARENA_NEW(run->arena, CibPairs);
	CibRuleInput input = sched_rule_input(run, node, NULL);
	for (const SchedRsc *r = rsc; r; r = r->parent)
		cib_nvpairs(r->xml, "instance_attributes", NULL, &run->ids, &input, pairs);
	rsc->params[at] = pairs;
	return pairs;
}

SchedRsc *sched_top(const SchedRsc *rsc)
{
	while (rsc->parent)
		rsc = rsc->parent;
	return (SchedRsc *)(uintptr_t)rsc;
}

bool sched_is_clone_instance(const SchedRsc *rsc)
{
	for (const SchedRsc *r = rsc->parent; r; r = r->parent)
		if (r->variant == RSC_CLONE)
			return true;
	return false;
}

bool sched_node_available(const SchedNode *node, const SchedSlot *slot, bool consider_score)
{
	if (!node || !node->online || node->shutdown || node->unclean || node->standby ||
		node->maintenance || node->pending)
		return false;
	return !consider_score || !slot || slot->score >= 0;
}

SchedNode *sched_current(const SchedRsc *rsc)
{
	uint32_t all, clean;
	return sched_active_node(rsc, &all, &clean);
}

SchedNode *sched_active_node(const SchedRsc *rsc, uint32_t *ret_all, uint32_t *ret_clean)
{
	SchedNode *active = NULL;
	bool keep_looking = false;
	*ret_all = *ret_clean = 0;
	for (uint32_t i = 0; i < rsc->running_on.n; i++) {
		SchedNode *node = rsc->running_on.items[i];
		bool clean = node->online && !node->unclean;
		++*ret_all;
		*ret_clean += clean;
		if (rsc->migrating_from == node) {
			/* The source of a migration is where it is. */
			active = node;
			keep_looking = false;
			continue;
		}
		if (rsc->requires != REQUIRES_FENCING && clean && (!active || keep_looking)) {
			if (rsc->migrating_from && active == rsc->migrating_from)
				continue;
			active = node;
			keep_looking = false;
		} else if (!active) {
			active = node;
			keep_looking = rsc->requires != REQUIRES_FENCING;
		}
	}
	return active;
}

bool sched_is_running_on(const SchedRsc *rsc, const SchedNode *node)
{
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		if (rsc->running_on.items[i] == node)
			return true;
	return false;
}

SchedRole sched_role(const SchedRsc *rsc, bool current)
{
	SchedRole role = ROLE_UNKNOWN;
	if (rsc->variant == RSC_PRIMITIVE)
		return current ? rsc->role : rsc->next_role;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		role = MAX(role, sched_role(rsc->children.items[i], current));
	return role;
}

bool sched_active(const SchedRsc *rsc, bool all)
{
	bool any = false;
	if (rsc->variant == RSC_PRIMITIVE) {
		for (uint32_t i = 0; i < rsc->running_on.n; i++) {
			const SchedNode *node = rsc->running_on.items[i];
			/* Down and not to be fenced: it does not count there. */
			if (node->online || node->unclean || !rsc_is(rsc, RSC_MANAGED))
				return true;
		}
		return false;
	}
	for (uint32_t i = 0; i < rsc->children.n; i++) {
		bool active = sched_active(rsc->children.items[i], all);
		if (all != active)
			return active;
		any |= active;
	}
	return any;
}

static void add_once(Arena *arena, SchedNodes *list, SchedNode *node)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i] == node)
			return;
	cib_push(arena, list, node);
}

SchedNode *sched_location(const SchedRsc *rsc, SchedNodes *ret_all, bool current, Arena *arena)
{
	SchedNodes own = { 0 }, *list = ret_all ?: &own;
	if (rsc->variant == RSC_PRIMITIVE) {
		if (!current) {
			if (rsc->assigned)
				add_once(arena, list, rsc->assigned);
		} else {
			for (uint32_t i = 0; i < rsc->running_on.n; i++)
				add_once(arena, list, rsc->running_on.items[i]);
		}
	} else {
		for (uint32_t i = 0; i < rsc->children.n; i++)
			(void)sched_location(rsc->children.items[i], list, current, arena);
	}
	return list->n == 1 ? list->items[0] : NULL;
}

void sched_set_next_role(SchedRsc *rsc, SchedRole role, const char *why)
{
	if (rsc->next_role != role)
		rsc->next_role_reason = why;
	rsc->next_role = role;
}

static void ban_everywhere(SchedRun *run, SchedRsc *rsc)
{
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (rsc->allowed[i].present)
			rsc->allowed[i].score = -CIB_INFINITY;
	sched_reason(run,
		(SchedReason){ rsc, NULL, -CIB_INFINITY, BECAUSE_MULTIPLE, "multiple-active" },
		"it is active more than once, and multiple-active is stop_only");
}

static void block(SchedRsc *rsc)
{
	rsc_set(rsc, RSC_MANAGED, false);
	rsc_set(rsc, RSC_BLOCKED, true);
}

static void active_twice(SchedRun *run, SchedRsc *rsc)
{
	if (rsc->multiple == MULTIPLE_STOP_ONLY)
		ban_everywhere(run, rsc);
	if (rsc->multiple != MULTIPLE_BLOCK)
		return;
	block(rsc);
	if (rsc->parent && rsc->parent->variant == RSC_GROUP &&
		rsc->parent->multiple == MULTIPLE_BLOCK)
		cib_each(member, &rsc->parent->children) block(*member);
}

void sched_set_running(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool failed)
{
	for (; rsc; rsc = rsc->parent, failed = false) {
		if (sched_is_running_on(rsc, node))
			return;
		cib_push(run->arena, &rsc->running_on, node);
		if (rsc->variant != RSC_PRIMITIVE)
			continue;
		cib_push(run->arena, &node->running, rsc);
		if (node->maintenance) {
			rsc_set(rsc, RSC_MANAGED, false);
			rsc_set(rsc, RSC_MAINTENANCE, true);
		}
		if (!rsc_is(rsc, RSC_MANAGED)) {
			sched_add_location(run, rsc, node, CIB_INFINITY,
				(SchedCause){ BECAUSE_UNMANAGED, "is-managed",
					"it is not managed and active there" });
			for (SchedRsc *p = rsc->parent; p && node->online; p = p->parent)
				add_once(run->arena, &p->running_on, node);
			return;
		}
		if (rsc->running_on.n > 1)
			active_twice(run, rsc);
	}
	(void)failed;
}

void sched_add_location(SchedRun *run, SchedRsc *rsc, SchedNode *node, int score, SchedCause why)
{
	for (uint32_t i = node ? node->index : 0; i < run->nodes.n; i++) {
		SchedSlot *slot = &rsc->allowed[i];
		slot->score = slot->present ? cib_score_add(slot->score, score) : score;
		slot->present = true;
		if (node)
			break;
	}
	sched_reason(run, (SchedReason){ rsc, node, score, why.because, why.id }, "%s", why.text);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		sched_add_location(run, rsc->children.items[i], node, score, why);
}

void sched_fence_node(SchedRun *run, SchedNode *node, const char *reason)
{
	if (!node->fence_reason)
		node->fence_reason = reason;
	if (sched_can_fence(run, node) || !node->unclean)
		node->unclean = true;
}

bool sched_can_fence(const SchedRun *run, const SchedNode *node)
{
	if (!run->fencing_enabled || !run->have_fence_device)
		return false;
	if (run->quorum || run->quorum_policy == QUORUM_IGNORE)
		return true;
	return node && node->online;
}

SchedRole sched_role_parse(const char *text)
{
	if (!text)
		return ROLE_UNKNOWN;
	if (!strcasecmp(text, "Stopped"))
		return ROLE_STOPPED;
	if (!strcasecmp(text, "Started"))
		return ROLE_STARTED;
	if (!strcasecmp(text, "Unpromoted") || !strcasecmp(text, "Slave"))
		return ROLE_UNPROMOTED;
	if (!strcasecmp(text, "Promoted") || !strcasecmp(text, "Master"))
		return ROLE_PROMOTED;
	return ROLE_UNKNOWN;
}

const char *sched_role_text(SchedRole role)
{
	static const char *const names[] = { "Unknown", "Stopped", "Started", "Unpromoted",
		"Promoted" };
	return names[role];
}

SchedRole sched_target_role(const SchedRsc *rsc)
{
	const char *text = cib_pairs_get(&rsc->meta, "target-role")
				   ?: cib_pairs_get(&rsc->meta, "target_role");
	SchedRole role = sched_role_parse(text);
	if (role == ROLE_STARTED || role == ROLE_UNKNOWN)
		return ROLE_UNKNOWN;
	if (role > ROLE_STARTED) {
		bool promotable = rsc_is(sched_top(rsc), RSC_PROMOTABLE);
		if (!promotable || role == ROLE_PROMOTED)
			return ROLE_UNKNOWN;
	}
	return role;
}

void sched_reason(SchedRun *run, SchedReason reason, const char *format, ...)
{
	va_list args;
	char text[512];
	if (!run->want_reasons)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reason.text = arena_strdup(run->arena, text);
	cib_push(run->arena, &run->reasons, reason);
}

void sched_not_yet(SchedRun *run, const char *format, ...)
{
	va_list args;
	char text[256];
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cib_push(run->arena, &run->not_yet, arena_strdup(run->arena, text));
}
