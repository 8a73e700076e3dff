/* SPDX-License-Identifier: MIT */
#pragma once

/* Actions: what could be done, each with the facts whether it is required and whether it can be
 * done, and the orders between them. */

#include "sched/sched_types.h"

typedef enum SchedTask {
	TASK_NONE,
	TASK_MONITOR,
	TASK_STOP,
	TASK_STOPPED,
	TASK_START,
	TASK_RUNNING,
	TASK_PROMOTE,
	TASK_PROMOTED,
	TASK_DEMOTE,
	TASK_DEMOTED,
	TASK_NOTIFY,
	TASK_NOTIFIED,
	TASK_MIGRATE_TO,
	TASK_MIGRATE_FROM,
	TASK_CANCEL,
	TASK_DELETE,
	TASK_RELOAD,
	TASK_CLEAR_FAILCOUNT,
	TASK_FENCE,
	TASK_SHUTDOWN,
	TASK_PSEUDO,
	TASK_N,
} SchedTask;

typedef enum SchedActionFlag {
	ACT_OPTIONAL = 1 << 0,
	ACT_RUNNABLE = 1 << 1,
	ACT_PSEUDO = 1 << 2,
	ACT_PRINT = 1 << 3,	   /* in the graph though optional */
	ACT_MIGRATABLE = 1 << 4,   /* may still be done as part of a migration */
	ACT_MIN_RUNNABLE = 1 << 5, /* runnable when enough of the actions before it are */
	ACT_IMPLIED = 1 << 6,	   /* fencing does it */
	ACT_RESCHEDULE = 1 << 7,   /* a recurring one that must be set up anew */
	ACT_IN_GRAPH = 1 << 8,
	ACT_DANGLE = 1 << 9,
	ACT_TRACKING = 1 << 10,
	ACT_MIGRATE_RUNNABLE_SET = 1 << 11,
	ACT_MANAGED_OVERRIDE = 1 << 12,
	ACT_QUEUED = 1 << 13,
} SchedActionFlag;

/* How one action stands to the one before it. */
typedef enum SchedOrderFlag {
	ORDER_OPTIONAL = 1 << 0,      /* if both are done, then in this order */
	ORDER_IMPLIES_FIRST = 1 << 1, /* then required: first required */
	ORDER_IMPLIES_THEN = 1 << 2,  /* first required: then required */
	ORDER_PROMOTED_IMPLIES_FIRST = 1 << 3,
	ORDER_IMPLIES_FIRST_MIGRATABLE = 1 << 4,
	ORDER_RUNNABLE = 1 << 5, /* first cannot run: then cannot */
	ORDER_PSEUDO = 1 << 6,
	ORDER_IMPLIES_THEN_ON_NODE = 1 << 7,
	ORDER_PROBE = 1 << 8,
	ORDER_RESTART = 1 << 9,
	ORDER_SERIALIZE = 1 << 10,
	ORDER_SAME_NODE = 1 << 11,
	ORDER_IMPLIES_FIRST_PRINTED = 1 << 12,
	ORDER_IMPLIES_THEN_PRINTED = 1 << 13,
	ORDER_ASYMMETRICAL = 1 << 14,
	ORDER_LOAD = 1 << 15,
	ORDER_ONE_OR_MORE = 1 << 16,
	ORDER_ANTI_COLOCATION = 1 << 17,
	ORDER_PRESERVE = 1 << 18,
	ORDER_THEN_CANCELS_FIRST = 1 << 19,
	ORDER_IF_MIGRATION_NOT = 1 << 20, /* only when first is no migration */
} SchedOrderFlag;

typedef struct SchedInput {
	SchedAction *action;
	uint32_t type, given; /* type: what of it still counts */
} SchedInput;

struct SchedAction {
	uint32_t id;
	SchedTask task;
	SchedRsc *rsc;
	SchedNode *node;
	int64_t interval;      /* ms */
	const char *uuid;      /* only where it is not RSC_TASK_INTERVAL */
	const char *task_name; /* for pseudo actions with names of their own */
	uint32_t flags;
	const char *reason;
	SchedAction *next;	/* of the same resource, older */
	SchedAction *next_same; /* of the same resource and task, older */
	CIB_LIST(SchedInput) before, after;
	SchedRequires needs;
	SchedOnFail on_fail;
	SchedRole fail_role;
	int priority;
	uint32_t required_before, runnable_before;
	const char *fence_action;
	const CibElement *op; /* its configuration */
	int target_rc;	      /* -1: 0 is expected */
	const char *migrate_source, *migrate_target;
	SchedAction *cancel_of;
	int64_t cancel_interval;
	SchedTask cancel_task;
	const char *notify_type, *notify_operation;
	bool interval_known;
	bool probe;
};

/* An order between tasks of resources, until actions are there. */
typedef struct SchedOrder {
	uint32_t id, flags;
	SchedRsc *first_rsc, *then_rsc;
	SchedTask first_task, then_task;
	int64_t first_interval, then_interval;
	SchedAction *first, *then;
	const char *notify_first, *notify_then; /* kept for names */
} SchedOrder;

extern const char *const sched_task_names[TASK_N];
SchedTask sched_task_parse(const char *text);
const char *sched_action_uuid(SchedRun *run, const SchedAction *action);
/* The task as reasons name it. */
const char *sched_action_task(const SchedAction *action);

/* Finds or makes the action of a resource; `optional` false makes it required. */
SchedAction *sched_action(SchedRun *run, SchedRsc *rsc, SchedTask task, int64_t interval,
	SchedNode *node, bool optional);
/* One more, whatever there is. */
SchedAction *sched_action_new(SchedRun *run, SchedRsc *rsc, SchedTask task, SchedNode *node);
SchedAction *sched_pseudo(
	SchedRun *run, SchedRsc *rsc, SchedTask task, bool optional, bool runnable);
/* A pseudo action that belongs to no resource, found by its name. */
SchedAction *sched_named(SchedRun *run, const char *name);
SchedAction *sched_fence_op(
	SchedRun *run, SchedNode *node, const char *op, bool optional, const char *reason);
SchedAction *sched_shutdown_op(SchedRun *run, SchedNode *node);
SchedAction *sched_clear_failcount(
	SchedRun *run, SchedRsc *rsc, SchedNode *node, const char *reason);
/* The newest action of that task, on the node unless that is NULL. */
SchedAction *sched_find(const SchedRsc *rsc, SchedTask task, const SchedNode *node);
SchedAction *sched_find_exact(
	const SchedRsc *rsc, SchedTask task, int64_t interval, const SchedNode *node);
void sched_set_reason(SchedAction *action, const char *reason, bool overwrite);
/* What to do when the operation fails, from its configuration. */
SchedOnFail sched_on_fail(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval,
	SchedRole role, SchedRole *ret_fail_role);
const CibElement *sched_op_config(
	SchedRun *run, const SchedRsc *rsc, const char *task, int64_t interval, bool with_disabled);
/* Meta attributes of an operation, all sources taken together. */
void sched_op_meta(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval,
	const CibElement *op, CibPairs *ret_meta);

/* True when the order is new. */
bool sched_order_actions(SchedRun *run, SchedAction *first, SchedAction *then, uint32_t flags);
void sched_order(SchedRun *run, SchedRsc *first_rsc, SchedTask first, SchedRsc *then_rsc,
	SchedTask then, uint32_t flags);
void sched_order_full(SchedRun *run, SchedOrder order);

/* The newest action of the task; those before it by next_same. */
static inline SchedAction *sched_first(const SchedRsc *rsc, SchedTask task)
{
	return rsc->by_task ? rsc->by_task[task] : NULL;
}

static inline bool act_is(const SchedAction *action, uint32_t flag)
{
	return (action->flags & flag) != 0;
}
