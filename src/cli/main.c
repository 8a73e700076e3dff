/* SPDX-License-Identifier: MIT */
/* regent: the command. Each subcommand is a row of the table below and a file of its own. */
#include "cli/cli.h"
#include "core/control.h"
#include "core/version.h"

#include <stdio.h>

static const CliCommand commands[] = {
	{ "check", "FILE [FILE]", "what is wrong with a configuration, or with that of a pair",
		cli_check },
	{ "show-config", "FILE", "the configuration as it counts, all defaults filled in",
		cli_show_config },
	{ "keywords", NULL, NULL, cli_keywords },
	{ "reload", "", "read the configuration anew; a bad one changes nothing", cli_reload },
	{ "crm_simulate", "-x FILE -S", "what the cluster would do (crm_simulate)",
		cli_crm_simulate },
	{ "crm_verify", "-x FILE", "whether a cluster's configuration can work", cli_crm_verify },
	{ "why", "-x FILE RESOURCE [NODE]", "why a resource runs where it runs", cli_why },
	{ "status", "[--json]", "what the daemon does and why", cli_status },
	{ "assign-ip", "FLOATING_IP DROPLET_ID",
		"move an address of DigitalOcean to a droplet (DO_TOKEN)", cli_assign_ip },
	{ "dump", "data|stats|json", "the same as keepalived's signals print it", cli_dump },
};

static void usage(FILE *to)
{
	(void)fputs("Usage: regent [--run-dir DIR] COMMAND\n\n", to);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i].help)
			(void)fprintf(to, "  %-12s %-12s %s\n", commands[i].name,
				commands[i].arguments, commands[i].help);
	(void)fputs("\nThe run directory is that of the daemon (REGENT_RUN_DIR, " CONTROL_RUN_DIR
		    ").\n",
		to);
}

int main(int argc, char **argv)
{
	CliArgs args = { .run_dir = getenv("REGENT_RUN_DIR") ?: CONTROL_RUN_DIR };
	const char *slash = strrchr(argv[0], '/');
	int i = 1;
	const char *called = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];

	/* Under the name of a command (a link), it is that command. */
	for (size_t c = 0; c < ARRAY_LEN(commands); c++)
		if (!strcmp(called, commands[c].name)) {
			args.argc = argc - 1;
			args.argv = argv + 1;
			return commands[c].run(&args);
		}

	if (!strcmp(slash ? slash + 1 : argv[0], "assign-ip")) {
		args.argc = argc - 1;
		args.argv = argv + 1;
		return cli_assign_ip(&args);
	}

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--run-dir") && i + 1 < argc) {
			args.run_dir = argv[++i];
		} else if (!strncmp(argv[i], "--run-dir=", 10)) {
			args.run_dir = argv[i] + 10;
		} else if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "-v")) {
			(void)puts("regent " REGENT_VERSION);
			return CLI_OK;
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			usage(stdout);
			return CLI_OK;
		} else {
			(void)fprintf(stderr, "regent: unknown option %s\n", argv[i]);
			return CLI_USAGE;
		}
	}
	if (i == argc) {
		usage(stderr);
		return CLI_USAGE;
	}
	args.argc = argc - i - 1;
	args.argv = argv + i + 1;
	for (size_t c = 0; c < ARRAY_LEN(commands); c++)
		if (!strcmp(argv[i], commands[c].name))
			return commands[c].run(&args);
	(void)fprintf(stderr, "regent: unknown command %s; see regent --help\n", argv[i]);
	return CLI_USAGE;
}
