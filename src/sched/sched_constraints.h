/* SPDX-License-Identifier: MIT */
#pragma once

/* Constraints as they are written: found, resolved and put where the decisions look for them. */

#include "sched/sched_action.h"
#include "sched/sched_types.h"

void sched_unpack_constraints(SchedRun *run);
void sched_unpack_location(SchedRun *run, const CibElement *e);
void sched_unpack_colocation(SchedRun *run, const CibElement *e);
void sched_unpack_order(SchedRun *run, const CibElement *e);

/* The resources that a name means: one, or those of a tag or a template. */
SchedRscs sched_resolve(SchedRun *run, const char *name);
/* Those of a resource_set, in its order. */
SchedRscs sched_set_members(SchedRun *run, const CibElement *set);

SchedColocation *sched_colocate(SchedRun *run, SchedColocation colocation);
/* Adds the scores of the constraint to what each node is worth. */
void sched_apply_location(SchedRun *run, SchedRsc *rsc, const SchedLocation *location);
