/* SPDX-License-Identifier: MIT */
#pragma once

/* The scheduler's own picture of a cluster while it decides: nodes, resources and the tables of
 * scores between them. Everything lives in the arena of the run; pointers are good for its length.
 * Only files of sched/ include this. */

#include "cib/cib_document.h"
#include "cib/cib_rule.h"
#include "cib/cib_value.h"
#include "sched/sched_reason.h"

typedef struct SchedAction SchedAction;
typedef struct SchedColocation SchedColocation;
typedef struct SchedLocation SchedLocation;
typedef struct SchedRun SchedRun;
typedef CIB_LIST(SchedNode *) SchedNodes;
typedef CIB_LIST(SchedRsc *) SchedRscs;
typedef CIB_LIST(SchedAction *) SchedActions;
typedef CIB_LIST(SchedColocation *) SchedColocations;

typedef enum SchedRole {
	ROLE_UNKNOWN,
	ROLE_STOPPED,
	ROLE_STARTED,
	ROLE_UNPROMOTED,
	ROLE_PROMOTED,
} SchedRole;

typedef enum SchedVariant { RSC_PRIMITIVE, RSC_GROUP, RSC_CLONE } SchedVariant;

typedef enum SchedDiscover { DISCOVER_ALWAYS, DISCOVER_NEVER, DISCOVER_EXCLUSIVE } SchedDiscover;

typedef enum SchedQuorumPolicy {
	QUORUM_STOP,
	QUORUM_FREEZE,
	QUORUM_IGNORE,
	QUORUM_DEMOTE,
	QUORUM_FENCE,
} SchedQuorumPolicy;

typedef enum SchedMultiple {
	MULTIPLE_STOP_START,
	MULTIPLE_STOP_ONLY,
	MULTIPLE_BLOCK,
	MULTIPLE_STOP_UNEXPECTED,
} SchedMultiple;

typedef enum SchedRequires { REQUIRES_NOTHING, REQUIRES_QUORUM, REQUIRES_FENCING } SchedRequires;

/* What a failure asks for, the mildest first. */
typedef enum SchedOnFail {
	ON_FAIL_IGNORE,
	ON_FAIL_DEMOTE,
	ON_FAIL_RESTART_CONTAINER,
	ON_FAIL_RESTART,
	ON_FAIL_BAN,
	ON_FAIL_BLOCK,
	ON_FAIL_STOP,
	ON_FAIL_STANDBY,
	ON_FAIL_FENCE,
} SchedOnFail;

/* What a resource is worth on a node. A slot that is not `present` was never spoken of. */
typedef struct SchedSlot {
	int score;
	bool present;
	uint8_t discover; /* SchedDiscover */
	uint16_t count;	  /* instances of a clone assigned there */
} SchedSlot;

struct SchedNode {
	const char *id, *uname;
	uint32_t index;
	const CibElement *config, *state;
	CibPairs attrs;
	bool online, standby, standby_on_fail, maintenance, pending, unclean, unseen, shutdown;
	bool expected_up, is_dc, discovery_disabled, unfenced;
	bool remote; /* a remote or guest node: not yet decided for */
	int health;
	uint32_t assigned; /* resources that were given to it in this run */
	const char *fence_reason;
	SchedRscs running;
	CibIndex histories; /* by resource: lrm_resource */
	CibIndex failures;  /* by resource: lists of attributes that count its failures */
	bool histories_known, failures_known;
	SchedAction *fencing; /* the newest one */
};

typedef enum SchedRscFlag {
	RSC_MANAGED = 1 << 0,
	RSC_FAILED = 1 << 1,
	RSC_BLOCKED = 1 << 2,
	RSC_REMOVED = 1 << 3, /* in the history, no longer configured */
	RSC_UNIQUE = 1 << 4,
	RSC_NOTIFY = 1 << 5,
	RSC_PROMOTABLE = 1 << 6,
	RSC_UNASSIGNED = 1 << 7,
	RSC_ASSIGNING = 1 << 8,
	RSC_MERGING = 1 << 9,
	RSC_FAILURE_IGNORED = 1 << 10,
	RSC_START_PENDING = 1 << 11,
	RSC_MAINTENANCE = 1 << 12,
	RSC_ALLOW_MIGRATE = 1 << 13,
	RSC_NEEDS_STOP = 1 << 14,
	RSC_EXCLUSIVE = 1 << 15, /* resource-discovery=exclusive somewhere */
	RSC_FENCE_DEVICE = 1 << 16,
	RSC_CRITICAL = 1 << 17,
	RSC_ORDERED = 1 << 18,
	RSC_INTERLEAVE = 1 << 19,
	RSC_COLOCATED = 1 << 20,
	RSC_NEEDS_UNFENCING = 1 << 21,
	RSC_RELOAD = 1 << 22,
	RSC_RESTARTING = 1 << 23,
	RSC_STOP_UNEXPECTED = 1 << 24,
	RSC_RESTART_TYPE = 1 << 25, /* restart-type=restart */
	RSC_PROMOTED_CONSTRAINTS = 1 << 26,
	RSC_DETECT_LOOP = 1 << 27,
} SchedRscFlag;

struct SchedRsc {
	const char *id;
	const char *clone_name;	 /* as the history calls the instance */
	const char *config_name; /* the id in the configuration: without ":0" */
	const CibElement *xml;	 /* templates resolved */
	const CibElement *ops_xml;
	const char *class, *provider, *type;
	SchedVariant variant;
	SchedRsc *parent;
	SchedRscs children;
	uint32_t flags, index, instance;
	CibPairs meta;
	SchedRole role, next_role;
	int priority, stickiness, sort_index, promotion_score;
	int migration_threshold; /* 0: none */
	int64_t failure_timeout; /* s */
	SchedMultiple multiple;
	SchedRequires requires;
	int clone_max, clone_node_max, promoted_max, promoted_node_max, clone_min;

	SchedNodes running_on, dangling;
	SchedNode *assigned, *pending_node, *lock_node;
	SchedNode *migrating_from, *migrating_to;
	const char *pending_task;
	int64_t lock_time;
	SchedSlot *allowed;    /* one for each node */
	bool *known_on;	       /* one for each node */
	bool *watched;	       /* one for each node, one for nowhere: it has monitors there */
	SchedAction *actions;  /* the newest first */
	SchedAction **by_task; /* the same, by SchedTask; NULL: there are none */
	SchedColocations this_with, with_this;
	CIB_LIST(SchedLocation *) locations;
	SchedRsc *container;
	SchedRscs fillers;
	CibPairs **params; /* by node; the last one is without a node */
	SchedRscs instances_left;
	const char *next_role_reason;
	const char **failed_probes; /* by node, what the probe said; NULL: none anywhere */
};

struct SchedColocation {
	const char *id, *node_attr;
	SchedRsc *dependent, *primary;
	SchedRole dependent_role, primary_role;
	int score;
	bool influence, explicit; /* explicit: a person wrote it */
};

/* A location constraint: scores for nodes. */
struct SchedLocation {
	const char *id, *origin; /* origin: what it says in reasons */
	SchedRsc *rsc;
	SchedRole role; /* counts only for this role */
	SchedDiscover discover;
	CIB_LIST(struct SchedNodeScore {
		SchedNode *node;
		int score;
	})
	scores;
};

/* A fence device of the topology or of nothing; kept for unfencing. */
struct SchedRun {
	Arena *arena;
	CibElement *cib;
	CibIds ids;
	int64_t now;
	bool dates; /* the CIB says itself when it was */

	CibPairs options;
	bool fencing_enabled, have_fence_device, unfencing_enabled, concurrent_fencing;
	bool symmetric, start_failure_fatal, stop_removed, cancel_removed, maintenance_mode;
	bool startup_probes, startup_fencing, stop_all, quorum, remove_after_stop, shutdown_lock;
	bool ever_quorum;
	int64_t shutdown_lock_limit;
	SchedQuorumPolicy quorum_policy;
	const char *fence_action, *placement, *dc;

	SchedNodes nodes; /* by name */
	CibIndex node_by_id, node_by_uname;
	SchedRscs rscs; /* top level, in order of priority */
	SchedRscs all;	/* every resource */
	CibIndex rsc_by_id;
	CibIndex tags;	    /* id -> CibElement */
	CibIndex templates; /* template id -> list of resources */
	uint32_t disabled, blocked, n_primitives;

	CIB_LIST(SchedLocation *) locations;
	CIB_LIST(struct SchedOrder *) orders;
	SchedColocations colocations;
	SchedActions actions; /* the oldest first */
	uint32_t next_action, next_order;
	uint32_t depth;			  /* of choices in choices, and of likings of likings */
	struct UpdateQueue *update_queue; /* while orders take effect */
	CIB_LIST(SchedReason) reasons;
	bool want_reasons, want_scores;
	StrBuf *scores;
	CIB_LIST(const char *) not_yet; /* what the CIB asks for that is not decided yet */
	CIB_LIST(const char *) errors;
};

static inline bool rsc_is(const SchedRsc *rsc, uint32_t flag)
{
	return (rsc->flags & flag) != 0;
}

static inline void rsc_set(SchedRsc *rsc, uint32_t flag, bool on)
{
	rsc->flags = on ? rsc->flags | flag : rsc->flags & ~flag;
}
