/* SPDX-License-Identifier: MIT */
#include "io/io_spawn.h"

#include "base/vec.h"
#include "core/limits.h"
#include "io/io_output.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SPAWN_FILES = 1024, /* descriptors of a program: the soft limit that all expect */
	SPAWN_ENVIRONMENT = 4,
};

typedef struct SpawnChild {
	IoSpawn *spawn;
	uint32_t job;
	pid_t pid;
	int report; /* an errno comes through it when the program could not be started */
	IoOutput *output;
} SpawnChild;

struct IoSpawn {
	IoLoop *loop;
	IoSpawnHandler *handler;
	void *data;
	IoOutputs *outputs;
	char *environment[SPAWN_ENVIRONMENT]; /* of every program; NULL at the end */
	VEC(SpawnChild *) children;
};

/* What a child does between fork and exec, prepared before: there it asks for no memory. */
typedef struct SpawnPlan {
	const JobSpec *spec;
	char *const *environment;
	int input, output, report;
	int reading; /* our end of the output, for the program to keep; -1: not for it */
	pid_t parent;
} SpawnPlan;

static void spawn_environment(IoSpawn *s)
{
	static const char *const kept[] = { "LANG", "TZ" };
	size_t n = 0;

	s->environment[n++] =
		mem_strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		const char *value = getenv(kept[i]);

		if (value && asprintf(&s->environment[n++], "%s=%s", kept[i], value) < 0)
			abort();
	}
}

IoSpawn *io_spawn_new(IoLoop *loop, IoSpawnHandler *handler, void *data)
{
	IoSpawn *s = NEW(IoSpawn);

	s->loop = loop;
	s->handler = handler;
	s->data = data;
	s->outputs = io_outputs_new(loop);
	spawn_environment(s);
	return s;
}

static void spawn_forget(SpawnChild *c)
{
	(void)close(c->report);
	io_output_free(c->output);
	free(c);
}

void io_spawn_free(IoSpawn *s)
{
	if (!s)
		return;
	vec_foreach(c, &s->children) {
		(void)kill(-(*c)->pid, SIGKILL);
		spawn_forget(*c);
	}
	vec_free(&s->children);
	io_outputs_free(s->outputs);
	for (size_t i = 0; i < SPAWN_ENVIRONMENT; i++)
		free(s->environment[i]);
	free(s);
}

static void spawn_ended(void *data, pid_t pid _unused_, const siginfo_t *how)
{
	SpawnChild *c = data;
	IoSpawn *s = c->spawn;
	EventJobDone done = {
		.job = c->job,
		.end = how->si_code == CLD_EXITED ? JOB_EXITED : JOB_SIGNALED,
		.code = how->si_status,
	};
	int error;

	if (read(c->report, &error, sizeof(error)) == sizeof(error)) {
		done.end = JOB_NOT_RUN;
		done.code = error;
	}
	for (size_t i = 0; i < s->children.n; i++)
		if (s->children.items[i] == c)
			s->children.items[i] = s->children.items[--s->children.n];
	done.output = io_output_last(c->output, &done.output_len);
	s->handler(s->data, &done);
	io_output_drain(TAKE(c->output));
	spawn_forget(c);
}

/* Of root's, only the user's groups stay. */
static int spawn_become_user(const JobSpec *spec)
{
	const gid_t gid = spec->gid;
	const gid_t *groups = spec->n_groups ? spec->groups : &gid;

	if (geteuid() != 0 || (!spec->uid && !spec->gid))
		return 0;
	if (setgroups(spec->n_groups ? spec->n_groups : 1, groups) < 0 ||
		setresgid(gid, gid, gid) < 0 || setresuid(spec->uid, spec->uid, spec->uid) < 0)
		return -errno;
	return 0;
}

/* Without libc, which does not let go of the two that it keeps for itself: somebody before us may
 * have had them ignored. */
static void spawn_default_signals(void)
{
	const uint64_t as_started[4] = { 0 }; /* the kernel's struct sigaction: SIG_DFL */

	for (int i = 1; i < NSIG; i++)
		(void)syscall(SYS_rt_sigaction, i, as_started, NULL, sizeof(uint64_t));
}

/* A fresh process in all that it would inherit from us. */
static int spawn_clean(const SpawnPlan *plan)
{
	struct rlimit files;
	sigset_t none;
	int r;

	(void)setpgid(0, 0);
	spawn_default_signals();
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(plan->input, 0) < 0 || dup2(plan->output, 1) < 0 || dup2(plan->output, 2) < 0)
		return -errno;
	/* Ours is as high as the machine allows: old programs close so many one by one. */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = MIN(files.rlim_max, (rlim_t)SPAWN_FILES);
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	r = spawn_become_user(plan->spec);
	if (r)
		return r;
	/* After the user, since a change of user clears it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	return getppid() == plan->parent ? 0 : -ESRCH;
}

/* The child: reports over `report` why it could not become the program. */
static _Noreturn void spawn_child(const SpawnPlan *plan)
{
	int error = -spawn_clean(plan);

	if (!error) {
		/* The report closes by itself when the program starts. */
		(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
		if (plan->reading >= 0)
			(void)fcntl(plan->reading, F_SETFD, 0);
		/* Looked up in our own PATH: there the configuration was checked. */
		(void)execvpe(
			plan->spec->argv[0], (char *const *)plan->spec->argv, plan->environment);
		error = errno;
	}
	(void)!write(plan->report, &error, sizeof(error));
	_exit(127);
}

/* A file that is nowhere: whoever reads it late or never keeps nobody waiting. */
static int spawn_input(const JobSpec *spec)
{
	const int fd = spec->input ? memfd_create("input", MFD_CLOEXEC)
				   : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (spec->input && done < spec->input_len) {
		const ssize_t n = write(fd, spec->input + done, spec->input_len - done);

		if (n < 0 && errno != EINTR) {
			const int r = -errno;

			(void)close(fd);
			return r;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* The fork and its end in the loop. Takes plan->report's other end into the child. */
static int spawn_fork(SpawnChild *c, const SpawnPlan *plan)
{
	int r;

	c->pid = fork();
	if (c->pid == 0)
		spawn_child(plan);
	if (c->pid < 0)
		return -errno;
	(void)setpgid(c->pid, c->pid); /* whoever of the two is first */
	r = io_loop_child(c->spawn->loop, c->pid, spawn_ended, c);
	if (r) {
		(void)kill(-c->pid, SIGKILL);
		(void)waitpid(c->pid, NULL, 0);
	}
	return r;
}

int io_spawn_start(IoSpawn *s, uint32_t job, const JobSpec *spec)
{
	SpawnPlan plan = {
		.spec = spec, .environment = s->environment, .output = -1, .parent = getpid()
	};
	SpawnChild *c;
	int report[2], r;

	plan.input = spawn_input(spec);
	if (plan.input < 0)
		return plan.input;
	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = -errno;
		(void)close(plan.input);
		return r;
	}
	plan.report = report[1];
	c = NEW(SpawnChild);
	*c = (SpawnChild){ .spawn = s, .job = job, .report = report[0] };
	r = io_output_open(s->outputs, spec->outlived, &c->output, &plan.output);
	plan.reading = !r && spec->outlived ? io_output_fd(c->output) : -1;
	if (!r)
		r = spawn_fork(c, &plan);
	(void)close(plan.input);
	(void)close(plan.report);
	if (plan.output >= 0)
		(void)close(plan.output);
	if (r) {
		spawn_forget(c);
		return r;
	}
	vec_push(&s->children, c);
	return 0;
}

void io_spawn_kill(IoSpawn *s, uint32_t job, int signal)
{
	vec_foreach(c, &s->children)
		if ((*c)->job == job)
			(void)kill(-(*c)->pid, signal);
}
