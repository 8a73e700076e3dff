/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "config/config.h"
#include "config/config_pair.h"
#include "config/config_report.h"
#include "core/findings.h"
#include "io/io_host.h"

#include <stdio.h>

typedef struct CheckOptions {
	const char *files[2];
	int n_files;
	bool json, as_keepalived;
} CheckOptions;

/* Reads as the daemon does and keeps the text, so that the lines can be shown. */
static const char *read_and_keep(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	FindingsSources *sources = data;
	const char *text = io_host_read_file(NULL, path, arena, ret_size, ret_errno);

	if (text)
		vec_push(&sources->all, ((FindingsSource){ path, text, *ret_size }));
	return text;
}

static bool option_format(CheckOptions *o, const char *format)
{
	o->json = !strcmp(format, "json");
	if (o->json || !strcmp(format, "text"))
		return true;
	(void)fprintf(stderr, "regent: the format is text or json, not %s\n", format);
	return false;
}

static bool read_options(const CliArgs *args, CheckOptions *o)
{
	for (int i = 0; i < args->argc; i++) {
		const char *word = args->argv[i];

		if (!strcmp(word, "--as-keepalived")) {
			o->as_keepalived = true;
		} else if (!strcmp(word, "--format") && i + 1 < args->argc) {
			if (!option_format(o, args->argv[++i]))
				return false;
		} else if (!strncmp(word, "--format=", 9)) {
			if (!option_format(o, word + 9))
				return false;
		} else if (word[0] == '-' && word[1]) {
			(void)fprintf(stderr, "regent: check does not know %s\n", word);
			return false;
		} else if (o->n_files == 2) {
			(void)fputs("regent: check takes one file, or those of a pair\n", stderr);
			return false;
		} else {
			o->files[o->n_files++] = word;
		}
	}
	if (!o->n_files)
		(void)fputs("regent: check takes a file\n", stderr);
	else if (o->as_keepalived && o->n_files == 2)
		(void)fputs("regent: --as-keepalived takes one file\n", stderr);
	else
		return true;
	return false;
}

int cli_check(const CliArgs *args)
{
	_cleanup_(findings_sources_free) FindingsSources sources = { 0 };
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	_cleanup_(config_free) Config config = { 0 };
	ConfigWorld host = { IO_HOST_WORLD };
	CheckOptions o = { 0 };

	if (!read_options(args, &o))
		return CLI_USAGE;
	host.data = &sources;
	host.read_file = read_and_keep;
	if (o.n_files == 2)
		config_pair_read(o.files[0], o.files[1], &host, &config.arena, &diags);
	else
		config_read(o.files[0], &host, &config, &diags);
	if (o.json)
		findings_json(&diags, &text);
	else
		findings_text(&diags, &sources, &text);
	(void)fputs(strbuf_text(&text), stdout);
	if (o.as_keepalived)
		return (int)config_keepalived_status(&diags);
	return diags.errors ? CLI_FAILED : CLI_OK;
}
