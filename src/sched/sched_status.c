/* SPDX-License-Identifier: MIT */
/* What the status section says of nodes: who is a member, who is down, who must be fenced. */
#include "sched/sched_history.h"
#include "sched/sched_model.h"

#include <strings.h>

static const CibElement *status(const SchedRun *run)
{
	return cib_child(run->cib, "status");
}

/* Newer versions write the time since when it is so; 0 is no. */
static bool state_true(const char *text, const char *word)
{
	bool truth = false;
	if (!text)
		return false;
	if (cib_same_word(text, word))
		return true;
	if (cib_truth(text, &truth))
		return truth;
	return strtoll(text, NULL, 10) > 1;
}

static void transient_attributes(SchedRun *run, SchedNode *node)
{
	CibPairs found = { 0 };
	CibRuleInput input = sched_rule_input(run, NULL, NULL);
	const CibElement *e = cib_child(node->state, "transient_attributes");
	cib_nvpairs(e, "instance_attributes", NULL, &run->ids, &input, &found);
	cib_each(pair, &found)
		cib_pairs_set(run->arena, &node->attrs, pair->name, pair->value, true);
}

static void node_modes(SchedNode *node)
{
	const char *shutdown = sched_node_attr(node, "shutdown");
	if (cib_true(sched_node_attr(node, "standby")))
		node->standby = true;
	if (cib_true(sched_node_attr(node, "maintenance")))
		node->maintenance = true;
	if (shutdown && strcmp(shutdown, "0") && *shutdown)
		node->shutdown = strtoll(shutdown, NULL, 10) != 0;
}

static bool pending_too_long(SchedRun *run, const SchedNode *node)
{
	int64_t limit = cib_msec(sched_option(run, "node-pending-timeout", NULL));
	const char *since = cib_get(node->state, "in_ccm");
	long long at = since ? strtoll(since, NULL, 10) : 0;
	return limit > 0 && at > 1 && !state_true(cib_get(node->state, "crmd"), "online") &&
	       run->now - at >= limit / 1000;
}

static void online_without_fencing(SchedRun *run, SchedNode *node)
{
	const char *join = cib_get(node->state, "join");
	bool member = state_true(cib_get(node->state, "in_ccm"), "true");
	bool peer = state_true(cib_get(node->state, "crmd"), "online");
	if (!member)
		return;
	if (peer)
		node->online = cib_same(join, "member");
	else if (node->expected_up)
		sched_fence_node(run, node, "peer is unexpectedly down");
}

static void fence_and_down(SchedRun *run, SchedNode *node, const char *reason, bool online)
{
	sched_fence_node(run, node, reason);
	node->online = online;
}

static void online_with_fencing(SchedRun *run, SchedNode *node)
{
	const char *join = cib_get(node->state, "join") ?: "down";
	const char *expected = cib_get(node->state, "expected") ?: "down";
	bool member = state_true(cib_get(node->state, "in_ccm"), "true");
	bool peer = state_true(cib_get(node->state, "crmd"), "online");
	const char *terminate = sched_node_attr(node, "terminate");
	bool end = terminate && strcmp(terminate, "0") &&
		   (cib_true(terminate) || strtoll(terminate, NULL, 10) > 0);

	node->online = member;
	if (node->shutdown) {
		node->online = peer;
	} else if (!cib_get(node->state, "in_ccm")) {
		fence_and_down(run, node, "peer has not been seen by the cluster", false);
	} else if (cib_same(join, "nack") || cib_same(join, "banned")) {
		fence_and_down(run, node, "peer failed Pacemaker membership criteria", member);
	} else if (!end && cib_same(join, "down") && cib_same(expected, "down")) {
		if (pending_too_long(run, node))
			fence_and_down(run, node,
				"peer pending timed out on joining the process group", member);
		else if (member || peer)
			node->pending = true;
	} else if (end && cib_same(join, "down") && !member && !peer) {
		node->online = false;
	} else if (!member) {
		fence_and_down(run, node, "peer is no longer part of the cluster", false);
	} else if (!peer) {
		fence_and_down(run, node, "peer process is no longer available", member);
	} else if (end) {
		fence_and_down(run, node, "fencing was requested", member);
	} else if (cib_same(join, "pending") || cib_same(join, "down")) {
		node->pending = true;
	} else if (!cib_same(join, "member")) {
		fence_and_down(run, node, "peer was in an unknown state", member);
	}
}

static void unpack_state(SchedRun *run, SchedNode *node)
{
	node->unclean = false;
	node->unseen = false;
	transient_attributes(run, node);
	node_modes(node);
	node->expected_up = cib_same(cib_get(node->state, "expected"), "member");
	if (run->fencing_enabled)
		online_with_fencing(run, node);
	else
		online_without_fencing(run, node);
}

static int health_of(SchedRun *run, const char *value)
{
	if (cib_same_word(value, "red"))
		return cib_score(sched_option(run, "node-health-red", NULL) ?: "-INFINITY");
	if (cib_same_word(value, "yellow"))
		return cib_score(sched_option(run, "node-health-yellow", NULL) ?: "0");
	if (cib_same_word(value, "green"))
		return cib_score(sched_option(run, "node-health-green", NULL) ?: "0");
	return cib_score(value);
}

int sched_node_health(SchedRun *run, const SchedNode *node, int base, bool worst_only)
{
	int sum = base, worst = CIB_INFINITY;
	const char *strategy = sched_option(run, "node-health-strategy", NULL);
	if (!strategy || cib_same_word(strategy, "none"))
		return 0;
	bool any = false;
	for (uint32_t i = 0; i < node->attrs.n; i++) {
		const CibPair *pair = &node->attrs.items[i];
		if (strncmp(pair->name, "#health", 7))
			continue;
		int score = health_of(run, pair->value);
		sum = cib_score_add(sum, score);
		worst = any ? MIN(worst, score) : score;
		any = true;
	}
	return worst_only ? (any ? worst : 0) : sum;
}

static void unpack_nodes_state(SchedRun *run)
{
	cib_foreach_named(state, status(run), "node_state")
	{
		SchedNode *node = sched_node_find(run, cib_get(state, "id"));
		if (!node)
			node = sched_node_find(run, cib_get(state, "uname"));
		if (!node)
			continue;
		if (cib_true(cib_get(state, "remote_node"))) {
			sched_not_yet(run, "remote node %s", node->uname);
			continue;
		}
		node->state = state;
		unpack_state(run, node);
	}
}

void sched_unpack_status(SchedRun *run)
{
	unpack_nodes_state(run);
	if (cib_child(status(run), "tickets") && cib_first(cib_child(status(run), "tickets")))
		sched_not_yet(run, "tickets");
	for (const CibElement *state = cib_child(status(run), "node_state"); state;
		state = cib_next(state, "node_state")) {
		SchedNode *node = sched_node_find(run, cib_get(state, "id"));
		if (!node)
			node = sched_node_find(run, cib_get(state, "uname"));
		if (!node || (!node->online && !run->fencing_enabled))
			continue;
		const CibElement *list = cib_child(cib_child(state, "lrm"), "lrm_resources");
		cib_foreach_named(history, list, "lrm_resource")
			sched_unpack_history(run, node, history);
	}
}
