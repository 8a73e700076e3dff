/* SPDX-License-Identifier: MIT */
#pragma once

/* Questions to and small changes of the scheduler's picture, and how it is made from a CIB: nodes,
 * resources, then what the status says of them. */

#include "sched/sched_types.h"

/* Fills a run from run->cib: options, nodes, resources, status. */
void sched_unpack(SchedRun *run);
void sched_unpack_options(SchedRun *run);
void sched_unpack_nodes(SchedRun *run);
void sched_unpack_resources(SchedRun *run);
void sched_unpack_status(SchedRun *run);
void sched_unpack_history(SchedRun *run, SchedNode *node, const CibElement *rsc_history);

const char *sched_option(const SchedRun *run, const char *name, const char *older);
SchedNode *sched_node_find(const SchedRun *run, const char *name_or_id);
SchedRsc *sched_rsc_find(const SchedRun *run, const char *id);
/* Makes one resource of its element; parent NULL at the top. */
SchedRsc *sched_rsc_new(SchedRun *run, const CibElement *xml, SchedRsc *parent, int instance);
SchedRsc *sched_clone_add_instance(SchedRun *run, SchedRsc *clone, bool removed);
const char *sched_node_attr(const void *node, const char *name);
CibRuleInput sched_rule_input(SchedRun *run, const SchedNode *node, const SchedRsc *rsc);
/* Instance attributes as they count on a node (NULL: anywhere). */
const CibPairs *sched_params(SchedRun *run, SchedRsc *rsc, const SchedNode *node);

SchedRsc *sched_top(const SchedRsc *rsc);
bool sched_is_clone_instance(const SchedRsc *rsc); /* or inside one */
/* Whether the node may be used: score counts only when asked. */
bool sched_node_available(const SchedNode *node, const SchedSlot *slot, bool consider_score);
SchedNode *sched_current(const SchedRsc *rsc);
/* The node that counts as the active one, of all and of the clean ones. */
SchedNode *sched_active_node(const SchedRsc *rsc, uint32_t *ret_all, uint32_t *ret_clean);
bool sched_is_running_on(const SchedRsc *rsc, const SchedNode *node);
SchedRole sched_role(const SchedRsc *rsc, bool current);
/* Whether it (all of it: every part) is active. */
bool sched_active(const SchedRsc *rsc, bool all);
SchedNode *sched_location(const SchedRsc *rsc, SchedNodes *ret_all, bool current, Arena *arena);
void sched_set_next_role(SchedRsc *rsc, SchedRole role, const char *why);
void sched_set_running(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool failed);
/* Adds a score for a node (NULL: all nodes) and says why. */
void sched_add_location(SchedRun *run, SchedRsc *rsc, SchedNode *node, int score, SchedCause why);
void sched_fence_node(SchedRun *run, SchedNode *node, const char *reason);
bool sched_can_fence(const SchedRun *run, const SchedNode *node);
SchedRole sched_role_parse(const char *text);
const char *sched_role_text(SchedRole role);
/* The role that target-role asks for; UNKNOWN where it asks for nothing. */
SchedRole sched_target_role(const SchedRsc *rsc);
/* Notes a reason down; the text of `reason` is made of the format. */
void sched_reason(SchedRun *run, SchedReason reason, const char *format, ...) _printf_(3, 4);
void sched_not_yet(SchedRun *run, const char *format, ...) _printf_(2, 3);

/* Failures that are counted on a node. `effective`: those that have run out are left out. */
int sched_failcount(SchedRun *run, SchedNode *node, SchedRsc *rsc, bool effective,
	const CibElement *op, int64_t *ret_last);
