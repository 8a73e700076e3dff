/* SPDX-License-Identifier: MIT */
/* Tracked files: what counts as their number, and what it does to a priority (behaviour 121). The
 * texts and what they mean were tried with keepalived 2.2.7. */
#include "track/track_file.h"
#include "unit.h"

#define MOST (INT64_C(1) << 31)

typedef struct Bench {
	TrackFileConfig config;
	TrackFile t;
	Effects out;
} Bench;

static void bench_free(Bench *b)
{
	effects_free(&b->out);
}

static void bench_init(Bench *b)
{
	*b = (Bench){ .config = { .name = "load", .watch.path = "/run/load" } };
	b->t.config = &b->config;
}

/* Exactly so many bytes: a read past them is found by the sanitizer. */
static bool reads(Bench *b, const char *text, size_t len)
{
	_cleanup_free_ char *copy = text ? unit_copy(text, len) : NULL;

	return track_file_seen(&b->t, &(EventFile){ .text = copy, .len = len }, &b->out);
}

static bool says(Bench *b, const char *text)
{
	return reads(b, text, text ? strlen(text) : 0);
}

static void texts(void **state _unused_)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "5", 5 },
		{ "5\n", 5 },
		{ "3\r\n", 3 },
		{ "-3", -3 },
		{ "+7", 7 },
		{ " \t\v\f12", 12 },
		{ "\n\n 9\n", 9 },
		{ "  +0x10\n", 16 },
		{ "010", 8 },
		{ "5abc", 5 },
		{ "7 6", 7 },
		{ "08", 0 },
		{ "0x", 0 },
		{ "0b11", 0 },
		{ "- 5", 0 },
		{ "", 0 },
		{ "\n", 0 },
		{ "abc", 0 },
		{ "-", 0 },
		{ NULL, 0 },
		{ "2147483648", MOST },
		{ "-2147483648", -MOST },
		{ "1.9", 1 },
		{ "1e3", 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(bench_free) Bench b;

		bench_init(&b);
		assert_true(says(&b, cases[i].text));
		if (b.t.value != cases[i].value)
			fail_msg("\"%s\" is %lld", cases[i].text, (long long)b.t.value);
	}
}

/* Of what is longer than it reads keepalived sees the start; so do we, to the byte. */
static void long_texts(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	char text[LIMIT_FILE_TEXT];

	bench_init(&b);
	memset(text, ' ', sizeof(text));
	text[125] = text[126] = text[127] = '1';
	(void)reads(&b, text, sizeof(text));
	assert_int_equal(b.t.value, 11);
	memset(text, '0', sizeof(text));
	(void)reads(&b, text, sizeof(text));
	assert_int_equal(b.t.value, 0);
	(void)reads(&b,
		"11\0"
		"22",
		5);
	assert_int_equal(b.t.value, 11);
	(void)reads(&b, "12", 1);
	assert_int_equal(b.t.value, 1);
}

static void number_beyond_all_bounds_changes_nothing(void **state _unused_)
{
	static const char *const texts[] = { "2147483649", "-2147483649", "99999999999",
		"99999999999999999999999", "-99999999999999999999999", "0xffffffffffffffff" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		_cleanup_(bench_free) Bench b;

		bench_init(&b);
		(void)says(&b, "9");
		unit_forget(&b.out);
		assert_false(says(&b, texts[i]));
		assert_int_equal(b.t.value, 9);
		assert_int_equal(b.out.list.n, 1);
		assert_int_equal(b.out.list.items[0].trace.reason, TRACE_FILE_IGNORED);
	}
}

static void changes_are_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_true(says(&b, "0")); /* it is known now */
	assert_false(says(&b, "0\n"));
	expect_effects(&b.out, "");
	assert_true(says(&b, "3"));
	expect_effects(&b.out, "trace track file load is now 3\n");
	assert_false(says(&b, " 3"));
	assert_true(says(&b, NULL));
	expect_effects(&b.out, "trace track file load is now 0\n");
	assert_false(says(&b, "99999999999"));
	expect_effects(&b.out, "trace Invalid number 99999999999 read from /run/load - ignoring\n");
}

static void first_word_beyond_all_bounds_is_a_word(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_true(says(&b, "99999999999"));
	assert_true(b.t.known);
	assert_int_equal(b.t.value, 0);
}

static void weights(void **state _unused_)
{
	static const struct {
		int64_t value;
		int weight;
		bool reverse;
		int adds;
		bool bad;
	} cases[] = {
		{ -3, 10, false, -30, false },
		{ -3, 10, true, 30, false },
		{ 5, 1, false, 5, false },
		{ 5, -2, false, -10, false },
		{ 254, 1, false, 253, false },
		{ 300, 1, false, 253, false },
		{ -253, 1, false, -253, false },
		{ -254, 1, false, -254, true },
		{ -255, 1, false, -254, true },
		{ 254, 1, true, -254, true },
		{ -254, 1, true, 253, false },
		{ 127, -2, false, -254, true },
		{ 0, 0, false, 0, false },
		{ 1, 0, false, 0, true },
		{ -1, 0, false, 0, true },
		{ 0, 0, true, 0, true },
		{ 1, 0, true, 0, false },
		{ MOST, INT32_MAX, false, 253, false },
		{ MOST, INT32_MAX, true, -254, true },
		{ MOST, INT32_MIN, false, -254, true },
		{ MOST, INT32_MIN, true, 253, false },
		{ -MOST, INT32_MIN, false, 253, false },
		{ -MOST, INT32_MIN, true, -254, true },
		{ -MOST, INT32_MAX, false, -254, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const TrackFile t = { .known = true, .value = cases[i].value };
		const int weight = cases[i].weight;

		if (track_file_weight(&t, weight, cases[i].reverse) != cases[i].adds ||
			track_file_bad(&t, weight, cases[i].reverse) != cases[i].bad)
			fail_msg("case %zu: %d, %d", i,
				track_file_weight(&t, weight, cases[i].reverse),
				track_file_bad(&t, weight, cases[i].reverse));
	}
}

static void nothing_while_unknown(void **state _unused_)
{
	const TrackFile t = { 0 };

	assert_false(track_file_bad(&t, 0, true));
	assert_false(track_file_bad(&t, -254, false));
	assert_int_equal(track_file_weight(&t, 5, false), 0);
}

static const struct CMUnitTest tests[] = {
	T(texts),
	T(long_texts),
	T(number_beyond_all_bounds_changes_nothing),
	T(changes_are_told),
	T(first_word_beyond_all_bounds_is_a_word),
	T(weights),
	T(nothing_while_unknown),
};

unit_main(tests)
