/* SPDX-License-Identifier: MIT */
/* regent assign-ip FLOATING_IP DROPLET_ID: what people's notify_master scripts call. Arguments and
 * exit status are those of the script of this name that DigitalOcean published, but it returns when
 * the address is there. The controller is the daemon's, and so is the program that asks. */
#include "cli/cli.h"
#include "cloud/cloud_controller.h"
#include "io/io_loop.h"
#include "io/io_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	ASSIGN_LIMIT_SEC = 180,
	ASSIGN_FAILURES = 3,
	ASSIGN_ANSWER = 4096,
};

static int assign_usage(void)
{
	(void)printf(
		"assign-ip [Floating IP] [Droplet ID]\n\nYour DigitalOcean API token must be in "
		"the \"DO_TOKEN\" environmental variable.\n");
	/* As the script that it stands for. */
	return CLI_OK;
}

static void write_all(int fd, const char *text, size_t n)
{
	while (n) {
		const ssize_t done = write(fd, text, n);

		if (done < 0 && errno != EINTR)
			return;
		text += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
}

static _Noreturn void child(const char *program, int in, int out)
{
	static char *const no_environment[] = { NULL };
	char *const argv[] = { (char *)(uintptr_t)program, NULL };

	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0)
		(void)execve(program, argv, no_environment);
	(void)fprintf(stderr, "assign-ip: %s: %s\n", program, strerror(errno));
	_exit(127);
}

/* One request in a process of its own; the token goes through a pipe. */
static void carry_out(const char *program, const CloudRequest *q, CloudAnswer *ret_answer)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	char answer[ASSIGN_ANSWER];
	int in[2], out[2];
	size_t n = 0;
	ssize_t r = 1;
	pid_t pid;

	*ret_answer = (CloudAnswer){ .outcome = CLOUD_FAILED };
	cloud_request_write(q, &text);
	if (pipe2(in, O_CLOEXEC) < 0)
		return;
	if (pipe2(out, O_CLOEXEC) < 0)
		goto close_in;
	pid = fork();
	if (!pid)
		child(program, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	if (pid > 0)
		write_all(in[1], text.s, text.n);
	(void)close(in[1]);
	while (pid > 0 && n < sizeof(answer) && (r > 0 || errno == EINTR)) {
		r = read(out[0], answer + n, sizeof(answer) - n);
		n += r > 0 ? (size_t)r : 0;
		if (!r)
			break;
	}
	(void)close(out[0]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	cloud_answer_read(answer, n, ret_answer);
	return;
close_in:
	(void)close(in[0]);
	(void)close(in[1]);
}

static void sleep_until(Instant at)
{
	const Span left = instant_since(at, io_now());
	const struct timespec t = { .tv_sec = (time_t)(left / USEC_PER_SEC),
		.tv_nsec = (long)(left % USEC_PER_SEC * 1000) };

	(void)nanosleep(&t, NULL);
}

/* What has come of it; -1: it goes on. */
static int progress(const CloudController *c, CloudAsk ask, const CloudAnswer *a, CloudNews news)
{
	if (news == CLOUD_NEWS_FAULT || c->failures >= ASSIGN_FAILURES) {
		(void)printf("%s\n", c->text);
		if (cloud_hint(c))
			(void)printf("%s\n", cloud_hint(c));
		return CLI_FAILED;
	}
	if (news == CLOUD_NEWS_OURS) {
		(void)printf("Moving IP address: completed\n");
		return CLI_OK;
	}
	if (news == CLOUD_NEWS_FAILED)
		(void)printf("%s; trying again\n", c->text);
	else if (a->outcome == CLOUD_LIMITED)
		(void)printf("%s; waiting\n", c->text);
	else if (a->outcome == CLOUD_BUSY || (ask == CLOUD_OWNER && a->locked))
		(void)printf("another action is under way: waiting\n");
	else if ((ask == CLOUD_ASSIGN || ask == CLOUD_ACTION) && a->action == CLOUD_ACTION_RUNNING)
		(void)printf("Moving IP address: in-progress\n");
	(void)fflush(stdout);
	return -1;
}

static int assign(CloudController *c, const char *program)
{
	const Instant end = io_now() + ASSIGN_LIMIT_SEC * USEC_PER_SEC;
	int status = -1;

	(void)cloud_want(c, true, io_now());
	while (status < 0) {
		const Instant due = cloud_due(c);
		CloudRequest q;
		CloudAnswer a;

		if (due > end) {
			(void)printf("not within %d s: %s\n", ASSIGN_LIMIT_SEC, c->text);
			return CLI_FAILED;
		}
		sleep_until(due);
		if (!cloud_ask(c, io_now(), &q))
			continue;
		carry_out(program, &q, &a);
		status = progress(c, q.ask, &a, cloud_answer(c, &a, io_now()));
	}
	return status;
}

int cli_assign_ip(const CliArgs *args)
{
	FloatingConfig config = { .provider = FLOATING_DIGITALOCEAN,
		.token = getenv("DO_TOKEN"),
		.url = getenv("REGENT_DIGITALOCEAN_URL"),
		.metadata_url = getenv("REGENT_METADATA_URL") };
	CloudController c;
	char program[PATH_MAX];

	if (args->argc < 2 || !config.token)
		return assign_usage();
	config.address = args->argv[0];
	config.server = args->argv[1];
	if (!ip_parse(config.address, &config.ip) ||
		config.server[strspn(config.server, "0123456789")] || !*config.server) {
		(void)printf("assign-ip: `%s %s` is no address and number of a droplet\n",
			config.address, config.server);
		return CLI_FAILED;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	io_program_path("regent-cloud", REGENT_LIBEXEC, program);
	cloud_init(&c, &config, (uint64_t)getpid() ^ io_now());
	return assign(&c, program);
}
