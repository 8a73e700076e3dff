/* SPDX-License-Identifier: MIT */
#include "sched/sched_action.h"

#include "sched/sched_model.h"

#include <stdio.h>
#include <strings.h>

const char *const sched_task_names[TASK_N] = {
	[TASK_NONE] = "",
	[TASK_MONITOR] = "monitor",
	[TASK_STOP] = "stop",
	[TASK_STOPPED] = "stopped",
	[TASK_START] = "start",
	[TASK_RUNNING] = "running",
	[TASK_PROMOTE] = "promote",
	[TASK_PROMOTED] = "promoted",
	[TASK_DEMOTE] = "demote",
	[TASK_DEMOTED] = "demoted",
	[TASK_NOTIFY] = "notify",
	[TASK_NOTIFIED] = "notified",
	[TASK_MIGRATE_TO] = "migrate_to",
	[TASK_MIGRATE_FROM] = "migrate_from",
	[TASK_CANCEL] = "cancel",
	[TASK_DELETE] = "delete",
	[TASK_RELOAD] = "reload-agent",
	[TASK_CLEAR_FAILCOUNT] = "clear_failcount",
	[TASK_FENCE] = "stonith",
	[TASK_SHUTDOWN] = "do_shutdown",
	[TASK_PSEUDO] = "",
};

SchedTask sched_task_parse(const char *text)
{
	for (SchedTask t = TASK_MONITOR; t < TASK_PSEUDO; t++)
		if (text && !strcmp(text, sched_task_names[t]))
			return t;
	if (cib_same(text, "started"))
		return TASK_RUNNING;
	return TASK_NONE;
}

const char *sched_action_task(const SchedAction *action)
{
	return action->task_name ?: sched_task_names[action->task];
}

const char *sched_action_uuid(SchedRun *run, const SchedAction *action)
{
	if (action->uuid)
		return action->uuid;
	if (action->notify_type)
		return arena_printf(run->arena, "%s_%s_notify_%s_0", action->rsc->id,
			action->notify_type, action->notify_operation);
	if (action->task == TASK_CANCEL)
		return arena_printf(run->arena, "%s_%s_%lld", action->rsc->id,
			sched_task_names[action->cancel_task], (long long)action->interval);
	return arena_printf(run->arena, "%s_%s_%lld", action->rsc->id, sched_action_task(action),
		(long long)action->interval);
}

void sched_set_reason(SchedAction *action, const char *reason, bool overwrite)
{
	if (!action->reason || overwrite)
		action->reason = reason;
}

/* ---- configuration of operations ---- */

static bool op_enabled(const CibElement *op)
{
	bool enabled = true;
	(void)cib_truth(cib_get(op, "enabled"), &enabled);
	return enabled;
}

const CibElement *sched_op_config(
	SchedRun *run, const SchedRsc *rsc, const char *task, int64_t interval, bool with_disabled)
{
	cib_foreach_named(given, rsc->ops_xml, "op")
	{
		const CibElement *op = cib_resolve(&run->ids, given);
		const char *name = op ? cib_get(op, "name") : NULL;
		if (!name || strcmp(name, task) || (!with_disabled && !op_enabled(op)))
			continue;
		if (MAX(0, cib_msec(cib_get(op, "interval"))) == interval)
			return op;
	}
	return NULL;
}

/* A probe takes its timeout from the monitor that runs most often. */
static const CibElement *most_frequent_monitor(SchedRun *run, const SchedRsc *rsc)
{
	const CibElement *best = NULL;
	int64_t least = INT64_MAX;
	cib_foreach_named(given, rsc->ops_xml, "op")
	{
		const CibElement *op = cib_resolve(&run->ids, given);
		int64_t interval = op ? cib_msec(cib_get(op, "interval")) : -1;
		if (!op || !cib_same(cib_get(op, "name"), "monitor") || !op_enabled(op))
			continue;
		if (interval > 0 && interval < least) {
			least = interval;
			best = op;
		}
	}
	return best;
}

void sched_op_meta(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval,
	const CibElement *op, CibPairs *meta)
{
	static const char *const skipped[] = { "id", "name", "interval", "id-ref" };
	CibRuleInput input = sched_rule_input(run, NULL, rsc);
	const CibElement *defaults = cib_child(cib_child(run->cib, "configuration"), "op_defaults");
	input.op_name = task;
	input.op_interval = interval;
	if (op) {
		cib_nvpairs(op, "meta_attributes", NULL, &run->ids, &input, meta);
		for (uint32_t i = 0; i < op->n_attrs; i++) {
			bool skip = false;
			for (size_t k = 0; k < ARRAY_LEN(skipped); k++)
				skip |= !strcmp(op->attrs[i].name, skipped[k]);
			if (!skip)
				cib_pairs_set(run->arena, meta, op->attrs[i].name,
					op->attrs[i].value, true);
		}
	}
	cib_nvpairs(defaults, "meta_attributes", NULL, &run->ids, &input, meta);
	if (!strcmp(task, "monitor") && interval == 0 && !op) {
		const CibElement *monitor = most_frequent_monitor(run, rsc);
		CibPairs other = { 0 };
		if (monitor) {
			cib_nvpairs(monitor, "meta_attributes", NULL, &run->ids, &input, &other);
			const char *timeout =
				cib_pairs_get(&other, "timeout") ?: cib_get(monitor, "timeout");
			if (timeout)
				cib_pairs_set(run->arena, meta, "timeout", timeout, true);
		}
	}
}

static SchedOnFail on_fail_parse(const char *text, SchedOnFail fallback)
{
	static const struct {
		const char *word;
		SchedOnFail on_fail;
	} words[] = { { "block", ON_FAIL_BLOCK }, { "fence", ON_FAIL_FENCE },
		{ "standby", ON_FAIL_STANDBY }, { "ignore", ON_FAIL_IGNORE },
		{ "nothing", ON_FAIL_IGNORE }, { "migrate", ON_FAIL_BAN }, { "stop", ON_FAIL_STOP },
		{ "restart", ON_FAIL_RESTART }, { "restart-container", ON_FAIL_RESTART_CONTAINER },
		{ "demote", ON_FAIL_DEMOTE } };
	for (size_t i = 0; text && i < ARRAY_LEN(words); i++)
		if (!strcasecmp(text, words[i].word))
			return words[i].on_fail;
	return fallback;
}

static bool demote_allowed(const char *task, int64_t interval, const CibElement *op)
{
	if (!strcmp(task, "promote"))
		return true;
	return !strcmp(task, "monitor") && interval > 0 &&
	       sched_role_parse(cib_get(op, "role")) == ROLE_PROMOTED;
}

/* The on-fail of the recurring monitor of the promoted role counts for demote as well. */
static const char *demote_on_fail(SchedRun *run, SchedRsc *rsc)
{
	cib_foreach_named(op, rsc->ops_xml, "op")
	{
		int64_t interval = MAX(0, cib_msec(cib_get(op, "interval")));
		CibPairs meta = { 0 };
		if (!op_enabled(op) || !cib_same(cib_get(op, "name"), "monitor") || interval == 0 ||
			sched_role_parse(cib_get(op, "role")) != ROLE_PROMOTED)
			continue;
		sched_op_meta(run, rsc, "monitor", interval, op, &meta);
		const char *value = cib_pairs_get(&meta, "on-fail");
		if (value && !cib_same_word(value, "demote"))
			return value;
	}
	return NULL;
}

SchedOnFail sched_on_fail(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval,
	SchedRole role, SchedRole *ret_fail_role)
{
	CibPairs meta = { 0 };
	const CibElement *op = sched_op_config(run, rsc, task, interval, true);
	(void)role;
	sched_op_meta(run, rsc, task, interval, op, &meta);
	const char *value = cib_pairs_get(&meta, "on-fail") ?: cib_pairs_get(&meta, "on_fail");
	bool stop = !strcmp(task, "stop");
	SchedRole fail_role = !strcmp(task, "promote") ? ROLE_UNPROMOTED : ROLE_STARTED;
	if (!value && !strcmp(task, "demote"))
		value = demote_on_fail(run, rsc);
	if (cib_same_word(value, "demote") && !demote_allowed(task, interval, op))
		value = NULL;
	if (stop && (cib_same_word(value, "standby") || cib_same_word(value, "stop") ||
			    cib_same_word(value, "restart")))
		value = NULL;
	SchedOnFail fallback = !stop		      ? ON_FAIL_RESTART
			       : run->fencing_enabled ? ON_FAIL_FENCE
						      : ON_FAIL_BLOCK;
	if (rsc->container)
		fallback = ON_FAIL_RESTART_CONTAINER;
	SchedOnFail on_fail = on_fail_parse(value, fallback);
	if (on_fail == ON_FAIL_FENCE && !run->fencing_enabled)
		on_fail = ON_FAIL_STOP;
	if (on_fail == ON_FAIL_STOP)
		fail_role = ROLE_STOPPED;
	else if (on_fail == ON_FAIL_DEMOTE)
		fail_role = ROLE_UNPROMOTED;
	if (ret_fail_role)
		*ret_fail_role = fail_role;
	return on_fail;
}

/* ---- making actions ---- */

static void note_watched(SchedRun *run, SchedRsc *rsc, const SchedNode *node)
{
	if (!rsc->watched)
		rsc->watched = arena_alloc(run->arena, run->nodes.n + 1, sizeof(bool));
	rsc->watched[node ? node->index : run->nodes.n] = true;
}

/* Of many monitors none may be for the node: at the first start there is one for each node. */
static SchedAction *first_on(
	const SchedRun *run, const SchedRsc *rsc, SchedTask task, const SchedNode *node)
{
	if (task == TASK_MONITOR && node && rsc->watched && !rsc->watched[node->index] &&
		!rsc->watched[run->nodes.n])
		return NULL;
	return sched_first(rsc, task);
}

SchedAction *sched_action_new(SchedRun *run, SchedRsc *rsc, SchedTask task, SchedNode *node)
{
	SchedAction *action = ARENA_NEW(run->arena, SchedAction);
	action->id = run->next_action++;
	action->task = task;
	action->rsc = rsc;
	action->node = node;
	action->target_rc = -1;
	action->flags = ACT_RUNNABLE;
	if (rsc) {
		action->next = rsc->actions;
		rsc->actions = action;
		if (!rsc->by_task)
			rsc->by_task = arena_alloc(run->arena, TASK_N, sizeof(SchedAction *));
		action->next_same = rsc->by_task[task];
		rsc->by_task[task] = action;
		if (task == TASK_MONITOR)
			note_watched(run, rsc, node);
	}
	cib_push(run->arena, &run->actions, action);
	return action;
}

static SchedQuorumPolicy policy_for(SchedRun *run, SchedRsc *rsc)
{
	if (run->quorum)
		return QUORUM_IGNORE;
	if (run->quorum_policy != QUORUM_DEMOTE)
		return run->quorum_policy;
	if (rsc->role == ROLE_PROMOTED || rsc->role == ROLE_UNPROMOTED) {
		if (rsc->next_role > ROLE_UNPROMOTED)
			sched_set_next_role(rsc, ROLE_UNPROMOTED, "no-quorum-policy=demote");
		return QUORUM_IGNORE;
	}
	return QUORUM_STOP;
}

static void decide_runnable(SchedRun *run, SchedAction *action)
{
	if (act_is(action, ACT_PSEUDO))
		return;
	if (!action->node) {
		action->flags &= ~(uint32_t)ACT_RUNNABLE;
	} else if (!action->node->online) {
		action->flags &= ~(uint32_t)ACT_RUNNABLE;
	} else if (action->node->pending) {
		action->flags &= ~(uint32_t)ACT_RUNNABLE;
	} else if (action->needs == REQUIRES_NOTHING) {
		action->reason = NULL;
		action->flags |= ACT_RUNNABLE;
	} else {
		switch (policy_for(run, action->rsc)) {
		case QUORUM_STOP:
			action->flags &= ~(uint32_t)ACT_RUNNABLE;
			sched_set_reason(action, "no quorum", true);
			break;
		case QUORUM_FREEZE:
			if (!sched_active(action->rsc, true) ||
				action->rsc->next_role > action->rsc->role) {
				action->flags &= ~(uint32_t)ACT_RUNNABLE;
				sched_set_reason(action, "quorum freeze", true);
			}
			break;
		case QUORUM_IGNORE:
		case QUORUM_DEMOTE:
		case QUORUM_FENCE: action->flags |= ACT_RUNNABLE; break;
		}
	}
}

static void configure(SchedRun *run, SchedAction *action)
{
	SchedRsc *rsc = action->rsc;
	bool starts = action->task == TASK_START || action->task == TASK_PROMOTE;
	action->needs = starts ? rsc->requires : REQUIRES_NOTHING;
	action->op =
		sched_op_config(run, rsc, sched_task_names[action->task], action->interval, true);
}

SchedAction *sched_find_exact(
	const SchedRsc *rsc, SchedTask task, int64_t interval, const SchedNode *node)
{
	for (SchedAction *a = sched_first(rsc, task); a; a = a->next_same)
		if (a->interval == interval && (!node || a->node == node))
			return a;
	return NULL;
}

SchedAction *sched_find(const SchedRsc *rsc, SchedTask task, const SchedNode *node)
{
	SchedAction *anywhere = NULL;
	for (SchedAction *a = sched_first(rsc, task); a; a = a->next_same) {
		if (!node || a->node == node)
			return a;
		if (!a->node && !anywhere)
			anywhere = a;
	}
	return anywhere;
}

SchedAction *sched_action(SchedRun *run, SchedRsc *rsc, SchedTask task, int64_t interval,
	SchedNode *node, bool optional)
{
	SchedAction *action = NULL;
	for (SchedAction *a = first_on(run, rsc, task, node); a && !action; a = a->next_same)
		if (a->interval == interval && (!node || a->node == node || !a->node))
			action = a;
	bool fresh = !action;
	if (fresh) {
		action = sched_action_new(run, rsc, task, node);
		action->interval = interval;
		if (optional)
			action->flags |= ACT_OPTIONAL;
		configure(run, action);
	} else if (!action->node) {
		action->node = node;
		if (task == TASK_MONITOR && node)
			note_watched(run, rsc, node);
	}
	if (rsc->variant != RSC_PRIMITIVE && fresh && !node) {
		action->flags |= ACT_PSEUDO;
	}
	if (action->node && !act_is(action, ACT_PSEUDO) && !rsc_is(rsc, RSC_MANAGED) &&
		interval == 0)
		action->flags |= ACT_OPTIONAL;
	else if (!optional)
		action->flags &= ~(uint32_t)ACT_OPTIONAL;
	decide_runnable(run, action);
	return action;
}

SchedAction *sched_pseudo(
	SchedRun *run, SchedRsc *rsc, SchedTask task, bool optional, bool runnable)
{
	SchedAction *action = sched_find_exact(rsc, task, 0, NULL);
	if (!action)
		action = sched_action_new(run, rsc, task, NULL);
	action->flags |= ACT_PSEUDO;
	if (optional)
		action->flags |= ACT_OPTIONAL;
	else
		action->flags &= ~(uint32_t)ACT_OPTIONAL;
	if (runnable)
		action->flags |= ACT_RUNNABLE;
	return action;
}

SchedAction *sched_named(SchedRun *run, const char *name)
{
	for (uint32_t i = run->actions.n; i-- > 0;)
		if (!run->actions.items[i]->rsc && cib_same(run->actions.items[i]->uuid, name))
			return run->actions.items[i];
	SchedAction *action = sched_action_new(run, NULL, TASK_PSEUDO, NULL);
	action->uuid = action->task_name = arena_strdup(run->arena, name);
	action->flags |= ACT_PSEUDO | ACT_OPTIONAL;
	return action;
}

SchedAction *sched_fence_op(
	SchedRun *run, SchedNode *node, const char *op, bool optional, const char *reason)
{
	SchedAction *action = NULL;
	op = op ?: run->fence_action;
	for (uint32_t i = 0; i < run->actions.n && !action; i++) {
		SchedAction *a = run->actions.items[i];
		if (a->task == TASK_FENCE && a->node == node && !strcmp(a->fence_action, op))
			action = a;
	}
	if (!action) {
		action = sched_action_new(run, NULL, TASK_FENCE, node);
		action->fence_action = op;
		action->uuid = arena_printf(run->arena, "stonith-%s-%s", node->uname, op);
		action->flags |= ACT_OPTIONAL;
		action->node->fencing = action;
	}
	if (!sched_can_fence(run, node))
		action->flags &= ~(uint32_t)ACT_RUNNABLE;
	if (!optional)
		action->flags &= ~(uint32_t)ACT_OPTIONAL;
	if (reason && !optional)
		sched_set_reason(action, reason, false);
	return action;
}

SchedAction *sched_shutdown_op(SchedRun *run, SchedNode *node)
{
	SchedAction *action = sched_action_new(run, NULL, TASK_SHUTDOWN, node);
	action->uuid = arena_printf(run->arena, "do_shutdown-%s", node->uname);
	return action;
}

SchedAction *sched_clear_failcount(
	SchedRun *run, SchedRsc *rsc, SchedNode *node, const char *reason)
{
	SchedAction *action = sched_action(run, rsc, TASK_CLEAR_FAILCOUNT, 0, node, false);
	sched_set_reason(action, reason, true);
	action->flags &= ~(uint32_t)ACT_OPTIONAL;
	return action;
}

bool sched_order_actions(SchedRun *run, SchedAction *first, SchedAction *then, uint32_t flags)
{
	if (!first || !then || !flags || first == then)
		return false;
	/* The shorter of both lists tells whether it is there. */
	if (then->before.n < first->after.n) {
		for (uint32_t i = 0; i < then->before.n; i++)
			if (then->before.items[i].action == first &&
				(then->before.items[i].given & flags))
				return false;
	} else {
		for (uint32_t i = 0; i < first->after.n; i++)
			if (first->after.items[i].action == then &&
				(first->after.items[i].given & flags))
				return false;
	}
	cib_push(run->arena, &first->after, ((SchedInput){ then, flags, flags }));
	cib_push(run->arena, &then->before, ((SchedInput){ first, flags, flags }));
	return true;
}

static void add_order(SchedRun *run, SchedOrder order)
{
	SchedOrder *o = ARENA_NEW(run->arena, SchedOrder);
	*o = order;
	o->id = run->next_order++;
	cib_push(run->arena, &run->orders, o);
}

/* An order between starts or stops is one between migrations too, where they take their place. */
static void order_migrations(SchedRun *run, const SchedOrder *o)
{
	SchedOrder more = {
		.flags = ORDER_OPTIONAL, .first_rsc = o->first_rsc, .then_rsc = o->then_rsc
	};
	SchedTask first = o->first ? o->first->task : o->first_task;
	SchedTask then = o->then ? o->then->task : o->then_task;
	bool both = o->first_rsc && rsc_is(o->first_rsc, RSC_ALLOW_MIGRATE);
	bool up = (first == TASK_START || first == TASK_PROMOTE) && then == TASK_START;
	bool down = (first == TASK_STOP || first == TASK_DEMOTE) && then == TASK_STOP;

	if (!o->first_rsc || !o->then_rsc || o->first_rsc == o->then_rsc ||
		o->first_rsc == o->then_rsc->parent || o->then_rsc == o->first_rsc->parent ||
		(!up && !down) || !rsc_is(o->then_rsc, RSC_ALLOW_MIGRATE))
		return;
	if (both && first == TASK_START) {
		more.first_task = TASK_MIGRATE_FROM;
		more.then_task = TASK_MIGRATE_TO;
		add_order(run, more);
	}
	more.first_task = first;
	more.then_task = TASK_MIGRATE_TO;
	more.flags = ORDER_OPTIONAL | ORDER_IF_MIGRATION_NOT;
	add_order(run, more);
	if (down && o->then_rsc->migrating_to) {
		more.then_task = TASK_MIGRATE_FROM;
		add_order(run, more);
	}
}

void sched_order_full(SchedRun *run, SchedOrder order)
{
	add_order(run, order);
	order_migrations(run, &order);
}

void sched_order(SchedRun *run, SchedRsc *first_rsc, SchedTask first, SchedRsc *then_rsc,
	SchedTask then, uint32_t flags)
{
	sched_order_full(run, (SchedOrder){ .flags = flags,
				      .first_rsc = first_rsc,
				      .then_rsc = then_rsc,
				      .first_task = first,
				      .then_task = then });
}
