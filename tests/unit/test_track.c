/* SPDX-License-Identifier: MIT */
/* Check scripts: when they run, what their results say (behaviour 110 to 118). */
#include "track/track_script.h"
#include "unit.h"

#define SEC USEC_PER_SEC

typedef struct Bench {
	TrackScriptConfig config;
	TrackScript t;
	Effects out;
} Bench;

static void bench_free(Bench *b)
{
	effects_free(&b->out);
}

static void bench_init(Bench *b, uint32_t rise, uint32_t fall)
{
	*b = (Bench){
		.config = { .name = "chk", .interval_usec = 2 * SEC, .rise = rise, .fall = fall }
	};
	b->config.job.name = "chk";
	track_script_init(&b->t, &b->config, 3);
}

/* True when the health changed. */
static bool ends(Bench *b, JobEnd end, int code)
{
	const JobResult r = { .end = end, .code = code, .took_usec = 5 };

	return track_script_done(&b->t, &r, &b->out);
}

static bool exits(Bench *b, int code)
{
	return ends(b, JOB_EXITED, code);
}

static void runs_at_once_and_then_every_interval(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 1);
	track_script_step(&b.t, 10 * SEC, &b.out);
	expect_effects(&b.out, "");
	track_script_start(&b.t, 10 * SEC);
	assert_int_equal(b.t.due, 10 * SEC);
	track_script_step(&b.t, 10 * SEC, &b.out);
	expect_effects(&b.out, "job 3 chk\n");
	assert_true(b.t.running);
	assert_int_equal(b.t.due, 12 * SEC);
	assert_true(exits(&b, 0));
	unit_forget(&b.out);
	assert_false(b.t.running);
	track_script_step(&b.t, 12 * SEC - 1, &b.out);
	expect_effects(&b.out, "");
	track_script_step(&b.t, 12 * SEC, &b.out);
	expect_effects(&b.out, "job 3 chk\n");
	assert_int_equal(b.t.due, 14 * SEC);
}

/* Behaviour 116: a run is left out while the one before is alive. */
static void run_that_is_alive_is_not_run_a_second_time(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 1);
	track_script_start(&b.t, 0);
	track_script_step(&b.t, 0, &b.out);
	unit_forget(&b.out);
	track_script_step(&b.t, 2 * SEC, &b.out);
	expect_effects(&b.out, "");
	assert_int_equal(b.t.due, 4 * SEC);
	(void)exits(&b, 0);
	unit_forget(&b.out);
	track_script_step(&b.t, 4 * SEC, &b.out);
	expect_effects(&b.out, "job 3 chk\n");
}

/* Behaviour 112. */
static void first_result_counts_at_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 5, 5);
	assert_int_equal(b.t.health, TRACK_UNKNOWN);
	assert_true(exits(&b, 0));
	assert_int_equal(b.t.health, TRACK_GOOD);
	expect_effects(&b.out, "trace VRRP_Script(chk) succeeded\n");
	bench_free(&b);
	bench_init(&b, 5, 5);
	assert_true(exits(&b, 3));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace VRRP_Script(chk) failed (exited with status 3)\n");
}

static void fall_counts_bad_results_in_a_row(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 3);
	(void)exits(&b, 0);
	unit_forget(&b.out);
	assert_false(exits(&b, 1));
	assert_false(exits(&b, 1));
	assert_false(exits(&b, 0)); /* the row is broken */
	expect_effects(&b.out, "trace Script `chk` now returning 1\n"
			       "trace Script `chk` now returning 0\n");
	assert_false(exits(&b, 1));
	assert_false(exits(&b, 1));
	unit_forget(&b.out);
	assert_true(exits(&b, 2));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace Script `chk` now returning 2\n"
			       "trace VRRP_Script(chk) failed (exited with status 2)\n");
	assert_false(exits(&b, 2));
	expect_effects(&b.out, "");
}

static void rise_counts_good_results_in_a_row(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 3, 1);
	(void)exits(&b, 1);
	assert_false(exits(&b, 0));
	assert_false(exits(&b, 0));
	assert_false(exits(&b, 1));
	assert_false(exits(&b, 0));
	assert_false(exits(&b, 0));
	assert_true(exits(&b, 0));
	assert_int_equal(b.t.health, TRACK_GOOD);
	assert_true(exits(&b, 1));
	assert_int_equal(b.t.health, TRACK_BAD);
}

/* Behaviour 111 and 116. */
static void signal_and_timeout_are_failures(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 1);
	assert_true(ends(&b, JOB_SIGNALED, 9));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace VRRP_Script(chk) failed (due to signal 9)\n");
	assert_true(exits(&b, 0));
	unit_forget(&b.out);
	assert_true(ends(&b, JOB_TIMEOUT, 0));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace VRRP_Script(chk) timed_out\n");
	assert_int_equal(b.t.last.end, JOB_TIMEOUT);
	assert_int_equal(b.t.last.took_usec, 5);
}

static void status_changes_are_told_while_the_health_stays(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 1);
	(void)exits(&b, 1);
	unit_forget(&b.out);
	assert_false(exits(&b, 1));
	expect_effects(&b.out, "");
	assert_false(exits(&b, 2));
	expect_effects(&b.out, "trace Script `chk` now returning 2\n");
	assert_int_equal(b.t.health, TRACK_BAD);
}

/* Bad before anything ran; the first result decides alone here too. */
static void init_fail_is_bad_until_the_first_result(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 3, 3);
	b.config.init_fail = true;
	track_script_init(&b.t, &b.config, 3);
	assert_int_equal(b.t.health, TRACK_BAD);
	track_script_start(&b.t, 0);
	track_script_step(&b.t, 0, &b.out);
	expect_effects(&b.out, "job 3 chk\n");
	assert_true(exits(&b, 0));
	assert_int_equal(b.t.health, TRACK_GOOD);
	expect_effects(&b.out, "trace VRRP_Script(chk) succeeded\n");
	assert_false(exits(&b, 1));
	assert_int_equal(b.t.health, TRACK_GOOD);
}

static void init_fail_and_a_bad_first_result_change_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2, 2);
	b.config.init_fail = true;
	track_script_init(&b.t, &b.config, 3);
	assert_false(exits(&b, 4));
	assert_int_equal(b.t.health, TRACK_BAD);
	expect_effects(&b.out, "trace VRRP_Script(chk) failed (exited with status 4)\n");
	assert_false(exits(&b, 0));
	assert_true(exits(&b, 0));
}

static void disabled_script_is_never_run(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1, 1);
	b.config.disabled = true;
	track_script_init(&b.t, &b.config, 3);
	track_script_start(&b.t, 0);
	assert_int_equal(b.t.due, INSTANT_NEVER);
	track_script_step(&b.t, 100 * SEC, &b.out);
	expect_effects(&b.out, "");
	assert_int_equal(b.t.health, TRACK_BAD);
}

static void last_output_is_kept(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_free_ char *text = mem_alloc(LIMIT_JOB_OUTPUT + 3, 1);
	JobResult r = { .output = text, .output_len = LIMIT_JOB_OUTPUT + 3 };

	bench_init(&b, 1, 1);
	memset(text, 'x', r.output_len);
	memcpy(text, "old", 3);
	text[3] = 'A';
	(void)track_script_done(&b.t, &r, &b.out);
	memset(text, 0, r.output_len); /* it was borrowed */
	assert_int_equal(b.t.last.output_len, LIMIT_JOB_OUTPUT);
	assert_memory_equal(b.t.output, "Axxx", 4);
	assert_int_equal(b.t.output[LIMIT_JOB_OUTPUT - 1], 'x');
	assert_null(b.t.last.output);
	(void)exits(&b, 0);
	assert_int_equal(b.t.last.output_len, 0);
}

/* Behaviour 110. */
static void weight_adds_while_good_or_subtracts_while_bad(void **state _unused_)
{
	assert_int_equal(track_weight(20, false, TRACK_GOOD), 20);
	assert_int_equal(track_weight(20, false, TRACK_BAD), 0);
	assert_int_equal(track_weight(-20, false, TRACK_GOOD), 0);
	assert_int_equal(track_weight(-20, false, TRACK_BAD), -20);
	assert_int_equal(track_weight(0, false, TRACK_GOOD), 0);
	assert_int_equal(track_weight(0, false, TRACK_BAD), 0);
	for (int weight = -253; weight <= 253; weight++) {
		assert_int_equal(track_weight(weight, false, TRACK_UNKNOWN), 0);
		assert_int_equal(track_weight(weight, true, TRACK_UNKNOWN), 0);
	}
}

/* The first fail of a random row of results that makes a change, against a naive count. */
static void rise_and_fall_against_a_naive_count(void **state _unused_)
{
	uint64_t seed = 5;

	for (uint32_t rise = 1; rise <= 4; rise++)
		for (uint32_t fall = 1; fall <= 4; fall++) {
			_cleanup_(bench_free) Bench b;
			uint32_t goods = 0, bads = 0;
			TrackHealth health = TRACK_UNKNOWN;

			bench_init(&b, rise, fall);
			for (size_t i = 0; i < 300; i++) {
				const bool good = unit_below(&seed, 2);
				const TrackHealth before = health;
				bool changed;

				goods = good ? goods + 1 : 0;
				bads = good ? 0 : bads + 1;
				if (before == TRACK_UNKNOWN)
					health = good ? TRACK_GOOD : TRACK_BAD;
				else if (before == TRACK_GOOD && bads >= fall)
					health = TRACK_BAD;
				else if (before == TRACK_BAD && goods >= rise)
					health = TRACK_GOOD;
				changed = exits(&b, good ? 0 : 1);
				assert_int_equal(changed, health != before);
				assert_int_equal(b.t.health, health);
				unit_forget(&b.out);
			}
		}
}

static const struct CMUnitTest tests[] = {
	T(runs_at_once_and_then_every_interval),
	T(run_that_is_alive_is_not_run_a_second_time),
	T(first_result_counts_at_once),
	T(fall_counts_bad_results_in_a_row),
	T(rise_counts_good_results_in_a_row),
	T(signal_and_timeout_are_failures),
	T(status_changes_are_told_while_the_health_stays),
	T(init_fail_is_bad_until_the_first_result),
	T(init_fail_and_a_bad_first_result_change_nothing),
	T(disabled_script_is_never_run),
	T(last_output_is_kept),
	T(weight_adds_while_good_or_subtracts_while_bad),
	T(rise_and_fall_against_a_naive_count),
};

unit_main(tests)
