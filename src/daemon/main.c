/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "daemon/options.h"
#include "daemon/pid_file.h"
#include "daemon/supervisor.h"
#include "io/io_host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const ConfigWorld host = {
	.read_file = io_host_read_file,
	.has_interface = io_host_has_interface,
	.interface_names = io_host_interface_names,
	.find_user = io_host_find_user,
	.find_group = io_host_find_group,
	.has_program = io_host_has_program,
};

static void print_diags(DiagList *diags, FILE *to)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	vec_foreach(d, &diags->all)
		if (d->severity != DIAG_NOTE)
			diag_text(d, &text);
	(void)fputs(strbuf_text(&text), to);
	(void)fflush(to);
}

static int config_test(const Options *o, DiagList *diags)
{
	FILE *to = o->test_log ? fopen(o->test_log, "ae") : stderr;

	if (!to) {
		(void)fprintf(stderr, "regentd: %s: %s\n", o->test_log, strerrordesc_np(errno));
		return EXIT_FATAL;
	}
	print_diags(diags, to);
	if (to != stderr)
		(void)fclose(to);
	return diags->errors ? EXIT_TEST_FAILED : EXIT_OK;
}

/* The parent ends at once; the daemon has no terminal and no directory. */
static bool go_to_background(void)
{
	const pid_t pid = fork();
	int null;

	if (pid < 0)
		return false;
	if (pid > 0)
		_exit(EXIT_OK);
	(void)setsid();
	(void)!chdir("/");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
	}
	return true;
}

static int run(const Options *o, const Config *config, const DiagList *warnings)
{
	if (geteuid() != 0) {
		(void)fputs("regentd: must be started as root\n", stderr);
		return EXIT_MISSING_PERMISSION;
	}
	if (pid_file_alive(o->pid_file)) {
		(void)fprintf(stderr, "daemon is already running (%s)\n", o->pid_file);
		return EXIT_OK;
	}
	if (o->no_vrrp) {
		(void)fputs("regentd: no engine left to run\n", stderr);
		return EXIT_NO_CONFIG;
	}
	if (!o->no_fork && !go_to_background())
		return EXIT_FATAL;
	/* A reader of the log that ends must not end the daemon. */
	(void)signal(SIGPIPE, SIG_IGN);
	return supervisor_run(o, &config->vrrp, warnings);
}

int main(int argc, char **argv)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(config_free) Config config = { 0 };
	Options options;
	int status;

	if (!options_parse(argc, argv, &options, &status))
		return status;
	if (access(options.config, F_OK) < 0 && errno == ENOENT) {
		(void)fprintf(stderr, "Config files missing '%s'.\n", options.config);
		return EXIT_NO_CONFIG;
	}
	config_read(options.config, &host, &config, &diags);
	if (options.config_test)
		return config_test(&options, &diags);
	if (diags.errors) {
		print_diags(&diags, stderr);
		(void)fprintf(stderr, "regentd: not started: %zu error%s in %s\n", diags.errors,
			diags.errors == 1 ? "" : "s", options.config);
		return EXIT_CONFIG;
	}
	return run(&options, &config, &diags);
}
