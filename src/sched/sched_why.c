/* SPDX-License-Identifier: MIT */
#include "sched/sched_why.h"

#include "sched/sched_action.h"
#include "sched/sched_model.h"

typedef struct Why {
	SchedRun *run;
	const SchedNode *only;
	StrBuf *out;
	bool json, more;
} Why;

static void json_text(StrBuf *out, const char *s)
{
	strbuf_add(out, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			strbuf_printf(out, "\\%c", c);
		else if (c < 0x20)
			strbuf_printf(out, "\\u%04x", c);
		else
			strbuf_addn(out, s, 1);
	}
	strbuf_add(out, "\"");
}

/* What was noted down for a group or a clone was noted down for each part as well. */
static bool concerns(const SchedReason *r, const SchedRsc *rsc, const SchedNode *node)
{
	return r->rsc == rsc && (!r->node || r->node == node);
}

static const char *verdict(const SchedRsc *rsc, const SchedNode *node)
{
	if (rsc->assigned == node)
		return "chosen";
	if (!node->online)
		return "the node is not online";
	if (node->unclean)
		return "the node must be fenced first";
	if (node->standby)
		return "the node is in standby";
	if (node->maintenance)
		return "the node is in maintenance";
	if (node->shutdown)
		return "the node is shutting down";
	if (node->pending)
		return "the node is still joining";
	if (!rsc->allowed[node->index].present)
		return "no constraint allows it there (symmetric-cluster is false)";
	if (rsc->allowed[node->index].score < 0)
		return "forbidden by its score";
	if (!rsc->assigned)
		return "possible, but it is not to run";
	return rsc->allowed[node->index].score < rsc->allowed[rsc->assigned->index].score
		       ? "another node has a higher score"
		       : "as good by score, but another node has fewer resources, has it already, "
			 "or comes "
			 "first by name";
}

static void node_json(Why *w, const SchedRsc *rsc, const SchedNode *node, bool first)
{
	char score[16];
	bool more = false;
	strbuf_add(w->out, first ? "{\"node\": " : ", {\"node\": ");
	json_text(w->out, node->uname);
	strbuf_printf(w->out, ", \"score\": \"%s\", \"verdict\": ",
		cib_score_text(rsc->allowed[node->index].score, score));
	json_text(w->out, verdict(rsc, node));
	strbuf_add(w->out, ", \"reasons\": [");
	cib_each(r, &w->run->reasons)
	{
		if (!concerns(r, rsc, node))
			continue;
		strbuf_printf(w->out, "%s{\"score\": \"%s\", \"because\": ", more ? ", " : "",
			cib_score_text(r->score, score));
		json_text(w->out, r->text);
		strbuf_add(w->out, "}");
		more = true;
	}
	strbuf_add(w->out, "]}");
}

static void node_text(Why *w, const SchedRsc *rsc, const SchedNode *node)
{
	char score[16];
	strbuf_printf(w->out, "  %s: score %s, %s\n", node->uname,
		cib_score_text(rsc->allowed[node->index].score, score), verdict(rsc, node));
	cib_each(r, &w->run->reasons) if (concerns(r, rsc, node))
		strbuf_printf(w->out, "    %9s  %s\n", cib_score_text(r->score, score), r->text);
}

static void place_text(Why *w, const SchedRsc *rsc)
{
	strbuf_printf(w->out, "%s is %s", rsc->id, rsc->running_on.n ? "active on" : "not active");
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		strbuf_printf(w->out, " %s", rsc->running_on.items[i]->uname);
	if (!rsc_is(rsc, RSC_MANAGED))
		strbuf_add(w->out, "; it is not managed, so it stays as it is");
	else if (rsc->assigned)
		strbuf_printf(w->out, " and belongs on %s as %s", rsc->assigned->uname,
			sched_role_text(rsc->next_role));
	else
		strbuf_printf(w->out, " and is to run nowhere%s%s",
			rsc->next_role_reason ? ": " : "", rsc->next_role_reason ?: "");
	strbuf_add(w->out, ".\n");
}

static void actions_text(Why *w, const SchedRsc *rsc)
{
	for (const SchedAction *a = rsc->actions; a; a = a->next) {
		if (act_is(a, ACT_OPTIONAL) || (a->task == TASK_MONITOR && !a->reason))
			continue;
		strbuf_printf(w->out, "  to do: %s%s%s%s%s%s\n", sched_action_task(a),
			a->node ? " on " : "", a->node ? a->node->uname : "",
			a->reason ? ", due to " : "", a->reason ?: "",
			act_is(a, ACT_RUNNABLE) ? "" : " (cannot be done)");
	}
}

static void actions_json(Why *w, const SchedRsc *rsc)
{
	bool more = false;
	strbuf_add(w->out, ", \"actions\": [");
	for (const SchedAction *a = rsc->actions; a; a = a->next) {
		if (act_is(a, ACT_OPTIONAL))
			continue;
		strbuf_printf(w->out, "%s{\"task\": ", more ? ", " : "");
		json_text(w->out, sched_action_task(a));
		strbuf_add(w->out, ", \"node\": ");
		json_text(w->out, a->node ? a->node->uname : "");
		strbuf_add(w->out, ", \"because\": ");
		json_text(w->out, a->reason ?: "");
		strbuf_printf(
			w->out, ", \"runnable\": %s}", act_is(a, ACT_RUNNABLE) ? "true" : "false");
		more = true;
	}
	strbuf_add(w->out, "]");
}

static void one_json(Why *w, const SchedRsc *rsc)
{
	bool first = true;
	strbuf_add(w->out, w->more ? ",\n {\"resource\": " : " {\"resource\": ");
	json_text(w->out, rsc->id);
	strbuf_printf(w->out,
		", \"role\": \"%s\", \"next_role\": \"%s\", \"node\": ", sched_role_text(rsc->role),
		sched_role_text(rsc->next_role));
	json_text(w->out, rsc->assigned ? rsc->assigned->uname : "");
	strbuf_add(w->out, ", \"nodes\": [");
	for (uint32_t i = 0; i < w->run->nodes.n; i++)
		if (!w->only || w->only == w->run->nodes.items[i]) {
			node_json(w, rsc, w->run->nodes.items[i], first);
			first = false;
		}
	strbuf_add(w->out, "]");
	actions_json(w, rsc);
	strbuf_add(w->out, "}");
	w->more = true;
}

static void explain(Why *w, const SchedRsc *rsc)
{
	for (uint32_t i = 0; i < rsc->children.n; i++)
		explain(w, rsc->children.items[i]);
	if (rsc->variant != RSC_PRIMITIVE)
		return;
	if (w->json) {
		one_json(w, rsc);
		return;
	}
	place_text(w, rsc);
	for (uint32_t i = 0; i < w->run->nodes.n; i++)
		if (!w->only || w->only == w->run->nodes.items[i])
			node_text(w, rsc, w->run->nodes.items[i]);
	actions_text(w, rsc);
}

bool sched_why(SchedRun *run, const char *name, const char *node, bool json, StrBuf *out)
{
	Why w = { .run = run, .out = out, .json = json };
	bool found = false;
	w.only = node ? sched_node_find(run, node) : NULL;
	if (node && !w.only)
		return false;
	if (json)
		strbuf_add(out, "[\n");
	for (uint32_t i = 0; i < run->all.n; i++) {
		const SchedRsc *rsc = run->all.items[i];
		if (strcmp(rsc->id, name) && strcmp(rsc->config_name, name))
			continue;
		found = true;
		explain(&w, rsc);
	}
	if (json)
		strbuf_add(out, "\n]\n");
	return found;
}
