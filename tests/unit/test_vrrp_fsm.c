/* SPDX-License-Identifier: MIT */
/* The state machine of one router: INIT, FAULT, STOP, its times, and the inputs that must change
 * nothing (RFC 3768, 6; RFC 9568, 6; behaviour A and B). BACKUP and MASTER have their own files. */
#include "unit_fsm.h"

/* ---- times -------------------------------------------------------------------------------- */

static void skew_v2_is_a_part_of_one_second(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.advert_usec = 7 * SEC;
	fsm_new(&f);
	assert_int_equal(vrrp_skew_usec(&f.r, 150), 414062);
	assert_int_equal(vrrp_skew_usec(&f.r, 255), 3906);
	assert_int_equal(vrrp_skew_usec(&f.r, 1), 996093);
	assert_int_equal(vrrp_skew_usec(&f.r, 100), 609375);
	assert_int_equal(vrrp_master_down_usec(&f.r), 21 * SEC + 414062);
}

static void skew_v3_is_a_part_of_the_masters_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	f.config.advert_usec = 10000;
	fsm_new(&f);
	assert_int_equal(vrrp_skew_usec(&f.r, 150), 106 * 10000 / 256);
	assert_int_equal(vrrp_master_down_usec(&f.r), 30000 + 106 * 10000 / 256);
	f.r.master_advert_usec = 40950000;
	assert_int_equal(vrrp_skew_usec(&f.r, 1), 255 * UINT64_C(40950000) / 256);
}

static void master_down_time_counts_down_timer_adverts(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	assert_int_equal(vrrp_master_down_usec(&f.r), DOWN);
	f.config.down_timer_adverts = 1;
	assert_int_equal(vrrp_master_down_usec(&f.r), SEC + SKEW);
	f.config.down_timer_adverts = 100;
	f.config.advert_usec = f.r.master_advert_usec = 255 * SEC;
	assert_int_equal(vrrp_master_down_usec(&f.r), 25500 * SEC + SKEW);
}

/* ---- INIT --------------------------------------------------------------------------------- */

/* Behaviour 10, 12 and 37. */
static void init_start_goes_to_backup(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	expect_state(&f, VRRP_INIT, INSTANT_NEVER);
	fsm_input(&f, VRRP_IN_START, T0);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
	expect_effects(&f.out, "trace (VI) Entering BACKUP STATE (init)\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n");
	assert_int_equal(f.r.changed, T0);
	assert_int_equal(f.r.cause.reason, TRACE_STARTED);
	assert_int_equal(f.r.counters.became_master, 0);
	assert_int_equal(f.r.counters.released_master, 0);
}

/* Behaviour 12: `state MASTER` shortens nothing. */
static void init_start_as_wanted_master_waits_as_long(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.want_master = true;
	fsm_new(&f);
	fsm_input(&f, VRRP_IN_START, T0);
	expect_state(&f, VRRP_BACKUP, T0 + DOWN);
}

static void init_start_without_addresses_removes_none(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.n_vips = f.config.n_advertised = 0;
	fsm_new(&f);
	fsm_input(&f, VRRP_IN_START, T0);
	expect_effects(&f.out, "trace (VI) Entering BACKUP STATE (init)\n");
}

/* Behaviour 194 and 37. */
static void init_start_with_fault_goes_to_fault(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	fsm_cause(&f, VRRP_IN_START, TRACE_FAULT_INTERFACE, T0);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI): entering FAULT state (interface eth0 down)\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "trace (VI) Entering FAULT STATE (init)\n");
	assert_int_equal(f.r.cause.reason, TRACE_FAULT_INTERFACE);
}

/* Behaviour 113. */
static void init_start_with_script_pending_is_a_silent_fault(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	fsm_cause(&f, VRRP_IN_START, TRACE_FAULT_SCRIPT_PENDING, T0);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	assert_int_equal(trace_level(TRACE_FAULT_SCRIPT_PENDING), TRACE_LEVEL_DETAIL);
	expect_effects(&f.out, "trace (VI) waiting for the first result of script eth0\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n");
	fsm_input(&f, VRRP_IN_CLEAR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&f.out, "trace (VI) Entering BACKUP STATE\n");
}

/* Behaviour 11; RFC 9568, 6.4.1. */
static void init_owner_starts_as_master(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.priority = 255;
	f.config.want_master = true;
	fsm_new(&f);
	fsm_input(&f, VRRP_IN_START, T0);
	expect_state(&f, VRRP_BACKUP, T0);
	unit_forget(&f.out);
	fsm_input(&f, VRRP_IN_TIMER, T0);
	expect_state(&f, VRRP_MASTER, T0 + SEC);
	expect_effects(&f.out, "trace (VI) Receive advertisement timeout\n"
			       "trace (VI) priority 255: address owner, MASTER at once\n"
			       "trace (VI) Entering MASTER STATE\n"
			       "advert 255\n"
			       "trace (VI) setting VIPs.\n"
			       "want 0 on\n"
			       "trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			       "announce 0 repeat 5\n"
			       "will 0 priority 0\n");
}

/* Behaviour 11: only base 255 and wanted MASTER. */
static void init_priority_255_as_wanted_backup_waits(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.priority = 255;
	fsm_new(&f);
	fsm_input(&f, VRRP_IN_START, T0);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + 3906);
}

static void init_priority_is_taken_without_a_word(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	fsm_set_priority(&f, 100, T0);
	assert_int_equal(f.r.priority, 100);
	expect_state(&f, VRRP_INIT, INSTANT_NEVER);
	expect_effects(&f.out, "");
	fsm_input(&f, VRRP_IN_START, T0);
	expect_state(&f, VRRP_BACKUP, T0 + 3 * SEC + 609375);
}

static void init_stop_goes_to_stop(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_new(&f);
	fsm_input(&f, VRRP_IN_STOP, T0);
	expect_state(&f, VRRP_STOP, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI) Entering STOP STATE\n");
}

/* ---- FAULT -------------------------------------------------------------------------------- */

/* Behaviour 42 and 46. */
static void fault_clear_goes_to_backup(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_fault(&f);
	fsm_input(&f, VRRP_IN_CLEAR, T0 + 5 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 5 * SEC + DOWN);
	expect_effects(&f.out, "trace (VI) Entering BACKUP STATE\n");
	assert_int_equal(f.r.cause.reason, TRACE_FAULTS_CLEARED);
}

/* Behaviour 46. */
static void fault_clear_of_owner_goes_to_master_at_once(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.priority = 255;
	f.config.want_master = true;
	fsm_fault(&f);
	fsm_input(&f, VRRP_IN_CLEAR, T0 + 5 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 5 * SEC);
}

/* The interval that was learned from a master of before is not waited for. */
static void fault_clear_forgets_the_learned_interval(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	f.config.version = 3;
	fsm_backup(&f);
	fsm_hear_interval(&f, 200, LOWER_ADDR, 10 * SEC, T0);
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_INTERFACE, T0 + SEC);
	fsm_input(&f, VRRP_IN_CLEAR, T0 + 2 * SEC);
	expect_state(&f, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	assert_int_equal(f.r.master.family, IP_NONE);
}

static void fault_other_fault_stays_and_is_shown(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_fault(&f);
	fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_NO_ADDRESS, T0 + SEC);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out, "");
	assert_int_equal(f.r.cause.reason, TRACE_FAULT_NO_ADDRESS);
	assert_int_equal(f.r.changed, T0);
}

static void fault_priority_is_traced(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_fault(&f);
	fsm_set_priority(&f, 200, T0 + SEC);
	expect_state(&f, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI) Changing effective priority from 150 to 200\n");
	fsm_input(&f, VRRP_IN_CLEAR, T0 + SEC);
	expect_state(&f, VRRP_BACKUP, T0 + SEC + 3 * SEC + 218750);
}

/* Nothing is held, nothing is to be said goodbye to. */
static void fault_stop_goes_to_stop(void **state _unused_)
{
	_cleanup_(fsm_free) Fsm f;

	fsm_init(&f);
	fsm_fault(&f);
	fsm_input(&f, VRRP_IN_STOP, T0 + SEC);
	expect_state(&f, VRRP_STOP, INSTANT_NEVER);
	expect_effects(&f.out, "trace (VI) Entering STOP STATE\n");
}

/* ---- inputs that change nothing ------------------------------------------------------------ */

static void give(Fsm *f, VrrpInputKind kind)
{
	switch (kind) {
	case VRRP_IN_ADVERT: fsm_hear(f, 200, LOWER_ADDR, T0 + SEC); break;
	case VRRP_IN_PRIORITY: fsm_set_priority(f, 7, T0 + SEC); break;
	case VRRP_IN_FAULT: fsm_cause(f, kind, TRACE_FAULT_INTERFACE, T0 + SEC); break;
	case VRRP_IN_VIP_LOST: fsm_cause(f, kind, TRACE_VIP_LOST, T0 + SEC); break;
	case VRRP_IN_START:
	case VRRP_IN_STOP:
	case VRRP_IN_DELETE:
	case VRRP_IN_TIMER:
	case VRRP_IN_CLEAR:
	case VRRP_IN_GROUP_WAIT: fsm_input(f, kind, T0 + SEC); break;
	case VRRP_IN_GROUP_MASTER:
	case VRRP_IN_GROUP_BACKUP:
	case VRRP_IN_GROUP_RESIGN:
	case VRRP_IN_GROUP_ANNOUNCE: fsm_cause(f, kind, TRACE_GROUP_MEMBER, T0 + SEC); break;
	}
}

/* The router is byte for byte what it was, and nothing is asked for. */
static void expect_ignored(Fsm *f, VrrpInputKind kind)
{
	const VrrpRouter before = f->r;

	give(f, kind);
	assert_memory_equal(&f->r, &before, sizeof(before));
	expect_effects(&f->out, "");
}

static void init_ignores_all_but_start_stop_priority(void **state _unused_)
{
	static const VrrpInputKind kinds[] = { VRRP_IN_TIMER, VRRP_IN_ADVERT, VRRP_IN_FAULT,
		VRRP_IN_CLEAR, VRRP_IN_VIP_LOST, VRRP_IN_GROUP_WAIT, VRRP_IN_GROUP_MASTER,
		VRRP_IN_GROUP_BACKUP, VRRP_IN_GROUP_RESIGN, VRRP_IN_GROUP_ANNOUNCE };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_new(&f);
		expect_ignored(&f, kinds[i]);
	}
}

static void backup_ignores_start_clear_vip_lost(void **state _unused_)
{
	static const VrrpInputKind kinds[] = { VRRP_IN_START, VRRP_IN_CLEAR, VRRP_IN_VIP_LOST,
		VRRP_IN_GROUP_BACKUP, VRRP_IN_GROUP_RESIGN, VRRP_IN_GROUP_ANNOUNCE };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_backup(&f);
		expect_ignored(&f, kinds[i]);
	}
}

static void master_ignores_start_clear(void **state _unused_)
{
	static const VrrpInputKind kinds[] = { VRRP_IN_START, VRRP_IN_CLEAR, VRRP_IN_GROUP_WAIT,
		VRRP_IN_GROUP_MASTER };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_master(&f);
		expect_ignored(&f, kinds[i]);
	}
}

static void fault_ignores_start_timer_advert_vip_lost(void **state _unused_)
{
	static const VrrpInputKind kinds[] = { VRRP_IN_START, VRRP_IN_TIMER, VRRP_IN_ADVERT,
		VRRP_IN_VIP_LOST, VRRP_IN_GROUP_WAIT, VRRP_IN_GROUP_MASTER, VRRP_IN_GROUP_BACKUP,
		VRRP_IN_GROUP_RESIGN, VRRP_IN_GROUP_ANNOUNCE };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_fault(&f);
		expect_ignored(&f, kinds[i]);
	}
}

static void stop_ignores_everything(void **state _unused_)
{
	for (VrrpInputKind kind = VRRP_IN_START; kind <= VRRP_IN_GROUP_ANNOUNCE; kind++) {
		_cleanup_(fsm_free) Fsm f;

		fsm_init(&f);
		fsm_backup(&f);
		fsm_input(&f, VRRP_IN_STOP, T0);
		unit_forget(&f.out);
		expect_ignored(&f, kind);
	}
}

/* A state is left only as RFC 9568, 6.4 and behaviour B have it: whatever comes in whatever order,
 * the addresses are wanted in MASTER and nowhere else, and MASTER and BACKUP have a timer. */
static void any_order_keeps_addresses_with_master_only(void **state _unused_)
{
	uint64_t seed = 42;

	for (size_t round = 0; round < 300; round++) {
		_cleanup_(fsm_free) Fsm f;
		Instant now = T0;
		bool wanted = false, will = false;

		fsm_init(&f);
		f.config.version = round % 2 ? 3 : 2;
		f.config.nopreempt = round % 3 == 0;
		f.config.preempt_delay_usec = round % 5 == 0 ? 2 * SEC : 0;
		fsm_new(&f);
		fsm_input(&f, VRRP_IN_START, now);
		for (size_t i = 0; i < 100; i++) {
			const uint32_t what = unit_below(&seed, 12);
			const char *const from = unit_below(&seed, 2) ? LOWER_ADDR : HIGHER_ADDR;

			now += unit_below(&seed, SEC);
			if (what < 3 && now >= f.r.due)
				fsm_input(&f, VRRP_IN_TIMER, now);
			else if (what < 6)
				fsm_hear(&f, (uint8_t)unit_random(&seed), from, now);
			else if (what == 6)
				fsm_cause(&f, VRRP_IN_FAULT, TRACE_FAULT_INTERFACE, now);
			else if (what < 9)
				fsm_input(&f, VRRP_IN_CLEAR, now);
			else if (what == 9)
				fsm_set_priority(&f, (uint8_t)(1 + unit_below(&seed, 254)), now);
			else if (what == 10)
				fsm_cause(&f, VRRP_IN_VIP_LOST, TRACE_VIP_LOST, now);
			vec_foreach(e, &f.out.list) {
				if (e->kind == EFFECT_ADDR_WANT)
					wanted = e->addr_want.on;
				if (e->kind == EFFECT_WILL)
					will = e->send.len;
			}
			unit_forget(&f.out);
			assert_int_equal(wanted, f.r.state == VRRP_MASTER);
			assert_int_equal(will, f.r.state == VRRP_MASTER);
			assert_int_equal(f.r.due == INSTANT_NEVER, f.r.state == VRRP_FAULT);
		}
	}
}

static void states_have_keepalived_s_names_and_numbers(void **state _unused_)
{
	/* Behaviour 209. */
	assert_int_equal(VRRP_INIT, 0);
	assert_int_equal(VRRP_BACKUP, 1);
	assert_int_equal(VRRP_MASTER, 2);
	assert_int_equal(VRRP_FAULT, 3);
	assert_int_equal(VRRP_STOP, 98);
	assert_string_equal(vrrp_state_name(VRRP_INIT), "INIT");
	assert_string_equal(vrrp_state_name(VRRP_BACKUP), "BACKUP");
	assert_string_equal(vrrp_state_name(VRRP_MASTER), "MASTER");
	assert_string_equal(vrrp_state_name(VRRP_FAULT), "FAULT");
	assert_string_equal(vrrp_state_name(VRRP_STOP), "STOP");
}

static const struct CMUnitTest tests[] = {
	T(skew_v2_is_a_part_of_one_second),
	T(skew_v3_is_a_part_of_the_masters_interval),
	T(master_down_time_counts_down_timer_adverts),
	T(init_start_goes_to_backup),
	T(init_start_as_wanted_master_waits_as_long),
	T(init_start_without_addresses_removes_none),
	T(init_start_with_fault_goes_to_fault),
	T(init_start_with_script_pending_is_a_silent_fault),
	T(init_owner_starts_as_master),
	T(init_priority_255_as_wanted_backup_waits),
	T(init_priority_is_taken_without_a_word),
	T(init_stop_goes_to_stop),
	T(fault_clear_goes_to_backup),
	T(fault_clear_of_owner_goes_to_master_at_once),
	T(fault_clear_forgets_the_learned_interval),
	T(fault_other_fault_stays_and_is_shown),
	T(fault_priority_is_traced),
	T(fault_stop_goes_to_stop),
	T(init_ignores_all_but_start_stop_priority),
	T(backup_ignores_start_clear_vip_lost),
	T(master_ignores_start_clear),
	T(fault_ignores_start_timer_advert_vip_lost),
	T(stop_ignores_everything),
	T(any_order_keeps_addresses_with_master_only),
	T(states_have_keepalived_s_names_and_numbers),
};

unit_main(tests)
