/* SPDX-License-Identifier: MIT */
/* Notifications: what instances of a clone are told before and after others change. Around each kind
 * of change stand four pseudo actions: pre, confirmed-pre, post, confirmed-post. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

typedef struct Notice {
	SchedTask task, done;
	SchedAction *pre, *pre_done, *post, *post_done;
} Notice;

static const SchedTask kinds[][2] = { { TASK_START, TASK_RUNNING }, { TASK_STOP, TASK_STOPPED },
	{ TASK_PROMOTE, TASK_PROMOTED }, { TASK_DEMOTE, TASK_DEMOTED } };

static SchedAction *find(const SchedRsc *rsc, const char *type, SchedTask task)
{
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (a->notify_type && !strcmp(a->notify_type, type) &&
			!strcmp(a->notify_operation, sched_task_names[task]))
			return a;
	return NULL;
}

static SchedAction *make(SchedRun *run, SchedRsc *rsc, const char *type, SchedTask task,
	SchedNode *node, const SchedAction *like)
{
	SchedAction *a = sched_action_new(run, rsc, TASK_NOTIFY, node);
	a->notify_type = type;
	a->notify_operation = sched_task_names[task];
	if (!node)
		a->flags |= ACT_PSEUDO;
	if (act_is(like, ACT_OPTIONAL))
		a->flags |= ACT_OPTIONAL;
	return a;
}

/* What is told after a step down comes before what is told before a step up. */
static void notify_order(SchedRun *run, SchedRsc *clone)
{
	static const size_t sequence[] = { 3, 1, 0, 2 }; /* demote, stop, start, promote */
	for (size_t i = 0; i < ARRAY_LEN(sequence); i++)
		for (size_t k = i + 1; k < ARRAY_LEN(sequence); k++) {
			SchedAction *end = find(clone, "confirmed-post", kinds[sequence[i]][1]);
			SchedAction *begin = find(clone, "pre", kinds[sequence[k]][0]);
			(void)sched_order_actions(run, end, begin, ORDER_OPTIONAL);
		}
}

void sched_notify_pseudo(SchedRun *run, SchedRsc *clone)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		SchedAction *action = sched_find_exact(clone, kinds[i][0], 0, NULL);
		SchedAction *done = sched_find_exact(clone, kinds[i][1], 0, NULL);
		if (!action || !done)
			continue;
		SchedAction *pre = make(run, clone, "pre", kinds[i][0], NULL, action);
		SchedAction *pre_done =
			make(run, clone, "confirmed-pre", kinds[i][0], NULL, action);
		SchedAction *post = make(run, clone, "post", kinds[i][1], NULL, done);
		SchedAction *post_done =
			make(run, clone, "confirmed-post", kinds[i][1], NULL, done);
		(void)sched_order_actions(run, pre, pre_done, ORDER_OPTIONAL);
		(void)sched_order_actions(run, pre_done, action, ORDER_OPTIONAL);
		(void)sched_order_actions(run, done, post, ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
		(void)sched_order_actions(
			run, post, post_done, ORDER_IMPLIES_THEN | ORDER_RUNNABLE);
		(void)sched_order_actions(run, pre_done, post, ORDER_OPTIONAL);
	}
	notify_order(run, clone);
}

static void tell(SchedRun *run, SchedRsc *rsc, SchedNode *node, SchedAction *from,
	SchedAction *until, const char *type, SchedTask task)
{
	if (!node || !node->online || node->unclean || !act_is(from, ACT_RUNNABLE))
		return;
	SchedAction *a = make(run, rsc, type, task, node, from);
	(void)sched_order_actions(run, from, a, ORDER_OPTIONAL);
	(void)sched_order_actions(run, a, until, ORDER_OPTIONAL);
}

static void tell_after(SchedRun *run, SchedRsc *rsc, SchedNode *node, const Notice *n)
{
	tell(run, rsc, node, n->post, n->post_done, "post", n->task);
	for (SchedAction *a = rsc->actions; a; a = a->next)
		if (a->interval > 0 && a->task == TASK_MONITOR)
			(void)sched_order_actions(run, n->post_done, a, ORDER_OPTIONAL);
}

static bool to_be_done(const SchedAction *a)
{
	return a && !act_is(a, ACT_OPTIONAL);
}

static void tell_primitive(SchedRun *run, SchedRsc *rsc, const Notice *n)
{
	bool down = n->task == TASK_STOP || n->task == TASK_DEMOTE;
	if (!down && rsc->next_role != ROLE_STOPPED && rsc->assigned) {
		SchedAction *start = sched_find(rsc, TASK_START, rsc->assigned);
		if (n->task != TASK_START || !to_be_done(start))
			tell(run, rsc, rsc->assigned, n->pre, n->pre_done, "pre", n->task);
		tell_after(run, rsc, rsc->assigned, n);
	}
	if (!down || rsc->role == ROLE_STOPPED)
		return;
	for (uint32_t i = 0; i < rsc->running_on.n; i++) {
		SchedNode *node = rsc->running_on.items[i];
		SchedAction *stop = sched_find(rsc, TASK_STOP, node);
		if (stop && act_is(stop, ACT_IMPLIED))
			continue;
		tell(run, rsc, node, n->pre, n->pre_done, "pre", n->task);
		if (n->task == TASK_DEMOTE || !to_be_done(stop))
			tell_after(run, rsc, node, n);
	}
}

static void tell_all(SchedRun *run, SchedRsc *rsc, const Notice *n)
{
	if (rsc->variant == RSC_PRIMITIVE)
		tell_primitive(run, rsc, n);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		tell_all(run, rsc->children.items[i], n);
}

static void like(SchedAction *a, const SchedAction *model, bool runnable)
{
	a->flags &= ~(uint32_t)(ACT_OPTIONAL | ACT_RUNNABLE);
	a->flags |= model->flags & ACT_OPTIONAL;
	if (runnable)
		a->flags |= ACT_RUNNABLE;
}

void sched_notify_instances(SchedRun *run, SchedRsc *clone)
{
	if (!rsc_is(clone, RSC_NOTIFY))
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		SchedTask task = kinds[i][0], done = kinds[i][1];
		SchedAction *action = sched_find_exact(clone, task, 0, NULL);
		SchedAction *finished = sched_find_exact(clone, done, 0, NULL);
		Notice n = { task, done, find(clone, "pre", task),
			find(clone, "confirmed-pre", task), find(clone, "post", done),
			find(clone, "confirmed-post", done) };
		if (!n.pre || !action || !finished)
			continue;
		bool first_runs = act_is(action, ACT_RUNNABLE);
		like(n.pre, action, first_runs);
		like(n.pre_done, action, first_runs);
		like(n.post, finished, act_is(finished, ACT_RUNNABLE));
		like(n.post_done, finished, act_is(finished, ACT_RUNNABLE));
		if (!act_is(action, ACT_OPTIONAL) || !act_is(finished, ACT_OPTIONAL))
			tell_all(run, clone, &n);
	}
}
