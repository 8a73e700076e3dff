/* SPDX-License-Identifier: MIT */
/* "Transition Summary": what changes for each resource, and why. */
#include "sched/sched.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

#include <stdio.h>

typedef struct Summary {
	SchedRun *run;
	StrBuf *out;
	int name_width, detail_width;
} Summary;

typedef struct Change {
	const char *word;
	const SchedRsc *rsc;
	const SchedNode *from, *to;
	const SchedAction *action, *source;
} Change;

static const char *details(SchedRun *run, const Change *c)
{
	const SchedRsc *rsc = c->rsc;
	bool same_host = c->from && c->to && c->from == c->to;
	bool same_role = rsc->role == rsc->next_role;
	bool role = rsc->role > ROLE_STARTED || rsc->next_role > ROLE_STARTED;
	const char *was = sched_role_text(rsc->role), *will = sched_role_text(rsc->next_role);
	const char *from = c->from ? c->from->uname : NULL, *to = c->to ? c->to->uname : NULL;
	Arena *a = run->arena;
	if (rsc->next_role > ROLE_UNPROMOTED && !from)
		return arena_printf(a, "%s -> %s %s", was, will, to);
	if (!from)
		return to;
	if (role && !to)
		return arena_printf(a, "%s %s", was, from);
	if (!to)
		return from;
	if (role && same_role && same_host)
		return arena_printf(a, "%s %s", was, from);
	if (same_role && same_host)
		return from;
	if (role && same_role)
		return arena_printf(a, "%s -> %s %s", from, to, was);
	if (same_role)
		return arena_printf(a, "%s -> %s", from, to);
	if (same_host)
		return arena_printf(a, "%s -> %s %s", was, will, from);
	return arena_printf(a, "%s %s -> %s %s", was, from, will, to);
}

static void item(Summary *s, Change c)
{
	bool same_host = c.from && c.to && c.from == c.to;
	const char *reason = c.source ? c.source->reason : NULL;
	if (c.source && !c.action)
		c.action = c.source;
	if (!c.action && !c.source)
		return;
	if (!c.source)
		c.source = c.action;
	reason = c.source->reason;
	bool runnable = !c.action || act_is(c.action, ACT_RUNNABLE);
	const char *text = details(s->run, &c) ?: "";
	(void)same_host;
	if ((int)strlen(c.rsc->id) > s->name_width)
		s->name_width = (int)strlen(c.rsc->id) + 2;
	s->detail_width = MAX(s->detail_width, (int)strlen(text));
	strbuf_printf(s->out, "  * %-8s   %-*s   ( %*s )", c.word, s->name_width, c.rsc->id,
		s->detail_width, text);
	if (reason && runnable)
		strbuf_printf(s->out, "  due to %s", reason);
	else if (reason)
		strbuf_printf(s->out, "  due to %s (blocked)", reason);
	else if (!runnable)
		strbuf_add(s->out, "  blocked");
	strbuf_add(s->out, "\n");
}

static SchedAction *on(const SchedRsc *rsc, SchedTask task, const SchedNode *node)
{
	for (SchedAction *a = rsc->actions; node && a; a = a->next)
		if (a->task == task && a->node == node)
			return a;
	return NULL;
}

static bool required(const SchedAction *a)
{
	return a && !act_is(a, ACT_OPTIONAL);
}

static void same_role(Summary *s, const SchedRsc *rsc, const SchedNode *from, const SchedNode *to,
	SchedAction *start, SchedAction *stop)
{
	SchedAction *migrate = on(rsc, TASK_MIGRATE_FROM, to), *reload = on(rsc, TASK_RELOAD, to);
	SchedAction *demote = on(rsc, TASK_DEMOTE, from), *promote = on(rsc, TASK_PROMOTE, to);
	bool moving = from && to && from != to;
	if (migrate && act_is(migrate, ACT_RUNNABLE) && required(migrate)) {
		item(s, (Change){ "Migrate", rsc, from, to, start, NULL });
	} else if (required(reload)) {
		item(s, (Change){ "Reload", rsc, from, to, reload, NULL });
	} else if (!required(start)) {
		if (required(demote) && act_is(demote, ACT_RUNNABLE) && required(promote) &&
			act_is(promote, ACT_RUNNABLE))
			item(s, (Change){ "Re-promote", rsc, from, to, promote, demote });
	} else if (!act_is(start, ACT_RUNNABLE)) {
		item(s, (Change){ "Stop", rsc, from, NULL, stop,
				stop && stop->reason ? stop : start });
	} else if (moving && from) {
		item(s, (Change){ rsc_is(rsc, RSC_FAILED) ? "Recover" : "Move", rsc, from, to, stop,
				NULL });
	} else if (rsc_is(rsc, RSC_STOP_UNEXPECTED) && rsc_is(rsc, RSC_FAILED)) {
		sched_set_reason(start, "being multiply active", true);
		item(s, (Change){ "Recover", rsc, from, to, start, NULL });
	} else if (rsc_is(rsc, RSC_FAILED)) {
		item(s, (Change){ "Recover", rsc, from, to, stop, NULL });
	} else {
		item(s, (Change){ "Restart", rsc, from, to, start, NULL });
	}
}

static void stops(Summary *s, const SchedRsc *rsc, SchedAction *start)
{
	for (uint32_t i = 0; i < rsc->running_on.n; i++) {
		SchedNode *node = rsc->running_on.items[i];
		SchedAction *stop = on(rsc, TASK_STOP, node);
		const SchedAction *why = stop && stop->reason ? stop : start;
		if (rsc_is(rsc, RSC_STOP_UNEXPECTED) && rsc->assigned == node)
			continue;
		item(s, (Change){ "Stop", rsc, node, NULL, stop, why });
	}
}

static void primitive(Summary *s, SchedRsc *rsc)
{
	SchedNode *to = rsc->assigned, *from = NULL;
	if (rsc->running_on.n) {
		from = sched_current(rsc);
		if (rsc->role == ROLE_STOPPED)
			rsc->role = ROLE_STARTED;
	}
	if (!from && rsc_is(rsc, RSC_REMOVED))
		return;
	if (!rsc_is(rsc, RSC_MANAGED) || (!from && !to))
		return;
	bool moving = from && to && from != to;
	SchedAction *start = on(rsc, TASK_START, to);
	SchedAction *stop = on(rsc, TASK_STOP, start && act_is(start, ACT_RUNNABLE) ? from : from);
	SchedAction *promote = on(rsc, TASK_PROMOTE, to), *demote = on(rsc, TASK_DEMOTE, from);
	SchedAction *reload = on(rsc, TASK_RELOAD, to);
	if (rsc->role == rsc->next_role) {
		same_role(s, rsc, from, to, start, stop);
		return;
	}
	if (stop && (rsc->next_role == ROLE_STOPPED || (start && !act_is(start, ACT_RUNNABLE))))
		stops(s, rsc, start);
	else if (stop && rsc_is(rsc, RSC_FAILED) && rsc_is(rsc, RSC_NEEDS_STOP))
		item(s, (Change){ "Recover", rsc, from, to, stop, start });
	else if (moving)
		item(s, (Change){ "Move", rsc, from, to, stop, NULL });
	else if (required(reload))
		item(s, (Change){ "Reload", rsc, from, to, reload, NULL });
	else if (required(stop))
		item(s, (Change){ "Restart", rsc, from, to, start, NULL });
	else if (rsc->role == ROLE_PROMOTED)
		item(s, (Change){ "Demote", rsc, from, to, demote, NULL });
	else if (rsc->next_role == ROLE_PROMOTED)
		item(s, (Change){ "Promote", rsc, from, to, promote, NULL });
	else if (rsc->role == ROLE_STOPPED && rsc->next_role > ROLE_STOPPED)
		item(s, (Change){ "Start", rsc, from, to, start, NULL });
}

static void of_rsc(Summary *s, SchedRsc *rsc)
{
	if (rsc->variant == RSC_PRIMITIVE)
		primitive(s, rsc);
	for (uint32_t i = 0; i < rsc->children.n; i++)
		of_rsc(s, rsc->children.items[i]);
}

void sched_text_summary(SchedRun *run, StrBuf *out)
{
	Summary s = { run, out, 5, 5 };
	for (uint32_t i = run->actions.n; i-- > 0;) {
		const SchedAction *a = run->actions.items[i];
		if (a->rsc || act_is(a, ACT_OPTIONAL))
			continue;
		if (a->task == TASK_FENCE)
			strbuf_printf(out, "  * Fence (%s) %s%s%s%s\n", a->fence_action,
				a->node->uname, a->reason ? " '" : "", a->reason ?: "",
				a->reason ? "'" : "");
	}
	/* The first time only to see how wide the columns are. */
	StrBuf scratch = { 0 };
	s.out = &scratch;
	for (uint32_t i = 0; i < run->rscs.n; i++)
		of_rsc(&s, run->rscs.items[i]);
	strbuf_free(&scratch);
	s.out = out;
	for (uint32_t i = 0; i < run->rscs.n; i++)
		of_rsc(&s, run->rscs.items[i]);
}
