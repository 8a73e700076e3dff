/* SPDX-License-Identifier: MIT */
/* The reasons of a run as a tree: what will be, each node's score and what it is made of, what is to
 * be done. Nothing is decided here. */
#include "sched/sched_why.h"

#include "sched/sched_action.h"
#include "sched/sched_model.h"

typedef struct Why {
	SchedRun *run;
	Arena *arena;
	const SchedNode *only;
	Status *list; /* NULL: as sentences into `out` */
	StrBuf *out;
} Why;

static const char *const kinds[BECAUSE_N] = {
	[BECAUSE_LOCATION] = "location",
	[BECAUSE_STICKINESS] = "stickiness",
	[BECAUSE_COLOCATION] = "colocation",
	[BECAUSE_GROUP] = "group",
	[BECAUSE_FAILURE] = "failure",
	[BECAUSE_FAILCOUNT] = "fail-count",
	[BECAUSE_LIMIT] = "limit",
	[BECAUSE_PROMOTION] = "promotion",
	[BECAUSE_HEALTH] = "health",
	[BECAUSE_LOCK] = "shutdown-lock",
	[BECAUSE_ROLE] = "role",
	[BECAUSE_UNMANAGED] = "unmanaged",
	[BECAUSE_MULTIPLE] = "multiple-active",
	[BECAUSE_REMOVED] = "removed",
};

static const char *score_text(const Why *w, int score)
{
	char text[16];
	return arena_strdup(w->arena, cib_score_text(score, text));
}

/* What stands before an id that is not the name of an option. */
static const char *written(SchedBecause because)
{
	if (because == BECAUSE_LOCATION || because == BECAUSE_COLOCATION)
		return "constraint ";
	return because == BECAUSE_FAILURE ? "operation " : "";
}

/* The reason of an action as a sentence. */
static const char *in_words(const Why *w, const char *reason)
{
	static const char unrunnable[] = "unrunnable ", required[] = "required ";
	if (!strcmp(reason, "no quorum"))
		return "there is no quorum (no-quorum-policy)";
	if (!strncmp(reason, unrunnable, sizeof(unrunnable) - 1))
		return arena_printf(w->arena, "%s must be done before and cannot be",
			reason + sizeof(unrunnable) - 1);
	if (!strncmp(reason, required, sizeof(required) - 1))
		return arena_printf(w->arena, "%s requires it", reason + sizeof(required) - 1);
	return reason;
}

/* Why the node can run nothing at all; NULL: it can. */
static const char *node_trouble(const SchedNode *node)
{
	if (node->unclean)
		return "must be fenced first";
	if (!node->online)
		return "is offline";
	if (node->shutdown)
		return "is shutting down";
	if (node->standby)
		return node->standby_on_fail ? "is in standby after a failure" : "is in standby";
	if (node->pending)
		return "is still joining";
	if (node->maintenance)
		return "is in maintenance";
	return NULL;
}

static bool usable(const SchedRsc *rsc, const SchedNode *node)
{
	return sched_node_available(node, &rsc->allowed[node->index], true);
}

static const char *compared(const Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	const SchedNode *best = rsc->assigned;
	const SchedSlot *here = &rsc->allowed[node->index], *there = &rsc->allowed[best->index];
	if (here->score < there->score)
		return arena_printf(w->arena, "%s has a higher score (%s)", best->uname,
			score_text(w, there->score));
	if (here->score > there->score)
		return arena_printf(w->arena, "its place on %s was decided before the scores were",
			best->uname);
	return arena_printf(w->arena,
		"it is as good as %s, which had fewer resources, had this one already, or comes "
		"first "
		"by name",
		best->uname);
}

static const char *verdict(const Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	const SchedSlot *slot = &rsc->allowed[node->index];
	const char *trouble = node_trouble(node);
	if (rsc->assigned == node)
		return rsc_is(rsc, RSC_MANAGED) ? "this is its place" : "it is left here";
	if (trouble)
		return arena_printf(w->arena, "the node %s", trouble);
	if (!slot->present)
		return "nothing allows it here, and symmetric-cluster is false";
	if (slot->score < 0)
		return "the score forbids it here";
	return rsc->assigned ? compared(w, rsc, node) : "it could be here";
}

static const SchedReason *worst(const Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	const SchedReason *found = NULL;
	cib_each(r, &w->run->reasons) if (r->rsc == rsc && (!r->node || r->node == node) &&
					  r->score < 0 && (!found || r->score < found->score))
		found = r;
	return found;
}

/* Why it cannot stay where it is. */
static const char *driven_out(const Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	const char *trouble = node_trouble(node);
	const SchedReason *r = worst(w, rsc, node);
	if (trouble)
		return arena_printf(w->arena, "%s %s", node->uname, trouble);
	if (rsc->allowed[node->index].score < 0 && r)
		return arena_printf(
			w->arena, "%s is out of the question: %s", node->uname, r->text);
	if (!rsc->assigned)
		return "no node is left for it";
	return arena_printf(w->arena, "%s has a score of %s and %s only one of %s",
		rsc->assigned->uname, score_text(w, rsc->allowed[rsc->assigned->index].score),
		node->uname, score_text(w, rsc->allowed[node->index].score));
}

static const char *unmanaged(const SchedRun *run, const SchedRsc *rsc)
{
	if (rsc_is(rsc, RSC_BLOCKED))
		return "it is blocked after a failure, so it is left as it is";
	if (run->maintenance_mode)
		return "maintenance-mode is on, so it is left as it is";
	if (rsc_is(rsc, RSC_MAINTENANCE))
		return "it or its node is in maintenance, so it is left as it is";
	return "it is not managed (is-managed is false), so it is left as it is";
}

static const SchedAction *todo(const SchedRsc *rsc, SchedTask task)
{
	for (const SchedAction *a = rsc->actions; a; a = a->next)
		if (a->task == task && !act_is(a, ACT_OPTIONAL))
			return a;
	return NULL;
}

static const char *nowhere(const Why *w, const SchedRsc *rsc, const SchedNode *here)
{
	const char *role = rsc->next_role_reason;
	if (w->run->stop_all)
		return "stop-all-resources is set";
	if (rsc_is(rsc, RSC_REMOVED))
		return "it is no longer configured";
	if (role && !strcmp(role, "target-role"))
		return "its target-role is Stopped";
	if (role && strcmp(role, "node availability") != 0 && strcmp(role, "unable to assign") != 0)
		return role;
	return here ? driven_out(w, rsc, here) : "no node may run it; see below";
}

/* What is done with one that is to be on a node. */
static const char *placed(const Why *w, const SchedRsc *rsc, const SchedNode *here)
{
	const SchedAction *start = todo(rsc, TASK_START), *stop = todo(rsc, TASK_STOP);
	const char *to = rsc->assigned->uname;
	if (start && !act_is(start, ACT_RUNNABLE)) {
		const char *why = start->reason ?: stop && stop->reason ? stop->reason : NULL;
		why = why ? in_words(w, why) : "see the actions";
		return arena_printf(w->arena, "%s, since it cannot be started on %s: %s",
			here ? "it stops" : "it stays stopped", to, why);
	}
	if (!here)
		return arena_printf(w->arena, "it starts on %s", to);
	if (here != rsc->assigned)
		return arena_printf(w->arena, "it %s from %s to %s, since %s",
			todo(rsc, TASK_MIGRATE_TO) ? "migrates" : "moves", here->uname, to,
			driven_out(w, rsc, here));
	if (stop && !act_is(stop, ACT_PSEUDO))
		return arena_printf(w->arena, "it is %s on %s%s%s",
			rsc_is(rsc, RSC_FAILED) ? "recovered" : "restarted", to,
			stop->reason || rsc_is(rsc, RSC_FAILED) ? ", since " : "",
			rsc_is(rsc, RSC_FAILED) ? "it failed there"
			: stop->reason		? in_words(w, stop->reason)
						: "");
	return arena_printf(w->arena, "it stays on %s", to);
}

static const char *conclusion(const Why *w, const SchedRsc *rsc)
{
	const SchedNode *here = sched_current(rsc);
	if (!rsc_is(rsc, RSC_MANAGED))
		return unmanaged(w->run, rsc);
	if (rsc->assigned)
		return placed(w, rsc, here);
	return arena_printf(w->arena, "it %s, since %s", here ? "stops" : "stays stopped",
		nowhere(w, rsc, here));
}

static void add_node(const Why *w, Status *nodes, const SchedRsc *rsc, const SchedNode *node)
{
	const SchedSlot *slot = &rsc->allowed[node->index];
	Status *o = status_object(nodes, NULL), *reasons;
	status_string(o, "node", node->uname);
	status_string(o, "score", slot->present ? score_text(w, slot->score) : "none");
	status_bool(o, "chosen", rsc->assigned == node);
	status_bool(o, "usable", usable(rsc, node));
	status_string(o, "verdict", verdict(w, rsc, node));
	reasons = status_list(o, "reasons");
	cib_each(r, &w->run->reasons)
	{
		if (r->rsc != rsc || (r->node && r->node != node))
			continue;
		Status *one = status_object(reasons, NULL);
		status_string(one, "score", score_text(w, r->score));
		status_string(one, "kind", kinds[r->because]);
		if (r->id)
			status_string(one, "id", r->id);
		status_string(one, "text", r->text);
	}
}

/* The oldest last. */
static SchedActions actions_of(const Why *w, const SchedRsc *rsc)
{
	SchedActions actions = { 0 };
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (!act_is(a, ACT_OPTIONAL) && a->task != TASK_MONITOR && a->task != TASK_NOTIFY)
			cib_push(w->arena, &actions, a);
	return actions;
}

static void add_actions(const Why *w, Status *list, const SchedRsc *rsc)
{
	SchedActions actions = actions_of(w, rsc);
	for (uint32_t i = actions.n; i-- > 0;) {
		const SchedAction *a = actions.items[i];
		Status *o = status_object(list, NULL);
		status_string(o, "task", sched_action_task(a));
		if (a->node)
			status_string(o, "node", a->node->uname);
		status_bool(o, "possible", act_is(a, ACT_RUNNABLE));
		if (a->reason)
			status_string(o, "reason", a->reason);
	}
}

static void add_primitive(const Why *w, const SchedRsc *rsc)
{
	Status *o = status_object(w->list, NULL), *part;
	status_string(o, "resource", rsc->id);
	status_string(o, "conclusion", conclusion(w, rsc));
	status_string(o, "role", sched_role_text(rsc->role));
	status_string(o, "next_role", sched_role_text(rsc->next_role));
	part = status_list(o, "active_on");
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		status_string(part, NULL, rsc->running_on.items[i]->uname);
	if (rsc->assigned)
		status_string(o, "chosen", rsc->assigned->uname);
	part = status_list(o, "nodes");
	for (uint32_t i = 0; i < w->run->nodes.n; i++)
		if (!w->only || w->only == w->run->nodes.items[i])
			add_node(w, part, rsc, w->run->nodes.items[i]);
	add_actions(w, status_list(o, "actions"), rsc);
}

/* ---- as sentences ---- */

static void tell_node(const Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	const SchedSlot *slot = &rsc->allowed[node->index];
	strbuf_printf(w->out, "  %s%s: score %s: %s.\n", node->uname,
		rsc->assigned == node ? " (chosen)" : "",
		slot->present ? score_text(w, slot->score) : "none", verdict(w, rsc, node));
	cib_each(r, &w->run->reasons)
	{
		if (r->rsc != rsc || (r->node && r->node != node))
			continue;
		strbuf_printf(w->out, "    %s%9s  %s",
			r->score > 0 ? "+"
			: r->score   ? ""
				     : " ",
			score_text(w, r->score), r->text);
		if (r->id && !strstr(r->text, r->id))
			strbuf_printf(w->out, " (%s%s)", written(r->because), r->id);
		strbuf_add(w->out, "\n");
	}
}

static void tell_primitive(const Why *w, const SchedRsc *rsc)
{
	strbuf_printf(w->out, "%s is %s", rsc->id, rsc->running_on.n ? "active on" : "not active");
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		strbuf_printf(w->out, "%s%s", i ? ", " : " ", rsc->running_on.items[i]->uname);
	if (rsc->next_role > ROLE_STARTED)
		strbuf_printf(w->out, " and is to be %s", sched_role_text(rsc->next_role));
	strbuf_printf(w->out, ": %s.\n", conclusion(w, rsc));
	for (uint32_t i = 0; i < w->run->nodes.n; i++)
		if (!w->only || w->only == w->run->nodes.items[i])
			tell_node(w, rsc, w->run->nodes.items[i]);
	SchedActions actions = actions_of(w, rsc);
	for (uint32_t i = actions.n; i-- > 0;) {
		const SchedAction *a = actions.items[i];
		strbuf_printf(w->out, "  to do: %s%s%s%s%s%s\n", sched_action_task(a),
			a->node ? " on " : "", a->node ? a->node->uname : "",
			a->reason ? ", due to " : "", a->reason ?: "",
			act_is(a, ACT_RUNNABLE) ? "" : " (cannot be done)");
	}
}

static void explain(const Why *w, const SchedRsc *rsc)
{
	for (uint32_t i = 0; i < rsc->children.n; i++)
		explain(w, rsc->children.items[i]);
	if (rsc->variant != RSC_PRIMITIVE)
		return;
	if (w->list)
		add_primitive(w, rsc);
	else
		tell_primitive(w, rsc);
}

static bool explain_named(Why *w, const char *name, const char *node)
{
	bool found = false;
	w->only = node ? sched_node_find(w->run, node) : NULL;
	if (node && !w->only)
		return false;
	for (uint32_t i = 0; i < w->run->all.n; i++) {
		const SchedRsc *rsc = w->run->all.items[i];
		if (strcmp(rsc->id, name) != 0 && strcmp(rsc->config_name, name) != 0)
			continue;
		explain(w, rsc);
		found = true;
	}
	return found;
}

Status *sched_why(SchedRun *run, const char *rsc, const char *node)
{
	Status *s = status_new(run->arena);
	status_string(s, "asked", rsc);
	status_bool(s, "quorum", run->quorum);
	Why w = { .run = run, .arena = run->arena, .list = status_list(s, "resources") };
	return explain_named(&w, rsc, node) ? s : NULL;
}

bool sched_why_text(SchedRun *run, const char *rsc, const char *node, StrBuf *out)
{
	Why w = { .run = run, .arena = run->arena, .out = out };
	return explain_named(&w, rsc, node);
}
