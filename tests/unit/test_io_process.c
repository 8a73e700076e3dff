/* SPDX-License-Identifier: MIT */
/* Processes: each is told once, changes are noticed, ends at once. All is held twice: as the
 * machine is, where the kernel may tell by itself, and in a network namespace of the test's own,
 * where /proc must be searched. */
#include "unit_io.h"

#include "core/limits.h"
#include "io/io_process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

typedef struct Told {
	int32_t pid;
	char comm[16], cmdline[256];
} Told;

typedef struct Seen {
	IoProcess *process;
	int rounds; /* EVENT_PROCESSES_TOLD */
	VEC(Told) told;
	VEC(int32_t) gone;
	Instant gone_at;
	int32_t watch; /* is watched as soon as it is told */
} Seen;

static void take(Seen *s)
{
	Event e;

	while (io_process_news(s->process, &e)) {
		if (e.kind == EVENT_PROCESS) {
			Told *t = vec_add(&s->told);

			assert_true(e.process.cmdline_len <= LIMIT_CMDLINE);
			t->pid = e.process.pid;
			(void)snprintf(t->comm, sizeof(t->comm), "%s", e.process.comm);
			memcpy(t->cmdline, e.process.cmdline,
				MIN(e.process.cmdline_len, sizeof(t->cmdline) - 1));
			for (size_t i = 0; i < MIN(e.process.cmdline_len, sizeof(t->cmdline) - 1);
				i++)
				if (!t->cmdline[i])
					t->cmdline[i] = ' ';
			if (s->watch == t->pid)
				io_process_watch(s->process, t->pid);
		} else if (e.kind == EVENT_PROCESS_GONE) {
			vec_push(&s->gone, e.process.pid);
			s->gone_at = io_now();
		} else {
			assert_int_equal(e.kind, EVENT_PROCESSES_TOLD);
			s->rounds++;
		}
	}
}

static void on_news(void *data)
{
	take(data);
}

static void start(UnitIo *u, Seen *s)
{
	*s = (Seen){ 0 };
	s->process = io_process_new(u->loop, on_news, s);
	io_process_watch_all(s->process, true);
	wait_for(u, s->rounds == 1);
}

static void stop(Seen *s)
{
	io_process_free(s->process);
	vec_free(&s->told);
	vec_free(&s->gone);
}

static int times_told(const Seen *s, int32_t pid, const char *comm)
{
	int n = 0;

	vec_foreach(t, &s->told)
		n += t->pid == pid && (!comm || !strcmp(t->comm, comm));
	return n;
}

static int times_gone(const Seen *s, int32_t pid)
{
	int n = 0;

	vec_foreach(p, &s->gone)
		n += *p == pid;
	return n;
}

static pid_t program(const char *script)
{
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execlp("sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	return pid;
}

/* It is what it will be: whoever is looked at amid its exec is told twice. */
static pid_t sleeper(void)
{
	const pid_t pid = program("exec sleep 1000");
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	for (const Instant until = io_now() + UNIT_IO_DEADLINE_USEC;;) {
		_cleanup_free_ char *text = unit_read(path);

		if (!strcmp(text, "sleep"))
			return pid;
		if (io_now() > until)
			fail_msg("no sleep");
	}
}

static void end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_all_are_told(void **state)
{
	UnitIo *u = unit_io(state);
	const pid_t pid = sleeper();
	pid_t zombie = fork();
	siginfo_t how;
	Seen s;

	if (!zombie)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)zombie, &how, WEXITED | WNOWAIT), 0);
	start(u, &s);
	print_message(
		"the kernel tells by itself: %s\n", io_process_live(s.process) ? "yes" : "no");
	assert_int_equal(times_told(&s, getpid(), "test_io_process"), 1);
	assert_int_equal(times_told(&s, zombie, NULL), 0);
	vec_foreach(t, &s.told)
		assert_string_not_equal(t->comm, "kthreadd");
	assert_int_equal(times_told(&s, pid, "sleep"), 1);
	vec_foreach(t, &s.told)
		if (t->pid == pid && !strcmp(t->comm, "sleep"))
			assert_string_equal(t->cmdline, "sleep 1000 ");
	/* Again, since somebody new asks. */
	io_process_watch_all(s.process, true);
	wait_for(u, s.rounds == 2);
	assert_int_equal(times_told(&s, getpid(), NULL), 2);
	assert_int_equal(times_told(&s, pid, "sleep"), 2);
	stop(&s);
	end(pid);
	assert_int_equal(waitpid(zombie, NULL, 0), zombie);
}

static void test_news(void **state)
{
	UnitIo *u = unit_io(state);
	pid_t pid;
	Seen s;

	start(u, &s);
	assert_int_equal(chdir(u->dir), 0);
	assert_int_equal(mkfifo("go", 0600), 0);
	pid = program("read x <go; exec sleep 1000");
	wait_for(u, times_told(&s, pid, "sh") >= 1);
	/* It becomes another program under the same number. */
	unit_write(u, "go", "now\n");
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	end(pid);
	/* Nobody asked for its end. */
	assert_int_equal(s.gone.n, 0);
	assert_int_equal(chdir("/"), 0);
	stop(&s);
}

/* One that is old changes its name. */
static void test_rename(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	start(u, &s);
	assert_int_equal(prctl(PR_SET_NAME, "another"), 0);
	wait_for(u, times_told(&s, getpid(), "another") == 1);
	assert_int_equal(prctl(PR_SET_NAME, "test_io_process"), 0);
	wait_for(u, times_told(&s, getpid(), "test_io_process") == 2);
	stop(&s);
}

static void test_end_is_told_at_once(void **state)
{
	UnitIo *u = unit_io(state);
	Span longest = 0;
	Seen s;

	start(u, &s);
	for (int i = 0; i < 5; i++) {
		const pid_t pid = program("exec sleep 1000");
		Instant killed;

		s.watch = pid;
		wait_for(u, times_told(&s, pid, "sleep") >= 1);
		/* Twice asked for is once told. */
		io_process_watch(s.process, pid);
		killed = io_now();
		assert_int_equal(kill(pid, SIGKILL), 0);
		wait_for(u, times_gone(&s, pid) == 1);
		longest = MAX(longest, s.gone_at - killed);
		/* Still a zombie: it is not told as one that runs. */
		vec_clear(&s.told);
		io_process_watch_all(s.process, true);
		wait_for(u, s.rounds == i + 2);
		assert_int_equal(times_told(&s, pid, NULL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	print_message("from the signal to the event: %u us at the longest\n", (unsigned)longest);
	assert_int_equal(s.gone.n, 5);
	stop(&s);
}

static void test_watch_of_one_that_is_gone(void **state)
{
	UnitIo *u = unit_io(state);
	pid_t pid = program("exec sleep 1000");
	Seen s;

	start(u, &s);
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	end(pid);
	io_process_watch(s.process, pid);
	take(&s);
	assert_int_equal(times_gone(&s, pid), 1);
	io_process_watch(s.process, pid); /* long forgotten */
	take(&s);
	assert_int_equal(times_gone(&s, pid), 2);
	/* A zombie has ended. */
	pid = program("exec sleep 1000");
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	{
		siginfo_t how;

		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitid(P_PID, (id_t)pid, &how, WEXITED | WNOWAIT), 0);
	}
	io_process_watch(s.process, pid);
	take(&s);
	assert_int_equal(times_gone(&s, pid), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	stop(&s);
}

/* Where no descriptor is to be had the end is told all the same. */
static void test_end_without_pidfd(void **state)
{
	UnitIo *u = unit_io(state);
	const pid_t pid = program("exec sleep 1000");
	struct rlimit files, none;
	Seen s;

	start(u, &s);
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = files;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	io_process_watch(s.process, pid);
	take(&s);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	end(pid);
	wait_for(u, times_gone(&s, pid) == 1);
	stop(&s);
}

/* The number of one that has ended is given to another at once. */
static void test_number_used_again(void **state)
{
	UnitIo *u = unit_io(state);
	const pid_t pid = sleeper();
	Instant until;
	char text[32];
	pid_t again;
	int fd;
	Seen s;

	start(u, &s);
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	/* Ticks since boot tell them apart: two in one tick cannot share a number in practice. */
	until = io_now() + 30000;
	wait_for(u, io_now() > until);
	end(pid);
	(void)snprintf(text, sizeof(text), "%d", pid - 1);
	fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		if (fd >= 0)
			(void)close(fd);
		stop(&s);
		skip();
	}
	(void)close(fd);
	again = program("exec sleep 1000");
	if (again == pid) {
		io_process_watch(s.process, pid);
		take(&s);
		assert_int_equal(times_gone(&s, pid), 1);
		wait_for(u, times_told(&s, pid, "sleep") >= 2);
		io_process_watch(s.process, pid);
		take(&s);
		assert_int_equal(times_gone(&s, pid), 1);
	}
	end(again);
	stop(&s);
}

static void test_off(void **state)
{
	UnitIo *u = unit_io(state);
	const pid_t pid = program("exec sleep 1000");
	Seen s;
	int fds;

	start(u, &s);
	io_process_watch_all(s.process, false);
	fds = unit_fds();
	io_process_watch_all(s.process, true);
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	io_process_watch(s.process, pid);
	io_process_watch_all(s.process, false);
	assert_int_equal(unit_fds(), fds);
	end(pid);
	take(&s);
	wait_while(u, !s.gone.n, 50000);
	/* And on again. */
	io_process_watch_all(s.process, true);
	vec_clear(&s.told);
	wait_for(u, times_told(&s, getpid(), NULL) == 1);
	assert_int_equal(times_told(&s, pid, NULL), 0);
	stop(&s);
}

/* More words than the kernel keeps while we do not listen. */
static void test_words_are_lost(void **state)
{
	UnitIo *u = unit_io(state);
	pid_t pid;
	Seen s;

	start(u, &s);
	for (int i = 0; i < 12000; i++) {
		pid = vfork();
		if (!pid)
			_exit(0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	pid = program("exec sleep 1000");
	wait_for(u, times_told(&s, pid, "sleep") >= 1);
	end(pid);
	stop(&s);
}

static void test_own_namespace(void **state _unused_)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(unshare(CLONE_NEWNET), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_are_told),
		T(test_news),
		T(test_rename),
		T(test_end_is_told_at_once),
		T(test_watch_of_one_that_is_gone),
		T(test_end_without_pidfd),
		T(test_number_used_again),
		T(test_off),
		T(test_words_are_lost),

		cmocka_unit_test(test_own_namespace),
		T(test_all_are_told),
		T(test_news),
		T(test_rename),
		T(test_end_is_told_at_once),
		T(test_watch_of_one_that_is_gone),
		T(test_end_without_pidfd),
		T(test_number_used_again),
		T(test_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
