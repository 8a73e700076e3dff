/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stdio.h>

int cli_dump(const CliArgs *args)
{
	static const struct {
		const char *word;
		ControlCommand command;
	} dumps[] = {
		{ "data", CONTROL_DUMP_DATA },
		{ "stats", CONTROL_DUMP_STATS },
		{ "json", CONTROL_DUMP_JSON },
	};

	for (size_t i = 0; args->argc == 1 && i < ARRAY_LEN(dumps); i++)
		if (!strcmp(args->argv[0], dumps[i].word))
			return cli_ask(args, dumps[i].command);
	(void)fputs("regent: dump takes data, stats or json\n", stderr);
	return CLI_USAGE;
}
