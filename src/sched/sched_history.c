/* SPDX-License-Identifier: MIT */
/* Reading operations, ordering them, and finding out whose they are. */
#include "sched/sched_history.h"

#include "sched/sched_model.h"

#include <stdio.h>

static int number(const CibElement *e, const char *name, int fallback)
{
	const char *text = cib_get(e, name);
	return text && *text ? (int)strtol(text, NULL, 10) : fallback;
}

SchedOp sched_op_parse(const CibElement *xml)
{
	SchedOp op = { .xml = xml,
		.task = cib_get(xml, "operation") ?: "",
		.key = cib_get(xml, "operation_key") ?: cib_id(xml),
		.interval = 0,
		.call = number(xml, "call-id", -1),
		.rc = number(xml, "rc-code", -1),
		.status = number(xml, "op-status", -2),
		.target_rc = -1,
		.transition = -1,
		.action = -1 };
	const char *key = cib_get2(xml, "transition-key", "transition_key");
	const char *interval = cib_get(xml, "interval");
	if (interval)
		op.interval = MAX(0LL, strtoll(interval, NULL, 10));
	const char *changed = cib_get(xml, "last-rc-change");
	if (changed)
		op.changed = strtoll(changed, NULL, 10);
	if (!key) {
		const char *magic = cib_get2(xml, "transition-magic", "transition_magic");
		const char *semi = magic ? strchr(magic, ';') : NULL;
		key = semi ? semi + 1 : NULL;
	}
	if (key) {
		char *end;
		op.action = strtoll(key, &end, 10);
		op.transition = *end == ':' ? strtoll(end + 1, &end, 10) : -1;
		if (*end == ':') {
			const char *after = end + 1;
			long rc = strtol(after, &end, 10);
			/* Old ones have no expected result between. */
			if (end != after && *end == ':') {
				op.target_rc = (int)rc;
				op.transitioner = end + 1;
			} else {
				op.transitioner = after;
			}
		}
	}
	op.probe = !strcmp(op.task, "monitor") && op.interval == 0;
	return op;
}

/* Which happened before: by call, by time; a pending one by its transition. */
static int op_compare(const SchedOp *a, const SchedOp *b)
{
	if (a->call < 0 && b->call < 0)
		return 0;
	if (a->call >= 0 && b->call >= 0 && a->call != b->call)
		return a->call < b->call ? -1 : 1;
	if (a->call >= 0 && b->call >= 0)
		return a->changed && b->changed
			       ? (a->changed > b->changed) - (a->changed < b->changed)
			       : 0;
	if (!cib_same(a->transitioner, b->transitioner) || a->transition == b->transition) {
		if (cib_same(a->transitioner, b->transitioner) && a->call == -1)
			return -1;
		return b->call < 0 ? -1 : 1;
	}
	return a->transition < b->transition ? -1 : 1;
}

SchedOps sched_ops(Arena *arena, const CibElement *history)
{
	SchedOps ops = { 0 };
	uint32_t n = 0;
	cib_foreach_named(e, history, "lrm_rsc_op") n++;
	ops.items = arena_alloc(arena, n + 1, sizeof(SchedOp));
	cib_foreach_named(e, history, "lrm_rsc_op")
	{
		SchedOp op = sched_op_parse(e);
		uint32_t at = ops.n++;
		for (; at > 0 && op_compare(&ops.items[at - 1], &op) > 0; at--)
			ops.items[at] = ops.items[at - 1];
		ops.items[at] = op;
	}
	return ops;
}

void sched_ops_active(const SchedOps *ops, int *ret_start, int *ret_stop)
{
	int start = -1, stop = -1, monitored = -1, promoted = -1;
	for (uint32_t i = 0; i < ops->n; i++) {
		const SchedOp *op = &ops->items[i];
		if (!strcmp(op->task, "stop") && op->status == OP_DONE)
			stop = (int)i;
		else if (!strcmp(op->task, "start") || !strcmp(op->task, "migrate_from"))
			start = (int)i;
		else if (monitored <= stop && !strcmp(op->task, "monitor") &&
			 (op->rc == RC_OK || op->rc == RC_RUNNING_PROMOTED))
			monitored = (int)i;
		else if (!strcmp(op->task, "promote") || !strcmp(op->task, "demote"))
			promoted = (int)i;
	}
	if (start == -1)
		start = promoted != -1 ? promoted : monitored;
	*ret_start = start;
	*ret_stop = stop;
}

const CibElement *sched_history_of(const SchedRun *run, SchedNode *node, const char *rsc_id)
{
	const CibElement *list = cib_child(cib_child(node->state, "lrm"), "lrm_resources");
	if (!node->histories_known)
		cib_foreach_named(history, list, "lrm_resource")
		{
			const char *id = cib_get(history, "id");
			if (id && !cib_index_get(&node->histories, id))
				cib_index_put(run->arena, &node->histories, id, history);
		}
	node->histories_known = true;
	return cib_index_get(&node->histories, rsc_id);
}

static SchedRsc *removed_resource(SchedRun *run, const CibElement *history)
{
	CibElement *xml = cib_add(run->arena, NULL, "primitive");
	const char *kept[] = { "id", "class", "provider", "type" };
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (cib_get(history, kept[i]))
			cib_set(run->arena, xml, kept[i], cib_get(history, kept[i]));
	if (!cib_get(xml, "type") || !cib_get(xml, "class"))
		return NULL;
	bool had_device = run->have_fence_device;
	SchedRsc *rsc = sched_rsc_new(run, xml, NULL, -1);
	run->have_fence_device = had_device;
	if (!rsc)
		return NULL;
	rsc->flags |= RSC_REMOVED;
	cib_push(run->arena, &run->rscs, rsc);
	if (!run->stop_removed)
		rsc_set(rsc, RSC_MANAGED, false);
	else
		sched_add_location(run, rsc, NULL, -CIB_INFINITY,
			(SchedCause){ BECAUSE_REMOVED, NULL, "it is no longer configured" });
	return rsc;
}

/* The member of an instance that the name in the configuration means. */
static SchedRsc *member_of(SchedRsc *instance, const char *base)
{
	if (!strcmp(instance->config_name, base))
		return instance;
	for (uint32_t i = 0; i < instance->children.n; i++)
		if (!strcmp(instance->children.items[i]->config_name, base))
			return instance->children.items[i];
	return NULL;
}

static bool universal(const SchedRun *run, const SchedRsc *clone)
{
	return clone->clone_max >= (int)run->nodes.n && clone->clone_node_max >= 1;
}

/* An instance of an anonymous clone for what ran on the node: the one that is there already, else
 * one that is nowhere, else one more. */
static SchedRsc *anonymous_instance(
	SchedRun *run, SchedNode *node, SchedRsc *clone, const char *base)
{
	SchedRsc *found = NULL, *idle = NULL;
	bool skip_idle = false;
	for (uint32_t i = 0; i < clone->children.n && !found; i++) {
		SchedRsc *instance = clone->children.items[i];
		SchedNodes where = { 0 };
		(void)sched_location(instance, &where, true, run->arena);
		if (where.n) {
			if (where.items[0] != node)
				continue;
			found = member_of(instance, base);
			if (found && found->running_on.n) {
				skip_idle = true;
				found = NULL;
			}
		} else if (!skip_idle && !idle && !rsc_is(instance, RSC_BLOCKED)) {
			idle = member_of(instance, base);
			if (idle && idle->pending_node && idle->pending_node != node)
				idle = NULL;
		}
	}
	if (!found && !skip_idle)
		found = idle;
	if (found && found->requires != REQUIRES_FENCING && node->unclean && !universal(run, clone))
		found = NULL;
	if (found)
		return found;
	SchedRsc *one_more = sched_clone_add_instance(run, clone, true);
	return one_more ? member_of(one_more, base) : NULL;
}

static const char *without_instance(Arena *arena, const char *id)
{
	const char *colon = strrchr(id, ':');
	if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return id;
	return arena_strndup(arena, id, (size_t)(colon - id));
}

SchedRsc *sched_history_rsc(SchedRun *run, SchedNode *node, const CibElement *history)
{
	const char *id = cib_get(history, "id");
	if (!id)
		return NULL;
	SchedRsc *rsc = sched_rsc_find(run, id);
	const char *base = without_instance(run->arena, id);
	if (!rsc || sched_is_clone_instance(rsc)) {
		SchedRsc *zero = sched_rsc_find(run, arena_printf(run->arena, "%s:0", base));
		if (zero && !rsc_is(zero, RSC_UNIQUE) && zero->variant == RSC_PRIMITIVE &&
			sched_is_clone_instance(zero))
			rsc = anonymous_instance(run, node, sched_top(zero), base);
		else if (zero && !rsc && sched_is_clone_instance(zero)) {
			rsc = sched_clone_add_instance(run, sched_top(zero), true);
			rsc = rsc ? member_of(rsc, base) : NULL;
		}
	} else if (rsc->variant != RSC_PRIMITIVE) {
		rsc = NULL;
	}
	if (!rsc)
		rsc = removed_resource(run, history);
	if (rsc && strcmp(rsc->id, id) && !cib_same(rsc->clone_name, id))
		rsc->clone_name = id;
	return rsc;
}
