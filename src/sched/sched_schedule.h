/* SPDX-License-Identifier: MIT */
#pragma once

/* From places to actions: what each resource must do, how its actions stand to each other, and how
 * that spreads until nothing changes any more. */

#include "sched/sched_action.h"

void sched_internal_constraints(SchedRun *run, SchedRsc *rsc);
void sched_config_changes(SchedRun *run);
void sched_probes(SchedRun *run);
void sched_order_probes(SchedRun *run);
void sched_create_actions(SchedRun *run, SchedRsc *rsc);
void sched_create_primitive(SchedRun *run, SchedRsc *rsc);
void sched_recurring(SchedRun *run, SchedRsc *rsc);
SchedAction *sched_cancel(
	SchedRun *run, SchedRsc *rsc, SchedTask task, int64_t interval, SchedNode *node);
void sched_cleanup(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool optional);
void sched_reload(SchedRun *run, SchedRsc *rsc, SchedNode *node);
void sched_fencing(SchedRun *run);
void sched_order_unfence(
	SchedRun *run, SchedRsc *rsc, SchedNode *node, SchedAction *action, uint32_t flags);

/* Live migration. */
bool sched_can_migrate(SchedRun *run, SchedRsc *rsc, SchedNode *from);
void sched_migration_actions(SchedRun *run, SchedRsc *rsc, SchedNode *from);
void sched_abort_dangling(SchedRun *run, SchedRsc *rsc);

/* Notifications of clones. */
void sched_notify_pseudo(SchedRun *run, SchedRsc *clone);
void sched_notify_instances(SchedRun *run, SchedRsc *clone);

/* The orders take effect. */
void sched_apply_orders(SchedRun *run);
void sched_update_action(SchedRun *run, SchedAction *action);
uint32_t sched_action_flags(SchedRun *run, SchedAction *action, const SchedNode *node);

typedef struct SchedUpdate {
	SchedRun *run;
	SchedAction *first, *then;
	const SchedNode *node;
	uint32_t flags, filter, type;
} SchedUpdate;
enum { CHANGED_FIRST = 1, CHANGED_THEN = 2 };
uint32_t sched_update_ordered(const SchedUpdate *u, SchedRsc *rsc);
uint32_t sched_update_instances(const SchedUpdate *u, SchedRsc *clone);

/* The digest of parameters as the operation's history carries it. */
typedef enum SchedChange { CHANGE_NONE, CHANGE_UNKNOWN, CHANGE_RELOAD, CHANGE_RESTART } SchedChange;
typedef struct SchedDigests {
	char all[33];
	const CibElement *op;
} SchedDigests;
void sched_digest(SchedRun *run, SchedRsc *rsc, const char *task, int64_t interval, SchedNode *node,
	char ret_hex[static 33]);
