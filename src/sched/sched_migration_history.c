/* SPDX-License-Identifier: MIT */
/* Migrations that the history speaks of: done, half done, failed. */
#include "sched/sched_history.h"
#include "sched/sched_model.h"

static SchedOps ops_on(SchedRun *run, const SchedRsc *rsc, SchedNode *node)
{
	const CibElement *history = node ? sched_history_of(run, node, rsc->config_name) : NULL;
	return history ? sched_ops(run->arena, history) : (SchedOps){ 0 };
}

static const SchedOp *find_op(const SchedOps *ops, const char *task, const char *source)
{
	for (uint32_t i = ops->n; i-- > 0;) {
		const SchedOp *op = &ops->items[i];
		if (strcmp(op->task, task))
			continue;
		if (!source || cib_same(cib_get(op->xml, "migrate_source"), source))
			return op;
	}
	return NULL;
}

/* Whether something that changes or tells the state came after the call. */
static bool newer_state(const SchedOps *ops, int call)
{
	for (uint32_t i = 0; i < ops->n; i++) {
		const SchedOp *op = &ops->items[i];
		if (op->call <= call || op->status == OP_PENDING)
			continue;
		if (!strcmp(op->task, "stop") || !strcmp(op->task, "start") ||
			!strcmp(op->task, "migrate_from") || !strcmp(op->task, "migrate_to"))
			return true;
		if (op->probe && (op->rc == RC_NOT_RUNNING || op->rc == RC_OK))
			return true;
	}
	return false;
}

static bool any_stop_after(const SchedOps *ops, int call)
{
	for (uint32_t i = 0; i < ops->n; i++)
		if (!strcmp(ops->items[i].task, "stop") && ops->items[i].call > call &&
			ops->items[i].status == OP_DONE && ops->items[i].rc == RC_OK)
			return true;
	return false;
}

void sched_migrate_to_done(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op)
{
	const char *source = cib_get(op->xml, "migrate_source");
	const char *target = cib_get(op->xml, "migrate_target");
	SchedNode *to = sched_node_find(run, target), *from = sched_node_find(run, source) ?: node;
	SchedOps here = ops_on(run, rsc, node), there = ops_on(run, rsc, to);
	const SchedOp *arrived = find_op(&there, "migrate_from", source);
	bool newer_here = newer_state(&here, op->call);

	if (!source || !target)
		return;
	if (arrived && newer_here)
		return;
	bool newer_there = newer_state(&there, arrived ? arrived->call : -1);
	if (!arrived)
		newer_there = there.n > 0 && find_op(&there, "monitor", NULL) &&
			      newer_state(&there, find_op(&there, "monitor", NULL)->call);
	if (newer_here && newer_there)
		return;
	if (arrived && arrived->rc == RC_OK && arrived->status == OP_DONE) {
		rsc->role = ROLE_STOPPED;
		cib_push(run->arena, &rsc->dangling, node);
		return;
	}
	rsc->role = ROLE_STARTED;
	if (arrived && arrived->status != OP_PENDING) {
		if (!newer_there && to && to->online)
			sched_set_running(run, rsc, to, true);
		return;
	}
	if (to && to->online && there.n == 0 && from->online)
		return;
	if (to && to->online) {
		sched_set_running(run, rsc, to, false);
		if (from->online) {
			rsc->migrating_to = to;
			rsc->migrating_from = from;
		}
	} else if (!newer_here) {
		rsc->flags |= RSC_FAILED | RSC_NEEDS_STOP;
		rsc_set(rsc, RSC_ALLOW_MIGRATE, false);
	}
}

void sched_migrate_to_failed(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op)
{
	SchedNode *to = sched_node_find(run, cib_get(op->xml, "migrate_target"));
	SchedOps there = ops_on(run, rsc, to);
	const SchedOp *arrived =
		find_op(&there, "migrate_from", cib_get(op->xml, "migrate_source"));
	(void)node;
	rsc->role = ROLE_STARTED;
	/* The target may have it, unless it says that it has not. */
	if (to && to->online && there.n && !any_stop_after(&there, arrived ? arrived->call : -1) &&
		(arrived || find_op(&there, "start", NULL)))
		sched_set_running(run, rsc, to, false);
}

void sched_migrate_from_failed(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op)
{
	SchedNode *from = sched_node_find(run, cib_get(op->xml, "migrate_source"));
	SchedOps there = ops_on(run, rsc, from);
	const SchedOp *left = find_op(&there, "migrate_to", cib_get(op->xml, "migrate_source"));
	(void)node;
	rsc->role = ROLE_STARTED;
	if (from && from->online && (!left || !any_stop_after(&there, left->call)))
		sched_set_running(run, rsc, from, true);
}
