/* SPDX-License-Identifier: MIT */
/* Failures as they are counted, and when they run out. */
#include "sched/sched_action.h"
#include "sched/sched_history.h"
#include "sched/sched_model.h"

#include <ctype.h>

/* The name under which failures of the resource are counted. */
static const char *count_name(const SchedRsc *rsc, size_t *ret_n)
{
	const char *name = rsc->clone_name && !rsc_is(rsc, RSC_UNIQUE) ? rsc->clone_name : rsc->id;
	*ret_n = strlen(name);
	if (!rsc_is(rsc, RSC_UNIQUE)) {
		const char *colon = strrchr(name, ':');
		if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1))
			*ret_n = (size_t)(colon - name);
	}
	return name;
}

/* Whether `attr` is PREFIX-NAME or PREFIX-NAME#OP_INTERVAL, instance numbers apart. */
static bool matches(const char *attr, const char *prefix, const char *name, size_t n, bool unique)
{
	size_t p = strlen(prefix);
	if (strncmp(attr, prefix, p) || strncmp(attr + p, name, n))
		return false;
	attr += p + n;
	if (!unique && *attr == ':' && isdigit((unsigned char)attr[1])) {
		attr++;
		attr += strspn(attr, "0123456789");
	}
	return !*attr || *attr == '#';
}

typedef CIB_LIST(const CibPair *) Counts;

/* What a name, or an attribute without its prefix, is found by: up to what may follow a name. */
static const char *key_of(SchedRun *run, const char *name, size_t n)
{
	size_t plain = strcspn(name, ":#");
	return arena_strndup(run->arena, name, MIN(n, plain));
}

static void index_failures(SchedRun *run, SchedNode *node)
{
	static const char *const prefixes[] = { "fail-count-", "last-failure-" };
	node->failures_known = true;
	cib_each(pair, &node->attrs) for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
	{
		size_t p = strlen(prefixes[i]);
		if (strncmp(pair->name, prefixes[i], p))
			continue;
		const char *key = key_of(run, pair->name + p, SIZE_MAX);
		Counts *counts = cib_index_get(&node->failures, key);
		if (!counts) {
			counts = ARENA_NEW(run->arena, Counts);
			cib_index_put(run->arena, &node->failures, key, counts);
		}
		cib_push(run->arena, counts, pair);
	}
}

/* Whether one of the failed operations is set to block: such failures never run out. */
static bool blocks(SchedRun *run, SchedRsc *rsc, SchedNode *node)
{
	const CibElement *history = sched_history_of(run, node, rsc->clone_name ?: rsc->id)
					    ?: sched_history_of(run, node, rsc->config_name);
	bool found = false;
	cib_foreach_named(op, rsc->ops_xml, "op")
	{
		CibPairs meta = { 0 };
		const char *name = cib_get(op, "name");
		int64_t interval = MAX(0, cib_msec(cib_get(op, "interval")));
		if (!name)
			continue;
		sched_op_meta(run, rsc, name, interval, op, &meta);
		const char *on_fail =
			cib_pairs_get(&meta, "on-fail") ?: cib_pairs_get(&meta, "on_fail");
		if (!cib_same_word(on_fail, "block"))
			continue;
		cib_foreach_named(e, history, "lrm_rsc_op")
		{
			SchedOp done = sched_op_parse(e);
			bool failed =
				done.status == OP_PENDING
					? false
					: done.status != OP_DONE ||
						  (done.rc != done.target_rc && done.rc != RC_OK);
			if (cib_same(done.task, name) && done.interval == interval && failed)
				found = true;
		}
	}
	return found;
}

int sched_failcount(SchedRun *run, SchedNode *node, SchedRsc *rsc, bool effective,
	const CibElement *op, int64_t *ret_last)
{
	size_t n;
	bool unique = rsc_is(rsc, RSC_UNIQUE);
	int count = 0;
	int64_t last = 0;
	(void)op;
	if (rsc->variant == RSC_PRIMITIVE) {
		const char *name = count_name(rsc, &n);
		if (!node->failures_known)
			index_failures(run, node);
		const Counts *counts =
			node->failures.n ? cib_index_get(&node->failures, key_of(run, name, n))
					 : NULL;
		for (uint32_t i = 0; counts && i < counts->n; i++) {
			const CibPair *pair = counts->items[i];
			if (matches(pair->name, "fail-count-", name, n, unique))
				count = cib_score_add(count, cib_score(pair->value));
			else if (matches(pair->name, "last-failure-", name, n, unique))
				last = MAX(last, (int64_t)strtoll(pair->value, NULL, 10));
		}
	}
	for (uint32_t i = 0; i < rsc->children.n && rsc->variant == RSC_GROUP; i++)
		count = cib_score_add(count,
			sched_failcount(run, node, rsc->children.items[i], effective, NULL, NULL));
	if (ret_last)
		*ret_last = last;
	if (effective && count > 0 && rsc->failure_timeout > 0 && last > 0 &&
		run->now > last + rsc->failure_timeout && !blocks(run, rsc, node))
		count = 0;
	for (uint32_t i = 0; i < rsc->fillers.n && effective; i++)
		count = cib_score_add(count,
			sched_failcount(run, node, rsc->fillers.items[i], effective, NULL, NULL));
	return count;
}

bool sched_op_expired(SchedRun *run, SchedRsc *rsc, SchedNode *node, const SchedOp *op)
{
	bool expired = false, clear = false;
	int64_t last = 0;
	if (op->rc == RC_OK && op->status == OP_DONE)
		return false;
	if (rsc->failure_timeout > 0 && op->changed > 0) {
		int left = 0;
		if (run->now >= op->changed + rsc->failure_timeout && !blocks(run, rsc, node))
			expired = true;
		left = sched_failcount(run, node, rsc, true, op->xml, &last);
		if (expired && sched_failcount(run, node, rsc, false, op->xml, NULL)) {
			if (left == 0)
				clear = true;
			else
				expired = false;
		}
	}
	if (clear)
		(void)sched_clear_failcount(run, rsc, node, "it expired");
	else if (strstr(cib_id(op->xml), "_last_failure_0") &&
		 (!strcmp(op->task, "start") || !strcmp(op->task, "monitor")) &&
		 sched_params_changed(run, rsc, op, node))
		(void)sched_clear_failcount(run, rsc, node, "resource parameters have changed");
	if (expired && op->interval == 0 && cib_same(op->task, "monitor"))
		switch (op->rc) {
		case RC_OK:
		case RC_NOT_RUNNING:
		case RC_RUNNING_PROMOTED:
		case RC_DEGRADED:
		case RC_DEGRADED_PROMOTED: expired = false; break;
		default: break;
		}
	return expired;
}
