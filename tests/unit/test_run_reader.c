/* SPDX-License-Identifier: MIT */
/* Readers of FIFOs: they run for as long as they are wanted. */
#include "unit_run.h"

static const char *const argv_r[] = { "/bin/r", "/run/fifo", NULL };
static const JobSpec spec_r = { .name = "r", .argv = argv_r };
static const JobKey key_r = { JOB_FIFO_READER, 0 };

static void starts_again_with_growing_pauses(void **state _unused_)
{
	static const Span pauses[] = { 1, 2, 4, 8, 16, 30, 30 };
	_cleanup_(bench_free) Bench b = { 0 };
	Instant now = 0;

	run_submit(&b.run, key_r, &spec_r, 0, &b.ops);
	run_submit(&b.run, key_r, &spec_r, 0, &b.ops);
	for (uint32_t i = 0; i < ARRAY_LEN(pauses); i++) {
		assert_int_equal(b.ops.list.n, 1);
		assert_int_equal(b.ops.list.items[0].kind, OP_SPAWN);
		vec_clear(&b.ops.list);
		now += SEC;
		assert_true(done(&b, i + 1, JOB_EXITED, 1, now));
		assert_string_equal(b.result.name, "r");
		assert_int_equal(b.result.key.kind, JOB_FIFO_READER);
		assert_int_equal(run_next_due(&b.run), now + pauses[i] * SEC);
		now += pauses[i] * SEC;
		assert_false(timer(&b, now - 1));
		expect_ops(&b.ops, "");
		assert_false(timer(&b, now));
	}
	/* One that ran for a while is not to blame for the past. */
	vec_clear(&b.ops.list);
	assert_true(done(&b, ARRAY_LEN(pauses) + 1, JOB_SIGNALED, 9, now + 30 * SEC));
	assert_int_equal(run_next_due(&b.run), now + 31 * SEC);
	assert_false(run_idle(&b.run));
	run_cancel(&b.run, key_r, now + 31 * SEC, &b.ops);
	assert_true(run_idle(&b.run));
}

static void cancelled_reader_sees_the_end_first(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_cancel(&b.run, key_r, 0, &b.ops);
	run_submit(&b.run, key_r, &spec_r, 0, &b.ops);
	vec_clear(&b.ops.list);
	assert_int_equal(run_next_due(&b.run), INSTANT_NEVER);
	run_cancel(&b.run, key_r, 10 * SEC, &b.ops);
	run_cancel(&b.run, key_r, 10 * SEC, &b.ops);
	expect_ops(&b.ops, "");
	assert_int_equal(run_next_due(&b.run), 11 * SEC);
	assert_false(timer(&b, 11 * SEC));
	assert_false(timer(&b, 13 * SEC));
	expect_ops(&b.ops, "kill 1 signal 15\nkill 1 signal 9\n");
	assert_false(run_idle(&b.run));
	assert_false(done(&b, 1, JOB_SIGNALED, 9, 13 * SEC));
	assert_true(run_idle(&b.run));
}

static void reader_of_a_reload_follows_the_old_one(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	run_submit(&b.run, key_r, &spec_r, 0, &b.ops);
	expect_ops(&b.ops, "spawn 1: /bin/r /run/fifo\n");
	run_cancel(&b.run, key_r, SEC, &b.ops);
	run_submit(&b.run, key_r, &spec_r, SEC, &b.ops);
	expect_ops(&b.ops, "");
	assert_false(done(&b, 1, JOB_EXITED, 0, SEC + 5));
	assert_int_equal(run_next_due(&b.run), SEC + 5);
	assert_false(timer(&b, SEC + 5));
	expect_ops(&b.ops, "spawn 2: /bin/r /run/fifo\n");
	assert_true(done(&b, 2, JOB_EXITED, 0, SEC + 5));
	assert_int_equal(run_next_due(&b.run), 2 * SEC + 5);
}

static void status_tells_of_a_reader(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Status *s = status_new(&arena);

	run_submit(&b.run, key_r, &spec_r, 0, &b.ops);
	assert_true(done(&b, 1, JOB_EXITED, 4, SEC));
	assert_false(timer(&b, 2 * SEC));
	run_status(&b.run, key_r, 5 * SEC, s);
	status_plain(s, &text);
	assert_string_equal(strbuf_text(&text), "running\n"
						"  command            /bin/r /run/fifo\n"
						"  since              3.000\n"
						"ended                1\n"
						"last\n"
						"  command            /bin/r /run/fifo\n"
						"  result             exited with status 4\n"
						"  took               1.000\n"
						"  output             none\n");
}

static const struct CMUnitTest tests[] = {
	T(starts_again_with_growing_pauses),
	T(cancelled_reader_sees_the_end_first),
	T(reader_of_a_reload_follows_the_old_one),
	T(status_tells_of_a_reader),
};

unit_main(tests)
