/* SPDX-License-Identifier: MIT */
#pragma once

/* The history of operations, as each node's part of the status keeps it. */

#include "sched/sched_types.h"

/* What was run, how it ended. */
typedef struct SchedOp {
	const CibElement *xml;
	const char *task, *key;
	int64_t interval; /* ms */
	int call, rc, status, target_rc;
	int64_t changed; /* s; 0: unknown */
	long long transition, action;
	const char *transitioner;
	bool probe;
} SchedOp;

typedef struct SchedOps {
	SchedOp *items;
	uint32_t n;
} SchedOps;

enum {
	OP_PENDING = -1,
	OP_DONE = 0,
	OP_CANCELLED = 1,
	OP_TIMEOUT = 2,
	OP_NOT_SUPPORTED = 3,
	OP_ERROR = 4,
	OP_ERROR_HARD = 5,
	OP_ERROR_FATAL = 6,
	OP_NOT_INSTALLED = 7,
	OP_NOT_CONNECTED = 8,
	OP_INVALID = 9,
	OP_NO_FENCE_DEVICE = 10,
	OP_NO_SECRETS = 11,
};

enum {
	RC_OK = 0,
	RC_ERROR = 1,
	RC_INVALID_PARAM = 2,
	RC_UNIMPLEMENTED = 3,
	RC_PRIVILEGE = 4,
	RC_NOT_INSTALLED = 5,
	RC_NOT_CONFIGURED = 6,
	RC_NOT_RUNNING = 7,
	RC_RUNNING_PROMOTED = 8,
	RC_FAILED_PROMOTED = 9,
	RC_DEGRADED = 190,
	RC_DEGRADED_PROMOTED = 191,
};

/* The operations of one resource on one node in the order in which they happened. */
SchedOps sched_ops(Arena *arena, const CibElement *rsc_history);
SchedOp sched_op_parse(const CibElement *xml);
/* From which on recurring operations are active; -1 in both: never started. */
void sched_ops_active(const SchedOps *ops, int *ret_start, int *ret_stop);
/* The history of a resource on a node. */
const CibElement *sched_history_of(const SchedRun *run, SchedNode *node, const char *rsc_id);

/* Migrations: the state that a migrate_to on this node implies. */
void sched_migrate_to_done(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op);
void sched_migrate_to_failed(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op);
void sched_migrate_from_failed(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op);

/* Whether it was run with other parameters than it would be now. */
bool sched_params_changed(SchedRun *run, SchedRsc *rsc, const SchedOp *op, SchedNode *node);

int sched_node_health(SchedRun *run, const SchedNode *node, int base, bool worst_only);
/* Whether a failure has run out; takes note of counts that must be cleared. */
bool sched_op_expired(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op);
/* A resource's state after its operations: used by the history alone. */
SchedRsc *sched_history_rsc(SchedRun *run, SchedNode *node, const CibElement *rsc_history);
