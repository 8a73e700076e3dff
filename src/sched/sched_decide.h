/* SPDX-License-Identifier: MIT */
#pragma once

/* Where each resource goes: scores, colocation, the choice itself. */

#include "sched/sched_types.h"

/* How long a chain of colocations is followed: what is further away is not looked at. */
enum { SCHED_CHAIN_MAX = 1000 };

/* Location constraints, stickiness, failures, health: all that is known before the first choice. */
void sched_apply_criteria(SchedRun *run);
/* Gives every resource a node, or none. */
void sched_assign_all(SchedRun *run);
/* Assigns one resource with all in it. `prefer` may be NULL; `stop` makes it stop where no node can
 * be found, else nothing is decided then. */
SchedNode *sched_assign(SchedRun *run, SchedRsc *rsc, SchedNode *prefer, bool stop);
/* Puts it there (NULL: nowhere). True when that is something new. */
bool sched_assign_to(SchedRun *run, SchedRsc *rsc, SchedNode *node, bool force, bool stop);
void sched_unassign(SchedRsc *rsc);

/* Colocations in which the resource is the dependent, or the primary one; those of its group or
 * clone with them, the most urgent first. */
SchedColocations sched_this_with(SchedRun *run, SchedRsc *rsc);
SchedColocations sched_with_this(SchedRun *run, SchedRsc *rsc);
/* What the place of `primary` means for `dependent`, which is a primitive. */
void sched_coloc_apply(
	SchedRun *run, SchedRsc *dependent, SchedRsc *primary, const SchedColocation *c);

typedef struct SchedMerge {
	SchedRun *run;
	SchedRsc *target;  /* for whom */
	SchedSlot **slots; /* *slots NULL: those of the source */
	bool this_with;	   /* follow primaries, not dependents */
	bool non_negative, active;
} SchedMerge;

/* Adds what the others that depend on `source` like, `factor` times. */
void sched_coloc_merge(
	const SchedMerge *m, SchedRsc *source, const SchedColocation *c, float factor);
/* Adds what the dependent of `c` likes to the scores of `primary`. */
void sched_coloc_add_dependent(SchedRun *run, const SchedColocation *c, SchedRsc *primary);
bool sched_coloc_influence(const SchedColocation *c, const SchedRsc *rsc);
const char *sched_coloc_value(const SchedNode *node, const SchedColocation *c);

/* An instance of a clone that fits `match`: on its node, or one that may be. */
SchedRsc *sched_compatible_instance(
	SchedRun *run, SchedRsc *match, SchedRsc *clone, SchedRole role, bool current);
void sched_assign_instances(SchedRun *run, SchedRsc *clone);
int sched_instance_compare(SchedRun *run, SchedRsc *a, SchedRsc *b);
void sched_add_promotion_scores(SchedRun *run, SchedRsc *clone);
void sched_set_instance_roles(SchedRun *run, SchedRsc *clone);
/* The dependent of a colocation with instances in a role. */
void sched_coloc_with_promotable(
	SchedRun *run, SchedRsc *clone, SchedRsc *dependent, const SchedColocation *c);
void sched_coloc_intersect(SchedRun *run, SchedRsc *dependent, const SchedColocation *c,
	const SchedNodes *nodes, const SchedSlot *merge);

/* Nodes of a table in the order of choice. Gives their number. */
uint32_t sched_sort_nodes(
	SchedRun *run, const SchedSlot *slots, const SchedNode *active, SchedNode **ret_nodes);
bool sched_any_available(const SchedRun *run, const SchedSlot *slots);
SchedSlot *sched_slots_copy(const SchedRun *run, const SchedSlot *slots); /* free() it */
void sched_show_scores(SchedRun *run, const char *who, SchedRsc *rsc);
