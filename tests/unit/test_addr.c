/* SPDX-License-Identifier: MIT */
/* The address manager: wanted against seen (behaviour 36 to 39), alone and against a model of the
 * kernel whose reports come late. */
#include "addr/addr_manager.h"
#include "unit.h"

#include <errno.h>

enum { OWNERS = 2, IFINDEX = 2 };

typedef struct Bench {
	AddrSpec specs[4]; /* 10.9.0.100 to 103 */
	AddrManager m;
	Ops ops;
} Bench;

static void bench_free(Bench *b)
{
	addr_manager_free(&b->m);
	vec_free(&b->ops.list);
}

/* Owner 0 has the first two, owner 1 the second and third; eth0 is there. */
static void bench_init(Bench *b)
{
	*b = (Bench){ 0 };
	for (uint8_t i = 0; i < 4; i++) {
		b->specs[i] = unit_vips()[0];
		b->specs[i].ip.bytes[3] = (uint8_t)(100 + i);
	}
	addr_manager_init(&b->m, OWNERS);
	addr_manager_own(&b->m, 0, b->specs, 2);
	addr_manager_own(&b->m, 1, b->specs + 1, 2);
	addr_manager_link(&b->m, "eth0", IFINDEX);
}

static void want(Bench *b, uint32_t owner, bool on)
{
	addr_manager_want(&b->m, owner, on);
}

#define expect_step(b, text)                                                                       \
	do {                                                                                       \
		addr_manager_step(&(b)->m, &(b)->ops);                                             \
		expect_ops(&(b)->ops, text);                                                       \
	} while (0)

/* The kernel reports address 10.9.0.`last`. */
static AddrSeen seen(Bench *b, uint8_t last, bool present, bool self)
{
	EventAddr a = {
		.ifindex = IFINDEX, .ip = unit_ip("10.9.0.0"), .prefix_len = 24, .self = self
	};
	uint32_t entry;

	a.ip.bytes[3] = last;
	return addr_manager_seen(&b->m, &a, present, &entry);
}

static bool failed(Bench *b, OpFailed what, int error, uint8_t last)
{
	EventOpFailed f = { .what = what,
		.error = error,
		.ifindex = IFINDEX,
		.ip = unit_ip("10.9.0.0"),
		.prefix_len = 24 };

	f.ip.bytes[3] = last;
	return addr_manager_failed(&b->m, &f);
}

#define ADD(n) "addr-add 10.9.0." #n "/24 dev 2\n"
#define DEL(n) "addr-del 10.9.0." #n "/24 dev 2\n"

static void wanted_addresses_are_added_in_order_and_removed(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_false(addr_manager_busy(&b.m));
	expect_step(&b, "");
	want(&b, 0, true);
	assert_true(addr_manager_busy(&b.m));
	assert_false(addr_manager_present(&b.m, 0, 0));
	expect_step(&b, ADD(100) ADD(101));
	assert_false(addr_manager_busy(&b.m));
	assert_true(addr_manager_present(&b.m, 0, 0));
	assert_true(addr_manager_present(&b.m, 0, 1));
	assert_int_equal(addr_manager_ifindex(&b.m, 0, 0), IFINDEX);
	want(&b, 0, true); /* asked twice is asked once */
	expect_step(&b, "");
	want(&b, 0, false);
	expect_step(&b, DEL(100) DEL(101));
	want(&b, 0, false);
	expect_step(&b, "");
	assert_false(addr_manager_present(&b.m, 0, 1));
}

/* What came and went between two steps was never there. */
static void wanted_and_not_wanted_within_a_step_is_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	want(&b, 0, false);
	expect_step(&b, "");
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	want(&b, 0, false);
	want(&b, 0, true);
	expect_step(&b, "");
}

static void address_of_two_owners_stays_until_neither_wants_it(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	want(&b, 1, true);
	expect_step(&b, ADD(102));
	want(&b, 0, false);
	expect_step(&b, DEL(100));
	assert_true(addr_manager_present(&b.m, 0, 1));
	want(&b, 1, false);
	expect_step(&b, DEL(101) DEL(102));
}

/* Behaviour 37: left behind by an earlier run. */
static void address_that_was_there_is_removed_when_not_wanted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_int_equal(seen(&b, 100, true, false), ADDR_MANAGED);
	assert_true(addr_manager_present(&b.m, 0, 0));
	expect_step(&b, "");
	want(&b, 0, false);
	expect_step(&b, DEL(100));
}

static void address_that_was_there_is_not_added_again(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	assert_int_equal(seen(&b, 100, true, false), ADDR_MANAGED);
	want(&b, 0, true);
	expect_step(&b, ADD(101));
}

static void foreign_addresses_are_none_of_ours(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	EventAddr a = { .ifindex = IFINDEX, .ip = unit_ip("10.9.0.100"), .prefix_len = 24 };
	uint32_t entry;

	bench_init(&b);
	assert_int_equal(seen(&b, 99, true, false), ADDR_FOREIGN);
	assert_int_equal(seen(&b, 99, false, false), ADDR_FOREIGN);
	a.ifindex = 3; /* ours, but on another link */
	assert_int_equal(addr_manager_seen(&b.m, &a, true, &entry), ADDR_FOREIGN);
	a.ifindex = IFINDEX;
	a.prefix_len = 32; /* to the kernel another address */
	assert_int_equal(addr_manager_seen(&b.m, &a, true, &entry), ADDR_FOREIGN);
	assert_false(addr_manager_present(&b.m, 0, 0));
}

/* Behaviour 39. */
static void removal_by_another_program_is_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const EventAddr a = { .ifindex = IFINDEX, .ip = unit_ip("10.9.0.101"), .prefix_len = 24 };
	uint32_t entry;

	bench_init(&b);
	want(&b, 0, true);
	want(&b, 1, true);
	addr_manager_step(&b.m, &b.ops);
	vec_clear(&b.ops.list);
	assert_int_equal(addr_manager_seen(&b.m, &a, false, &entry), ADDR_LOST);
	assert_true(addr_manager_owner_wants(&b.m, 0, entry));
	assert_true(addr_manager_owner_wants(&b.m, 1, entry));
	/* The owners withdraw, what is lost as well: the report may be old; and come back. */
	want(&b, 0, false);
	assert_false(addr_manager_owner_wants(&b.m, 0, entry));
	want(&b, 1, false);
	expect_step(&b, DEL(100) DEL(101) DEL(102));
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
}

static void removal_of_what_is_not_wanted_is_no_loss(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	(void)seen(&b, 100, true, false);
	assert_int_equal(seen(&b, 100, false, false), ADDR_MANAGED);
	want(&b, 0, false);
	expect_step(&b, "");
}

/* The reports of our own changes come late, after the next change was asked for. */
static void late_reports_of_our_own_changes_change_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	want(&b, 0, false);
	expect_step(&b, DEL(100) DEL(101));
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	for (uint8_t i = 100; i < 102; i++) {
		assert_int_equal(seen(&b, i, true, true), ADDR_MANAGED);
		assert_int_equal(seen(&b, i, false, true), ADDR_MANAGED);
		assert_int_equal(seen(&b, i, true, true), ADDR_MANAGED);
	}
	expect_step(&b, "");
	assert_true(addr_manager_present(&b.m, 0, 0));
	want(&b, 0, false);
	expect_step(&b, DEL(100) DEL(101));
	assert_int_equal(seen(&b, 100, false, true), ADDR_MANAGED);
	expect_step(&b, "");
}

/* The kernel removes the secondaries of a subnet with its primary, and says that we did it. */
static void secondaries_taken_along_are_put_back(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	want(&b, 1, true);
	expect_step(&b, ADD(100) ADD(101) ADD(102));
	want(&b, 0, false);
	expect_step(&b, DEL(100));
	assert_int_equal(seen(&b, 101, false, true), ADDR_MANAGED);
	assert_int_equal(seen(&b, 102, false, true), ADDR_MANAGED);
	assert_int_equal(seen(&b, 100, false, true), ADDR_MANAGED);
	expect_step(&b, ADD(101) ADD(102));
}

/* Behaviour 38, and an address that somebody else was quicker to add. */
static void refusals_that_are_as_good_as_done(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	assert_true(failed(&b, OP_FAILED_ADDR_ADD, EEXIST, 100));
	assert_true(addr_manager_present(&b.m, 0, 0));
	want(&b, 0, false);
	expect_step(&b, DEL(100) DEL(101));
	assert_true(failed(&b, OP_FAILED_ADDR_DEL, EADDRNOTAVAIL, 100));
	assert_true(failed(&b, OP_FAILED_ADDR_DEL, ENODEV, 101));
	assert_false(addr_manager_present(&b.m, 0, 0));
	/* Nothing is waited for any more: the next removal by another program is noticed. */
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	assert_int_equal(seen(&b, 100, false, false), ADDR_LOST);
}

static void refusals_that_are_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	assert_false(failed(&b, OP_FAILED_ADDR_ADD, EPERM, 100));
	assert_false(addr_manager_present(&b.m, 0, 0));
	assert_true(addr_manager_present(&b.m, 0, 1));
	/* Tried again when it is wanted again; what is not there is not removed. */
	want(&b, 0, false);
	expect_step(&b, DEL(101));
	assert_false(failed(&b, OP_FAILED_ADDR_DEL, EPERM, 101));
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	/* A refusal about something that is not ours. */
	assert_false(failed(&b, OP_FAILED_ADDR_ADD, EPERM, 99));
}

static void link_gone_takes_its_addresses_and_gets_them_back(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	expect_step(&b, ADD(100) ADD(101));
	addr_manager_link(&b.m, "eth0", 0);
	assert_false(addr_manager_present(&b.m, 0, 0));
	assert_int_equal(addr_manager_ifindex(&b.m, 0, 0), 0);
	expect_step(&b, "");
	addr_manager_link(&b.m, "eth9", 5); /* of no interest */
	expect_step(&b, "");
	addr_manager_link(&b.m, "eth0", 7);
	assert_int_equal(addr_manager_ifindex(&b.m, 0, 0), 7);
	expect_step(&b, "addr-add 10.9.0.100/24 dev 7\n"
			"addr-add 10.9.0.101/24 dev 7\n");
	addr_manager_link(&b.m, "eth0", 7); /* told again */
	expect_step(&b, "");
}

static void link_gone_before_the_addresses_are_emitted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	want(&b, 0, true);
	addr_manager_link(&b.m, "eth0", 0);
	expect_step(&b, "");
	assert_false(addr_manager_busy(&b.m));
	want(&b, 0, false);
	addr_manager_link(&b.m, "eth0", 7);
	expect_step(&b, "");
}

/* Addresses of a link that appears late are wanted all the time. */
static void link_that_appears_late(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	addr_manager_init(&b.m, 1);
	addr_manager_own(&b.m, 0, unit_vips(), 2);
	want(&b, 0, true);
	assert_false(addr_manager_busy(&b.m));
	expect_step(&b, "");
	addr_manager_link(&b.m, "eth0", IFINDEX);
	expect_step(&b, ADD(100) ADD(101));
}

/* The same address on two links is two addresses. */
static void same_address_on_two_links(void **state _unused_)
{
	_cleanup_(bench_free) Bench b = { 0 };

	b.specs[0] = b.specs[1] = unit_vips()[0];
	b.specs[1].dev = "eth1";
	addr_manager_init(&b.m, 1);
	addr_manager_own(&b.m, 0, b.specs, 2);
	addr_manager_link(&b.m, "eth0", IFINDEX);
	addr_manager_link(&b.m, "eth1", 3);
	want(&b, 0, true);
	expect_step(&b, ADD(100) "addr-add 10.9.0.100/24 dev 3\n");
	assert_int_equal(seen(&b, 100, false, false), ADDR_LOST);
	assert_true(addr_manager_present(&b.m, 0, 1));
}

static void many_addresses_come_in_bounded_steps(void **state _unused_)
{
	enum { N = 2 * LIMIT_STEP_ADDR_OPS + 100 };
	static AddrSpec specs[N];
	_cleanup_(bench_free) Bench b = { 0 };

	for (size_t i = 0; i < N; i++) {
		specs[i] = unit_vips()[0];
		specs[i].ip.bytes[2] = (uint8_t)(i >> 8);
		specs[i].ip.bytes[3] = (uint8_t)i;
	}
	addr_manager_init(&b.m, 1);
	addr_manager_own(&b.m, 0, specs, N);
	addr_manager_link(&b.m, "eth0", IFINDEX);
	for (size_t on = 2; on-- > 0;) {
		size_t steps = 0, total = 0;

		want(&b, 0, on);
		while (addr_manager_busy(&b.m)) {
			addr_manager_step(&b.m, &b.ops);
			assert_true(b.ops.list.n <= LIMIT_STEP_ADDR_OPS);
			vec_foreach(o, &b.ops.list) {
				assert_int_equal(o->kind, on ? OP_ADDR_ADD : OP_ADDR_DEL);
				assert_ptr_equal(o->addr.spec, &specs[total++]);
			}
			vec_clear(&b.ops.list);
			steps++;
		}
		assert_int_equal(steps, 3);
		assert_int_equal(total, N);
	}
	/* Not wanted any more in the middle: what was added goes, the rest never comes. */
	want(&b, 0, true);
	addr_manager_step(&b.m, &b.ops);
	want(&b, 0, false);
	vec_clear(&b.ops.list);
	for (size_t total = 0; addr_manager_busy(&b.m) || total < LIMIT_STEP_ADDR_OPS;) {
		addr_manager_step(&b.m, &b.ops);
		vec_foreach(o, &b.ops.list)
			assert_int_equal(o->kind, OP_ADDR_DEL);
		total += b.ops.list.n;
		assert_true(total <= LIMIT_STEP_ADDR_OPS);
		vec_clear(&b.ops.list);
	}
}

/* ---- a kernel ----------------------------------------------------------------------------- */

typedef struct Report {
	uint8_t last;
	bool present, self;
} Report;

/* Four addresses of one subnet on one link: the first that came is the primary. */
typedef struct Kernel {
	uint8_t have[4]; /* in the order they came */
	size_t n;
	VEC(Report) late;
	size_t read;
	uint64_t seed;
	bool wanted[OWNERS];
	size_t losses;
} Kernel;

static bool kernel_has(const Kernel *k, uint8_t last)
{
	return memchr(k->have, last, k->n) != NULL;
}

static void kernel_report(Kernel *k, uint8_t last, bool present, bool self)
{
	vec_push(&k->late, ((Report){ last, present, self }));
}

static void kernel_remove(Kernel *k, uint8_t last, bool self)
{
	const size_t at = (size_t)((uint8_t *)memchr(k->have, last, k->n) - k->have);

	if (at == 0) { /* the primary takes the others along */
		for (size_t i = 1; i < k->n; i++)
			kernel_report(k, k->have[i], false, self);
		k->n = 0;
	} else {
		memmove(k->have + at, k->have + at + 1, k->n - at - 1);
		k->n--;
	}
	kernel_report(k, last, false, self);
}

/* Carries out the ops; refusals are told at once, reports wait. */
static void kernel_apply(Kernel *k, Bench *b)
{
	addr_manager_step(&b->m, &b->ops);
	vec_foreach(o, &b->ops.list) {
		const uint8_t last = o->addr.spec->ip.bytes[3];

		if (o->kind == OP_ADDR_ADD && kernel_has(k, last)) {
			assert_true(failed(b, OP_FAILED_ADDR_ADD, EEXIST, last));
		} else if (o->kind == OP_ADDR_ADD) {
			k->have[k->n++] = last;
			kernel_report(k, last, true, true);
		} else if (kernel_has(k, last)) {
			kernel_remove(k, last, true);
		} else {
			assert_true(failed(b, OP_FAILED_ADDR_DEL, EADDRNOTAVAIL, last));
		}
	}
	vec_clear(&b->ops.list);
}

static void kernel_want(Kernel *k, Bench *b, uint32_t owner, bool on)
{
	k->wanted[owner] = on;
	want(b, owner, on);
	kernel_apply(k, b);
}

/* One late report reaches the manager; on a loss both owners withdraw, as routers do. */
static void kernel_deliver(Kernel *k, Bench *b)
{
	const Report r = k->late.items[k->read++];

	if (seen(b, r.last, r.present, r.self) == ADDR_LOST) {
		k->losses++;
		kernel_want(k, b, 0, false);
		kernel_want(k, b, 1, false);
	}
	kernel_apply(k, b);
}

static void kernel_drain(Kernel *k, Bench *b)
{
	while (k->read < k->late.n)
		kernel_deliver(k, b);
}

/* Whatever is wanted and whoever removes: once the reports have come in, exactly what is wanted is
 * there, and the manager knows. */
static void wanted_is_there_in_the_end_whatever_happens(void **state _unused_)
{
	size_t losses = 0;

	for (uint64_t seed = 1; seed <= 400; seed++) {
		_cleanup_(bench_free) Bench b;
		Kernel k = { .seed = seed };

		bench_init(&b);
		for (size_t i = 0; i < 60; i++) {
			const uint32_t what = unit_below(&k.seed, 10);

			if (what < 6) {
				kernel_want(&k, &b, unit_below(&k.seed, OWNERS),
					unit_below(&k.seed, 2));
			} else if (what == 6 && k.n) {
				/* Another program; we hear of it before we do anything else. */
				kernel_drain(&k, &b);
				if (k.n)
					kernel_remove(&k,
						k.have[unit_below(&k.seed, (uint32_t)k.n)], false);
				kernel_drain(&k, &b);
			} else if (k.read < k.late.n) {
				kernel_deliver(&k, &b);
			}
		}
		kernel_drain(&k, &b);
		for (uint8_t i = 0; i < 3; i++) {
			const bool wanted = (i < 2 && k.wanted[0]) || (i > 0 && k.wanted[1]);

			assert_int_equal(kernel_has(&k, (uint8_t)(100 + i)), wanted);
			assert_int_equal(
				addr_manager_present(&b.m, i < 2 ? 0 : 1, i < 2 ? i : 1), wanted);
		}
		losses += k.losses;
		vec_free(&k.late);
	}
	assert_true(losses > 100); /* the test is worth something */
}

static const struct CMUnitTest tests[] = {
	T(wanted_addresses_are_added_in_order_and_removed),
	T(wanted_and_not_wanted_within_a_step_is_nothing),
	T(address_of_two_owners_stays_until_neither_wants_it),
	T(address_that_was_there_is_removed_when_not_wanted),
	T(address_that_was_there_is_not_added_again),
	T(foreign_addresses_are_none_of_ours),
	T(removal_by_another_program_is_told),
	T(removal_of_what_is_not_wanted_is_no_loss),
	T(late_reports_of_our_own_changes_change_nothing),
	T(secondaries_taken_along_are_put_back),
	T(refusals_that_are_as_good_as_done),
	T(refusals_that_are_told),
	T(link_gone_takes_its_addresses_and_gets_them_back),
	T(link_gone_before_the_addresses_are_emitted),
	T(link_that_appears_late),
	T(same_address_on_two_links),
	T(many_addresses_come_in_bounded_steps),
	T(wanted_is_there_in_the_end_whatever_happens),
};

unit_main(tests)
