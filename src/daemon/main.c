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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const ConfigWorld host = { IO_HOST_WORLD };

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

/* The daemon will stand in another directory. */
static const char *absolute(const char *path, Arena *arena)
{
	_cleanup_free_ char *here = *path == '/' ? NULL : getcwd(NULL, 0);

	return here ? arena_printf(arena, "%s/%s", here, path) : path;
}

/* The parent ends when the daemon has started, or with failure when it ended before. The daemon
 * has no terminal and no directory of its own. */
static bool go_to_background(Options *o, Arena *arena)
{
	int started[2], null;
	pid_t pid;
	char byte;

	o->config = absolute(o->config, arena);
	o->pid_file = absolute(o->pid_file, arena);
	o->vrrp_pid_file = absolute(o->vrrp_pid_file, arena);
	o->run_dir = absolute(o->run_dir, arena);
	if (pipe2(started, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid > 0) {
		(void)close(started[1]);
		if (read(started[0], &byte, 1) == 1)
			_exit(EXIT_OK);
		(void)fputs("regentd: not started: the log (journalctl -t Regent) says why, or "
			    "regentd -n -l -G\n",
			stderr);
		_exit(EXIT_FATAL);
	}
	(void)close(started[0]);
	o->started_fd = started[1];
	(void)setsid();
	(void)!chdir("/");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)close(null);
	}
	return true;
}

/* Descriptors 0 to 2 exist, so that nothing of ours becomes one of them and gets a log line; and
 * there are as many more as the machine allows, one for each link and check. */
static void prepare_descriptors(void)
{
	struct rlimit files;
	int fd;

	while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && fd < 3)
		(void)fcntl(fd, F_SETFD, 0);
	if (fd >= 0)
		(void)close(fd);
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int run(Options *o, const ConfigWorld *world, Config **config, const DiagList *warnings,
	Arena *paths)
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
	if (!o->no_fork && !go_to_background(o, paths))
		return EXIT_FATAL;
	/* Whatever shell started us: what scripts make is not for all to write to. */
	(void)umask(umask(S_IWGRP | S_IWOTH) | S_IWGRP | S_IWOTH);
	/* A reader of the log that ends must not end the daemon. */
	(void)signal(SIGPIPE, SIG_IGN);
	return supervisor_run(o, world, config, warnings);
}

static void config_done(Config **config)
{
	config_free(*config);
	free(*config);
}

int main(int argc, char **argv)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(arena_free) Arena paths = { 0 };
	_cleanup_(config_done) Config *config = NEW(Config);
	ConfigWorld world = host;
	Options options;
	int status;

	prepare_descriptors();
	if (!options_parse(argc, argv, &options, &status))
		return status;
	if (access(options.config, F_OK) < 0 && errno == ENOENT) {
		(void)fprintf(stderr, "Config files missing '%s'.\n", options.config);
		return EXIT_NO_CONFIG;
	}
	world.config_id = options.config_id;
	config_read(options.config, &world, config, &diags);
	if (options.config_test)
		return config_test(&options, &diags);
	if (!diag_may_start(&diags)) {
		print_diags(&diags, stderr);
		if (diags.errors)
			(void)fprintf(stderr, "regentd: not started: %zu error%s in %s\n",
				diags.errors, diags.errors == 1 ? "" : "s", options.config);
		else
			(void)fprintf(stderr,
				"regentd: not started: %s asks for what cannot be carried out "
				"yet\n",
				options.config);
		return EXIT_CONFIG;
	}
	return run(&options, &world, &config, &diags, &paths);
}
