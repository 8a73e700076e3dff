/* SPDX-License-Identifier: MIT */
/* What the operations of a resource on a node say: its role there, whether it failed, and what is
 * to be done about it. */
#include "sched/sched_action.h"
#include "sched/sched_history.h"
#include "sched/sched_model.h"

typedef struct Story {
	SchedRun *run;
	SchedRsc *rsc;
	SchedNode *node;
	const char *last_failure; /* the key of the operation */
	SchedOnFail on_fail;
} Story;

static void set_active(SchedRsc *rsc)
{
	rsc->role = rsc_is(sched_top(rsc), RSC_PROMOTABLE) ? ROLE_UNPROMOTED : ROLE_STARTED;
}

/* Constraints that follow a failure hold for all instances when they cannot be told apart. */
static SchedRsc *ban_target(SchedRsc *rsc)
{
	SchedRsc *top = sched_top(rsc);
	return rsc_is(rsc, RSC_UNIQUE) || top->variant == RSC_GROUP ? rsc : top;
}

static void op_succeeded(Story *s, const SchedOp *op, int rc)
{
	SchedRsc *rsc = s->rsc;
	bool clear = false;
	if (rc == RC_NOT_INSTALLED) {
		rsc->role = ROLE_STOPPED;
	} else if (rc == RC_NOT_RUNNING) {
		clear = true;
	} else if (!strcmp(op->task, "monitor")) {
		clear = s->last_failure && !strcmp(s->last_failure, op->key);
		if (rsc->role < ROLE_STARTED)
			set_active(rsc);
	} else if (!strcmp(op->task, "start") || !strcmp(op->task, "migrate_from")) {
		rsc->role = ROLE_STARTED;
		clear = true;
	} else if (!strcmp(op->task, "stop")) {
		rsc->role = ROLE_STOPPED;
		clear = true;
	} else if (!strcmp(op->task, "promote")) {
		rsc->role = ROLE_PROMOTED;
		clear = true;
	} else if (!strcmp(op->task, "demote")) {
		clear = s->on_fail == ON_FAIL_DEMOTE;
		rsc->role = ROLE_UNPROMOTED;
	} else if (!strcmp(op->task, "migrate_to")) {
		sched_migrate_to_done(s->run, rsc, s->node, op);
	} else if (rsc->role < ROLE_STARTED) {
		set_active(rsc);
	}
	if (!clear)
		return;
	switch (s->on_fail) {
	case ON_FAIL_STOP:
	case ON_FAIL_BAN:
	case ON_FAIL_STANDBY:
	case ON_FAIL_FENCE: break; /* these stay until they are cleaned up */
	case ON_FAIL_IGNORE:
	case ON_FAIL_DEMOTE:
	case ON_FAIL_RESTART_CONTAINER:
	case ON_FAIL_RESTART:
	case ON_FAIL_BLOCK:
		s->on_fail = ON_FAIL_IGNORE;
		sched_set_next_role(rsc, ROLE_UNKNOWN, NULL);
		break;
	}
}

static void role_after_failure(Story *s, const SchedOp *op, SchedOnFail on_fail)
{
	SchedRsc *rsc = s->rsc;
	if (!strcmp(op->task, "stop"))
		sched_add_location(s->run, rsc, s->node, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, op->key, "its stop failed there" });
	else if (!strcmp(op->task, "migrate_to"))
		sched_migrate_to_failed(s->run, rsc, s->node, op);
	else if (!strcmp(op->task, "migrate_from"))
		sched_migrate_from_failed(s->run, rsc, s->node, op);
	else if (!strcmp(op->task, "promote"))
		rsc->role = ROLE_PROMOTED;
	else if (!strcmp(op->task, "demote")) {
		if (on_fail == ON_FAIL_BLOCK) {
			rsc->role = ROLE_PROMOTED;
			sched_set_next_role(rsc, ROLE_STOPPED, "demote with on-fail=block");
		} else if (op->rc == RC_NOT_RUNNING) {
			rsc->role = ROLE_STOPPED;
		} else {
			rsc->role = ROLE_UNPROMOTED;
		}
	}
}

static void note_failed_probe(Story *s, const SchedOp *op)
{
	static const char *const words[] = { "OK", "Error occurred", "Invalid parameter",
		"Unimplemented", "Insufficient privileges", "Not installed", "Not configured" };
	SchedRun *run = s->run;
	if (!s->rsc->failed_probes)
		s->rsc->failed_probes = arena_alloc(run->arena, run->nodes.n + 1, sizeof(char *));
	s->rsc->failed_probes[s->node->index] =
		op->rc >= 0 && op->rc < (int)ARRAY_LEN(words) ? words[op->rc] : "Error occurred";
}

static void op_failed(Story *s, const SchedOp *op)
{
	SchedRsc *rsc = s->rsc;
	SchedRole fail_role = ROLE_STARTED;
	SchedOnFail on_fail =
		sched_on_fail(s->run, rsc, op->task, op->interval, ROLE_UNKNOWN, &fail_role);
	s->last_failure = op->key;
	if (op->probe && on_fail > ON_FAIL_RESTART && on_fail != ON_FAIL_BLOCK && false)
		on_fail = ON_FAIL_RESTART;
	s->on_fail = MAX(s->on_fail, on_fail);
	role_after_failure(s, op, on_fail);
	if (op->probe && op->rc == RC_NOT_INSTALLED)
		rsc->role = ROLE_STOPPED;
	else if (rsc->role < ROLE_STARTED)
		set_active(rsc);
	if (fail_role != ROLE_STARTED && rsc->next_role < fail_role)
		sched_set_next_role(rsc, fail_role, "failure");
	if (fail_role == ROLE_STOPPED)
		sched_add_location(s->run, ban_target(rsc), NULL, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, op->key,
				arena_printf(s->run->arena,
					"%s failed, and that asks for it to be stopped",
					op->task) });
}

/* What the exit status means for how the operation ended; sets the role where it tells it. */
static int status_by_rc(Story *s, const SchedOp *op, int status, bool expired)
{
	SchedRsc *rsc = s->rsc;
	bool expected = op->rc == op->target_rc;
	switch (op->rc) {
	case RC_OK: return op->probe && op->target_rc == RC_NOT_RUNNING ? OP_DONE : status;
	case RC_NOT_RUNNING:
		if (!op->probe && !expected && rsc_is(rsc, RSC_MANAGED))
			return status == OP_DONE && op->target_rc < 0 ? OP_ERROR : status;
		rsc->role = ROLE_STOPPED;
		s->on_fail = ON_FAIL_IGNORE;
		sched_set_next_role(rsc, ROLE_UNKNOWN, NULL);
		return OP_DONE;
	case RC_RUNNING_PROMOTED:
		if (!expired || expected)
			rsc->role = ROLE_PROMOTED;
		return op->probe && !expected ? OP_DONE : status;
	case RC_DEGRADED: return OP_DONE;
	case RC_DEGRADED_PROMOTED:
		if (!expired || expected)
			rsc->role = ROLE_PROMOTED;
		return OP_DONE;
	case RC_FAILED_PROMOTED:
		if (!expired)
			rsc->role = ROLE_PROMOTED;
		return OP_ERROR;
	case RC_NOT_CONFIGURED: return OP_ERROR_FATAL;
	case RC_UNIMPLEMENTED:
		if (op->interval > 0)
			return OP_NOT_SUPPORTED;
		__attribute__((fallthrough));
	case RC_PRIVILEGE:
	case RC_NOT_INSTALLED:
	case RC_INVALID_PARAM:
		if (!sched_can_fence(s->run, s->node) && !strcmp(op->task, "stop"))
			return OP_ERROR_FATAL;
		return OP_ERROR_HARD;
	default: return status == OP_DONE ? OP_ERROR : status;
	}
}

static int real_status(Story *s, const SchedOp *op, bool expired)
{
	int status = op->status;
	if (status != OP_DONE && status != OP_ERROR && status != OP_NOT_INSTALLED)
		return status;
	if (status == OP_DONE && op->target_rc >= 0 && op->rc != op->target_rc &&
		op->rc != RC_DEGRADED && op->rc != RC_DEGRADED_PROMOTED)
		status = OP_ERROR;
	else if (op->target_rc >= 0 && op->rc == op->target_rc)
		status = OP_DONE;
	status = status_by_rc(s, op, status, expired);
	if (expired && status != OP_DONE)
		return OP_DONE;
	return status;
}

static void op_pending(Story *s, const SchedOp *op)
{
	SchedRsc *rsc = s->rsc;
	if (!strcmp(op->task, "start")) {
		rsc->flags |= RSC_START_PENDING;
		set_active(rsc);
	} else if (!strcmp(op->task, "promote")) {
		rsc->role = ROLE_PROMOTED;
	} else if (!strcmp(op->task, "migrate_to") && s->node->unclean) {
		SchedNode *to = sched_node_find(s->run, cib_get(op->xml, "migrate_target"));
		if (to)
			(void)sched_action(s->run, rsc, TASK_STOP, 0, to, false);
	}
	if (!rsc->pending_task && !op->probe) {
		rsc->pending_task = op->task;
		rsc->pending_node = s->node;
	}
}

static bool maskable_probe(const SchedOp *op)
{
	return op->probe && (op->rc == RC_NOT_INSTALLED || op->rc == RC_INVALID_PARAM ||
				    op->status == OP_NOT_INSTALLED);
}

static void handle_failure(Story *s, const SchedOp *op, int status)
{
	SchedOnFail on_fail =
		sched_on_fail(s->run, s->rsc, op->task, op->interval, ROLE_UNKNOWN, NULL);
	if (on_fail == ON_FAIL_IGNORE ||
		(on_fail == ON_FAIL_RESTART_CONTAINER && !strcmp(op->task, "stop"))) {
		op_succeeded(s, op, op->target_rc);
		s->rsc->flags |= RSC_FAILURE_IGNORED;
		if (on_fail == ON_FAIL_RESTART_CONTAINER)
			s->on_fail = MAX(s->on_fail, on_fail);
		return;
	}
	op_failed(s, op);
	SchedRsc *target = ban_target(s->rsc);
	if (status == OP_ERROR_HARD)
		sched_add_location(s->run, target, s->node, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, op->key,
				arena_printf(s->run->arena,
					"its %s failed in a way that cannot be helped there",
					op->task) });
	else if (status == OP_ERROR_FATAL)
		sched_add_location(s->run, target, NULL, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, op->key,
				arena_printf(s->run->arena,
					"its %s failed on %s in a way that cannot be helped "
					"anywhere",
					op->task, s->node->uname) });
}

static void unpack_op(Story *s, const SchedOp *op)
{
	if (op->status < OP_PENDING || !strcmp(op->task, "notify") ||
		!strcmp(op->task, "meta-data"))
		return;
	bool expired = op->status != OP_PENDING && sched_op_expired(s->run, s->rsc, s->node, op);
	if (maskable_probe(op) && op->rc != op->target_rc) {
		s->rsc->role = ROLE_STOPPED;
		note_failed_probe(s, op);
		sched_add_location(s->run, ban_target(s->rsc), s->node, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, op->key,
				"a probe found that it cannot run there" });
		return;
	}
	SchedOp seen = *op;
	int status = real_status(s, op, expired);
	if (expired && status == OP_DONE && op->status != OP_PENDING && op->rc != op->target_rc) {
		/* What has run out is not looked at: as if it had not been. */
		if (op->interval > 0 && s->node->online && rsc_is(s->rsc, RSC_MANAGED)) {
			SchedAction *again = sched_action(s->run, s->rsc,
				sched_task_parse(op->task), op->interval, s->node, true);
			again->flags |= ACT_RESCHEDULE;
		}
		if (op->interval > 0 || (op->rc != RC_OK && op->rc != RC_NOT_RUNNING &&
						op->rc != RC_RUNNING_PROMOTED))
			return;
	}
	switch (status) {
	case OP_CANCELLED: return;
	case OP_PENDING: op_pending(s, op); return;
	case OP_DONE: op_succeeded(s, &seen, op->rc); return;
	default: handle_failure(s, op, status); return;
	}
}

static void after_failure(Story *s, SchedOnFail on_fail)
{
	SchedRsc *rsc = s->rsc;
	bool active = rsc->role != ROLE_STOPPED && rsc->role != ROLE_UNKNOWN;
	switch (on_fail) {
	case ON_FAIL_IGNORE: break;
	case ON_FAIL_DEMOTE:
		rsc->flags |= RSC_FAILED;
		(void)sched_action(s->run, rsc, TASK_DEMOTE, 0, s->node, false);
		break;
	case ON_FAIL_FENCE:
		sched_fence_node(
			s->run, s->node, arena_printf(s->run->arena, "%s failed there", rsc->id));
		break;
	case ON_FAIL_STANDBY: s->node->standby = s->node->standby_on_fail = true; break;
	case ON_FAIL_BLOCK:
		rsc_set(rsc, RSC_MANAGED, false);
		rsc->flags |= RSC_BLOCKED;
		break;
	case ON_FAIL_BAN:
		sched_add_location(s->run, rsc, s->node, -CIB_INFINITY,
			(SchedCause){ BECAUSE_FAILURE, s->last_failure,
				"an operation failed there, and on-fail is ban" });
		break;
	case ON_FAIL_STOP: sched_set_next_role(rsc, ROLE_STOPPED, "on-fail=stop"); break;
	case ON_FAIL_RESTART:
		if (active) {
			rsc->flags |= RSC_FAILED | RSC_NEEDS_STOP;
			(void)sched_action(s->run, rsc, TASK_STOP, 0, s->node, false);
		}
		break;
	case ON_FAIL_RESTART_CONTAINER:
		rsc->flags |= RSC_FAILED | RSC_NEEDS_STOP;
		if (rsc->container)
			(void)sched_action(s->run, rsc->container, TASK_STOP, 0, s->node, false);
		else if (active)
			(void)sched_action(s->run, rsc, TASK_STOP, 0, s->node, false);
		break;
	}
}

static void stops_optional(SchedRsc *rsc, const SchedNode *node)
{
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (a->task == TASK_STOP && a->node == node)
			a->flags |= ACT_OPTIONAL;
}

static void apply_state(Story *s)
{
	SchedRsc *rsc = s->rsc;
	SchedOnFail failed = s->on_fail;
	if (rsc->role != ROLE_UNKNOWN)
		for (SchedRsc *r = rsc; r; r = rsc_is(r, RSC_UNIQUE) ? NULL : r->parent)
			r->known_on[s->node->index] = true;
	if (rsc->role > ROLE_STOPPED && !s->node->online && !s->node->maintenance &&
		rsc_is(rsc, RSC_MANAGED) && s->run->fencing_enabled)
		sched_fence_node(s->run, s->node,
			arena_printf(s->run->arena, "%s is thought to be active there", rsc->id));
	SchedOnFail effective = s->node->unclean ? ON_FAIL_IGNORE : failed;
	after_failure(s, effective);
	if (rsc->role != ROLE_STOPPED && rsc->role != ROLE_UNKNOWN) {
		sched_set_running(s->run, rsc, s->node, failed != ON_FAIL_IGNORE);
		if (effective == ON_FAIL_DEMOTE || effective == ON_FAIL_BLOCK)
			rsc->flags |= RSC_FAILED;
		else if (effective != ON_FAIL_IGNORE)
			rsc->flags |= RSC_FAILED | RSC_NEEDS_STOP;
	} else if (rsc->clone_name && strchr(rsc->clone_name, ':')) {
		rsc->clone_name = NULL;
	} else {
		stops_optional(rsc, s->node);
	}
}

/* Recurring operations that the node runs already: actions that need not be done. */
static void active_recurring(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOps *ops)
{
	int start, stop;
	sched_ops_active(ops, &start, &stop);
	if (start < stop || !node->online)
		return;
	for (int i = MAX(start, 0); i < (int)ops->n; i++) {
		const SchedOp *op = &ops->items[i];
		if (i < start || op->interval == 0 || op->status == OP_PENDING ||
			sched_task_parse(op->task) != TASK_MONITOR)
			continue;
		(void)sched_action(run, rsc, TASK_MONITOR, op->interval, node, true);
	}
}

static void read_lock(SchedRun *run, SchedRsc *rsc, SchedNode *node, const CibElement *history)
{
	const char *text = cib_get(history, "shutdown-lock");
	int64_t since = text ? strtoll(text, NULL, 10) : 0;
	if (!run->shutdown_lock || since <= 0)
		return;
	if (run->shutdown_lock_limit && run->now > since + run->shutdown_lock_limit)
		return;
	rsc->lock_node = node;
	rsc->lock_time = since;
}

void sched_unpack_history(SchedRun *run, SchedNode *node, const CibElement *history)
{
	SchedOps ops = sched_ops(run->arena, history);
	if (ops.n == 0 && !cib_get(history, "shutdown-lock"))
		return;
	SchedRsc *rsc = sched_history_rsc(run, node, history);
	if (!rsc)
		return;
	Story story = { .run = run, .rsc = rsc, .node = node };
	SchedRole before = rsc->role;
	read_lock(run, rsc, node, history);
	if (ops.n == 0)
		return;
	rsc->role = ROLE_UNKNOWN;
	for (uint32_t i = 0; i < ops.n; i++)
		unpack_op(&story, &ops.items[i]);
	active_recurring(run, rsc, node, &ops);
	SchedRole target = sched_target_role(rsc);
	if (target != ROLE_UNKNOWN && (rsc->next_role == ROLE_UNKNOWN || target < rsc->next_role))
		sched_set_next_role(rsc, target, "target-role");
	SchedRole here = rsc->role;
	apply_state(&story);
	rsc->role = MAX(MAX(before, here), rsc->role);
}
