/* SPDX-License-Identifier: MIT */
/* The runner: one job of a key at a time, a result at its timeout, TERM and then KILL (behaviour
 * 116). */
#include "unit_run.h"

static const char *const argv_a[] = { "/bin/a", "-x", NULL };
static const JobSpec spec_a = { .name = "a", .argv = argv_a, .timeout_usec = 3 * SEC };
static const JobSpec spec_forever = { .name = "f", .argv = argv_a };
static const JobKey key_a = { JOB_CHECK, 1 }, key_b = { JOB_CHECK, 2 };

static void result_of_a_job(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	assert_true(run_idle(&b.run));
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	run_submit(&b.run, key_a, &spec_a, 10 * SEC, &b.ops);
	expect_ops(&b.ops, "spawn 1: /bin/a -x\n");
	assert_false(run_idle(&b.run));
	assert_int_equal(run_next_due(&b.run), 13 * SEC);
	assert_true(done(&b, 1, JOB_EXITED, 7, 11 * SEC));
	assert_int_equal(b.result.key.id, 1);
	assert_int_equal(b.result.result.end, JOB_EXITED);
	assert_int_equal(b.result.result.code, 7);
	assert_int_equal(b.result.result.took_usec, SEC);
	assert_true(run_idle(&b.run));
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	expect_ops(&b.ops, "");
}

static void jobs_of_two_keys_run_side_by_side(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	run_submit(&b.run, key_b, &spec_a, SEC, &b.ops);
	expect_ops(&b.ops, "spawn 1: /bin/a -x\n"
			   "spawn 2: /bin/a -x\n");
	assert_int_equal(run_next_due(&b.run), 3 * SEC);
	assert_true(done(&b, 1, JOB_SIGNALED, 9, 2 * SEC));
	assert_int_equal(b.result.key.id, 1);
	assert_int_equal(b.result.result.end, JOB_SIGNALED);
	assert_int_equal(run_next_due(&b.run), 4 * SEC);
	assert_true(done(&b, 2, JOB_NOT_RUN, 2, 2 * SEC));
	assert_int_equal(b.result.key.id, 2);
	assert_true(run_idle(&b.run));
}

static void end_of_an_unknown_job_is_no_news(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	assert_false(done(&b, 1, JOB_EXITED, 0, 0));
	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	assert_false(done(&b, 2, JOB_EXITED, 0, 0));
	assert_true(done(&b, 1, JOB_EXITED, 0, 0));
	assert_false(done(&b, 1, JOB_EXITED, 0, 0));
}

/* The result at once, TERM, KILL two seconds later, and the end itself is no second result. */
static void timeout_reports_at_once_then_term_then_kill(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 10 * SEC, &b.ops);
	expect_ops(&b.ops, "spawn 1: /bin/a -x\n");
	assert_false(timer(&b, 13 * SEC - 1));
	expect_ops(&b.ops, "");
	assert_true(timer(&b, 13 * SEC));
	expect_ops(&b.ops, "kill 1 signal 15\n");
	assert_int_equal(b.result.key.id, 1);
	assert_int_equal(b.result.result.end, JOB_TIMEOUT);
	assert_int_equal(b.result.result.took_usec, 3 * SEC);
	assert_false(timer(&b, 13 * SEC));
	expect_ops(&b.ops, "");
	assert_int_equal(run_next_due(&b.run), 15 * SEC);
	assert_false(timer(&b, 15 * SEC - 1));
	assert_false(timer(&b, 15 * SEC));
	expect_ops(&b.ops, "kill 1 signal 9\n");
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	assert_false(timer(&b, 100 * SEC));
	expect_ops(&b.ops, "");
	assert_false(run_idle(&b.run));
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 101 * SEC));
	assert_true(run_idle(&b.run));
}

static void job_that_ends_on_term_is_not_killed(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	assert_true(timer(&b, 3 * SEC));
	assert_false(done(&b, 1, JOB_SIGNALED, 15, 4 * SEC));
	vec_clear(&b.ops.list);
	assert_false(timer(&b, 10 * SEC));
	expect_ops(&b.ops, "");
}

static void several_timeouts_come_one_by_one(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	run_submit(&b.run, key_b, &spec_a, 0, &b.ops);
	vec_clear(&b.ops.list);
	assert_true(timer(&b, 3 * SEC));
	assert_int_equal(b.result.key.id, 1);
	assert_true(timer(&b, 3 * SEC));
	assert_int_equal(b.result.key.id, 2);
	assert_false(timer(&b, 3 * SEC));
	expect_ops(&b.ops, "kill 1 signal 15\n"
			   "kill 2 signal 15\n");
}

static void no_timeout_runs_as_long_as_it_likes(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_forever, 0, &b.ops);
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	assert_false(timer(&b, 1000000 * SEC));
}

/* One of a key at a time: what is asked for meanwhile waits for the end of the old one, and its
 * time counts from its own start. */
static void resubmission_waits_for_the_end(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	assert_true(timer(&b, 3 * SEC));
	vec_clear(&b.ops.list);
	run_submit(&b.run, key_a, &spec_a, 4 * SEC, &b.ops);
	run_submit(&b.run, key_a, &spec_a, 4 * SEC, &b.ops);
	expect_ops(&b.ops, "");
	assert_false(timer(&b, 5 * SEC));
	expect_ops(&b.ops, "kill 1 signal 9\n");
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 6 * SEC));
	expect_ops(&b.ops, "spawn 2: /bin/a -x\n");
	assert_int_equal(run_next_due(&b.run), 9 * SEC);
	assert_true(done(&b, 2, JOB_EXITED, 0, 7 * SEC));
	assert_int_equal(b.result.result.took_usec, SEC);
	expect_ops(&b.ops, "");
	assert_true(run_idle(&b.run));
}

static void resubmission_during_a_healthy_run_gives_both_results(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	run_submit(&b.run, key_a, &spec_a, SEC, &b.ops);
	expect_ops(&b.ops, "spawn 1: /bin/a -x\n");
	assert_true(done(&b, 1, JOB_EXITED, 0, 2 * SEC));
	expect_ops(&b.ops, "spawn 2: /bin/a -x\n");
	assert_true(done(&b, 2, JOB_EXITED, 1, 2 * SEC));
	assert_int_equal(b.result.result.code, 1);
}

static void cancel_ends_a_job_without_a_result(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_cancel(&b.run, key_a, 0, &b.ops);
	expect_ops(&b.ops, "");
	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	run_submit(&b.run, key_a, &spec_a, 0, &b.ops);
	vec_clear(&b.ops.list);
	run_cancel(&b.run, key_a, SEC, &b.ops);
	expect_ops(&b.ops, "kill 1 signal 15\n");
	run_cancel(&b.run, key_a, SEC, &b.ops);
	expect_ops(&b.ops, "");
	assert_false(timer(&b, 3 * SEC));
	expect_ops(&b.ops, "kill 1 signal 9\n");
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 3 * SEC));
	/* What waited is not wanted any more either. */
	expect_ops(&b.ops, "");
	assert_true(run_idle(&b.run));
}

static const struct CMUnitTest tests[] = {
	T(result_of_a_job),
	T(jobs_of_two_keys_run_side_by_side),
	T(end_of_an_unknown_job_is_no_news),
	T(timeout_reports_at_once_then_term_then_kill),
	T(job_that_ends_on_term_is_not_killed),
	T(several_timeouts_come_one_by_one),
	T(no_timeout_runs_as_long_as_it_likes),
	T(resubmission_waits_for_the_end),
	T(resubmission_during_a_healthy_run_gives_both_results),
	T(cancel_ends_a_job_without_a_result),
};

unit_main(tests)
