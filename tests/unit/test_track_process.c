/* SPDX-License-Identifier: MIT */
/* Tracked processes: which count, and when so many are enough (behaviour 123). The table of matches
 * was tried with keepalived 2.2.7. */
#include "track/track_process.h"
#include "unit.h"

#define SEC USEC_PER_SEC

typedef struct Bench {
	TrackProcessConfig config;
	TrackProcess t;
	Effects out;
} Bench;

static void bench_free(Bench *b)
{
	track_process_free(&b->t);
	effects_free(&b->out);
}

static const char *const haproxy[] = { "haproxy", NULL };

static void bench_init(Bench *b, uint32_t quorum)
{
	*b = (Bench){ .config = { .name = "proxy", .argv = haproxy, .quorum = quorum } };
	track_process_init(&b->t, &b->config);
}

/* The words as text, each NUL of the command line written as '|'. */
static EventProcess process(int32_t pid, const char *comm, const char *words, char *ret_line)
{
	const size_t n = strlen(words);

	for (size_t i = 0; i < n; i++)
		ret_line[i] = (char)(words[i] == '|' ? '\0' : words[i]);
	return (EventProcess){ .pid = pid, .comm = comm, .cmdline = ret_line, .cmdline_len = n };
}

static bool runs(Bench *b, int32_t pid, const char *comm, Instant now)
{
	return track_process_seen(&b->t, &(EventProcess){ .pid = pid, .comm = comm }, now, &b->out);
}

static bool ends(Bench *b, int32_t pid, Instant now)
{
	return track_process_gone(&b->t, pid, now, &b->out);
}

/* Everything was told and forgotten. */
static void settled(Bench *b)
{
	(void)track_process_settled(&b->t, &b->out);
	unit_forget(&b->out);
}

/* ---- matching ----------------------------------------------------------------------------- */

enum { FULL = 1 };

static void matches(void **state _unused_)
{
	static const struct {
		const char *name;
		const char *argv[4];
		bool full;
		TrackParamMatch match;
		/* 1 for each process below that counts */
		const char *counts;
	} cases[] = {
		{ "comm", { "pa" }, 0, TRACK_PARAM_NONE, "1111111110000" },
		{ "comm with a path", { "/b/pa" }, 0, TRACK_PARAM_NONE, "0000000000000" },
		{ "full", { "pa" }, FULL, TRACK_PARAM_NONE, "1100011010100" },
		{ "full path", { "/b/pa" }, FULL, TRACK_PARAM_NONE, "0011100000000" },
		{ "argument", { "pa", "1000" }, 0, TRACK_PARAM_NONE, "0100000000100" },
		{ "argument, full", { "pa", "1000" }, FULL, TRACK_PARAM_NONE, "0100000000100" },
		{ "argument, path", { "/b/pa", "1000" }, 0, TRACK_PARAM_NONE, "0001000000000" },
		{ "exact", { "pa", "1000" }, 0, TRACK_PARAM_EXACT, "0100000000100" },
		{ "initial", { "pa", "10" }, 0, TRACK_PARAM_INITIAL, "0100011000100" },
		{ "initial, whole", { "pa", "1000" }, 0, TRACK_PARAM_INITIAL, "0100011000100" },
		{ "initial, two", { "pa", "1000", "10" }, 0, TRACK_PARAM_INITIAL, "0000010000000" },
		{ "partial", { "pa", "1000" }, 0, TRACK_PARAM_PARTIAL, "0100010000100" },
		{ "partial, start", { "pa", "10" }, 0, TRACK_PARAM_PARTIAL, "0000000000000" },
		{ "initial, none", { "pa" }, 0, TRACK_PARAM_INITIAL, "1100011010100" },
		{ "partial, none", { "pa" }, 0, TRACK_PARAM_PARTIAL, "1100011010100" },
		{ "exact, none", { "pa" }, 0, TRACK_PARAM_EXACT, "1000000000000" },
		{ "kernel", { "kworker/0:1" }, 0, TRACK_PARAM_NONE, "0000000000001" },
		{ "kernel, full", { "kworker/0:1" }, FULL, TRACK_PARAM_NONE, "0000000000000" },
		{ "long", { "averyverylongname" }, 0, TRACK_PARAM_NONE, "0000000001000" },
		{ "long, cut", { "averyverylongna" }, 0, TRACK_PARAM_NONE, "0000000001000" },
		{ "long, short", { "averyverylong" }, 0, TRACK_PARAM_NONE, "0000000000000" },
		{ "long, full", { "/b/averyverylongname" }, FULL, TRACK_PARAM_NONE,
			"0000000001000" },
	};
	static const struct {
		const char *comm, *words;
	} processes[] = {
		{ "pa", "pa|" },
		{ "pa", "pa|1000|" },
		{ "pa", "/b/pa|" },
		{ "pa", "/b/pa|1000|" },
		{ "pa", "/b/pa|1000|1001|" },
		{ "pa", "pa|1000|1001|" },
		{ "pa", "pa|10005|" },
		{ "pa", "other|1000|" },
		{ "pa", "pa||" },
		{ "averyverylongna", "/b/averyverylongname|x|" },
		{ "zz", "pa|1000|" },
		{ "zz", "paxx|" },
		{ "kworker/0:1", "" },
	};

	for (size_t c = 0; c < ARRAY_LEN(cases); c++)
		for (size_t i = 0; i < ARRAY_LEN(processes); i++) {
			const TrackProcessConfig config = { .argv = cases[c].argv,
				.full_command = cases[c].full,
				.param_match = cases[c].match };
			_cleanup_free_ char *line = mem_alloc(strlen(processes[i].words), 1);
			const EventProcess p =
				process(1, processes[i].comm, processes[i].words, line);

			if (track_process_matches(&config, &p) != (cases[c].counts[i] == '1'))
				fail_msg("%s: process %zu", cases[c].name, i);
		}
}

/* What a process writes over its words need not end in a NUL. */
static void command_line_without_end(void **state _unused_)
{
	const char *const argv[] = { "pa", "x", NULL };
	TrackProcessConfig config = { .argv = argv };
	char line[] = { 'p', 'a', '\0', 'x' };
	const EventProcess p = { .comm = "pa", .cmdline = line, .cmdline_len = sizeof(line) };

	assert_false(track_process_matches(&config, &p));
	config.param_match = TRACK_PARAM_INITIAL;
	assert_true(track_process_matches(&config, &p));
}

/* ---- quorum ------------------------------------------------------------------------------- */

static void nothing_is_said_before_all_was_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	assert_false(runs(&b, 10, "haproxy", 0));
	assert_false(runs(&b, 11, "nginx", 0));
	assert_false(ends(&b, 10, 0));
	assert_false(runs(&b, 12, "haproxy", 0));
	expect_effects(&b.out, "watch-pid 10\nwatch-pid 12\n");
	assert_int_equal(b.t.health, TRACK_UNKNOWN);
	assert_true(track_process_settled(&b.t, &b.out));
	assert_int_equal(b.t.health, TRACK_GOOD);
	assert_false(track_process_settled(&b.t, &b.out));
	expect_effects(&b.out, "");
}

/* The delays are for changes, not for the start. */
static void what_runs_at_the_start_counts_at_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.fork_delay_usec = b.config.terminate_delay_usec = SEC;
	(void)runs(&b, 10, "haproxy", 0);
	assert_true(track_process_settled(&b.t, &b.out));
	assert_int_equal(b.t.health, TRACK_GOOD);
	assert_int_equal(b.t.due, INSTANT_NEVER);
	bench_free(&b);
	bench_init(&b, 1);
	assert_true(track_process_settled(&b.t, &b.out));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace Quorum lost for tracked process proxy\n");
}

static void quorum_is_gained_and_lost(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	settled(&b);
	assert_false(runs(&b, 10, "haproxy", SEC));
	assert_false(runs(&b, 10, "haproxy", SEC)); /* told twice */
	expect_effects(&b.out, "watch-pid 10\n");
	assert_true(runs(&b, 11, "haproxy", SEC));
	expect_effects(&b.out, "watch-pid 11\ntrace Quorum gained for tracked process proxy\n");
	assert_false(runs(&b, 12, "haproxy", SEC));
	assert_false(ends(&b, 10, SEC));
	assert_false(ends(&b, 10, SEC)); /* told twice */
	assert_false(ends(&b, 99, SEC));
	unit_forget(&b.out);
	assert_true(ends(&b, 12, SEC));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace Quorum lost for tracked process proxy\n");
}

static void exec_makes_another_program(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	settled(&b);
	assert_false(runs(&b, 10, "bash", SEC));
	assert_true(runs(&b, 10, "haproxy", SEC));
	assert_true(runs(&b, 10, "bash", SEC));
	assert_int_equal(b.t.pids.n, 0);
	assert_false(ends(&b, 10, SEC));
}

static void quorum_has_a_maximum(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.has_quorum_max = true;
	b.config.quorum_max = 2;
	settled(&b);
	assert_true(runs(&b, 10, "haproxy", 0));
	assert_false(runs(&b, 11, "haproxy", 0));
	assert_true(runs(&b, 12, "haproxy", 0));
	assert_int_equal(b.t.health, TRACK_BAD);
	assert_true(ends(&b, 11, 0));
	assert_int_equal(b.t.health, TRACK_GOOD);
}

/* quorum_max 0: it must not run at all, whatever quorum says. */
static void maximum_of_none(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.has_quorum_max = true;
	assert_true(track_process_settled(&b.t, &b.out));
	assert_int_equal(b.t.health, TRACK_GOOD);
	assert_true(runs(&b, 10, "haproxy", 0));
	assert_int_equal(b.t.health, TRACK_BAD);
	assert_true(ends(&b, 10, 0));
	assert_int_equal(b.t.health, TRACK_GOOD);
}

static void changes_wait_for_their_delay(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.fork_delay_usec = 2 * SEC;
	b.config.terminate_delay_usec = 3 * SEC;
	settled(&b);
	assert_false(runs(&b, 10, "haproxy", 10 * SEC));
	assert_int_equal(b.t.due, 12 * SEC);
	assert_false(runs(&b, 11, "haproxy", 11 * SEC)); /* does not begin anew */
	assert_int_equal(b.t.due, 12 * SEC);
	assert_false(track_process_timer(&b.t, 12 * SEC - 1, &b.out));
	unit_forget(&b.out);
	assert_true(track_process_timer(&b.t, 12 * SEC, &b.out));
	assert_int_equal(b.t.due, INSTANT_NEVER);
	expect_effects(&b.out, "trace Quorum gained for tracked process proxy\n");
	(void)ends(&b, 10, 20 * SEC);
	assert_int_equal(b.t.due, INSTANT_NEVER);
	assert_false(ends(&b, 11, 21 * SEC));
	assert_int_equal(b.t.due, 24 * SEC);
	/* Started again in time: it never was away. */
	assert_false(runs(&b, 12, "haproxy", 23 * SEC));
	assert_int_equal(b.t.due, INSTANT_NEVER);
	assert_false(track_process_timer(&b.t, 24 * SEC, &b.out));
	assert_false(ends(&b, 12, 30 * SEC));
	assert_true(track_process_timer(&b.t, 33 * SEC, &b.out));
	assert_int_equal(b.t.health, TRACK_BAD);
}

/* Something else happens when the time is up and the timer was not heard yet. */
static void delay_that_is_over_counts(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.fork_delay_usec = SEC;
	settled(&b);
	assert_false(runs(&b, 10, "haproxy", 0));
	assert_true(runs(&b, 11, "haproxy", SEC));
	assert_int_equal(b.t.health, TRACK_GOOD);
}

/* One more that is too many waits as long as a fork, as the manual has it. */
static void one_too_many_waits_as_long_as_a_fork(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.has_quorum_max = true;
	b.config.quorum_max = 1;
	b.config.fork_delay_usec = SEC;
	(void)runs(&b, 10, "haproxy", 0);
	settled(&b);
	assert_false(runs(&b, 11, "haproxy", 0));
	assert_int_equal(b.t.due, SEC);
	assert_false(runs(&b, 11, "child", SEC / 2)); /* it was a fork on its way to exec */
	assert_int_equal(b.t.due, INSTANT_NEVER);
	assert_int_equal(b.t.health, TRACK_GOOD);
}

/* Random processes against a naive count. */
static void quorum_against_a_naive_count(void **state _unused_)
{
	uint64_t seed = 11;

	for (uint32_t round = 0; round < 200; round++) {
		_cleanup_(bench_free) Bench b;
		bool there[20] = { 0 };

		bench_init(&b, unit_below(&seed, 5));
		b.config.has_quorum_max = unit_below(&seed, 2);
		b.config.quorum_max = b.config.quorum + unit_below(&seed, 5);
		settled(&b);
		for (size_t i = 0; i < 200; i++) {
			const uint32_t pid = unit_below(&seed, ARRAY_LEN(there));
			size_t n = 0;
			bool good;

			there[pid] = unit_below(&seed, 2);
			if (there[pid])
				(void)runs(&b, (int32_t)pid, "haproxy", i);
			else if (unit_below(&seed, 2))
				(void)ends(&b, (int32_t)pid, i);
			else
				(void)runs(&b, (int32_t)pid, "other", i);
			for (size_t j = 0; j < ARRAY_LEN(there); j++)
				n += there[j];
			good = n >= b.config.quorum &&
			       (!b.config.has_quorum_max || n <= b.config.quorum_max);
			assert_int_equal(b.t.pids.n, n);
			assert_int_equal(b.t.health, good ? TRACK_GOOD : TRACK_BAD);
			unit_forget(&b.out);
		}
	}
}

static const struct CMUnitTest tests[] = {
	T(matches),
	T(command_line_without_end),
	T(nothing_is_said_before_all_was_told),
	T(what_runs_at_the_start_counts_at_once),
	T(quorum_is_gained_and_lost),
	T(exec_makes_another_program),
	T(quorum_has_a_maximum),
	T(maximum_of_none),
	T(changes_wait_for_their_delay),
	T(delay_that_is_over_counts),
	T(one_too_many_waits_as_long_as_a_fork),
	T(quorum_against_a_naive_count),
};

unit_main(tests)
