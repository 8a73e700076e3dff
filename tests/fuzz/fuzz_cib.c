/* SPDX-License-Identifier: MIT */
#include "cib/cib_document.h"
#include "sched/sched.h"
#include "sched/sched_graph.h"
#include "sched/sched_simulate.h"
#include "sched/sched_verify.h"
#include "sched/sched_why.h"

/* Any text: what is read as a CIB is printed and read again as the same, and it is decided, carried
 * out and explained without a crash, a hang or a leak, whatever it says. */

enum { NOW = 1700000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(Arena *arena, const CibElement *cib)
{
	_cleanup_(strbuf_free) StrBuf first = { 0 }, second = { 0 };
	const char *error = NULL;

	cib_print(cib, &first);
	const CibElement *again = cib_parse(arena, strbuf_text(&first), first.n, &error);
	assert(again);
	cib_print(again, &second);
	assert(!strcmp(strbuf_text(&first), strbuf_text(&second)));
}

/* Thousands of instances are slow here and show nothing new. */
static void few_instances(Arena *arena, CibElement *top)
{
	cib_foreach(e, top)
	{
		const char *name = cib_get(e, "name") ?: "", *value = cib_get(e, "value") ?: "";
		if (strstr(name, "-max") && strlen(value) > 2)
			cib_set(arena, e, "value", "20");
		few_instances(arena, e);
	}
}

static void decide(Arena *arena, CibElement *cib)
{
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	SchedRun *look = sched_look(arena, cib, NOW);
	bool able = !sched_not_yet_at(look, 0);

	sched_text_status(look, &out);
	sched_run_free(look);
	if (!able)
		return;
	SchedRun *run = sched_run(arena, cib, NOW, (SchedWant){ true, true });
	sched_text_summary(run, &out);
	sched_text_blocked(run, &out);
	(void)sched_verify(run, "cib.xml", &out);
	(void)sched_graph(run);
	sched_graph_dot(run, &out);
	(void)sched_why_text(run, "A", NULL, &out);
	const Status *why = sched_why(run, "A", "n1");
	if (why)
		status_json(why, &out);
	(void)sched_simulate(run, NULL, &out);
	sched_run_free(run);
	print_again(arena, cib);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	const char *error = NULL;
	CibElement *cib = cib_parse(&arena, (const char *)data, size, &error);

	assert(cib || error);
	if (!cib)
		return 0;
	print_again(&arena, cib);
	few_instances(&arena, cib);
	if (cib_is(cib, "cib"))
		decide(&arena, cib);
	return 0;
}
