/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stdio.h>

int cli_status(const CliArgs *args)
{
	const bool json = args->argc == 1 && !strcmp(args->argv[0], "--json");

	if (args->argc > json) {
		(void)fputs("regent: status takes --json or nothing\n", stderr);
		return CLI_USAGE;
	}
	return cli_ask(args, json ? CONTROL_STATUS_JSON : CONTROL_STATUS);
}
