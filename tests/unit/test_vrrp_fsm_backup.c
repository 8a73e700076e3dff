/* SPDX-License-Identifier: MIT */
/* BACKUP: RFC 9568, 6.4.2; RFC 3768, 6.4.2; behaviour 5, 7, 14 to 20. */
#include "unit_fsm.h"

static void backup_timer_becomes_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_input(&f, VRRP_IN_TIMER, T0 + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + DOWN + SEC);
	expect_effects(&f.out, "trace (VI) Receive advertisement timeout\n"
			       "trace (VI) no master heard for 3.41 s\n" TAKES_OVER);
	assert_int_equal(f.r.counters.became_master, 1);
	assert_int_equal(f.r.counters.adverts_sent, 1);
	assert_int_equal(f.r.changed, T0 + DOWN);
	assert_int_equal(f.r.cause.reason, TRACE_NOBODY_HEARD);
}

/* Who the advert is from and where it goes (behaviour 68), and that the last will is the same with
 * priority 0. */
static void backup_timer_advert_is_sent_from_the_interface(void **state _unused_)
{
	const IpAddr own = unit_ip(OWN_ADDR);
	_cleanup_(fsm_free) Fsm f;
	size_t found = 0;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_input(&f, VRRP_IN_TIMER, T0 + DOWN);
	vec_foreach(e, &f.out.list) {
		VrrpAdvert a;
		VrrpMismatch why;

		if (e->kind != EFFECT_ADVERT && e->kind != EFFECT_WILL)
			continue;
		found++;
		assert_int_equal(e->send.ifindex, 2);
		assert_true(ip_equal(&e->send.dst, &f.config.group));
		assert_int_equal(e->send.len, 44);
		assert_int_equal(
			vrrp_packet_decode(&f.config, 2, e->send.bytes, e->send.len, &a, &why),
			VRRP_ACCEPT);
		assert_true(ip_equal(&a.src, &own));
		assert_true(a.same_addresses);
		assert_int_equal(a.priority, e->kind == EFFECT_ADVERT ? 150 : 0);
	}
	assert_int_equal(found, 2);
}

/* Without addresses there is nothing to set and to announce. */
static void backup_timer_without_addresses_becomes_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.n_vips = f.config.n_advertised = 0;
	fsm_backup(&f);
	fsm_input(&f, VRRP_IN_TIMER, T0 + DOWN);
	expect_effects(&f.out, "trace (VI) Receive advertisement timeout\n"
			       "trace (VI) no master heard for 3.41 s\n"
			       "trace (VI) Entering MASTER STATE\n"
			       "advert 150\n"
			       "will 0 priority 0\n");
}

static void backup_timer_after_silence_names_the_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 200, LOWER_ADDR, T0 + SEC);
	unit_forget(&f.out);
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + SEC + DOWN + SEC);
	expect_effects(&f.out,
		"trace (VI) Receive advertisement timeout\n"
		"trace (VI) nothing heard from master 10.9.0.1 for 3.41 s\n" TAKES_OVER);
}

static void backup_higher_priority_restarts_the_wait(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 200, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) master set to 10.9.0.1\n");
	fsm_hear(&f, 200, LOWER_ADDR, T0 + 3 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
	expect_effects(&f.out, "");
	fsm_hear(&f, 201, HIGHER_ADDR, T0 + 4 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 4 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) master changed from 10.9.0.1 to 10.9.0.3\n");
}

/* Behaviour 26: the address does not matter to a backup. */
static void backup_equal_priority_restarts_the_wait(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 150, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	fsm_hear(&f, 150, HIGHER_ADDR, T0 + 3 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
}

/* Behaviour 14. */
static void backup_priority_zero_waits_skew_only(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 200, LOWER_ADDR, T0 + SEC);
	unit_forget(&f.out);
	fsm_hear(&f, 0, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + SKEW);
	expect_effects(&f.out, "trace (VI) Backup received priority 0 advertisement\n");
	fsm_input(&f, VRRP_IN_TIMER, T0 + 2 * SEC + SKEW);
	expect_state(&f, VRRP_MASTER, T0 + 3 * SEC + SKEW);
	expect_effects(&f.out, "trace (VI) Receive advertisement timeout\n"
			       "trace (VI) master 10.9.0.1 resigned (priority 0)\n" TAKES_OVER);
}

/* Behaviour 14: also with nopreempt. */
static void backup_nopreempt_priority_zero_waits_skew_only(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.nopreempt = true;
	fsm_backup(&f);
	fsm_hear(&f, 0, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + SKEW);
}

/* Somebody else takes over within the skew: the wait is a whole one again. */
static void backup_priority_zero_then_new_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 0, LOWER_ADDR, T0);
	fsm_hear(&f, 200, HIGHER_ADDR, T0 + 100000);
	expect_state(&f, VRRP_BACKUP, T0 + 100000 + DOWN);
	unit_forget(&f.out);
	fsm_input(&f, VRRP_IN_TIMER, T0 + 100000 + DOWN);
	expect_effects(&f.out,
		"trace (VI) Receive advertisement timeout\n"
		"trace (VI) nothing heard from master 10.9.0.3 for 3.41 s\n" TAKES_OVER);
}

/* Behaviour 16 and 17. */
static void backup_lower_priority_is_discarded_and_wait_continues(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
	expect_effects(&f.out, "trace (VI) master set to 10.9.0.1\n"
			       "trace (VI) received lower priority (100) advert from 10.9.0.1 - "
			       "discarding\n");
	fsm_hear(&f, 149, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
	unit_forget(&f.out);
	fsm_input(&f, VRRP_IN_TIMER, T0 + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + DOWN + SEC);
	expect_effects(&f.out,
		"trace (VI) Receive advertisement timeout\n"
		"trace (VI) master 10.9.0.1 has lower priority 149, ours is 150\n" TAKES_OVER);
}

/* Behaviour 90: one line until the master changes. */
static void backup_lower_priority_is_told_once_per_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC);
	unit_forget(&f.out);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 2 * SEC);
	expect_effects(&f.out, "");
	fsm_hear(&f, 100, HIGHER_ADDR, T0 + 3 * SEC);
	expect_effects(&f.out, "trace (VI) master changed from 10.9.0.1 to 10.9.0.3\n"
			       "trace (VI) received lower priority (100) advert from 10.9.0.3 - "
			       "discarding\n");
}

/* A discarded advert teaches nothing (behaviour 5: of accepted ones only). */
static void backup_lower_priority_teaches_no_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_backup(&f);
	fsm_hear_interval(&f, 100, LOWER_ADDR, 5 * SEC, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
	assert_int_equal(vrrp_master_down_usec(&f.r), DOWN);
}

/* Behaviour 15 and 19. */
static void backup_nopreempt_accepts_lower(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.nopreempt = true;
	fsm_backup(&f);
	fsm_hear(&f, 1, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out, "trace (VI) master set to 10.9.0.1\n");
	fsm_input(&f, VRRP_IN_TIMER, T0 + SEC + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + SEC + DOWN + SEC);
}

/* Behaviour 18: a delay of 3 s ends about 5.4 s after the first advert. */
static void backup_preempt_delay_puts_up_with_lower_until_it_ends(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.preempt_delay_usec = 3 * SEC;
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out, "trace (VI) start preempt delay (3.000000)\n"
			       "trace (VI) master set to 10.9.0.1\n");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 2 * SEC);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 3 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
	expect_effects(&f.out, "");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 4 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) received lower priority (100) advert from 10.9.0.1 - "
			       "discarding\n");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 5 * SEC);
	fsm_input(&f, VRRP_IN_TIMER, T0 + 3 * SEC + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + 4 * SEC + DOWN);
}

/* Behaviour 18: cleared by an advert of at least our priority; the next lower one starts anew. */
static void backup_preempt_delay_is_cleared_by_an_equal_advert(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.preempt_delay_usec = 3 * SEC;
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC);
	unit_forget(&f.out);
	fsm_hear(&f, 150, LOWER_ADDR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) stop preempt delay\n");
	fsm_hear(&f, 150, LOWER_ADDR, T0 + 3 * SEC);
	expect_effects(&f.out, "");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 4 * SEC);
	expect_effects(&f.out, "trace (VI) start preempt delay (3.000000)\n");
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 6 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 6 * SEC + DOWN);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 7 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 6 * SEC + DOWN);
}

/* Behaviour 18: cleared on entering BACKUP. */
static void backup_preempt_delay_starts_anew_after_a_fault(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.preempt_delay_usec = 3 * SEC;
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0);
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_INTERFACE, T0 + SEC);
	fsm_input(&f, VRRP_IN_CLEAR, T0 + 2 * SEC);
	unit_forget(&f.out);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + 4 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 4 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) start preempt delay (3.000000)\n"
			       "trace (VI) master set to 10.9.0.1\n");
}

/* A dead master is replaced whatever the delay. */
static void backup_preempt_delay_does_not_keep_a_dead_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.preempt_delay_usec = 1000 * SEC;
	fsm_backup(&f);
	fsm_hear(&f, 100, LOWER_ADDR, T0);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
	fsm_input(&f, VRRP_IN_TIMER, T0 + DOWN);
	expect_state(&f, VRRP_MASTER, T0 + DOWN + SEC);
}

/* RFC 9568, 6.4.2 (430); behaviour 5. */
static void backup_v3_learns_the_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_backup(&f);
	fsm_hear_interval(&f, 200, LOWER_ADDR, 2 * SEC, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + 6 * SEC + 2 * SEC * 106 / 256);
	expect_effects(&f.out, "trace (VI) master set to 10.9.0.1\n"
			       "trace (VI) advertisement interval changed: mine=1000 milli-sec, "
			       "rcv'd=2000 milli-sec\n");
	fsm_hear_interval(&f, 200, LOWER_ADDR, 2 * SEC, T0 + 2 * SEC);
	expect_effects(&f.out, "");
	/* Its goodbye: the skew is a part of its interval, too. */
	fsm_hear_interval(&f, 0, LOWER_ADDR, 2 * SEC, T0 + 3 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + 2 * SEC * 106 / 256);
	unit_forget(&f.out);
	/* As MASTER we send at our own (RFC 9568, 6.4.1; behaviour 5). */
	fsm_input(&f, VRRP_IN_TIMER, T0 + 4 * SEC);
	expect_state(&f, VRRP_MASTER, T0 + 5 * SEC);
}

static void backup_v2_learns_no_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_hear_interval(&f, 200, LOWER_ADDR, 2 * SEC, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
}

/* Behaviour 7: skew of 150 is 414062 us, of 100 609375, of 200 218750. */
static void backup_priority_change_shifts_the_wait_by_the_skew(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_set_priority(&f, 100, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + 609375);
	expect_effects(&f.out, "trace (VI) Changing effective priority from 150 to 100\n");
	fsm_set_priority(&f, 200, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + 218750);
	expect_effects(&f.out, "trace (VI) Changing effective priority from 100 to 200\n");
	fsm_set_priority(&f, 200, T0 + 2 * SEC);
	expect_effects(&f.out, "");
}

static void backup_priority_change_v3_shifts_by_the_masters_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_backup(&f);
	fsm_hear_interval(&f, 250, LOWER_ADDR, 10 * SEC, T0);
	fsm_set_priority(&f, 100, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 30 * SEC + 10 * SEC * 156 / 256);
}

static void backup_priority_change_decides_the_next_advert(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_set_priority(&f, 90, T0);
	unit_forget(&f.out);
	fsm_hear(&f, 100, LOWER_ADDR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + 3 * SEC + 166 * SEC / 256);
}

/* Behaviour 41. */
static void backup_fault_goes_to_fault(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_INTERFACE, T0 + SEC);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI): entering FAULT state (interface eth0 down)\n"
			       "trace (VI) Entering FAULT STATE\n");
	assert_int_equal(f.r.changed, T0 + SEC);
}

/* A backup holds nothing: no goodbye, nothing to withdraw. */
static void backup_stop_goes_to_stop(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_backup(&f);
	fsm_input(&f, VRRP_IN_STOP, T0 + SEC);
	expect_state(&f, VRRP_STOP, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI) Entering STOP STATE\n");
}

static const struct CMUnitTest tests[] = {
	T(backup_timer_becomes_master),
	T(backup_timer_advert_is_sent_from_the_interface),
	T(backup_timer_without_addresses_becomes_master),
	T(backup_timer_after_silence_names_the_master),
	T(backup_higher_priority_restarts_the_wait),
	T(backup_equal_priority_restarts_the_wait),
	T(backup_priority_zero_waits_skew_only),
	T(backup_nopreempt_priority_zero_waits_skew_only),
	T(backup_priority_zero_then_new_master),
	T(backup_lower_priority_is_discarded_and_wait_continues),
	T(backup_lower_priority_is_told_once_per_master),
	T(backup_lower_priority_teaches_no_interval),
	T(backup_nopreempt_accepts_lower),
	T(backup_preempt_delay_puts_up_with_lower_until_it_ends),
	T(backup_preempt_delay_is_cleared_by_an_equal_advert),
	T(backup_preempt_delay_starts_anew_after_a_fault),
	T(backup_preempt_delay_does_not_keep_a_dead_master),
	T(backup_v3_learns_the_interval),
	T(backup_v2_learns_no_interval),
	T(backup_priority_change_shifts_the_wait_by_the_skew),
	T(backup_priority_change_v3_shifts_by_the_masters_interval),
	T(backup_priority_change_decides_the_next_advert),
	T(backup_fault_goes_to_fault),
	T(backup_stop_goes_to_stop),
};

unit_main(tests)
