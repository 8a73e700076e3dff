/* SPDX-License-Identifier: MIT */
/* The options of the cluster and its nodes. */
#include "sched/sched_model.h"

#include <strings.h>

const char *sched_option(const SchedRun *run, const char *name, const char *older)
{
	const char *value = cib_pairs_get(&run->options, name);
	return value || !older ? value : cib_pairs_get(&run->options, older);
}

static bool option_true(const SchedRun *run, const char *name, const char *older, bool fallback)
{
	const char *value = sched_option(run, name, older);
	bool truth = fallback;
	(void)cib_truth(value, &truth);
	return truth;
}

static CibElement *configuration(const SchedRun *run, const char *section)
{
	return cib_child(cib_child(run->cib, "configuration"), section);
}

static void unpack_quorum_policy(SchedRun *run)
{
	const char *policy = sched_option(run, "no-quorum-policy", "no_quorum_policy") ?: "stop";
	run->quorum_policy = QUORUM_STOP;
	if (!strcasecmp(policy, "ignore"))
		run->quorum_policy = QUORUM_IGNORE;
	else if (!strcasecmp(policy, "freeze"))
		run->quorum_policy = QUORUM_FREEZE;
	else if (!strcasecmp(policy, "demote"))
		run->quorum_policy = QUORUM_DEMOTE;
	else if (!strcasecmp(policy, "suicide") || !strcasecmp(policy, "fence"))
		run->quorum_policy = run->fencing_enabled && (run->quorum || run->ever_quorum)
					     ? QUORUM_FENCE
					     : QUORUM_STOP;
}

void sched_unpack_options(SchedRun *run)
{
	CibRuleInput input = { .now = run->now, .arena = run->arena };
	const CibElement *config = configuration(run, "crm_config");
	cib_nvpairs(config, "cluster_property_set", "cib-bootstrap-options", &run->ids, &input,
		&run->options);

	run->quorum = cib_true(cib_get(run->cib, "have-quorum"));
	run->fencing_enabled = option_true(run, "fencing-enabled", "stonith-enabled", true);
	run->fence_action = sched_option(run, "fencing-action", "stonith-action") ?: "reboot";
	if (!strcmp(run->fence_action, "poweroff"))
		run->fence_action = "off";
	run->concurrent_fencing = option_true(run, "concurrent-fencing", NULL, true);
	run->symmetric = option_true(run, "symmetric-cluster", "symmetric_cluster", true);
	run->start_failure_fatal = option_true(run, "start-failure-is-fatal", NULL, true);
	run->stop_removed =
		option_true(run, "stop-removed-resources", "stop-orphan-resources", true);
	run->cancel_removed =
		option_true(run, "cancel-removed-actions", "stop-orphan-actions", true);
	run->maintenance_mode = option_true(run, "maintenance-mode", NULL, false);
	run->startup_probes = option_true(run, "enable-startup-probes", NULL, true);
	run->startup_fencing = option_true(run, "startup-fencing", NULL, true);
	run->stop_all = option_true(run, "stop-all-resources", NULL, false);
	run->remove_after_stop = option_true(run, "remove-after-stop", NULL, false);
	run->shutdown_lock = option_true(run, "shutdown-lock", NULL, false);
	int64_t limit = cib_msec(sched_option(run, "shutdown-lock-limit", NULL));
	run->shutdown_lock_limit = limit > 0 ? limit / 1000 : 0;
	run->placement = sched_option(run, "placement-strategy", NULL) ?: "default";
	run->dc = cib_get(run->cib, "dc-uuid");
	run->ever_quorum = cib_true(cib_get(run->cib, "no-quorum-panic"));
	unpack_quorum_policy(run);
}

static void node_attributes(SchedRun *run, SchedNode *node)
{
	CibRuleInput input = sched_rule_input(run, NULL, NULL);
	CibPairs *a = &node->attrs;
	cib_pairs_set(run->arena, a, "#uname", node->uname, false);
	cib_pairs_set(run->arena, a, "#id", node->id, false);
	cib_pairs_set(run->arena, a, "#is_dc", node->is_dc ? "true" : "false", false);
	cib_pairs_set(run->arena, a, "#kind", node->remote ? "remote" : "cluster", false);
	const char *name = sched_option(run, "cluster-name", NULL);
	if (name)
		cib_pairs_set(run->arena, a, "#cluster-name", name, false);
	cib_nvpairs(node->config, "instance_attributes", NULL, &run->ids, &input, a);
	const char *site = cib_pairs_get(a, "site-name") ?: name;
	if (site)
		cib_pairs_set(run->arena, a, "#site-name", site, false);
}

static SchedNode *add_node(SchedRun *run, const CibElement *e)
{
	SchedNode *node = ARENA_NEW(run->arena, SchedNode);
	const char *type = cib_get(e, "type");
	node->config = e;
	node->id = cib_get(e, "id");
	node->uname = cib_get(e, "uname") ?: node->id;
	node->remote = cib_same(type, "remote");
	node->is_dc = cib_same(run->dc, node->id);
	node->unseen = true;
	node->unclean = run->startup_fencing && run->fencing_enabled && !node->remote;
	node_attributes(run, node);
	cib_index_put(run->arena, &run->node_by_id, node->id, node);
	cib_index_put(run->arena, &run->node_by_uname, node->uname, node);
	cib_push(run->arena, &run->nodes, node);
	return node;
}

static int by_name(const void *a, const void *b)
{
	const SchedNode *const *x = a, *const *y = b;
	int c = cib_name_compare((*x)->uname, (*y)->uname);
	return c ? c : strcmp((*x)->uname, (*y)->uname);
}

void sched_unpack_nodes(SchedRun *run)
{
	cib_foreach_named(e, configuration(run, "nodes"), "node")
	{
		if (!cib_get(e, "id") || cib_index_get(&run->node_by_id, cib_id(e)))
			continue;
		if (add_node(run, e)->remote)
			sched_not_yet(run, "remote node %s", cib_id(e));
	}
	if (run->nodes.n)
		qsort(run->nodes.items, run->nodes.n, sizeof(SchedNode *), by_name);
	for (uint32_t i = 0; i < run->nodes.n; i++)
		run->nodes.items[i]->index = i;
}

static void unpack_tags(SchedRun *run)
{
	cib_foreach_named(tag, configuration(run, "tags"), "tag")
		cib_index_put(run->arena, &run->tags, cib_id(tag), tag);
	if (cib_first(configuration(run, "fencing-topology")))
		return; /* who fences is the fencer's matter */
}

static void detect_not_yet(SchedRun *run)
{
	cib_foreach(e, configuration(run, "constraints")) if (!strcmp(e->name, "rsc_ticket"))
		sched_not_yet(run, "ticket constraint %s", cib_id(e));
	if (!cib_same_word(run->placement, "default"))
		sched_not_yet(run, "placement-strategy=%s", run->placement);
}

void sched_unpack(SchedRun *run)
{
	/* What id-ref means is configuration; the status has far more ids than all of it. */
	cib_ids_build(run->arena, &run->ids, cib_child(run->cib, "configuration"));
	sched_unpack_options(run);
	sched_unpack_nodes(run);
	unpack_tags(run);
	sched_unpack_resources(run);
	detect_not_yet(run);
	sched_unpack_status(run);
}
