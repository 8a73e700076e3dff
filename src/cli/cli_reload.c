/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stdio.h>

int cli_reload(const CliArgs *args)
{
	if (args->argc) {
		(void)fputs("regent: reload takes nothing: the daemon knows its file\n", stderr);
		return CLI_USAGE;
	}
	return cli_ask(args, CONTROL_RELOAD);
}
