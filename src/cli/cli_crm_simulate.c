/* SPDX-License-Identifier: MIT */
/* regent crm_simulate: what the cluster would do, from a file that holds its configuration and
 * status; nothing is done. */
#include "cib/cib_date.h"
#include "cib/cib_document.h"
#include "cib/cib_value.h"
#include "cli/cli.h"
#include "cli/cli_cib.h"
#include "core/limits.h"
#include "sched/sched.h"
#include "sched/sched_graph.h"
#include "sched/sched_simulate.h"

#include <getopt.h>
#include <stdio.h>
#include <time.h>

enum { INJECTIONS_MAX = 256 };

typedef struct Injection {
	SchedInject what;
	const char *argument;
} Injection;

typedef struct Options {
	const char *file, *date, *quorum, *dot, *output;
	bool simulate, scores, run, quiet;
	Injection injections[INJECTIONS_MAX];
	const char *failures[INJECTIONS_MAX];
	uint32_t n_injections, n_failures;
} Options;

static void usage(void)
{
	(void)fputs(
		"Usage: crm_simulate -x FILE [-S] [-s] [-R] [-Q] [-U] [-t DATE] [-q QUORUM]\n"
		"       [-u NODE] [-d NODE] [-f NODE] [-i OPERATION] [-F OPERATION] [-D DOTFILE]\n",
		stderr);
}

static bool inject_option(Options *o, SchedInject what)
{
	if (o->n_injections == INJECTIONS_MAX)
		return false;
	o->injections[o->n_injections++] = (Injection){ what, optarg };
	return true;
}

static bool parse(int argc, char **argv, Options *o)
{
	static const struct option names[] = { { "xml-file", required_argument, NULL, 'x' },
		{ "simulate", no_argument, NULL, 'S' }, { "show-scores", no_argument, NULL, 's' },
		{ "run", no_argument, NULL, 'R' }, { "set-datetime", required_argument, NULL, 't' },
		{ "quiet", no_argument, NULL, 'Q' }, { "show-utilization", no_argument, NULL, 'U' },
		{ "node-up", required_argument, NULL, 'u' },
		{ "node-down", required_argument, NULL, 'd' },
		{ "node-fail", required_argument, NULL, 'f' },
		{ "op-inject", required_argument, NULL, 'i' },
		{ "op-fail", required_argument, NULL, 'F' },
		{ "quorum", required_argument, NULL, 'q' },
		{ "save-dotfile", required_argument, NULL, 'D' },
		{ "save-graph", required_argument, NULL, 'G' },
		{ "save-output", required_argument, NULL, 'O' }, { 0 } };
	int c;
	optind = 1;
	while ((c = getopt_long(argc, argv, "x:SsRt:QUu:d:f:i:F:q:D:G:O:", names, NULL)) != -1) {
		switch (c) {
		case 'x': o->file = optarg; break;
		case 'S': o->simulate = true; break;
		case 's': o->scores = true; break;
		case 'R': o->run = true; break;
		case 't': o->date = optarg; break;
		case 'Q': o->quiet = true; break;
		case 'q': o->quorum = optarg; break;
		case 'D': o->dot = optarg; break;
		case 'O': o->output = optarg; break;
		case 'G':
		case 'U': break;
		case 'u':
			if (!inject_option(o, INJECT_UP))
				return false;
			break;
		case 'd':
			if (!inject_option(o, INJECT_DOWN))
				return false;
			break;
		case 'f':
			if (!inject_option(o, INJECT_FAIL))
				return false;
			break;
		case 'i':
			if (!inject_option(o, INJECT_OP))
				return false;
			break;
		case 'F':
			if (o->n_failures == INJECTIONS_MAX)
				return false;
			o->failures[o->n_failures++] = optarg;
			break;
		default: return false;
		}
	}
	return o->file != NULL;
}

static void print_status(Arena *arena, CibElement *cib, int64_t now, StrBuf *out)
{
	SchedRun *run = sched_look(arena, cib, now);
	sched_text_revised(run, out);
	sched_run_free(run);
}

static bool inject(Arena *arena, CibElement *cib, const Options *o, StrBuf *out)
{
	if (!o->n_injections && !o->quorum)
		return true;
	strbuf_add(out, "Performing Requested Modifications:\n");
	if (o->quorum)
		sched_inject_quorum(
			arena, cib, !strcmp(o->quorum, "true") || !strcmp(o->quorum, "1"), out);
	for (uint32_t i = 0; i < o->n_injections; i++)
		if (!sched_inject(
			    arena, cib, o->injections[i].what, o->injections[i].argument, out)) {
			(void)fprintf(stderr, "crm_simulate: cannot inject %s\n",
				o->injections[i].argument);
			return false;
		}
	strbuf_add(out, "\n");
	return true;
}

static int refuse(SchedRun *run, StrBuf *out)
{
	for (uint32_t i = 0; sched_not_yet_at(run, i); i++)
		strbuf_printf(out, "not yet: %s\n", sched_not_yet_at(run, i));
	return CLI_FAILED;
}

static void write_dot(SchedRun *run, const char *path)
{
	StrBuf text = { 0 };
	FILE *f = fopen(path, "w");
	sched_graph_dot(run, &text);
	if (f) {
		(void)fputs(strbuf_text(&text), f);
		(void)fclose(f);
	}
	strbuf_free(&text);
}

static void write_cib(const CibElement *cib, const char *path)
{
	StrBuf text = { 0 };
	FILE *f = fopen(path, "w");
	cib_print(cib, &text);
	if (f) {
		(void)fputs(strbuf_text(&text), f);
		(void)fclose(f);
	}
	strbuf_free(&text);
}

static int simulate(Arena *arena, CibElement *cib, const Options *o, StrBuf *out)
{
	SchedFailures failures = { o->failures, o->n_failures };
	int64_t given = 0, now = sched_execution_date(cib), status = CLI_OK;
	if (cib_date_parse(o->date, &given))
		now = given;
	else if (now && !o->quiet)
		strbuf_printf(out, "Using the original execution date of: %s\n",
			cib_date_text(now, (char[CIB_DATE_TEXT]){ 0 }));
	if (!now)
		now = time(NULL);
	if (cib_same_word(cib_get(cib, "validate-with"), "none") && !o->quiet)
		strbuf_add(out,
			"Schema validation of configuration is disabled (support for "
			"validate-with set to \"none\" is deprecated and will be removed in a "
			"future release)\n");
	SchedRun *look = sched_look(arena, cib, now);
	if (!o->quiet) {
		sched_text_blocked(look, out);
		strbuf_add(out, "Current cluster status:\n");
		sched_text_status(look, out);
		strbuf_add(out, "\n");
	}
	if (sched_not_yet_at(look, 0)) {
		int rc = refuse(look, out);
		sched_run_free(look);
		return rc;
	}
	sched_run_free(look);
	/* Nothing but a file: it is shown. */
	if (!o->simulate && !o->run && !o->scores && !o->dot && !o->quorum && !o->n_injections)
		return CLI_OK;
	if (!inject(arena, cib, o, out))
		return CLI_USAGE;
	SchedRun *run = sched_run(arena, cib, now, (SchedWant){ .scores = o->scores });
	if (o->scores)
		strbuf_add(out, sched_scores(run));
	if (!o->quiet) {
		strbuf_add(out, "Transition Summary:\n");
		sched_text_summary(run, out);
		strbuf_add(out, "\n");
	}
	if (o->simulate || o->dot) {
		StrBuf text = { 0 };
		if (o->dot) {
			(void)sched_graph(run);
			write_dot(run, o->dot);
		}
		if (o->simulate) {
			strbuf_add(&text, "Executing Cluster Transition:\n");
			(void)sched_simulate(run, &failures, &text);
			if (sched_execution_date(cib) && !o->date)
				strbuf_printf(&text, "Using the original execution date of: %s\n",
					cib_date_text(now, (char[CIB_DATE_TEXT]){ 0 }));
			strbuf_add(&text, "\nRevised Cluster Status:\n");
			print_status(arena, cib, now, &text);
			if (o->output)
				write_cib(cib, o->output);
		}
		if (!o->quiet)
			strbuf_add(out, strbuf_text(&text));
		strbuf_free(&text);
	}
	sched_run_free(run);
	return (int)status;
}

int cli_crm_simulate(const CliArgs *args)
{
	Options *o = NEW(Options);
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	int status = CLI_USAGE;
	/* getopt wants a name in front. */
	if (!parse(args->argc + 1, args->argv - 1, o)) {
		usage();
		free(o);
		return CLI_USAGE;
	}
	CibElement *cib = cli_cib_read(&arena, o->file);
	if (cib)
		status = simulate(&arena, cib, o, &out);
	(void)fputs(strbuf_text(&out), stdout);
	free(o);
	return status;
}
