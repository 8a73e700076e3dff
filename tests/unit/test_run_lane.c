/* SPDX-License-Identifier: MIT */
/* Lanes: what one instance has to tell is told in its order, one after the other; a script that
 * hangs keeps others waiting for a bounded time only; the last one tells the true state. */
#include "unit_run.h"

static const JobKey lane_1 = { JOB_NOTIFY, 1 }, lane_2 = { JOB_NOTIFY_GROUP, 1 };

/* A spec that is scribbled over and gone as soon as it was handed over. */
static const char *submit_spec(Bench *b, JobKey key, const char *word, Span timeout, Instant now)
{
	char *name = mem_strdup("script"), *path = mem_strdup("/n"), *copy = mem_strdup(word);
	char *input = mem_strdup("in");
	const char **argv = mem_alloc(3, sizeof(*argv));
	uint32_t *groups = mem_alloc(2, sizeof(*groups));
	JobSpec *spec = NEW(JobSpec);
	const char *told;

	argv[0] = path;
	argv[1] = copy;
	groups[1] = 7;
	*spec = (JobSpec){ .name = name,
		.argv = argv,
		.uid = 5,
		.groups = groups,
		.n_groups = 2,
		.timeout_usec = timeout,
		.input = input,
		.input_len = 2 };
	told = run_submit(&b->run, key, spec, now, &b->ops);
	memset(path, 'x', 2);
	memset(copy, 'x', strlen(word));
	free(name);
	free(path);
	free(copy);
	free(input);
	free(argv);
	free(groups);
	free(spec);
	return told;
}

static const char *submit(Bench *b, JobKey key, const char *word, Instant now)
{
	return submit_spec(b, key, word, 0, now);
}

#define expect_step(b, now, text)                                                                  \
	do {                                                                                       \
		run_step(&(b)->run, (now), &(b)->ops);                                             \
		expect_ops(&(b)->ops, (text));                                                     \
	} while (0)

static void one_after_the_other_in_order(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	assert_null(submit(&b, lane_1, "a", 0));
	assert_null(submit(&b, lane_1, "b", 0));
	assert_null(submit(&b, lane_1, "c", 0));
	expect_ops(&b.ops, "");
	assert_int_equal(run_next_due(&b.run), 0);
	assert_false(run_idle(&b.run));
	expect_step(&b, 0, "spawn 1: /n a\n");
	expect_step(&b, SEC, "");
	assert_true(done(&b, 1, JOB_EXITED, 3, SEC));
	assert_string_equal(b.result.name, "script");
	assert_int_equal(b.result.key.id, 1);
	assert_int_equal(b.result.result.code, 3);
	expect_step(&b, SEC, "spawn 2: /n b\n");
	assert_true(done(&b, 2, JOB_NOT_RUN, 2, SEC));
	expect_step(&b, SEC, "spawn 3: /n c\n");
	assert_true(done(&b, 3, JOB_EXITED, 0, SEC));
	expect_step(&b, SEC, "");
	assert_true(run_idle(&b.run));
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	/* And once more, in a lane that was at rest. */
	(void)submit(&b, lane_1, "d", 9 * SEC);
	expect_step(&b, 9 * SEC, "spawn 4: /n d\n");
}

static void lanes_do_not_wait_for_each_other(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit(&b, lane_1, "a", 0);
	(void)submit(&b, lane_2, "g", 0);
	(void)submit(&b, lane_1, "b", 0);
	(void)submit(&b, lane_2, "h", 0);
	expect_step(&b, 0, "spawn 1: /n a\nspawn 2: /n g\n");
	assert_true(done(&b, 2, JOB_EXITED, 0, SEC));
	assert_int_equal(b.result.key.kind, JOB_NOTIFY_GROUP);
	expect_step(&b, SEC, "spawn 3: /n h\n");
}

static void copies_hold_all(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	const JobSpec *spec;

	(void)submit_spec(&b, lane_1, "a", 7, 0);
	run_step(&b.run, 0, &b.ops);
	assert_int_equal(b.ops.list.n, 1);
	spec = b.ops.list.items[0].spawn.spec;
	assert_string_equal(spec->name, "script");
	assert_string_equal(spec->argv[1], "a");
	assert_null(spec->argv[2]);
	assert_int_equal(spec->uid, 5);
	assert_int_equal(spec->n_groups, 2);
	assert_int_equal(spec->groups[1], 7);
	assert_int_equal(spec->timeout_usec, 7);
	assert_int_equal(spec->input_len, 2);
	assert_memory_equal(spec->input, "in", 2);
}

static void who_is_alone_may_take_its_time(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit(&b, lane_1, "a", 0);
	expect_step(&b, 0, "spawn 1: /n a\n");
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	assert_false(timer(&b, 5000 * SEC));
	/* Its time has long been over: a second from now. */
	(void)submit(&b, lane_1, "b", 5000 * SEC);
	assert_int_equal(run_next_due(&b.run), 5001 * SEC);
	(void)submit(&b, lane_1, "c", 5000 * SEC + SEC / 2);
	assert_int_equal(run_next_due(&b.run), 5001 * SEC);
	assert_false(timer(&b, 5001 * SEC - 1));
	assert_true(timer(&b, 5001 * SEC));
	assert_int_equal(b.result.result.end, JOB_TIMEOUT);
	assert_string_equal(b.result.name, "script");
	expect_step(&b, 5001 * SEC, "kill 1 signal 15\n");
	assert_false(timer(&b, 5003 * SEC));
	expect_step(&b, 5003 * SEC, "kill 1 signal 9\n");
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 5003 * SEC));
	expect_step(&b, 5003 * SEC, "spawn 2: /n b\n");
	/* Another one waits from its start on. */
	assert_int_equal(run_next_due(&b.run), 5033 * SEC);
	assert_true(done(&b, 2, JOB_EXITED, 0, 5004 * SEC));
	expect_step(&b, 5004 * SEC, "spawn 3: /n c\n");
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
}

static void timeout_counts_from_the_start(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit(&b, lane_1, "a", 10 * SEC);
	expect_step(&b, 10 * SEC, "spawn 1: /n a\n");
	(void)submit(&b, lane_1, "b", 20 * SEC);
	assert_int_equal(run_next_due(&b.run), 40 * SEC);
	b.run.lane_timeout_usec = 2 * SEC;
	(void)submit(&b, lane_2, "g", 20 * SEC);
	expect_step(&b, 20 * SEC, "spawn 2: /n g\n");
	(void)submit(&b, lane_2, "h", 20 * SEC);
	assert_int_equal(run_next_due(&b.run), 22 * SEC);
}

/* A mail has a time of its own, whether others wait or not. */
static void own_timeout_holds_in_any_case(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit_spec(&b, (JobKey){ JOB_MAIL, 0 }, "a", 3 * SEC, 0);
	expect_step(&b, 0, "spawn 1: /n a\n");
	assert_int_equal(run_next_due(&b.run), 3 * SEC);
	assert_true(timer(&b, 3 * SEC));
	expect_ops(&b.ops, "kill 1 signal 15\n");
}

static void oldest_of_too_many_is_dropped(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	char word[16], expected[64];

	(void)submit(&b, lane_1, "first", 0);
	expect_step(&b, 0, "spawn 1: /n first\n");
	for (int i = 1; i <= LIMIT_JOB_WAITING + 3; i++) {
		const char *told;

		(void)snprintf(word, sizeof(word), "%d", i);
		told = submit(&b, lane_1, word, 0);
		/* Told once. */
		if (i == LIMIT_JOB_WAITING + 1)
			assert_string_equal(told, "script");
		else
			assert_null(told);
	}
	for (int i = 4; i <= LIMIT_JOB_WAITING + 3; i++) {
		assert_true(done(&b, (uint32_t)i - 3, JOB_EXITED, 0, 0));
		(void)snprintf(expected, sizeof(expected), "spawn %d: /n %d\n", i - 2, i);
		expect_step(&b, 0, expected);
	}
	/* After it came to an end, the next time is told again. */
	for (int i = 0; i < LIMIT_JOB_WAITING; i++)
		assert_null(submit(&b, lane_1, "x", 0));
	assert_non_null(submit(&b, lane_1, "x", 0));
	assert_null(submit(&b, lane_1, "x", 0));
}

/* Before the first could even begin: no more than the bound is kept either. */
static void too_many_before_the_first_began(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	char word[16];

	for (int i = 1; i <= LIMIT_JOB_WAITING + 1; i++) {
		(void)snprintf(word, sizeof(word), "%d", i);
		assert_true(!submit(&b, lane_1, word, 0) == (i <= LIMIT_JOB_WAITING));
	}
	expect_step(&b, 0, "spawn 1: /n 2\n");
}

static void step_starts_a_bounded_number(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	for (uint32_t i = 0; i < LIMIT_STEP_JOBS + 2; i++)
		(void)submit(&b, (JobKey){ JOB_NOTIFY, i }, "a", 0);
	run_step(&b.run, 0, &b.ops);
	assert_int_equal(b.ops.list.n, LIMIT_STEP_JOBS);
	vec_clear(&b.ops.list);
	assert_int_equal(run_next_due(&b.run), 0);
	expect_step(&b, 0, "spawn 17: /n a\nspawn 18: /n a\n");
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
}

/* The worst case: all three hang. TERM and KILL of what runs after 1 s and 3 s, of the first stop job
 * after 5 s and 7 s more; the second one still has its second. */
static void stop_is_over_after_thirteen_seconds(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit(&b, lane_1, "a", 0);
	expect_step(&b, 0, "spawn 1: /n a\n");
	(void)submit(&b, lane_1, "forgotten", SEC);
	run_stop(&b.run, 100 * SEC);
	(void)submit(&b, lane_1, "stop", 100 * SEC);
	(void)submit(&b, lane_1, "stop 2", 100 * SEC);
	expect_step(&b, 100 * SEC, "");
	assert_int_equal(run_next_due(&b.run), 30 * SEC);
	assert_true(timer(&b, 101 * SEC));
	expect_ops(&b.ops, "kill 1 signal 15\n");
	assert_false(timer(&b, 103 * SEC));
	expect_ops(&b.ops, "kill 1 signal 9\n");
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 103 * SEC));
	expect_step(&b, 103 * SEC, "spawn 2: /n stop\n");
	assert_false(timer(&b, 108 * SEC - 1));
	assert_true(timer(&b, 108 * SEC));
	assert_false(timer(&b, 110 * SEC));
	expect_ops(&b.ops, "kill 2 signal 15\nkill 2 signal 9\n");
	assert_false(done(&b, 2, JOB_SIGNALED, 9, 110 * SEC));
	expect_step(&b, 110 * SEC, "spawn 3: /n stop 2\n");
	assert_true(timer(&b, 111 * SEC));
	assert_false(timer(&b, 113 * SEC));
	expect_ops(&b.ops, "kill 3 signal 15\nkill 3 signal 9\n");
	assert_false(run_idle(&b.run));
	assert_false(done(&b, 3, JOB_SIGNALED, 9, 113 * SEC));
	assert_true(run_idle(&b.run));
}

static void stop_gives_what_runs_a_second(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	(void)submit(&b, lane_1, "a", 0);
	(void)submit(&b, lane_2, "not begun", 0);
	expect_step(&b, 0, "spawn 1: /n a\nspawn 2: /n not begun\n");
	assert_true(done(&b, 2, JOB_EXITED, 0, SEC));
	(void)submit(&b, lane_2, "forgotten", SEC);
	run_stop(&b.run, SEC);
	(void)submit(&b, lane_2, "stop", SEC);
	expect_step(&b, SEC, "spawn 3: /n stop\n");
	assert_int_equal(run_next_due(&b.run), 2 * SEC);
	assert_true(done(&b, 1, JOB_EXITED, 0, SEC + SEC / 2));
	assert_int_equal(run_next_due(&b.run), 6 * SEC);
	assert_true(done(&b, 3, JOB_EXITED, 0, 2 * SEC));
	assert_true(run_idle(&b.run));
}

static void cancel_forgets_what_waits(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_cancel(&b.run, lane_1, 0, &b.ops);
	(void)submit(&b, lane_1, "a", 0);
	run_cancel(&b.run, lane_1, 0, &b.ops);
	expect_step(&b, 0, "");
	assert_true(run_idle(&b.run));
	(void)submit(&b, lane_1, "a", 0);
	expect_step(&b, 0, "spawn 1: /n a\n");
	(void)submit(&b, lane_1, "b", 0);
	run_cancel(&b.run, lane_1, SEC, &b.ops);
	expect_step(&b, SEC, "kill 1 signal 15\n");
	assert_false(done(&b, 1, JOB_SIGNALED, 15, SEC));
	expect_step(&b, SEC, "");
	assert_true(run_idle(&b.run));
}

/* After a reload an instance stands elsewhere in the list, another one is no more: what it had to
 * say is still said. */
static void lanes_follow_a_reload(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	const uint32_t from[] = { RUN_ORPHAN, 1 };
	const JobKey gone = { JOB_NOTIFY, 0 }, now_2 = { JOB_NOTIFY, 1 };

	(void)submit(&b, gone, "gone a", 0);
	(void)submit(&b, gone, "gone b", 0);
	(void)submit(&b, (JobKey){ JOB_NOTIFY, 2 }, "other", 0);
	(void)submit(&b, lane_1, "a", 0);
	(void)submit(&b, lane_2, "group", 0);
	expect_step(
		&b, 0, "spawn 1: /n gone a\nspawn 2: /n other\nspawn 3: /n a\nspawn 4: /n group\n");
	run_adopt(&b.run, JOB_NOTIFY, from, 2, 0, &b.ops);
	/* A new one stands where the gone one stood. */
	(void)submit(&b, gone, "new", 0);
	(void)submit(&b, now_2, "b", 0);
	expect_step(&b, 0, "spawn 5: /n new\n");
	assert_true(done(&b, 3, JOB_EXITED, 0, SEC));
	assert_int_equal(b.result.key.id, 1);
	assert_true(done(&b, 1, JOB_EXITED, 1, SEC));
	assert_int_equal(b.result.key.id, RUN_ORPHAN);
	assert_string_equal(b.result.name, "script");
	expect_step(&b, SEC, "spawn 6: /n b\nspawn 7: /n gone b\n");
	assert_true(done(&b, 7, JOB_EXITED, 0, SEC));
	assert_true(done(&b, 2, JOB_EXITED, 0, SEC));
	run_step(&b.run, SEC, &b.ops);
	assert_int_equal(b.run.lanes.n, 3);
	(void)submit(&b, now_2, "c", 0);
	assert_true(done(&b, 6, JOB_EXITED, 0, SEC));
	expect_step(&b, SEC, "spawn 8: /n c\n");
}

static void status_tells_of_a_lane(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	EventJobDone e = { .job = 1, .code = 2, .output = "one\ntwo\n", .output_len = 8 };
	Status *s = status_new(&arena);

	(void)submit(&b, lane_1, "a", 0);
	(void)submit(&b, lane_1, "b", 0);
	(void)submit(&b, lane_1, "c", 0);
	run_step(&b.run, 0, &b.ops);
	assert_true(run_done(&b.run, &e, SEC, &b.ops, &b.result));
	run_step(&b.run, SEC, &b.ops);
	run_status(&b.run, lane_1, 3 * SEC, s);
	status_plain(s, &text);
	assert_string_equal(strbuf_text(&text), "running\n"
						"  command            /n b\n"
						"  since              2.000\n"
						"waiting              1\n"
						"ran                  1\n"
						"failed               1\n"
						"dropped              0\n"
						"last\n"
						"  command            /n a\n"
						"  result             exited with status 2\n"
						"  took               1.000\n"
						"  output             one, two\n");
}

static void status_tells_of_mail(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const JobKey key = { JOB_MAIL, 0 };
	EventJobDone e = { .job = 1, .code = 1, .output = "a\nno route\n", .output_len = 11 };
	Status *s = status_new(&arena);

	(void)submit(&b, key, "a", 0);
	(void)submit(&b, key, "b", 0);
	run_step(&b.run, 0, &b.ops);
	assert_true(run_done(&b.run, &e, SEC, &b.ops, &b.result));
	run_step(&b.run, SEC, &b.ops);
	assert_true(done(&b, 2, JOB_EXITED, 0, SEC));
	run_status(&b.run, key, 3 * SEC, s);
	status_plain(s, &text);
	assert_string_equal(strbuf_text(&text), "sent                 1\n"
						"failed               1\n"
						"dropped              0\n"
						"waiting              0\n"
						"last error           no route\n");
}

static const struct CMUnitTest tests[] = {
	T(one_after_the_other_in_order),
	T(lanes_do_not_wait_for_each_other),
	T(copies_hold_all),
	T(who_is_alone_may_take_its_time),
	T(timeout_counts_from_the_start),
	T(own_timeout_holds_in_any_case),
	T(oldest_of_too_many_is_dropped),
	T(too_many_before_the_first_began),
	T(step_starts_a_bounded_number),
	T(stop_is_over_after_thirteen_seconds),
	T(stop_gives_what_runs_a_second),
	T(cancel_forgets_what_waits),
	T(lanes_follow_a_reload),
	T(status_tells_of_a_lane),
	T(status_tells_of_mail),
};

unit_main(tests)
