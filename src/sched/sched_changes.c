/* SPDX-License-Identifier: MIT */
/* What was run with other parameters than it would be now, or is no longer to be run. */
#include "cib/cib_digest.h"
#include "sched/sched_history.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

#include <stdio.h>

static void add_op_params(
	SchedRun *run, SchedRsc *rsc, const CibElement *op, SchedNode *node, CibPairs *params)
{
	CibRuleInput input = sched_rule_input(run, node, NULL);
	CibPairs own = { 0 };
	if (op)
		cib_nvpairs(op, "instance_attributes", NULL, &run->ids, &input, &own);
	cib_each(pair, &own) cib_pairs_set(run->arena, params, pair->name, pair->value, true);
	(void)rsc;
}

static bool not_digested(const char *name)
{
	static const char *const names[] = { "id", "crm_feature_set", "op_target_rc", "external-ip",
		"on_node", "on_node_uuid", "pcmk_external_ip" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, "CRM_meta_", 9);
}

static void digest_pairs(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval,
	SchedNode *node, CibPairs *ret)
{
	CibPairs all = { 0 }, meta = { 0 };
	const CibElement *op = sched_op_config(run, rsc, task, interval, true);
	const CibPairs *params = sched_params(run, rsc, node);
	for (uint32_t i = 0; i < params->n; i++)
		cib_pairs_set(
			run->arena, &all, params->items[i].name, params->items[i].value, true);
	add_op_params(run, rsc, op, node, &all);
	cib_each(pair, &all) if (!not_digested(pair->name))
		cib_pairs_set(run->arena, ret, pair->name, pair->value, true);
	if (interval <= 0)
		return;
	sched_op_meta(run, rsc, task, interval, op, &meta);
	const char *timeout = cib_pairs_get(&meta, "timeout");
	int64_t msec = timeout ? cib_msec(timeout) : 20000;
	if (msec < 0)
		msec = 20000;
	cib_pairs_set(run->arena, ret, "CRM_meta_timeout",
		arena_printf(run->arena, "%lld", (long long)msec), true);
}

void sched_digest(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval, SchedNode *node,
	char ret_hex[static 33])
{
	CibPairs pairs = { 0 };
	digest_pairs(run, rsc, task, interval, node, &pairs);
	cib_digest_params(&pairs, ret_hex);
}

static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += n)
		if ((at == list || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

/* The digest of those parameters whose change asks for a restart. */
static bool restart_differs(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	const char *digest = cib_get(op->xml, "op-restart-digest");
	const char *list = cib_get(op->xml, "op-force-restart") ?: "";
	CibPairs pairs = { 0 }, kept = { 0 };
	char hex[CIB_DIGEST_SIZE];
	if (!digest)
		return false;
	digest_pairs(run, rsc, op->task, op->interval, node, &pairs);
	cib_each(pair, &pairs) if (listed(list, pair->name))
		cib_pairs_set(run->arena, &kept, pair->name, pair->value, true);
	cib_digest_params(&kept, hex);
	return strcmp(hex, digest) != 0;
}

/* A file from which secrets were taken out: what is not secret tells. */
static bool only_secrets(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	const char *digest = cib_get(op->xml, "op-secure-digest");
	const char *list = cib_get(op->xml, "op-secure-params") ?: "";
	CibPairs pairs = { 0 }, kept = { 0 }, bare = { 0 };
	char hex[CIB_DIGEST_SIZE];
	if (!digest)
		return false;
	digest_pairs(run, rsc, op->task, 0, node, &pairs);
	cib_each(pair, &pairs)
	{
		if (listed(list, pair->name))
			continue;
		cib_pairs_set(run->arena, &kept, pair->name, pair->value, true);
		if (strncmp(pair->name, "pcmk_", 5))
			cib_pairs_set(run->arena, &bare, pair->name, pair->value, true);
	}
	cib_digest_params(&kept, hex);
	if (!strcmp(hex, digest))
		return true;
	cib_digest_params(&bare, hex);
	return rsc_is(rsc, RSC_FENCE_DEVICE) && !strcmp(hex, digest);
}

static SchedChange change_of(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	const char *digest = cib_get(op->xml, "op-digest");
	char hex[CIB_DIGEST_SIZE];
	if (restart_differs(run, rsc, op, node))
		return CHANGE_RESTART;
	if (!digest)
		return CHANGE_UNKNOWN;
	sched_digest(run, rsc, op->task, op->interval, node, hex);
	if (!strcmp(hex, digest) || only_secrets(run, rsc, op, node))
		return CHANGE_NONE;
	return CHANGE_RELOAD;
}

bool sched_params_changed(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	SchedChange change = change_of(run, rsc, op, node);
	return change == CHANGE_RELOAD || change == CHANGE_RESTART;
}

static void force_restart(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	SchedTask task = sched_task_parse(op->task);
	SchedAction *required = sched_action(run, rsc, task, op->interval, NULL, false);
	sched_set_reason(required, "resource definition change", true);
	(void)node;
}

void sched_reload(SchedRun *run, SchedRsc *rsc, SchedNode *node)
{
	if (rsc->variant != RSC_PRIMITIVE) {
		for (uint32_t i = 0; i < rsc->children.n; i++)
			sched_reload(run, rsc->children.items[i], node);
		return;
	}
	if (!rsc_is(rsc, RSC_MANAGED) || rsc_is(rsc, RSC_FAILED | RSC_BLOCKED))
		return;
	if (rsc_is(rsc, RSC_START_PENDING)) {
		SchedAction *stop = sched_action(run, rsc, TASK_STOP, 0, node, false);
		sched_set_reason(stop, "resource definition change", true);
		return;
	}
	rsc->flags |= RSC_RELOAD;
	SchedAction *reload = sched_action(run, rsc, TASK_RELOAD, 0, node, false);
	sched_order_full(run, (SchedOrder){ .flags = ORDER_OPTIONAL | ORDER_THEN_CANCELS_FIRST,
				      .first = reload,
				      .then_rsc = rsc,
				      .then_task = TASK_STOP });
	sched_order_full(run, (SchedOrder){ .flags = ORDER_OPTIONAL | ORDER_THEN_CANCELS_FIRST,
				      .first = reload,
				      .then_rsc = rsc,
				      .then_task = TASK_DEMOTE });
}

/* Whether the definition of what was run has changed; sees to it that it is run again. */
static bool check_op(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node)
{
	if (op->interval > 0) {
		const CibElement *config = sched_op_config(run, rsc, op->task, op->interval, false);
		if (!config) {
			if (run->cancel_removed)
				(void)sched_cancel(
					run, rsc, sched_task_parse(op->task), op->interval, node);
			return true;
		}
	}
	switch (change_of(run, rsc, op, node)) {
	case CHANGE_NONE:
	case CHANGE_UNKNOWN: return false;
	case CHANGE_RESTART: force_restart(run, rsc, op, node); return true;
	case CHANGE_RELOAD:
		if (op->interval > 0) {
			SchedAction *again = sched_action(
				run, rsc, sched_task_parse(op->task), op->interval, node, true);
			again->flags |= ACT_RESCHEDULE;
			sched_set_reason(again, "resource definition change", true);
		} else if (cib_get(op->xml, "op-restart-digest")) {
			sched_reload(run, rsc, node);
		} else {
			force_restart(run, rsc, op, node);
		}
		return true;
	}
	return false;
}

static void check_history(SchedRun *run, SchedRsc *rsc, SchedNode *node, const CibElement *history)
{
	SchedOps ops = sched_ops(run->arena, history);
	int start, stop;
	sched_ops_active(&ops, &start, &stop);
	if (start < stop)
		return;
	for (int i = MAX(start, 0); i < (int)ops.n && ops.n; i++) {
		const SchedOp *op = &ops.items[i];
		SchedTask task = sched_task_parse(op->task);
		if (i < start)
			continue;
		if (op->interval > 0 && (rsc_is(rsc, RSC_MAINTENANCE) || node->maintenance)) {
			(void)sched_cancel(run, rsc, task, op->interval, node);
			continue;
		}
		if (op->interval == 0 && task != TASK_MONITOR && task != TASK_START &&
			task != TASK_PROMOTE && task != TASK_MIGRATE_FROM)
			continue;
		if (check_op(run, rsc, op, node) &&
			sched_failcount(run, node, rsc, true, NULL, NULL))
			(void)sched_clear_failcount(run, rsc, node, "action definition changed");
	}
}

/* Another agent than the one that was started. */
static bool agent_changed(
	SchedRun *run, SchedRsc *rsc, SchedNode *node, const CibElement *history, bool active)
{
	static const char *const names[] = { "type", "provider", "class" };
	bool changed = false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *was = cib_get(history, names[i]);
		if (was && !cib_same(was, cib_get(rsc->xml, names[i])))
			changed = true;
	}
	if (changed && active) {
		SchedAction *stop = sched_action(run, rsc, TASK_STOP, 0, node, false);
		sched_set_reason(stop, "resource definition change", true);
		rsc->flags |= RSC_START_PENDING & 0;
	}
	return changed;
}

static void name_once(SchedRun *run, CibIndex *index, const char *name, SchedRsc *rsc)
{
	if (name && !cib_index_get(index, name))
		cib_index_put(run->arena, index, name, rsc);
}

/* What is active on the node, by each of its names; the first that has a name counts. */
static CibIndex running_by_name(SchedRun *run, const SchedNode *node)
{
	CibIndex index = { 0 };
	for (uint32_t i = 0; i < node->running.n; i++) {
		SchedRsc *rsc = node->running.items[i];
		name_once(run, &index, rsc->id, rsc);
		name_once(run, &index, rsc->clone_name, rsc);
		name_once(run, &index, rsc->config_name, rsc);
	}
	return index;
}

void sched_config_changes(SchedRun *run)
{
	for (uint32_t n = 0; n < run->nodes.n; n++) {
		SchedNode *node = run->nodes.items[n];
		if (!node->maintenance && !sched_node_available(node, NULL, false) &&
			!(node->online && !node->unclean && !node->shutdown))
			continue;
		const CibElement *list = cib_child(cib_child(node->state, "lrm"), "lrm_resources");
		CibIndex running = running_by_name(run, node);
		cib_foreach_named(history, list, "lrm_resource")
		{
			SchedRsc *rsc = cib_index_get(&running, cib_id(history))
						?: sched_rsc_find(run, cib_id(history));
			if (!rsc || rsc->variant != RSC_PRIMITIVE || rsc_is(rsc, RSC_REMOVED)) {
				if (rsc && rsc_is(rsc, RSC_REMOVED) &&
					!sched_is_clone_instance(rsc) &&
					rsc->variant == RSC_PRIMITIVE && node->online)
					sched_cleanup(run, rsc, node, false);
				continue;
			}
			bool active = sched_is_running_on(rsc, node);
			if (agent_changed(run, rsc, node, history, active))
				sched_cleanup(run, rsc, node, false);
			if (active)
				check_history(run, rsc, node, history);
		}
	}
}
