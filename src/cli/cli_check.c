/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"
#include "config/config.h"
#include "io/io_host.h"

#include <stdio.h>

static const ConfigWorld host = {
	.read_file = io_host_read_file,
	.has_interface = io_host_has_interface,
	.interface_names = io_host_interface_names,
	.find_user = io_host_find_user,
	.find_group = io_host_find_group,
	.has_program = io_host_has_program,
	.file_problem = io_host_file_problem,
	.list_directory = io_host_list_directory,
	.directory_of = io_host_directory_of,
	.host_name = io_host_host_name,
	.environment = io_host_environment,
	.seed = io_host_seed,
};

int cli_check(const CliArgs *args)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	_cleanup_(config_free) Config config = { 0 };

	if (args->argc != 1) {
		(void)fputs("regent: check takes one file\n", stderr);
		return CLI_USAGE;
	}
	config_read(args->argv[0], &host, &config, &diags);
	diag_list_text(&diags, &text);
	(void)fputs(strbuf_text(&text), stdout);
	return diags.errors ? CLI_FAILED : CLI_OK;
}
