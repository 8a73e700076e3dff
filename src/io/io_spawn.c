/* SPDX-License-Identifier: MIT */
#include "io/io_spawn.h"

#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct SpawnChild {
	uint32_t job;
	pid_t pid;
	int report; /* an errno comes through it when the program could not be started */
} SpawnChild;

struct IoSpawn {
	IoLoop *loop;
	IoSpawnHandler *handler;
	void *data;
	VEC(SpawnChild) children;
};

IoSpawn *io_spawn_new(IoLoop *loop, IoSpawnHandler *handler, void *data)
{
	IoSpawn *s = NEW(IoSpawn);

	s->loop = loop;
	s->handler = handler;
	s->data = data;
	return s;
}

void io_spawn_free(IoSpawn *s)
{
	if (!s)
		return;
	vec_foreach(c, &s->children) {
		(void)kill(-c->pid, SIGKILL);
		(void)close(c->report);
	}
	vec_free(&s->children);
	free(s);
}

static void spawn_ended(void *data, pid_t pid, const siginfo_t *how)
{
	IoSpawn *s = data;

	for (size_t i = 0; i < s->children.n; i++) {
		SpawnChild *c = &s->children.items[i];
		EventJobDone done = {
			.job = c->job,
			.end = how->si_code == CLD_EXITED ? JOB_EXITED : JOB_SIGNALED,
			.code = how->si_status,
		};
		int error;

		if (c->pid != pid)
			continue;
		if (read(c->report, &error, sizeof(error)) == sizeof(error)) {
			done.end = JOB_NOT_RUN;
			done.code = error;
		}
		(void)close(c->report);
		*c = s->children.items[--s->children.n];
		s->handler(s->data, &done);
		return;
	}
}

/* A fresh process in all that it would inherit from us. */
static int spawn_clean(const JobSpec *spec)
{
	const int null = open("/dev/null", O_RDWR);
	const gid_t gid = spec->gid;
	sigset_t none;

	(void)setpgid(0, 0);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return -errno;
	if (geteuid() == 0 && (spec->uid || spec->gid) &&
		(setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
			setresuid(spec->uid, spec->uid, spec->uid) < 0))
		return -errno;
	/* After the user, since a change of user clears it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	return 0;
}

/* The child: reports over `report` why it could not become the program. */
static _Noreturn void spawn_child(const JobSpec *spec, int report)
{
	int error = -spawn_clean(spec);

	if (!error) {
		/* The report closes by itself when the program starts. */
		(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
		(void)execvp(spec->argv[0], (char *const *)spec->argv);
		error = errno;
	}
	(void)!write(report, &error, sizeof(error));
	_exit(127);
}

int io_spawn_start(IoSpawn *s, uint32_t job, const JobSpec *spec)
{
	int report[2], r;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		spawn_child(spec, report[1]);
	(void)close(report[1]);
	if (pid < 0) {
		r = -errno;
		(void)close(report[0]);
		return r;
	}
	(void)setpgid(pid, pid); /* whoever of the two is first */
	r = io_loop_child(s->loop, pid, spawn_ended, s);
	if (r) {
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		(void)close(report[0]);
		return r;
	}
	vec_push(&s->children, ((SpawnChild){ .job = job, .pid = pid, .report = report[0] }));
	return 0;
}

void io_spawn_kill(IoSpawn *s, uint32_t job, int signal)
{
	vec_foreach(c, &s->children)
		if (c->job == job)
			(void)kill(-c->pid, signal);
}
