/* SPDX-License-Identifier: MIT */
/* MASTER: RFC 9568, 6.4.3; RFC 3768, 6.4.3; behaviour 21 to 28, 32 to 39. */
#include "unit_fsm.h"

#define GIVES_WAY(trace) "trace (VI) " trace "\n" WITHDRAWS "trace (VI) Entering BACKUP STATE\n"

static void master_timer_sends_an_advert(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC);
	expect_state(&f, VRRP_MASTER, T0 + 2 * SEC);
	expect_effects(&f.out, "advert 150\n");
	assert_int_equal(f.r.counters.adverts_sent, 2);
}

/* A late timer does not shift the rhythm, and adverts that were missed are not made up for. */
static void master_timer_late_keeps_the_rhythm(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC + 30000);
	expect_state(&f, VRRP_MASTER, T0 + 2 * SEC);
	unit_forget(&f.out);
	fsm_input(&f, VRRP_IN_TIMER, T0 + 9 * SEC + 500000);
	expect_effects(&f.out, "advert 150\n");
	expect_state(&f, VRRP_MASTER, T0 + 10 * SEC + 500000);
}

/* Behaviour 68: the identification counts up from 1. */
static void master_identification_counts_up_from_1(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;
	unsigned last = 0;

	fsm_init(&f);
	fsm_backup(&f);
	for (size_t i = 0; i < 5; i++) {
		fsm_input(&f, VRRP_IN_TIMER, f.r.due);
		vec_foreach(e, &f.out.list)
			if (e->kind == EFFECT_ADVERT) {
				const unsigned id =
					(unsigned)e->send.bytes[4] << 8 | e->send.bytes[5];

				assert_int_equal(id, last + 1);
				last = id;
			}
		unit_forget(&f.out);
	}
}

/* Behaviour 21. */
static void master_zero_advertises_at_once(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 0, LOWER_ADDR, T0 + 400000);
	expect_state(&f, VRRP_MASTER, T0 + 400000 + SEC);
	expect_effects(&f.out, "trace (VI) Master received priority 0 message\n"
			       "advert 150\n");
}

/* Behaviour 23. */
static void master_higher_priority_becomes_backup(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 200, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out, GIVES_WAY("Master received advert from 10.9.0.1 with higher "
					 "priority 200, ours 150") "trace (VI) master set to "
								   "10.9.0.1\n");
	assert_int_equal(f.r.counters.released_master, 1);
	assert_int_equal(f.r.counters.zero_sent, 0);
	assert_int_equal(f.r.cause.reason, TRACE_HIGHER_PRIORITY);
}

static void master_higher_prio_send_advert_sends_one_first(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.higher_prio_send_advert = true;
	fsm_master(&f);
	fsm_hear(&f, 151, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out, "trace (VI) Master received advert from 10.9.0.1 with higher "
			       "priority 151, ours 150\n"
			       "advert 150\n" WITHDRAWS "trace (VI) Entering BACKUP STATE\n"
			       "trace (VI) master set to 10.9.0.1\n");
}

/* RFC 9568, 6.4.3 (745): the new master's interval counts. */
static void master_v3_learns_the_interval_of_a_higher_one(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_master(&f);
	fsm_hear_interval(&f, 200, LOWER_ADDR, 4 * SEC, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + 12 * SEC + 4 * SEC * 106 / 256);
}

/* Behaviour 24 and 25. */
static void master_equal_priority_higher_address_becomes_backup(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 150, HIGHER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out,
		GIVES_WAY("Master received advert from 10.9.0.3 with same priority 150 but higher "
			  "IP address than ours") "trace (VI) master set to 10.9.0.3\n");
}

/* Behaviour 25: as unsigned numbers, all four bytes. */
static void master_equal_priority_compares_addresses_as_unsigned_numbers(void **state _unused_)
{
	static const struct {
		const char *from;
		VrrpState state;
	} cases[] = { { "10.9.0.1", VRRP_MASTER }, { "10.8.255.255", VRRP_MASTER },
		{ "9.255.255.255", VRRP_MASTER }, { "10.10.0.0", VRRP_BACKUP },
		{ "200.0.0.1", VRRP_BACKUP }, { "10.9.0.255", VRRP_BACKUP } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_master(&f);
		fsm_hear(&f, 150, cases[i].from, T0 + SEC);
		assert_int_equal(f.r.state, cases[i].state);
	}
}

/* Behaviour 22. */
static void master_equal_priority_lower_address_stays(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 150, LOWER_ADDR, T0 + 400000);
	assert_int_equal(f.r.state, VRRP_MASTER);
	expect_effects(&f.out, "trace (VI) Received advert from 10.9.0.1 with lower priority 150, "
			       "ours 150, forcing new election\n"
			       "advert 150\n"
			       "trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			       "announce 0 repeat 2\n");
}

static void master_lower_priority_forces_election(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 149, HIGHER_ADDR, T0 + 400000);
	assert_int_equal(f.r.state, VRRP_MASTER);
	/* Never later than without it. */
	assert_true(f.r.due >= T0 + SEC && f.r.due <= T0 + 400000 + SEC);
	expect_effects(&f.out, "trace (VI) Received advert from 10.9.0.3 with lower priority 149, "
			       "ours 150, forcing new election\n"
			       "advert 150\n"
			       "trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			       "announce 0 repeat 2\n");
}

static void master_lower_prio_no_advert_announces_only(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.lower_prio_no_advert = true;
	fsm_master(&f);
	fsm_hear(&f, 149, HIGHER_ADDR, T0 + 400000);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	expect_effects(&f.out, "trace (VI) Received advert from 10.9.0.3 with lower priority 149, "
			       "ours 150\n"
			       "trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			       "announce 0 repeat 2\n");
}

static void master_lower_priority_without_lower_prio_repeat_is_quiet(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.garp_lower_prio.repeat = 0;
	fsm_master(&f);
	fsm_hear(&f, 149, HIGHER_ADDR, T0);
	unit_forget(&f.out);
	fsm_hear(&f, 149, HIGHER_ADDR, T0 + 400000);
	expect_effects(&f.out, "advert 150\n");
}

/* Behaviour 27. */
static void master_own_address_heard_is_told_once(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_hear(&f, 150, OWN_ADDR, T0 + 400000);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	expect_effects(&f.out, "trace (VI) WARNING - equal priority advert received from remote "
			       "host with our IP address.\n");
	fsm_hear(&f, 150, OWN_ADDR, T0 + 500000);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	expect_effects(&f.out, "");
}

/* Two owners: told, and the address decides. */
static void master_two_owners_are_told(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.priority = 255;
	fsm_master(&f);
	fsm_hear(&f, 255, LOWER_ADDR, T0 + 400000);
	assert_int_equal(f.r.state, VRRP_MASTER);
	assert_int_equal(f.out.list.items[0].trace.reason, TRACE_TWO_OWNERS);
	fsm_hear(&f, 255, HIGHER_ADDR, T0 + 500000);
	expect_state(&f, VRRP_BACKUP, T0 + 500000 + 3 * SEC + 3906);
}

/* Behaviour 32, 36 and 41: goodbye first, so that the backup waits but the skew. */
static void master_fault_resigns(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_INTERFACE, T0 + SEC);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out,
		"trace (VI): entering FAULT state (interface eth0 down)\n" RESIGNS WITHDRAWS
		"trace (VI) Entering FAULT STATE\n");
	assert_int_equal(f.r.counters.zero_sent, 1);
	assert_int_equal(f.r.counters.released_master, 1);
}

/* The interface is not there: nothing can be sent, all else happens. */
static void master_fault_without_interface_sends_nothing(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	f.r.ifindex = 0;
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_NO_INTERFACE, T0 + SEC);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out,
		"trace (VI): entering FAULT state (interface eth0 does not exist)\n" WITHDRAWS
		"trace (VI) Entering FAULT STATE\n");
	assert_int_equal(f.r.counters.zero_sent, 0);
}

/* Behaviour 34. */
static void master_stop_resigns(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_input(&f, VRRP_IN_STOP, T0 + SEC);
	expect_state(&f, VRRP_STOP, INSTANT_NEVER);
	expect_effects(&f.out, RESIGNS WITHDRAWS "trace (VI) Entering STOP STATE\n");
	assert_int_equal(f.r.counters.released_master, 1);
}

/* Behaviour 39. */
static void master_vip_lost_resigns_and_stands_again_after_the_skew(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_cause(&f, VRRP_IN_VIP_LOST, TRACE_VIP_LOST, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + SKEW);
	expect_effects(&f.out,
		"trace (VI) address 10.9.0.100 was removed from eth0 by another program\n" RESIGNS
			WITHDRAWS "trace (VI) Entering BACKUP STATE\n");
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC + SKEW);
	expect_state(&f, VRRP_MASTER, T0 + 2 * SEC + SKEW);
	expect_effects(&f.out, "trace (VI) Receive advertisement timeout\n"
			       "trace (VI) no master heard for 414 ms\n" TAKES_OVER);
	assert_int_equal(f.r.counters.became_master, 2);
}

/* Behaviour 5: what was learned as a backup is forgotten by a master. */
static void master_forgets_the_learned_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_backup(&f);
	fsm_hear_interval(&f, 200, LOWER_ADDR, 10 * SEC, T0);
	fsm_input(&f, VRRP_IN_TIMER, T0 + 40 * SEC);
	fsm_cause(&f, VRRP_IN_VIP_LOST, TRACE_VIP_LOST, T0 + 41 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 41 * SEC + SKEW);
}

/* Behaviour 7: the new value goes into the next periodic advert. */
static void master_priority_change_is_in_the_next_advert(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_master(&f);
	fsm_set_priority(&f, 90, T0 + 400000);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	expect_effects(&f.out, "trace (VI) Changing effective priority from 150 to 90\n");
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC);
	expect_effects(&f.out, "advert 90\n");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC + 1);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + 1 + 3 * SEC + 166 * SEC / 256);
}

/* What was told once is told again in a new state. */
static void master_again_tells_again(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.garp_lower_prio.repeat = 0;
	fsm_master(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0);
	unit_forget(&f.out);
	fsm_hear(&f, 100, LOWER_ADDR, T0);
	expect_effects(&f.out, "advert 150\n");
	fsm_cause(&f, VRRP_IN_VIP_LOST, TRACE_VIP_LOST, T0 + SEC);
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC + SKEW);
	unit_forget(&f.out);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 2 * SEC);
	expect_effects(&f.out, "trace (VI) Received advert from 10.9.0.1 with lower priority 100, "
			       "ours 150, forcing new election\n"
			       "advert 150\n");
}

static const struct CMUnitTest tests[] = {
	T(master_timer_sends_an_advert),
	T(master_timer_late_keeps_the_rhythm),
	T(master_identification_counts_up_from_1),
	T(master_zero_advertises_at_once),
	T(master_higher_priority_becomes_backup),
	T(master_higher_prio_send_advert_sends_one_first),
	T(master_v3_learns_the_interval_of_a_higher_one),
	T(master_equal_priority_higher_address_becomes_backup),
	T(master_equal_priority_compares_addresses_as_unsigned_numbers),
	T(master_equal_priority_lower_address_stays),
	T(master_lower_priority_forces_election),
	T(master_lower_prio_no_advert_announces_only),
	T(master_lower_priority_without_lower_prio_repeat_is_quiet),
	T(master_own_address_heard_is_told_once),
	T(master_two_owners_are_told),
	T(master_fault_resigns),
	T(master_fault_without_interface_sends_nothing),
	T(master_stop_resigns),
	T(master_vip_lost_resigns_and_stands_again_after_the_skew),
	T(master_forgets_the_learned_interval),
	T(master_priority_change_is_in_the_next_advert),
	T(master_again_tells_again),
};

unit_main(tests)
