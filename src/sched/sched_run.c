/* SPDX-License-Identifier: MIT */

#include "cib/cib_date.h"
#include "sched/sched.h"
#include "sched/sched_decide.h"
#include "sched/sched_link.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

int64_t sched_execution_date(const CibElement *cib)
{
	const char *text = cib_get(cib, "execution-date");
	return text ? strtoll(text, NULL, 10) : 0;
}

static SchedRun *look(Arena *arena, CibElement *cib, int64_t now, SchedWant want)
{
	SchedRun *run = ARENA_NEW(arena, SchedRun);
	run->arena = arena;
	run->cib = cib;
	run->now = now;
	run->scores = ARENA_NEW(arena, StrBuf);
	run->want_scores = want.scores;
	run->want_reasons = want.reasons;
	sched_unpack(run);
	return run;
}

SchedRun *sched_look(Arena *arena, CibElement *cib, int64_t now)
{
	return look(arena, cib, now, (SchedWant){ 0 });
}

void sched_run_free(SchedRun *run)
{
	strbuf_free(run->scores);
}

static void decide(SchedRun *run)
{
	sched_apply_criteria(run);
	for (uint32_t i = 0; i < run->rscs.n; i++)
		sched_internal_constraints(run, run->rscs.items[i]);
	sched_config_changes(run);
	sched_assign_all(run);
	sched_probes(run);
	for (uint32_t i = 0; i < run->rscs.n; i++)
		sched_create_actions(run, run->rscs.items[i]);
	sched_fencing(run);
	sched_link_orders(run);
	sched_order_probes(run);
	sched_apply_orders(run);
	for (uint32_t i = 0; i < run->rscs.n; i++)
		if (run->rscs.items[i]->variant == RSC_CLONE)
			sched_notify_instances(run, run->rscs.items[i]);
}

void sched_decide(SchedRun *run, bool scores)
{
	run->want_scores = scores;
	decide(run);
}

SchedRun *sched_run(Arena *arena, CibElement *cib, int64_t now, SchedWant want)
{
	SchedRun *run = look(arena, cib, now, want);
	decide(run);
	return run;
}

const char *sched_scores(const SchedRun *run)
{
	return strbuf_text(run->scores);
}

const char *sched_not_yet_at(const SchedRun *run, uint32_t i)
{
	return i < run->not_yet.n ? run->not_yet.items[i] : NULL;
}
