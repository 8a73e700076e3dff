/* SPDX-License-Identifier: MIT */
/* The controller of a floating address, answer by answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cloud/cloud_controller.h"

#define SEC  USEC_PER_SEC
#define T0   (1000 * SEC)
#define OURS "111"

typedef struct Bench {
	FloatingConfig config;
	CloudController c;
	Instant now;
} Bench;

static Bench bench(void)
{
	Bench b = { .config = { .address = "203.0.113.7" }, .now = T0 };

	assert_true(ip_parse(b.config.address, &b.config.ip));
	cloud_init(&b.c, &b.config, 1);
	return b;
}

static void begin(Bench *b)
{
	b->c.config = &b->config;
	assert_false(cloud_want(&b->c, true, b->now));
}

/* The next request is this, after between `least` and `most` milliseconds. */
static void expect(Bench *b, CloudAsk ask, unsigned least, unsigned most)
{
	const Instant due = cloud_due(&b->c);
	CloudRequest q;

	assert_true(due != INSTANT_NEVER);
	assert_in_range(instant_since(due, b->now), least * USEC_PER_MSEC, most * USEC_PER_MSEC);
	if (due > b->now) {
		assert_false(cloud_ask(&b->c, b->now, &q));
		b->now = due;
	}
	assert_true(cloud_ask(&b->c, b->now, &q));
	assert_int_equal(q.ask, ask);
	/* One at a time. */
	assert_true(cloud_due(&b->c) == INSTANT_NEVER);
	assert_false(cloud_ask(&b->c, b->now + 100 * SEC, &q));
}

static CloudNews answer(Bench *b, CloudAnswer a)
{
	return cloud_answer(&b->c, &a, b->now);
}

static CloudNews good(Bench *b, const char *id)
{
	CloudAnswer a = { 0 };

	cloud_copy(a.id, sizeof(a.id), id, strlen(id));
	return answer(b, a);
}

static CloudNews action(Bench *b, const char *id, CloudAction state)
{
	CloudAnswer a = { .action = state };

	cloud_copy(a.id, sizeof(a.id), id, strlen(id));
	return answer(b, a);
}

static void until_owner(Bench *b)
{
	begin(b);
	expect(b, CLOUD_SERVER, 0, 0);
	assert_int_equal(good(b, OURS), CLOUD_NEWS_NONE);
	expect(b, CLOUD_OWNER, 0, 0);
}

static void until_ours(Bench *b)
{
	until_owner(b);
	assert_int_equal(good(b, "222"), CLOUD_NEWS_ASSIGNING);
	expect(b, CLOUD_ASSIGN, 0, 0);
	action(b, "77", CLOUD_ACTION_RUNNING);
	expect(b, CLOUD_ACTION, 900, 1100);
	assert_string_equal(b->c.action, "77");
	action(b, "77", CLOUD_ACTION_DONE);
	expect(b, CLOUD_OWNER, 0, 0);
	assert_int_equal(good(b, OURS), CLOUD_NEWS_OURS);
}

static void it_takes_verifies_and_looks_again(void **state _unused_)
{
	Bench b = bench();

	until_ours(&b);
	expect(&b, CLOUD_ACTIVE, 0, 0);
	answer(&b, (CloudAnswer){ .active = true });
	assert_true(b.c.active);
	expect(&b, CLOUD_OWNER, 4500, 5500);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(good(&b, OURS), CLOUD_NEWS_NONE);
		assert_string_equal(cloud_state(&b.c), "owned");
		expect(&b, CLOUD_OWNER, 54000, 66000);
	}
	assert_int_equal(b.c.n_assigns, 1);
}

static void who_takes_it_away_loses_it_again(void **state _unused_)
{
	Bench b = bench();

	until_owner(&b);
	good(&b, OURS);
	expect(&b, CLOUD_OWNER, 4500, 5500);
	assert_int_equal(good(&b, ""), CLOUD_NEWS_LOST);
	expect(&b, CLOUD_ASSIGN, 0, 0);
}

static void what_is_locked_is_waited_for(void **state _unused_)
{
	Bench b = bench();
	CloudAnswer locked = { .id = OURS, .locked = true };
	Instant before;

	until_owner(&b);
	before = b.now;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(answer(&b, locked),
			instant_since(b.now, before) > 120 * SEC && !b.c.fault ? CLOUD_NEWS_FAULT
									       : CLOUD_NEWS_NONE);
		expect(&b, CLOUD_OWNER, 900, 2900);
	}
	/* Never assigned over it, and told that something is wrong there. */
	assert_int_equal(b.c.n_assigns, 0);
	assert_int_equal(b.c.fault, CLOUD_BUSY);
	good(&b, OURS);
	assert_int_equal(b.c.fault, CLOUD_OK);
}

static void a_pending_event_is_waited_for(void **state _unused_)
{
	Bench b = bench();

	until_owner(&b);
	good(&b, "222");
	expect(&b, CLOUD_ASSIGN, 0, 0);
	assert_int_equal(answer(&b, (CloudAnswer){ .outcome = CLOUD_BUSY }), CLOUD_NEWS_NONE);
	expect(&b, CLOUD_OWNER, 900, 1100);
	assert_string_equal(cloud_state(&b.c), "waiting");
}

static void who_says_how_long_is_waited_for_so_long(void **state _unused_)
{
	Bench b = bench();

	until_owner(&b);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_LIMITED, .retry_after = 17 });
	expect(&b, CLOUD_OWNER, 17000, 18000);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_LIMITED });
	expect(&b, CLOUD_OWNER, 1000, 2000);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_LIMITED, .retry_after = UINT32_MAX });
	expect(&b, CLOUD_OWNER, 3600000, 3601000);
}

static void what_a_person_must_mend_is_a_fault_with_a_hint(void **state _unused_)
{
	static const CloudOutcome all[] = { CLOUD_DENIED, CLOUD_FORBIDDEN, CLOUD_MISSING,
		CLOUD_REFUSED, CLOUD_TOKEN };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		Bench b = bench();

		until_owner(&b);
		assert_int_equal(answer(&b, (CloudAnswer){ .outcome = all[i], .text = "no" }),
			CLOUD_NEWS_FAULT);
		assert_string_equal(cloud_state(&b.c), "fault");
		assert_string_equal(b.c.text, "owner: no");
		assert_non_null(cloud_hint(&b.c));
		expect(&b, CLOUD_OWNER, 27000, 33000);
		assert_int_equal(answer(&b, (CloudAnswer){ .outcome = all[i] }), CLOUD_NEWS_NONE);
		expect(&b, CLOUD_OWNER, 27000, 33000);
		assert_int_equal(good(&b, OURS), CLOUD_NEWS_OURS);
		assert_null(cloud_hint(&b.c));
	}
}

static void after_a_failure_it_looks_again_soon_then_less_often(void **state _unused_)
{
	static const unsigned pauses[] = { 1000, 2000, 4000, 8000, 8000, 8000 };
	Bench b = bench();

	until_owner(&b);
	for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
		assert_int_equal(answer(&b, (CloudAnswer){ .outcome = CLOUD_FAILED, .text = "x" }),
			i ? CLOUD_NEWS_NONE : CLOUD_NEWS_FAILED);
		expect(&b, CLOUD_OWNER, pauses[i] * 9 / 10, pauses[i] * 11 / 10);
	}
	/* An assignment without an answer may have been carried out. */
	good(&b, "222");
	expect(&b, CLOUD_ASSIGN, 0, 0);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_FAILED });
	expect(&b, CLOUD_OWNER, 900, 1100);
}

static void an_action_that_fails_is_begun_anew(void **state _unused_)
{
	Bench b = bench();

	until_owner(&b);
	good(&b, "222");
	expect(&b, CLOUD_ASSIGN, 0, 0);
	action(&b, "77", CLOUD_ACTION_ERRORED);
	expect(&b, CLOUD_OWNER, 900, 1100);
	assert_int_equal(good(&b, "222"), CLOUD_NEWS_ASSIGNING);
	expect(&b, CLOUD_ASSIGN, 0, 0);
}

static void who_is_no_master_says_nothing(void **state _unused_)
{
	Bench b = bench();

	until_ours(&b);
	assert_false(cloud_want(&b.c, false, b.now));
	assert_true(cloud_due(&b.c) == INSTANT_NEVER);
	assert_string_equal(cloud_state(&b.c), "idle");
	/* In the midst of a request: it is to be ended, and its answer is not looked at. */
	cloud_want(&b.c, true, b.now);
	expect(&b, CLOUD_OWNER, 0, 0);
	assert_true(cloud_want(&b.c, false, b.now));
	assert_true(cloud_due(&b.c) == INSTANT_NEVER);
	assert_int_equal(good(&b, "222"), CLOUD_NEWS_NONE);
	assert_true(cloud_due(&b.c) == INSTANT_NEVER);
}

static void an_answer_of_before_is_not_looked_at(void **state _unused_)
{
	Bench b = bench();

	until_ours(&b);
	cloud_want(&b.c, false, b.now);
	cloud_want(&b.c, true, b.now);
	expect(&b, CLOUD_OWNER, 0, 0);
	assert_true(cloud_want(&b.c, false, b.now));
	cloud_want(&b.c, true, b.now);
	assert_int_equal(good(&b, OURS), CLOUD_NEWS_NONE);
	assert_false(cloud_ours(&b.c));
	expect(&b, CLOUD_OWNER, 0, 0);
}

/* However often the mastership comes and goes. */
static void no_more_than_thirty_in_a_minute(void **state _unused_)
{
	Instant calls[400];
	size_t n = 0;
	Bench b = bench();
	CloudRequest q;

	for (const Instant end = T0 + 300 * SEC; b.now < end; b.now += 100 * USEC_PER_MSEC) {
		cloud_want(&b.c, b.now / (SEC / 2) % 2, b.now);
		if (!cloud_ask(&b.c, b.now, &q))
			continue;
		assert_true(n < ARRAY_LEN(calls));
		calls[n++] = b.now;
		good(&b, q.ask == CLOUD_SERVER ? OURS : "222");
	}
	/* All of them are used, and never one more. */
	assert_in_range(n, 150, 155);
	for (size_t i = CLOUD_CALLS; i < n; i++)
		assert_true(calls[i] - calls[i - CLOUD_CALLS] > 60 * SEC);
}

static void a_penalty_stays_until_it_is_mended(void **state _unused_)
{
	Bench b = bench();

	b.config.penalty = 50;
	until_owner(&b);
	good(&b, "222");
	expect(&b, CLOUD_ASSIGN, 0, 0);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_FORBIDDEN });
	cloud_want(&b.c, false, b.now);
	/* It may read, which proves nothing; after ten minutes it may try again. */
	for (int i = 0; i < 9; i++) {
		expect(&b, CLOUD_OWNER, 54000, 66000);
		good(&b, "222");
		assert_int_equal(b.c.fault, CLOUD_FORBIDDEN);
	}
	b.now += 300 * SEC;
	expect(&b, CLOUD_OWNER, 0, 0);
	good(&b, "222");
	assert_int_equal(b.c.fault, CLOUD_OK);
	assert_true(cloud_due(&b.c) == INSTANT_NEVER);
}

static void an_older_path_is_taken(void **state _unused_)
{
	Bench b = bench();
	CloudRequest q;

	until_owner(&b);
	answer(&b, (CloudAnswer){ .outcome = CLOUD_OLDER });
	assert_true(cloud_ask(&b.c, b.now, &q));
	assert_true(q.older);
	assert_int_equal(q.ask, CLOUD_OWNER);
}

static void messages_come_back_as_they_went(void **state _unused_)
{
	const FloatingConfig config = { .address = "203.0.113.7",
		.provider = FLOATING_HETZNER,
		.id = "5",
		.token_file = "/t",
		.url = "http://x: y" };
	const CloudRequest q = { CLOUD_ACTION, &config, "9", "77", true };
	CloudAnswer a = { .outcome = CLOUD_LIMITED,
		.id = "4",
		.locked = true,
		.action = CLOUD_ACTION_ERRORED,
		.retry_after = 7,
		.text = "a: b" };
	_cleanup_(strbuf_free) StrBuf text = { 0 }, words = { 0 };
	FloatingConfig c;
	CloudRequest got;
	CloudAnswer b;

	cloud_request_write(&q, &text);
	assert_true(cloud_request_read(text.s, &c, &got));
	assert_int_equal(got.ask, CLOUD_ACTION);
	assert_string_equal(got.server, "9");
	assert_string_equal(got.action, "77");
	assert_true(got.older);
	assert_string_equal(c.url, "http://x: y");
	assert_string_equal(c.id, "5");
	assert_int_equal(c.provider, FLOATING_HETZNER);
	cloud_answer_write(&a, &words);
	/* What an answer may be at most fits into what is kept of an output. */
	cloud_answer_read(words.s, words.n, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	/* Cut short it is none. */
	cloud_answer_read(words.s, words.n - 4, &b);
	assert_int_equal(b.outcome, CLOUD_FAILED);
	cloud_answer_read("", 0, &b);
	assert_int_equal(b.outcome, CLOUD_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_verifies_and_looks_again),
		cmocka_unit_test(who_takes_it_away_loses_it_again),
		cmocka_unit_test(what_is_locked_is_waited_for),
		cmocka_unit_test(a_pending_event_is_waited_for),
		cmocka_unit_test(who_says_how_long_is_waited_for_so_long),
		cmocka_unit_test(what_a_person_must_mend_is_a_fault_with_a_hint),
		cmocka_unit_test(after_a_failure_it_looks_again_soon_then_less_often),
		cmocka_unit_test(an_action_that_fails_is_begun_anew),
		cmocka_unit_test(who_is_no_master_says_nothing),
		cmocka_unit_test(an_answer_of_before_is_not_looked_at),
		cmocka_unit_test(no_more_than_thirty_in_a_minute),
		cmocka_unit_test(a_penalty_stays_until_it_is_mended),
		cmocka_unit_test(an_older_path_is_taken),
		cmocka_unit_test(messages_come_back_as_they_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
