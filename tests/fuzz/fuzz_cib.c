/* SPDX-License-Identifier: MIT */
#include "sched/sched.h"
#include "sched/sched_simulate.h"

/* Any text is refused or decided upon. What was read is printed, and reading that gives the same
 * print again. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf first = { 0 }, second = { 0 }, out = { 0 };
	const char *error = NULL;
	CibElement *cib = cib_parse(&arena, (const char *)data, size, &error);
	if (!cib)
		return 0;
	cib_print(cib, &first);
	CibElement *again = cib_parse(&arena, first.s, first.n, &error);
	assert(again);
	cib_print(again, &second);
	assert(!strcmp(first.s, second.s));
	if (!cib_is(cib, "cib"))
		return 0;
	SchedRun *run = sched_run(&arena, cib, 1330518600, (SchedWant){ true, true });
	sched_text_blocked(run, &out);
	sched_text_status(run, &out);
	sched_text_summary(run, &out);
	(void)sched_simulate(run, NULL, &out);
	sched_run_free(run);
	return 0;
}
