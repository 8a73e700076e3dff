/* SPDX-License-Identifier: MIT */
/* regent why: why a resource runs where it runs, and why not elsewhere. */
#include "cli/cli.h"
#include "cli/cli_cib.h"
#include "sched/sched_why.h"

#include <stdio.h>
#include <time.h>

int cli_why(const CliArgs *args)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	const char *file = NULL, *names[2] = { NULL };
	bool json = false;
	size_t n = 0;

	for (int i = 0; i < args->argc; i++) {
		if (!strcmp(args->argv[i], "--json"))
			json = true;
		else if (!strcmp(args->argv[i], "-x") && i + 1 < args->argc)
			file = args->argv[++i];
		else if (args->argv[i][0] != '-' && n < ARRAY_LEN(names))
			names[n++] = args->argv[i];
		else
			n = ARRAY_LEN(names) + 1;
	}
	if (!file || n < 1 || n > ARRAY_LEN(names)) {
		(void)fputs("Usage: regent why -x FILE RESOURCE [NODE] [--json]\n", stderr);
		return CLI_USAGE;
	}
	CibElement *cib = cli_cib_read(&arena, file);
	if (!cib)
		return CLI_FAILED;
	int64_t now = sched_execution_date(cib);
	SchedRun *run =
		sched_run(&arena, cib, now ? now : time(NULL), (SchedWant){ .reasons = true });
	for (uint32_t i = 0; sched_not_yet_at(run, i); i++)
		(void)fprintf(stderr, "not yet: %s\n", sched_not_yet_at(run, i));
	const Status *status = json ? sched_why(run, names[0], names[1]) : NULL;
	bool known = json ? status != NULL : sched_why_text(run, names[0], names[1], &out);
	if (status)
		status_json(status, &out);
	sched_run_free(run);
	if (!known) {
		(void)fprintf(stderr, "regent: no such resource or node in %s\n", file);
		return CLI_FAILED;
	}
	(void)fputs(strbuf_text(&out), stdout);
	return CLI_OK;
}
