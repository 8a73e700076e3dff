/* SPDX-License-Identifier: MIT */
/* Programs: what they get, what is kept of what they write, and what they cannot do to the loop. */
#include "unit_io.h"

#include "core/limits.h"
#include "io/io_spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

typedef struct Seen {
	IoSpawn *spawn;
	int n; /* ends */
	EventJobDone done;
	char output[LIMIT_JOB_OUTPUT + 1];
} Seen;

static void on_done(void *data, const EventJobDone *done)
{
	Seen *s = data;

	s->n++;
	s->done = *done;
	assert_true(done->output_len <= LIMIT_JOB_OUTPUT);
	assert_true(done->output || !done->output_len);
	memcpy(s->output, done->output ? done->output : "", done->output_len);
	s->output[done->output_len] = '\0';
}

static JobSpec shell(const char *script, const char *words[4])
{
	words[0] = "sh";
	words[1] = "-c";
	words[2] = script;
	words[3] = NULL;
	return (JobSpec){ .name = "job", .argv = words };
}

/* Runs it to its end. */
static void run_spec(UnitIo *u, Seen *s, const JobSpec *spec)
{
	const int before = s->n;

	assert_int_equal(io_spawn_start(s->spawn, 7, spec), 0);
	wait_for(u, s->n > before);
	assert_int_equal(s->done.job, 7);
}

static void run(UnitIo *u, Seen *s, const char *script)
{
	const char *words[4];
	const JobSpec spec = shell(script, words);

	run_spec(u, s, &spec);
}

static void start(UnitIo *u, Seen *s)
{
	*s = (Seen){ 0 };
	s->spawn = io_spawn_new(u->loop, on_done, s);
}

static void test_output_and_exit(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	start(u, &s);
	run(u, &s, "echo one; echo two >&2; exit 3");
	assert_int_equal(s.done.end, JOB_EXITED);
	assert_int_equal(s.done.code, 3);
	assert_string_equal(s.output, "one\ntwo\n");
	run(u, &s, "kill -9 $$");
	assert_int_equal(s.done.end, JOB_SIGNALED);
	assert_int_equal(s.done.code, SIGKILL);
	assert_null(s.done.output);
	io_spawn_free(s.spawn);
}

static void test_last_lines_are_kept(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	start(u, &s);
	run(u, &s, "i=1000; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done");
	/* 102 lines of ten bytes are 1020. */
	assert_int_equal(s.done.output_len, 1020);
	assert_memory_equal(s.output, "line 1898\n", 10);
	assert_string_equal(s.output + 1010, "line 1999\n");
	/* Exactly as much as is kept, after a whole line: nothing of it is lost. */
	run(u, &s, "echo before; head -c 1023 /dev/zero | tr '\\0' x; echo");
	assert_int_equal(s.done.output_len, 1024);
	assert_int_equal(s.output[0], 'x');
	/* One line longer than that: its end. */
	run(u, &s, "head -c 5000 /dev/zero | tr '\\0' y; echo");
	assert_int_equal(s.done.output_len, 1024);
	assert_string_equal(s.output + 1022, "y\n");
	io_spawn_free(s.spawn);
}

typedef struct Tick {
	IoSource *timer;
	Instant due;
	Span late;
	int n;
} Tick;

static void on_tick(void *data)
{
	Tick *t = data;
	const Instant now = io_now();

	t->late = MAX(t->late, instant_since(now, t->due));
	t->n++;
	t->due = now + 1000;
	io_timer_arm(t->timer, t->due);
}

/* 100 MB: all of it is taken, and a timer of 1 ms does not wait behind it. The lateness is bounded
 * loosely, a machine may be busy; reading all there is in one go takes the whole run. */
static void test_much_output_keeps_nothing_waiting(void **state)
{
	UnitIo *u = unit_io(state);
	Tick t = { 0 };
	Instant began;
	Seen s;

	start(u, &s);
	assert_int_equal(io_loop_timer(u->loop, on_tick, &t, &t.timer), 0);
	t.due = io_now();
	io_timer_arm(t.timer, t.due);
	began = io_now();
	run(u, &s, "head -c 100000000 /dev/zero");
	assert_int_equal(s.done.end, JOB_EXITED);
	assert_int_equal(s.done.code, 0);
	assert_int_equal(s.done.output_len, LIMIT_JOB_OUTPUT);
	assert_true(t.n >= 2);
	print_message("100 MB took %u us, %d ticks, the latest %u us late\n",
		(unsigned)(io_now() - began), t.n, (unsigned)t.late);
	assert_true(t.late < 200000);
	io_source_free(t.timer);
	io_spawn_free(s.spawn);
}

/* What a notify script has started in the background keeps the pipe: the job ends all the same, and
 * it may go on writing more than a pipe holds. */
static void test_grandchild_keeps_the_pipe(void **state)
{
	UnitIo *u = unit_io(state);
	char script[600];
	Seen s;

	start(u, &s);
	(void)snprintf(script, sizeof(script),
		"(read go <%s; head -c 300000 /dev/zero && echo whole >%s) & echo started",
		unit_path(u, "go"), unit_path(u, "result"));
	assert_int_equal(mkfifo(unit_path(u, "go"), 0600), 0);
	run(u, &s, script);
	assert_string_equal(s.output, "started\n");
	unit_write(u, "go", "now\n");
	wait_for(u, !access(unit_path(u, "result"), F_OK));
	io_spawn_free(s.spawn);
}

/* The oldest of too many such pipes is closed, and nothing leaks. */
/* What a notify script has started writes on when the engine is gone: it is neither ended by SIGPIPE
 * nor kept waiting by a pipe that nobody reads. */
static void test_what_outlives_us(void **state)
{
	UnitIo *u = unit_io(state);
	const char *go = unit_path(u, "go"), *end = unit_path(u, "end");
	_cleanup_(strbuf_free) StrBuf script = { 0 };
	const char *words[4];
	JobSpec spec;
	Seen s;

	strbuf_printf(&script,
		"(while [ ! -e %s ]; do sleep 0.02; done; head -c 3000000 /dev/zero; echo there;"
		" echo yes >%s) &",
		go, end);
	start(u, &s);
	spec = shell(strbuf_text(&script), words);
	spec.outlived = true;
	run_spec(u, &s, &spec);
	io_spawn_free(s.spawn);
	unit_write(u, "go", "");
	wait_for(u, !access(end, F_OK));
}

static void test_too_many_pipes(void **state)
{
	UnitIo *u = unit_io(state);
	char script[600];
	int fds;
	Seen s;

	start(u, &s);
	fds = unit_fds();
	(void)snprintf(
		script, sizeof(script), "exec 3<>%s; (read x <&3) & :", unit_path(u, "hold"));
	assert_int_equal(mkfifo(unit_path(u, "hold"), 0600), 0);
	for (int i = 0; i < 70; i++)
		run(u, &s, script);
	assert_int_equal(unit_fds() - fds, 64);
	{
		const int hold = open(unit_path(u, "hold"), O_RDWR | O_CLOEXEC);

		for (int i = 0; i < 70; i++)
			assert_int_equal(write(hold, "x\n", 2), 2);
		wait_for(u, unit_fds() - fds == 1);
		(void)close(hold);
	}
	io_spawn_free(s.spawn);
}

static void test_input(void **state)
{
	UnitIo *u = unit_io(state);
	const char *words[4];
	JobSpec spec = shell("wc -c", words);
	char *much = mem_alloc(500000, 1);
	Seen s;

	start(u, &s);
	memset(much, 'a', 500000);
	spec.input = much;
	spec.input_len = 500000;
	run_spec(u, &s, &spec);
	assert_string_equal(s.output, "500000\n");
	/* Nobody reads it. */
	spec = shell("exit 4", words);
	spec.input = much;
	spec.input_len = 500000;
	run_spec(u, &s, &spec);
	assert_int_equal(s.done.code, 4);
	run(u, &s, "wc -c");
	assert_string_equal(s.output, "0\n");
	free(much);
	io_spawn_free(s.spawn);
}

static void test_environment_is_closed(void **state)
{
	UnitIo *u = unit_io(state);
	const char *words[] = { "env", NULL };
	const JobSpec spec = { .name = "env", .argv = words };
	Seen s;

	(void)setenv("NOTIFY_SOCKET", "/run/secret", 1);
	(void)setenv("LANG", "C.UTF-8", 1);
	(void)unsetenv("TZ");
	start(u, &s);
	run_spec(u, &s, &spec);
	assert_string_equal(s.output,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		"LANG=C.UTF-8\n");
	io_spawn_free(s.spawn);
	(void)setenv("TZ", "UTC", 1);
	(void)unsetenv("LANG");
	start(u, &s);
	run_spec(u, &s, &spec);
	assert_string_equal(s.output,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nTZ=UTC\n");
	io_spawn_free(s.spawn);
	(void)unsetenv("TZ");
}

static void test_descriptors_and_limits(void **state)
{
	UnitIo *u = unit_io(state);
	struct rlimit before, files;
	const int open_one = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	Seen s;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	files = before;
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	start(u, &s);
	/* 3 is the directory that ls reads. */
	run(u, &s, "ulimit -n; exec ls /proc/self/fd");
	assert_string_equal(s.output, "1024\n0\n1\n2\n3\n");
	run(u, &s, "grep -E '^Sig(Blk|Ign)' /proc/self/status");
	assert_string_equal(s.output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	(void)close(open_one);
	io_spawn_free(s.spawn);
	(void)setrlimit(RLIMIT_NOFILE, &before);
}

static void test_user_and_groups(void **state)
{
	UnitIo *u = unit_io(state);
	const uint32_t groups[] = { 65534, 7, 9 };
	const char *words[4];
	JobSpec spec = shell("id -u; id -g; id -G", words);
	Seen s;

	if (geteuid() != 0)
		skip();
	start(u, &s);
	spec.uid = 65534;
	spec.gid = 65534;
	run_spec(u, &s, &spec);
	assert_string_equal(s.output, "65534\n65534\n65534\n");
	spec.groups = groups;
	spec.n_groups = 3;
	run_spec(u, &s, &spec);
	assert_string_equal(s.output, "65534\n65534\n65534 7 9\n");
	io_spawn_free(s.spawn);
}

static void test_not_run(void **state)
{
	UnitIo *u = unit_io(state);
	const char *words[] = { "/nowhere/at/all", NULL };
	const JobSpec spec = { .name = "none", .argv = words };
	Seen s;

	start(u, &s);
	run_spec(u, &s, &spec);
	assert_int_equal(s.done.end, JOB_NOT_RUN);
	assert_int_equal(s.done.code, ENOENT);
	io_spawn_free(s.spawn);
}

static void test_kill_reaches_the_group(void **state)
{
	UnitIo *u = unit_io(state);
	const char *words[4];
	const JobSpec spec = shell("sleep 1000 & echo $! ; wait", words);
	int pid = 0;
	Seen s;

	start(u, &s);
	assert_int_equal(io_spawn_start(s.spawn, 3, &spec), 0);
	io_spawn_kill(s.spawn, 3, SIGTERM);
	wait_for(u, s.n == 1);
	assert_int_equal(s.done.end, JOB_SIGNALED);
	if (sscanf(s.output, "%d", &pid) == 1)
		wait_for(u, kill(pid, 0) < 0);
	/* A program that still runs ends with us. */
	assert_int_equal(io_spawn_start(s.spawn, 4, &spec), 0);
	io_spawn_free(s.spawn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_output_and_exit),
		T(test_last_lines_are_kept),
		T(test_much_output_keeps_nothing_waiting),
		T(test_grandchild_keeps_the_pipe),
		T(test_what_outlives_us),
		T(test_too_many_pipes),
		T(test_input),
		T(test_environment_is_closed),
		T(test_descriptors_and_limits),
		T(test_user_and_groups),
		T(test_not_run),
		T(test_kill_reaches_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
