/* SPDX-License-Identifier: MIT */
#pragma once

/* cli: the `regent` command. To add a subcommand: a file, a declaration here, a row in main.c. */

#include "core/control.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

typedef struct CliArgs {
	const char *run_dir;
	int argc; /* behind the name of the command */
	char **argv;
} CliArgs;

typedef struct CliCommand {
	const char *name, *arguments, *help; /* help NULL: not for everyone */
	int (*run)(const CliArgs *args);
} CliCommand;

/* Asks the daemon and prints its answer, or why there is none; the exit status (cli_client.c). */
int cli_ask(const CliArgs *args, ControlCommand command);

int cli_keywords(const CliArgs *args);
int cli_show_config(const CliArgs *args);
int cli_assign_ip(const CliArgs *args);
int cli_check(const CliArgs *args);
int cli_dump(const CliArgs *args);
int cli_reload(const CliArgs *args);
int cli_status(const CliArgs *args);
int cli_crm_simulate(const CliArgs *args);
int cli_crm_verify(const CliArgs *args);
int cli_why(const CliArgs *args);
