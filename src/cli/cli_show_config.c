/* SPDX-License-Identifier: MIT */
/* regent show-config FILE: the configuration as it counts, itself a file that can be read. */
#include "cli/cli.h"
#include "config/config_show.h"
#include "io/io_host.h"

#include <stdio.h>

static const ConfigWorld host = { IO_HOST_WORLD };

int cli_show_config(const CliArgs *args)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	_cleanup_(config_free) Config config = { 0 };

	if (args->argc != 1) {
		(void)fputs("regent: show-config takes one file\n", stderr);
		return CLI_USAGE;
	}
	config_read(args->argv[0], &host, &config, &diags);
	if (diags.errors) {
		diag_list_text(&diags, &text);
		(void)fputs(strbuf_text(&text), stderr);
		return CLI_FAILED;
	}
	config_show(&config, &text);
	(void)fputs(strbuf_text(&text), stdout);
	return CLI_OK;
}
