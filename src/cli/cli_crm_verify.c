/* SPDX-License-Identifier: MIT */
/* regent crm_verify: whether a configuration can work. */
#include "cli/cli.h"
#include "cli/cli_cib.h"
#include "sched/sched_verify.h"

#include <stdio.h>
#include <time.h>

enum { CONFIG_INVALID = 78 };

static bool parse(const CliArgs *args, const char **ret_file, bool *ret_verbose)
{
	const char *file = NULL;
	bool verbose = false;
	for (int i = 0; i < args->argc; i++) {
		const char *word = args->argv[i];
		if ((!strcmp(word, "-x") || !strcmp(word, "--xml-file")) && i + 1 < args->argc)
			file = args->argv[++i];
		else if (!strncmp(word, "--xml-file=", 11))
			file = word + 11;
		else if (!strncmp(word, "-V", 2) || !strcmp(word, "--verbose"))
			verbose = true;
		else
			return false;
	}
	*ret_file = file;
	*ret_verbose = verbose;
	return file != NULL;
}

int cli_crm_verify(const CliArgs *args)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	const char *file = NULL;
	bool verbose = false;

	if (!parse(args, &file, &verbose)) {
		(void)fputs("Usage: crm_verify -x FILE [-V]\n", stderr);
		return CLI_USAGE;
	}
	CibElement *cib = cli_cib_read(&arena, file);
	if (!cib)
		return CONFIG_INVALID;
	int64_t now = sched_execution_date(cib);
	SchedRun *run = sched_look(&arena, cib, now ? now : time(NULL));
	SchedVerdict verdict = sched_verify(run, file, &out);
	sched_run_free(run);
	if (verbose)
		(void)fputs(strbuf_text(&out), stderr);
	if (!verdict.errors && !verdict.warnings)
		return CLI_OK;
	(void)fputs(verdict.errors
			    ? "crm_verify: Errors found during check: config not valid\n"
			    : "crm_verify: Warnings found during check: config may not be valid\n",
		stderr);
	if (!verbose)
		(void)fputs("-V may provide more details\n", stderr);
	return CONFIG_INVALID;
}
