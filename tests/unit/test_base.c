/* SPDX-License-Identifier: MIT */
/* base: memory, arrays, maps, timers, bytes, text, time, addresses; each against a naive model
 * where there is one. */
#include "base/timerq.h"
#include "unit.h"

#include <arpa/inet.h>

#define SEC USEC_PER_SEC

/* ---- arena, vec --------------------------------------------------------------------------- */

static void arena_gives_zeroed_aligned_memory_that_does_not_overlap(void **state _unused_)
{
	_cleanup_(arena_free) Arena a = { 0 };
	static const size_t sizes[] = { 1, 7, 16, 100, 4000, 5000, 70000, 3, 2000000, 8 };
	unsigned char *p[ARRAY_LEN(sizes) * 20];

	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			const size_t n = sizes[i % ARRAY_LEN(sizes)];

			p[i] = arena_alloc(&a, n, 1);
			assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
			for (size_t j = 0; j < n; j += MAX(n - 1, (size_t)1))
				assert_int_equal(p[i][j], 0);
			memset(p[i], (int)(i + 1), n);
		}
		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			const size_t n = sizes[i % ARRAY_LEN(sizes)];

			assert_int_equal(p[i][0], (unsigned char)(i + 1));
			assert_int_equal(p[i][n - 1], (unsigned char)(i + 1));
		}
		arena_reset(&a);
	}
}

static void arena_reset_makes_repeated_steps_allocate_nothing(void **state _unused_)
{
	_cleanup_(arena_free) Arena a = { 0 };
	void *first;

	first = arena_alloc(&a, 1000, 1);
	for (size_t i = 0; i < 100; i++) {
		arena_reset(&a);
		assert_ptr_equal(arena_alloc(&a, 1000, 1), first);
	}
	arena_reset(&a);
	arena_reset(&a);
	arena_free(&a);
	arena_reset(&a); /* of nothing */
	assert_null(a.blocks);
}

static void arena_copies_text_and_items(void **state _unused_)
{
	_cleanup_(arena_free) Arena a = { 0 };
	const int items[] = { 1, 2, 3 };
	char big[10000];
	int *copy;

	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	assert_string_equal(arena_strdup(&a, "abc"), "abc");
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_printf(&a, "%s", big), big);
	copy = arena_copy(&a, items, 3, sizeof(int));
	assert_memory_equal(copy, items, sizeof(items));
	assert_non_null(arena_copy(&a, NULL, 0, sizeof(int)));
}

static void vec_grows_and_keeps_its_items(void **state _unused_)
{
	VEC(uint32_t) v = { 0 };
	uint32_t seen = 0;

	vec_foreach(p, &v)
		fail_msg("%u in an empty array", *p);
	for (uint32_t i = 0; i < 1000; i++)
		vec_push(&v, i * 3);
	assert_int_equal(v.n, 1000);
	vec_foreach(p, &v)
		assert_int_equal(*p, 3 * seen++);
	assert_int_equal(seen, 1000);
	vec_clear(&v);
	assert_int_equal(v.n, 0);
	/* An added item is zero whatever stood there. */
	assert_int_equal(*vec_add(&v), 0);
	vec_free(&v);
	assert_null(v.items);
	assert_int_equal(v.cap, 0);
}

/* ---- map ---------------------------------------------------------------------------------- */

enum { KEYS = 700 };

static void map_against_a_naive_model(void **state _unused_)
{
	static bool has[KEYS];
	static uint32_t value[KEYS];
	Map m = MAP_INIT(sizeof(uint32_t));
	uint64_t seed = 11;
	size_t n = 0;

	memset(has, 0, sizeof(has));
	for (size_t step = 0; step < 60000; step++) {
		/* Phases of growing and of shrinking; keys that are alike in the low bits. */
		const uint32_t i = unit_below(&seed, KEYS), key = i << 16;
		const bool put = unit_below(&seed, 10) < (step / 5000 % 2 ? 3 : 7);
		uint32_t v = 12345;

		assert_int_equal(map_get(&m, &key, &v), has[i]);
		assert_int_equal(v, has[i] ? value[i] : 12345);
		if (put) {
			n += !has[i];
			has[i] = true;
			value[i] = (uint32_t)step;
			map_put(&m, &key, value[i]);
		} else {
			assert_int_equal(map_del(&m, &key), has[i]);
			n -= has[i];
			has[i] = false;
		}
		assert_int_equal(m.n, n);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		const uint32_t key = i << 16;

		assert_int_equal(map_get(&m, &key, NULL), has[i]);
	}
	/* Deleted places are used again: the table does not grow with the number of changes. */
	assert_true(m.cap <= 4096);
	map_free(&m);
	assert_int_equal(m.key_size, sizeof(uint32_t));
}

static void map_of_nothing(void **state _unused_)
{
	Map m = MAP_INIT(3);

	assert_false(map_get(&m, "abc", NULL));
	assert_false(map_del(&m, "abc"));
	map_put(&m, "abc", 1);
	assert_true(map_del(&m, "abc"));
	assert_false(map_del(&m, "abc"));
	assert_false(map_get(&m, "abc", NULL));
	map_free(&m);
}

/* ---- timerq ------------------------------------------------------------------------------- */

enum { TIMERS = 37 };

static Instant naive_next(const Instant *due)
{
	Instant next = INSTANT_NEVER;

	for (size_t i = 0; i < TIMERS; i++)
		next = MIN(next, due[i]);
	return next;
}

static void timerq_against_a_naive_model(void **state _unused_)
{
	Instant due[TIMERS];
	uint64_t seed = 3;
	TimerQ q;

	timerq_init(&q, TIMERS);
	for (size_t i = 0; i < TIMERS; i++)
		due[i] = INSTANT_NEVER;
	assert_int_equal(timerq_next(&q, NULL), INSTANT_NEVER);
	for (size_t step = 0; step < 100000; step++) {
		const uint32_t id = unit_below(&seed, TIMERS), what = unit_below(&seed, 10);
		uint32_t next = UINT32_MAX;

		if (what == 0)
			due[id] = INSTANT_NEVER;
		else if (what < 6 && due[id] != INSTANT_NEVER)
			due[id] += unit_below(&seed, 1000); /* moved later: lazily */
		else
			due[id] = unit_below(&seed, 100000);
		timerq_set(&q, id, due[id]);
		if (unit_below(&seed, 3))
			continue; /* several moves between two looks */
		assert_int_equal(timerq_next(&q, &next), naive_next(due));
		if (naive_next(due) != INSTANT_NEVER)
			assert_int_equal(due[next], naive_next(due));
	}
	timerq_free(&q);
}

static void timerq_gives_all_in_order(void **state _unused_)
{
	uint64_t seed = 9;
	Instant last = 0;
	uint32_t id;
	TimerQ q;

	timerq_init(&q, 500);
	for (uint32_t i = 0; i < 500; i++)
		timerq_set(&q, i, unit_below(&seed, 200));
	for (size_t i = 0; i < 500; i++) {
		const Instant at = timerq_next(&q, &id);

		assert_true(at != INSTANT_NEVER && at >= last);
		last = at;
		timerq_set(&q, id, INSTANT_NEVER);
	}
	assert_int_equal(timerq_next(&q, &id), INSTANT_NEVER);
	timerq_free(&q);
	timerq_init(&q, 0);
	assert_int_equal(timerq_next(&q, NULL), INSTANT_NEVER);
	timerq_free(&q);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void reader_stops_at_the_end(void **state _unused_)
{
	for (size_t len = 0; len <= 6; len++) {
		_cleanup_free_ uint8_t *p = unit_copy("\1\2\3\4\5\6", len);
		ByteReader r = { .at = p, .left = len };

		assert_int_equal(bytes_u8(&r), len >= 1 ? 1 : 0);
		assert_int_equal(bytes_u16(&r), len >= 3 ? 0x0203 : 0);
		assert_int_equal(r.bad, len < 3);
		(void)bytes_take(&r, 3);
		assert_int_equal(r.bad, len < 6);
		/* Bad stays bad, even for what there would be room for. */
		if (r.bad) {
			assert_null(bytes_take(&r, 0));
			assert_int_equal(bytes_u8(&r), 0);
		} else {
			assert_non_null(bytes_take(&r, 0));
			assert_int_equal(r.left, 0);
		}
	}
}

static void reader_is_not_fooled_by_huge_lengths(void **state _unused_)
{
	const uint8_t p[4] = { 1, 2, 3, 4 };
	ByteReader r = { .at = p, .left = sizeof(p) };

	assert_null(bytes_take(&r, SIZE_MAX));
	assert_true(r.bad);
}

static void writer_stops_at_the_end(void **state _unused_)
{
	for (size_t cap = 0; cap <= 6; cap++) {
		_cleanup_free_ uint8_t *p = mem_alloc(cap, 1);
		ByteWriter w = { .start = p, .cap = cap };

		bytes_put_u8(&w, 1);
		bytes_put_u16(&w, 0x0203);
		bytes_put(&w, "\4\5\6", 3);
		assert_int_equal(w.bad, cap < 6);
		assert_true(w.n <= cap);
		assert_memory_equal(p, "\1\2\3\4\5\6", w.n);
		bytes_put(&w, NULL, 0);
		assert_int_equal(w.bad, cap < 6);
		bytes_put(&w, p, SIZE_MAX);
		assert_true(w.bad);
	}
}

/* RFC 1071, 3: its example, and an odd number of bytes. */
static void checksum_as_in_rfc_1071(void **state _unused_)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t odd[] = { 0x01, 0x02, 0x03 };
	uint8_t big[4000];

	assert_int_equal(bytes_checksum(bytes_sum(example, 8, 0)), (uint16_t)~0xddf2);
	assert_int_equal(bytes_checksum(bytes_sum(odd, 3, 0)), (uint16_t) ~(0x0102 + 0x0300));
	assert_int_equal(bytes_checksum(0), 0xffff);
	assert_int_equal(bytes_sum(NULL, 0, 77), 77);
	/* Added up in parts it is the same. */
	assert_int_equal(bytes_checksum(bytes_sum(example + 4, 4, bytes_sum(example, 4, 0))),
		(uint16_t)~0xddf2);
	/* As many carries as a packet can make. */
	memset(big, 0xff, sizeof(big));
	assert_int_equal(bytes_checksum(bytes_sum(big, sizeof(big), 0)), 0);
}

/* ---- text --------------------------------------------------------------------------------- */

static void strbuf_grows(void **state _unused_)
{
	_cleanup_(strbuf_free) StrBuf b = { 0 };

	assert_string_equal(strbuf_text(&b), "");
	strbuf_add(&b, "");
	assert_string_equal(b.s, "");
	for (size_t i = 0; i < 1000; i++) {
		strbuf_printf(&b, "%03zu,", i);
		strbuf_addn(&b, "xyz", 1);
		assert_int_equal(strlen(b.s), b.n);
	}
	assert_int_equal(b.n, 5000);
	assert_memory_equal(b.s, "000,x001,x", 10);
	assert_string_equal(b.s + 4990, "998,x999,x");
	strbuf_pad(&b, ' ', 3);
	strbuf_pad(&b, ' ', 0);
	assert_string_equal(b.s + 4995, "999,x   ");
	strbuf_free(&b);
	assert_int_equal(b.n, 0);
	strbuf_pad(&b, '-', 2);
	assert_string_equal(strbuf_text(&b), "--");
}

static void span_text_for_people(void **state _unused_)
{
	static const struct {
		Span span;
		const char *text;
	} cases[] = {
		{ 0, "0 ms" },
		{ 250000, "250 ms" },
		{ 999999, "999 ms" },
		{ SEC, "1.00 s" },
		{ 3414062, "3.41 s" },
		{ 9999999, "9.99 s" },
		{ 10 * SEC, "10 s" },
		{ 59999999, "59 s" },
		{ 60 * SEC, "1 min 0 s" },
		{ 125 * SEC, "2 min 5 s" },
		{ 3599 * SEC, "59 min 59 s" },
		{ 12000 * SEC, "3 h 20 min" },
		{ 86399 * SEC, "23 h 59 min" },
		{ 1051200 * SEC, "12 d 4 h" },
		{ UINT64_MAX, "213503982 d 8 h" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buffer[SPAN_TEXT_SIZE];

		assert_string_equal(span_text(cases[i].span, buffer), cases[i].text);
	}
}

static void instants_do_not_wrap(void **state _unused_)
{
	assert_int_equal(instant_add(1, 2), 3);
	assert_int_equal(instant_add(INSTANT_NEVER, 0), INSTANT_NEVER);
	assert_int_equal(instant_add(INSTANT_NEVER - 1, 2), INSTANT_NEVER);
	assert_int_equal(instant_add(5, INSTANT_NEVER), INSTANT_NEVER);
	assert_int_equal(instant_since(5, 3), 2);
	assert_int_equal(instant_since(3, 5), 0);
	assert_int_equal(instant_since(3, 3), 0);
}

/* ---- IP addresses ------------------------------------------------------------------------- */

static void ip_parses_what_inet_pton_takes(void **state _unused_)
{
	static const char *const good[] = { "0.0.0.0", "255.255.255.255", "10.9.0.1", "::", "::1",
		"fe80::1", "2001:db8::ff00:42:8329", "::ffff:10.0.0.1" };
	static const char *const bad[] = { "", " ", "10.9.0", "10.9.0.300", "10.9.0.1/24",
		"10.9.0.1 ", " 10.9.0.1", "10.9.0.1.2", "0x7f.1", "fe80::1%eth0",
		":::", "localhost", "1::2::3" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		char text[IP_TEXT_SIZE];
		IpAddr ip;

		assert_true(ip_parse(good[i], &ip));
		assert_int_equal(ip.family, strchr(good[i], ':') ? IP_V6 : IP_V4);
		assert_string_equal(ip_text(&ip, text), good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		IpAddr ip = { .family = 99 };

		assert_false(ip_parse(bad[i], &ip));
		assert_int_equal(ip.family, 99);
	}
}

static void ip_sizes(void **state _unused_)
{
	char text[IP_TEXT_SIZE];

	assert_int_equal(ip_size(IP_V4), 4);
	assert_int_equal(ip_size(IP_V6), 16);
	assert_int_equal(ip_size(IP_NONE), 0);
	assert_int_equal(ip_bits(IP_V4), 32);
	assert_int_equal(ip_bits(IP_V6), 128);
	assert_string_equal(ip_text(&(IpAddr){ 0 }, text), "none");
}

/* As unsigned numbers in network order. */
static void ip_compare_is_an_order(void **state _unused_)
{
	static const char *const sorted[] = { "0.0.0.0", "9.255.255.255", "10.9.0.1", "10.9.0.2",
		"10.9.1.0", "127.255.255.255", "128.0.0.0", "255.255.255.255" };

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
			const IpAddr a = unit_ip(sorted[i]), b = unit_ip(sorted[j]);
			const int c = ip_compare(&a, &b);

			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
			assert_int_equal(ip_equal(&a, &b), i == j);
		}
}

static void ip_equal_looks_at_the_family(void **state _unused_)
{
	const IpAddr a = unit_ip("0.0.0.0"), b = unit_ip("::");

	assert_false(ip_equal(&a, &b));
	assert_true(ip_compare(&a, &b) != 0);
}

/* ---- diagnostics -------------------------------------------------------------------------- */

static void diag_text_has_place_and_hint(void **state _unused_)
{
	_cleanup_(diag_list_free) DiagList l = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	const SourcePos all = { "f.conf", 3, 9 }, line = { "f.conf", 2, 0 };
	const SourcePos file = { "f.conf", 0, 0 }, none = { 0 };

	diag_error(&l, all, "'%s' is no number", "x%d");
	diag_hint(&l, "give %d to %d", 1, 255);
	diag_warning(&l, line, "a line");
	diag_error(&l, file, "a file");
	diag_error(&l, none, "nowhere");
	assert_int_equal(l.all.n, 4);
	assert_int_equal(l.errors, 3);
	diag_list_text(&l, &out);
	assert_string_equal(strbuf_text(&out), "f.conf:3:9: error: 'x%d' is no number\n"
					       "    give 1 to 255\n"
					       "f.conf:2: warning: a line\n"
					       "f.conf: error: a file\n"
					       "error: nowhere\n");
}

static void diag_sort_is_by_place_and_stable(void **state _unused_)
{
	_cleanup_(diag_list_free) DiagList l = { 0 };
	static const char file[] = "f.conf";
	uint64_t seed = 4;

	for (uint32_t i = 0; i < 200; i++) {
		const SourcePos pos = { file, 1 + unit_below(&seed, 10), unit_below(&seed, 4) };

		diag_error(&l, pos, "%03u", i);
	}
	diag_sort(&l);
	for (size_t i = 1; i < l.all.n; i++) {
		const Diag *a = &l.all.items[i - 1], *b = &l.all.items[i];

		assert_true(a->pos.line <= b->pos.line);
		if (a->pos.line == b->pos.line)
			assert_true(a->pos.column <= b->pos.column);
		if (a->pos.line == b->pos.line && a->pos.column == b->pos.column)
			assert_true(strcmp(a->text, b->text) < 0);
	}
}

static const struct CMUnitTest tests[] = {
	T(arena_gives_zeroed_aligned_memory_that_does_not_overlap),
	T(arena_reset_makes_repeated_steps_allocate_nothing),
	T(arena_copies_text_and_items),
	T(vec_grows_and_keeps_its_items),
	T(map_against_a_naive_model),
	T(map_of_nothing),
	T(timerq_against_a_naive_model),
	T(timerq_gives_all_in_order),
	T(reader_stops_at_the_end),
	T(reader_is_not_fooled_by_huge_lengths),
	T(writer_stops_at_the_end),
	T(checksum_as_in_rfc_1071),
	T(strbuf_grows),
	T(span_text_for_people),
	T(instants_do_not_wrap),
	T(ip_parses_what_inet_pton_takes),
	T(ip_sizes),
	T(ip_compare_is_an_order),
	T(ip_equal_looks_at_the_family),
	T(diag_text_has_place_and_hint),
	T(diag_sort_is_by_place_and_stable),
};

unit_main(tests)
