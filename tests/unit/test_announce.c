/* SPDX-License-Identifier: MIT */
/* Announcements: which frames, in which order and when (behaviour 58 to 67). */
#include "addr/addr_announce.h"
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

/* Owner 0 has A and B on eth0, owner 1 has C on eth0, owner 2 has D on eth1. */
typedef struct Bench {
	AddrSpec specs[4];
	LinkTable links;
	AddrManager m;
	Announcer a;
	Ops ops;
	Arena scratch;
} Bench;

static void bench_free(Bench *b)
{
	announcer_free(&b->a);
	addr_manager_free(&b->m);
	link_table_free(&b->links);
	vec_free(&b->ops.list);
	arena_free(&b->scratch);
}

static void bench_init(Bench *b)
{
	const Link links[] = { unit_link(2, "eth0", true), unit_link(3, "eth1", true) };

	*b = (Bench){ 0 };
	for (uint8_t i = 0; i < 4; i++) {
		b->specs[i] = unit_vips()[0];
		b->specs[i].ip.bytes[3] = (uint8_t)('A' + i);
	}
	b->specs[3].dev = "eth1";
	addr_manager_init(&b->m, 3);
	addr_manager_own(&b->m, 0, b->specs, 2);
	addr_manager_own(&b->m, 1, b->specs + 2, 1);
	addr_manager_own(&b->m, 2, b->specs + 3, 1);
	for (size_t i = 0; i < 2; i++) {
		(void)link_table_set(&b->links, &links[i]);
		addr_manager_link(&b->m, links[i].name, links[i].ifindex);
	}
	announcer_init(&b->a, &b->m, &b->links);
}

/* Lets time pass until `until` and writes what was sent: " 4.0:AB" for A and B 4.0 s after T0. */
#define expect_frames(b, until, text) bench_expect((b), (until), (text), __FILE__, __LINE__)

static void bench_expect(Bench *b, Span until, const char *text, const char *file, int line)
{
	_cleanup_(strbuf_free) StrBuf got = { 0 };
	Instant last = INSTANT_NEVER;

	for (;;) {
		const Instant due = announcer_next_due(&b->a);

		if (due > T0 + until)
			break;
		announcer_step(&b->a, due, &b->ops, &b->scratch);
		vec_foreach(o, &b->ops.list) {
			const Span at = due - T0;

			assert_int_equal(o->kind, OP_SEND_FRAME);
			if (last != due)
				strbuf_printf(&got, " %u.%u:", (unsigned)(at / SEC),
					(unsigned)(at % SEC / 100000));
			last = due;
			strbuf_printf(&got, "%c", o->send.bytes[31]);
		}
		vec_clear(&b->ops.list);
		arena_reset(&b->scratch);
	}
	_assert_string_equal(strbuf_text(&got), text, file, line);
}

/* Behaviour 61, byte for byte. */
static void frame_is_a_gratuitous_arp_request(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 1 };
	_cleanup_(bench_free) Bench b;
	Link *l;

	bench_init(&b);
	l = link_by_name(&b.links, "eth0");
	memcpy(l->hw, (const uint8_t[]){ 0x02, 0x42, 0x0a, 0x09, 0x00, 0x01 }, 6);
	announcer_start(&b.a, 1, &plan, T0);
	announcer_step(&b.a, T0, &b.ops, &b.scratch);
	expect_ops(&b.ops, "send-frame dev 2: "
			   "ffffffff ffff0242 0a090001 08060001 08000604 00010242 0a090001 "
			   "0a090043 ffffffff ffff0a09 0043\n");
}

/* Behaviour 58: A B A B, back to back. */
static void rounds_go_over_all_addresses(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 5 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_int_equal(announcer_next_due(&b.a), INSTANT_NEVER);
	announcer_start(&b.a, 0, &plan, T0);
	assert_int_equal(announcer_next_due(&b.a), T0);
	expect_frames(&b, 100 * SEC, " 0.0:ABABABABAB");
	assert_int_equal(announcer_next_due(&b.a), INSTANT_NEVER);
}

/* Behaviour 59. */
static void burst_repeats_once_after_the_delay(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 2, .delay_usec = 5 * SEC };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, 100 * SEC, " 0.0:ABAB 5.0:ABAB");
}

/* Behaviour 60, as seen in 2.2.7: refresh 4, delay 5. */
static void refresh_counts_from_the_start(void **state _unused_)
{
	const AnnouncePlan plan = {
		.repeat = 2, .delay_usec = 5 * SEC, .refresh_usec = 4 * SEC, .refresh_repeat = 1
	};
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, 17 * SEC, " 0.0:ABAB 4.0:AB 5.0:ABAB 8.0:AB 12.0:AB 16.0:AB");
}

static void refresh_repeat_gives_rounds(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 1, .refresh_usec = 2 * SEC, .refresh_repeat = 3 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, 5 * SEC, " 0.0:AB 2.0:ABABAB 4.0:ABABAB");
}

/* Behaviour 65: one frame, no second burst, no refresh. */
static void min_garp_is_one_frame(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 1 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 1, &plan, T0);
	expect_frames(&b, 1000 * SEC, " 0.0:C");
}

/* Behaviour 64: frames beyond the rate wait, per interface. */
static void pacing_is_per_interface(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 2, .interval_usec = SEC / 2 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, 100 * SEC, " 0.0:A 0.5:B 1.0:A 1.5:B");
	bench_free(&b);
	bench_init(&b);
	announcer_start(&b.a, 1, &plan, T0);
	expect_frames(&b, 0, " 0.0:C");
	announcer_start(&b.a, 2, &plan, T0 + SEC / 5);
	expect_frames(&b, 100 * SEC, " 0.2:D 0.5:C 0.7:D");
}

/* Two owners on one interface share its rate: one frame each half second, four of each. */
static void pacing_is_shared_by_owners(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 4, .interval_usec = SEC / 2 };
	_cleanup_(bench_free) Bench b;
	Instant last = 0;
	size_t frames = 0;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	announcer_start(&b.a, 1, &plan, T0);
	for (Instant due; (due = announcer_next_due(&b.a)) != INSTANT_NEVER;) {
		announcer_step(&b.a, due, &b.ops, &b.scratch);
		assert_true(b.ops.list.n <= 1);
		if (b.ops.list.n) {
			assert_true(!last || due - last >= SEC / 2);
			last = due;
		}
		frames += b.ops.list.n;
		vec_clear(&b.ops.list);
	}
	assert_int_equal(frames, 12);
	assert_int_equal(last, T0 + 11 * SEC / 2);
}

static void stop_ends_a_burst_and_what_would_follow(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 2,
		.delay_usec = 5 * SEC,
		.refresh_usec = 4 * SEC,
		.refresh_repeat = 1,
		.interval_usec = SEC / 2 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, SEC / 2, " 0.0:A 0.5:B");
	announcer_stop(&b.a, 0);
	assert_int_equal(announcer_next_due(&b.a), INSTANT_NEVER);
	announcer_stop(&b.a, 0);
	/* Begun again, it begins at the beginning. */
	announcer_start(&b.a, 0, &plan, T0 + SEC);
	expect_frames(&b, 3 * SEC, " 1.0:A 1.5:B 2.0:A 2.5:B");
}

/* Behaviour 63. */
static void no_frames_on_a_noarp_link(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 2, .delay_usec = SEC };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	link_by_name(&b.links, "eth0")->noarp = true;
	announcer_start(&b.a, 0, &plan, T0);
	announcer_start(&b.a, 2, &plan, T0);
	expect_frames(&b, 100 * SEC, " 0.0:DD 1.0:DD");
}

static void no_frames_on_a_link_that_is_gone(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 2, .delay_usec = SEC };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	announcer_start(&b.a, 0, &plan, T0);
	addr_manager_link(&b.m, "eth0", 0);
	link_table_del(&b.links, link_by_name(&b.links, "eth0"));
	expect_frames(&b, 100 * SEC, "");
}

/* Gratuitous ARP is IPv4's. */
static void no_arp_for_ipv6(void **state _unused_)
{
	const AnnouncePlan plan = { .repeat = 1 };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.specs[0].ip = unit_ip("fe80::1");
	announcer_start(&b.a, 0, &plan, T0);
	expect_frames(&b, SEC, " 0.0:B");
}

static void many_frames_come_in_bounded_steps(void **state _unused_)
{
	enum { N = 600, ROUNDS = 5 };
	static AddrSpec specs[N];
	const AnnouncePlan plan = { .repeat = ROUNDS };
	const Link link = unit_link(2, "eth0", true);
	_cleanup_(bench_free) Bench b = { 0 };
	size_t steps = 0, total = 0;

	for (size_t i = 0; i < N; i++) {
		specs[i] = unit_vips()[0];
		specs[i].ip.bytes[2] = (uint8_t)(i >> 8);
		specs[i].ip.bytes[3] = (uint8_t)i;
	}
	addr_manager_init(&b.m, 1);
	addr_manager_own(&b.m, 0, specs, N);
	addr_manager_link(&b.m, "eth0", 2);
	(void)link_table_set(&b.links, &link);
	announcer_init(&b.a, &b.m, &b.links);
	announcer_start(&b.a, 0, &plan, T0);
	for (; announcer_next_due(&b.a) <= T0; steps++) {
		announcer_step(&b.a, T0, &b.ops, &b.scratch);
		assert_true(b.ops.list.n <= LIMIT_STEP_FRAMES);
		vec_foreach(o, &b.ops.list)
			assert_memory_equal(o->send.bytes + 28, specs[total++ % N].ip.bytes, 4);
		vec_clear(&b.ops.list);
		arena_reset(&b.scratch);
	}
	assert_int_equal(total, (size_t)N * ROUNDS);
	assert_int_equal(steps, 3);
}

static const struct CMUnitTest tests[] = {
	T(frame_is_a_gratuitous_arp_request),
	T(rounds_go_over_all_addresses),
	T(burst_repeats_once_after_the_delay),
	T(refresh_counts_from_the_start),
	T(refresh_repeat_gives_rounds),
	T(min_garp_is_one_frame),
	T(pacing_is_per_interface),
	T(pacing_is_shared_by_owners),
	T(stop_ends_a_burst_and_what_would_follow),
	T(no_frames_on_a_noarp_link),
	T(no_frames_on_a_link_that_is_gone),
	T(no_arp_for_ipv6),
	T(many_frames_come_in_bounded_steps),
};

unit_main(tests)
