/* SPDX-License-Identifier: MIT */
#pragma once

/* Why a score is what it is. Where a score is given, there its reason is noted down, when reasons
 * are wanted; nobody guesses them afterwards. What is undone takes its reasons with it. */

typedef struct SchedNode SchedNode;
typedef struct SchedRsc SchedRsc;

/* What kind of thing gave a score. */
typedef enum SchedBecause {
	BECAUSE_LOCATION,
	BECAUSE_STICKINESS,
	BECAUSE_COLOCATION,
	BECAUSE_GROUP,	   /* the members of a group stay together */
	BECAUSE_FAILURE,   /* an operation failed */
	BECAUSE_FAILCOUNT, /* too often */
	BECAUSE_LIMIT,	   /* as many instances as there may be */
	BECAUSE_PROMOTION,
	BECAUSE_HEALTH,
	BECAUSE_LOCK,
	BECAUSE_ROLE, /* it is to be stopped */
	BECAUSE_UNMANAGED,
	BECAUSE_MULTIPLE, /* active more than once */
	BECAUSE_REMOVED,
	BECAUSE_N,
} SchedBecause;

/* Why a score is what it is: noted down where the score is given, when reasons are wanted. */
typedef struct SchedReason {
	const SchedRsc *rsc;
	const SchedNode *node; /* NULL: every node */
	int score;
	SchedBecause because;
	const char *id; /* of the constraint, the operation, the option */
	const char *text;
} SchedReason;

typedef struct SchedCause {
	SchedBecause because;
	const char *id, *text;
} SchedCause;
