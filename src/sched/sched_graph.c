/* SPDX-License-Identifier: MIT */
#include "sched/sched_graph.h"

#include "sched/sched.h"
#include "sched/sched_model.h"

#include <stdio.h>

const char *sched_step_rsc_name(const SchedAction *action)
{
	const SchedRsc *rsc = action->rsc;
	if (!sched_is_clone_instance(rsc) || rsc_is(rsc, RSC_UNIQUE))
		return rsc->id;
	return rsc->clone_name ?: rsc->id;
}

static bool named_plainly(const SchedRsc *rsc, const char *config_name)
{
	if (cib_same(rsc->clone_name, config_name))
		return true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		if (named_plainly(rsc->children.items[i], config_name))
			return true;
	return false;
}

const char *sched_step_shown_name(const SchedAction *action)
{
	const SchedRsc *rsc = action->rsc;
	if (!sched_is_clone_instance(rsc) || rsc_is(rsc, RSC_UNIQUE))
		return rsc->id;
	if (rsc->clone_name)
		return rsc->clone_name;
	return named_plainly(sched_top(rsc), rsc->config_name) ? rsc->config_name : rsc->id;
}

static bool any_required(const SchedRsc *rsc, SchedTask task)
{
	for (const SchedAction *a = sched_first(rsc, task); a; a = a->next_same)
		if (rsc->variant == RSC_PRIMITIVE && !act_is(a, ACT_OPTIONAL))
			return true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		if (any_required(rsc->children.items[i], task))
			return true;
	return false;
}

/* A whole of which no part goes down has nothing to say about going down. */
static bool empty_descent(const SchedAction *a)
{
	if (!a->rsc || a->rsc->variant == RSC_PRIMITIVE)
		return false;
	if (a->task == TASK_STOP || a->task == TASK_STOPPED)
		return !any_required(a->rsc, TASK_STOP);
	if (a->task == TASK_DEMOTE || a->task == TASK_DEMOTED)
		return !any_required(a->rsc, TASK_DEMOTE);
	return false;
}

static bool to_do(const SchedAction *a)
{
	if (empty_descent(a))
		return false;
	if (!act_is(a, ACT_RUNNABLE) || (act_is(a, ACT_OPTIONAL) && !act_is(a, ACT_PRINT)))
		return false;
	bool watching = a->task == TASK_MONITOR || a->task == TASK_CANCEL ||
			a->task == TASK_CLEAR_FAILCOUNT;
	if (a->rsc && !rsc_is(a->rsc, RSC_MANAGED) && !watching)
		return false;
	if (act_is(a, ACT_PSEUDO) || a->task == TASK_FENCE || a->task == TASK_SHUTDOWN)
		return true;
	if (!a->node || !a->node->online || a->node->unclean)
		return false;
	return true;
}

static bool waits_for(const SchedAction *a, const SchedInput *input)
{
	const SchedAction *before = input->action;
	if (!input->type || !act_is(before, ACT_IN_GRAPH))
		return false;
	if ((input->type & ORDER_IMPLIES_FIRST_MIGRATABLE) && !act_is(before, ACT_RUNNABLE))
		return false;
	if (input->type == ORDER_OPTIONAL && act_is(before, ACT_MIGRATABLE) &&
		before->task == TASK_STOP)
		return false;
	if ((input->type & ORDER_IF_MIGRATION_NOT) && act_is(before, ACT_MIGRATABLE))
		return false;
	if (input->type == ORDER_ANTI_COLOCATION && before->node && a->node &&
		before->node != a->node)
		return false;
	if (input->type & ORDER_LOAD)
		return before->node && a->node == before->node;
	return true;
}

static void mark(SchedGraph *graph, Arena *arena, SchedAction *a)
{
	if (act_is(a, ACT_IN_GRAPH) || !to_do(a))
		return;
	a->flags |= ACT_IN_GRAPH;
	cib_push(arena, &graph->steps, ((SchedStep){ .action = a }));
}

static void mark_rsc(SchedGraph *graph, Arena *arena, SchedRsc *rsc)
{
	for (SchedAction *a = rsc->actions; a; a = a->next)
		mark(graph, arena, a);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		mark_rsc(graph, arena, rsc->children.items[i]);
}

SchedGraph *sched_graph(SchedRun *run)
{
	SchedGraph *graph = ARENA_NEW(run->arena, SchedGraph);
	for (uint32_t i = 0; i < run->rscs.n; i++)
		mark_rsc(graph, run->arena, run->rscs.items[i]);
	for (uint32_t i = run->actions.n; i-- > 0;)
		mark(graph, run->arena, run->actions.items[i]);
	cib_each(step, &graph->steps)
	{
		SchedAction *a = step->action;
		for (uint32_t i = 0; i < a->before.n; i++)
			if (waits_for(a, &a->before.items[i]))
				cib_push(run->arena, &step->inputs, a->before.items[i].action);
	}
	return graph;
}

/* ---- dot ---- */

static const char *dot_name(SchedRun *run, const SchedAction *a)
{
	if (a->task == TASK_FENCE)
		return arena_printf(run->arena, "stonith '%s' %s", a->fence_action, a->node->uname);
	if (a->rsc && a->rsc->variant == RSC_PRIMITIVE && a->node) {
		const char *uuid = sched_action_uuid(run, a);
		const char *name = sched_step_rsc_name(a), *id = a->rsc->id;
		if (strcmp(name, id) && !strncmp(uuid, id, strlen(id)))
			uuid = arena_printf(run->arena, "%s%s", name, uuid + strlen(id));
		return arena_printf(run->arena, "%s %s", uuid, a->node->uname);
	}
	if (a->task == TASK_SHUTDOWN)
		return arena_printf(run->arena, "%s %s", sched_action_uuid(run, a), a->node->uname);
	return sched_action_uuid(run, a);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void sched_graph_dot(SchedRun *run, StrBuf *out)
{
	CIB_LIST(const char *) lines = { 0 };
	for (uint32_t i = 0; i < run->actions.n; i++) {
		SchedAction *a = run->actions.items[i];
		const char *name = dot_name(run, a);
		if (!act_is(a, ACT_IN_GRAPH))
			continue;
		const char *font = act_is(a, ACT_PSEUDO) ? "orange" : "black";
		cib_push(run->arena, &lines,
			arena_printf(run->arena,
				"\"%s\" [ style=bold color=\"green\" fontcolor=\"%s\"]", name,
				font));
		for (uint32_t k = 0; k < a->before.n; k++)
			if (waits_for(a, &a->before.items[k]))
				cib_push(run->arena, &lines,
					arena_printf(run->arena, "\"%s\" -> \"%s\" [ style = bold]",
						dot_name(run, a->before.items[k].action), name));
	}
	if (lines.n)
		qsort(lines.items, lines.n, sizeof(char *), by_text);
	strbuf_add(out, " digraph \"g\" {\n");
	for (uint32_t i = 0; i < lines.n; i++)
		if (!i || strcmp(lines.items[i], lines.items[i - 1]))
			strbuf_printf(out, "%s\n", lines.items[i]);
	strbuf_add(out, "}\n");
}
