/* SPDX-License-Identifier: MIT */
/* The engine: which router a packet is for, what links and checks do to routers, the timers
 * (behaviour 6, 31, 41 to 48, 83 to 92, 110 to 120). */
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062 };

/* Two instances on eth0 (VRID 51) and eth1 (VRID 52); scripts and tracked interfaces are added by
 * those who want them. */
typedef struct Bench {
	VrrpInstanceConfig instances[2];
	AddrSpec vips[2];
	TrackScriptConfig scripts[2];
	VrrpTrack track[2];
	VrrpTrackInterface interfaces[1];
	VrrpConfig config;
	LinkTable links;
	VrrpEngine e;
	Effects out;
} Bench;

static void bench_free(Bench *b)
{
	vrrp_engine_free(&b->e);
	effects_free(&b->out);
	link_table_free(&b->links);
}

static void bench_link(Bench *b, uint32_t ifindex, const char *name, bool up)
{
	const Link l = unit_link(ifindex, name, up);

	(void)link_table_set(&b->links, &l);
}

static void bench_addr(Bench *b, const char *name, const char *ip, bool present)
{
	const IpAddr a = unit_ip(ip);

	(present ? link_add_addr : link_del_addr)(link_by_name(&b->links, name), &a, 24);
}

static void bench_init(Bench *b, size_t n)
{
	*b = (Bench){ 0 };
	for (size_t i = 0; i < 2; i++) {
		b->instances[i] = unit_instance();
		b->vips[i] = unit_vips()[i];
		b->instances[i].vips = &b->vips[i];
		b->instances[i].n_vips = b->instances[i].n_advertised = 1;
		b->scripts[i] = (TrackScriptConfig){ .name = i ? "chk_b" : "chk_a",
			.interval_usec = 2 * SEC,
			.rise = 2,
			.fall = 3 };
		b->scripts[i].job.name = b->scripts[i].name;
		b->track[i].index = (uint32_t)i;
	}
	b->instances[1].name = "VJ";
	b->instances[1].interface = b->vips[1].dev = "eth1";
	b->instances[1].vrid = 52;
	b->config =
		(VrrpConfig){ .instances = b->instances, .n_instances = n, .scripts = b->scripts };
	bench_link(b, 2, "eth0", true);
	bench_link(b, 3, "eth1", true);
	bench_addr(b, "eth0", "10.9.0.2", true);
	bench_addr(b, "eth1", "10.8.0.2", true);
}

static void bench_track_script(Bench *b, int weight)
{
	b->config.n_scripts = 1;
	b->track[0].weight = weight;
	b->instances[0].scripts = b->track;
	b->instances[0].n_scripts = 1;
}

static void bench_start(Bench *b)
{
	vrrp_engine_init(&b->e, &b->config, &b->links);
	vrrp_engine_start(&b->e, T0, &b->out);
}

/* Started and nothing of it to be looked at. */
static void bench_run(Bench *b)
{
	bench_start(b);
	unit_forget(&b->out);
}

static void bench_up(Bench *b, const char *name, bool up, Instant now)
{
	link_by_name(&b->links, name)->up = up;
	vrrp_engine_link(&b->e, name, now, &b->out);
}

static void bench_check(Bench *b, uint32_t script, JobEnd end, int code, Instant now)
{
	const JobResult result = { .end = end, .code = code };

	vrrp_engine_check_done(&b->e, script, &result, now, &b->out);
}

/* A packet of `config` with this priority from this address arrives on the link. */
static void bench_hear_from(Bench *b, const VrrpInstanceConfig *config, const char *from,
	uint8_t priority, uint32_t ifindex, Instant now)
{
	const IpAddr src = unit_ip(from);
	uint8_t bytes[VRRP_PACKET_MAX];
	ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

	vrrp_packet_encode(config, config->n_advertised, &src, priority, 1, &w);
	vrrp_engine_packet(&b->e, &(EventPacket){ .ifindex = ifindex, .bytes = bytes, .len = w.n },
		now, &b->out);
}

static void bench_hear(Bench *b, size_t instance, uint8_t priority, uint32_t ifindex, Instant now)
{
	bench_hear_from(b, &b->instances[instance], "10.9.0.1", priority, ifindex, now);
}

#define expect_router(b, i, s, d)                                                                  \
	do {                                                                                       \
		assert_string_equal(vrrp_state_name((b)->e.routers[i].state), vrrp_state_name(s)); \
		assert_int_equal((b)->e.routers[i].due, (d));                                      \
	} while (0)

/* ---- start and stop ----------------------------------------------------------------------- */

static void start_listens_and_waits(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	bench_start(&b);
	expect_effects(&b.out, "listen 2 224.0.0.18\n"
			       "listen 3 224.0.0.18\n"
			       "trace (VI) Entering BACKUP STATE (init)\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "trace (VJ) Entering BACKUP STATE (init)\n"
			       "trace (VJ) removing VIPs.\n"
			       "want 1 off\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
	expect_router(&b, 1, VRRP_BACKUP, T0 + DOWN);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + DOWN);
}

static void timers_of_all_routers_fire(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	b.instances[1].priority = 100;
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN - 1, &b.out);
	expect_effects(&b.out, "");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	expect_router(&b, 0, VRRP_MASTER, T0 + DOWN + SEC);
	expect_router(&b, 1, VRRP_BACKUP, T0 + 3 * SEC + 609375);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 3 * SEC + 609375);
	vrrp_engine_timer(&b.e, T0 + 3 * SEC + 609375, &b.out);
	expect_router(&b, 1, VRRP_MASTER, T0 + 4 * SEC + 609375);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + DOWN + SEC);
}

static void stop_ends_everything(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	bench_track_script(&b, 10);
	b.instances[1].priority = 1;
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	vrrp_engine_stop(&b.e, T0 + 4 * SEC, &b.out);
	expect_effects(&b.out, "advert 0\n"
			       "trace (VI) sent 0 priority\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "will 0 none\n"
			       "trace (VI) Entering STOP STATE\n"
			       "trace (VJ) Entering STOP STATE\n"
			       "cancel 0\n");
	assert_int_equal(vrrp_engine_next_due(&b.e), INSTANT_NEVER);
	/* Whatever comes late finds nobody. */
	bench_hear(&b, 0, 200, 2, T0 + 5 * SEC);
	bench_up(&b, "eth0", false, T0 + 5 * SEC);
	bench_check(&b, 0, JOB_EXITED, 1, T0 + 5 * SEC);
	vrrp_engine_addr_lost(&b.e, 0, b.vips, T0 + 5 * SEC, &b.out);
	expect_effects(&b.out, "");
	expect_router(&b, 0, VRRP_STOP, INSTANT_NEVER);
}

/* ---- packets ------------------------------------------------------------------------------ */

static void packets_find_their_router_by_interface_and_vrid(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	b.instances[1].vrid = 51; /* the same VRID on another interface is another router */
	bench_run(&b);
	bench_hear(&b, 1, 200, 3, T0 + SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
	expect_router(&b, 1, VRRP_BACKUP, T0 + SEC + DOWN);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 0);
	assert_int_equal(b.e.routers[1].counters.adverts_received, 1);
	bench_hear(&b, 0, 200, 2, T0 + 2 * SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + SEC + DOWN);
	bench_hear(&b, 0, 0, 2, T0 + 3 * SEC);
	assert_int_equal(b.e.routers[0].counters.zero_received, 1);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 2);
}

/* Behaviour 92: silent by default. */
static void unknown_vrid_is_counted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpInstanceConfig other;

	bench_init(&b, 1);
	bench_run(&b);
	other = b.instances[0];
	other.vrid = 99;
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0);
	bench_hear(&b, 0, 200, 3, T0); /* right VRID, wrong interface */
	expect_effects(&b.out, "");
	assert_int_equal(b.e.unknown_vrid, 2);
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
	b.config.log_unknown_vrids = true;
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "trace Unknown VRID(99) received on interface(eth0). ignoring...\n");
}

static void malformed_is_counted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const uint8_t bytes[21] = { 0x45 };

	bench_init(&b, 1);
	bench_run(&b);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		_cleanup_free_ uint8_t *exact = unit_copy(bytes, len);

		vrrp_engine_packet(&b.e, &(EventPacket){ .ifindex = 2, .bytes = exact, .len = len },
			T0, &b.out);
	}
	expect_effects(&b.out, "");
	assert_int_equal(b.e.malformed, 22);
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
}

/* Behaviour 90: one line of each kind until the master or the state changes; all are counted. */
static void rejects_are_told_once_per_kind_and_counted_each_time(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpInstanceConfig v3, pass;

	bench_init(&b, 1);
	bench_run(&b);
	v3 = pass = b.instances[0];
	v3.version = 3;
	pass.auth_type = VRRP_AUTH_PASS;
	bench_hear_from(&b, &v3, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "trace (VI) wrong version from 10.9.0.1. Received 3 and expect 2\n");
	bench_hear_from(&b, &v3, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "");
	bench_hear_from(&b, &pass, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "trace (VI) received a 1 auth from 10.9.0.1, expecting 0!\n");
	bench_hear_from(&b, &pass, "10.9.0.1", 200, 2, T0);
	bench_hear_from(&b, &v3, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "");
	assert_int_equal(b.e.routers[0].counters.rejected[VRRP_REJECT_VERSION], 3);
	assert_int_equal(b.e.routers[0].counters.rejected[VRRP_REJECT_AUTH_MISMATCH], 2);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 0);
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
	/* A new master, and a new state: told again. */
	bench_hear(&b, 0, 200, 2, T0);
	unit_forget(&b.out);
	bench_hear_from(&b, &v3, "10.9.0.1", 200, 2, T0);
	expect_effects(&b.out, "trace (VI) wrong version from 10.9.0.1. Received 3 and expect 2\n");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	bench_hear_from(&b, &v3, "10.9.0.1", 200, 2, T0 + DOWN);
	expect_effects(&b.out, "trace (VI) wrong version from 10.9.0.1. Received 3 and expect 2\n");
}

/* Behaviour 87 (2.3.3 and later). */
static void other_address_list_is_told_once_and_accepted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpInstanceConfig other;

	bench_init(&b, 1);
	bench_run(&b);
	other = b.instances[0];
	other.n_vips = other.n_advertised = 0;
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0 + SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + SEC + DOWN);
	expect_effects(&b.out, "trace (VI) master set to 10.9.0.1\n"
			       "trace (VI) the address list of 10.9.0.1 differs from ours (0 "
			       "addresses, ours 1); its adverts are accepted\n");
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0 + 2 * SEC);
	expect_effects(&b.out, "");
	assert_int_equal(b.e.routers[0].counters.address_list, 2);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 2);
}

/* Behaviour 85: version 3 only says so. */
static void other_interval_v3_is_told_once_and_accepted(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpInstanceConfig other;

	bench_init(&b, 1);
	b.instances[0].version = 3;
	bench_run(&b);
	other = b.instances[0];
	other.advert_usec = 2 * SEC;
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0 + SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + SEC + 6 * SEC + 2 * SEC * 106 / 256);
	expect_effects(&b.out, "trace (VI) master set to 10.9.0.1\n"
			       "trace (VI) advertisement interval changed: mine=1000 milli-sec, "
			       "rcv'd=2000 milli-sec\n"
			       "trace (VI) advertisement interval of 10.9.0.1 differs: mine=1000 "
			       "milli-sec, rcv'd=2000 milli-sec\n");
	bench_hear_from(&b, &other, "10.9.0.1", 200, 2, T0 + 2 * SEC);
	expect_effects(&b.out, "");
}

static void packets_in_fault_change_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_run(&b);
	bench_up(&b, "eth0", false, T0 + SEC);
	unit_forget(&b.out);
	bench_hear(&b, 0, 200, 2, T0 + 2 * SEC);
	bench_hear(&b, 0, 0, 2, T0 + 2 * SEC);
	expect_effects(&b.out, "");
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	assert_int_equal(vrrp_engine_next_due(&b.e), INSTANT_NEVER);
}

/* Behaviour 31. */
static void startup_delay_is_deaf_and_shifts_the_wait(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.startup_delay_usec = 10 * SEC;
	bench_run(&b);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 10 * SEC + DOWN);
	bench_hear(&b, 0, 0, 2, T0 + SEC);
	bench_hear(&b, 0, 200, 2, T0 + 10 * SEC - 1);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 10 * SEC + DOWN);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 0);
	expect_effects(&b.out, "");
	bench_hear(&b, 0, 200, 2, T0 + 10 * SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 10 * SEC + DOWN);
	assert_int_equal(b.e.routers[0].counters.adverts_received, 1);
}

/* ---- links -------------------------------------------------------------------------------- */

/* Behaviour 41, 42 and 46. */
static void link_down_is_fault_and_up_is_backup(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	bench_up(&b, "eth0", false, T0 + 5 * SEC);
	expect_effects(&b.out, "trace (VI): entering FAULT state (interface eth0 down)\n"
			       "advert 0\n"
			       "trace (VI) sent 0 priority\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "will 0 none\n"
			       "trace (VI) Entering FAULT STATE\n");
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	assert_int_equal(b.e.routers[1].state, VRRP_MASTER);
	bench_up(&b, "eth0", true, T0 + 7 * SEC);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + 7 * SEC + DOWN);
}

static void link_that_nobody_uses_changes_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_run(&b);
	bench_up(&b, "eth1", false, T0 + SEC);
	expect_effects(&b.out, "");
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
}

static void link_down_at_start_is_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_link(&b, 2, "eth0", false);
	bench_start(&b);
	expect_effects(&b.out, "listen 2 224.0.0.18\n"
			       "trace (VI): entering FAULT state (interface eth0 down)\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "trace (VI) Entering FAULT STATE (init)\n");
	bench_up(&b, "eth0", true, T0 + SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + SEC + DOWN);
}

/* Behaviour 48: the name is matched, not the index. */
static void link_deleted_and_recreated_under_another_index(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_run(&b);
	link_table_del(&b.links, link_by_name(&b.links, "eth0"));
	vrrp_engine_link(&b.e, "eth0", T0 + SEC, &b.out);
	expect_effects(&b.out, "trace (VI): entering FAULT state (interface eth0 does not exist)\n"
			       "trace (VI) Entering FAULT STATE\n");
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	/* What arrives on its old index is for nobody. */
	bench_hear(&b, 0, 200, 2, T0 + SEC);
	assert_int_equal(b.e.unknown_vrid, 1);
	/* Back, not yet with its address. */
	bench_link(&b, 77, "eth0", true);
	vrrp_engine_link(&b.e, "eth0", T0 + 2 * SEC, &b.out);
	expect_effects(&b.out, "listen 77 224.0.0.18\n");
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	bench_addr(&b, "eth0", "10.9.0.2", true);
	vrrp_engine_link(&b.e, "eth0", T0 + 3 * SEC, &b.out);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
	bench_hear(&b, 0, 200, 77, T0 + 4 * SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 4 * SEC + DOWN);
	unit_forget(&b.out);
	vrrp_engine_timer(&b.e, T0 + 4 * SEC + DOWN, &b.out);
	vec_foreach(e, &b.out.list)
		if (e->kind == EFFECT_ADVERT)
			assert_int_equal(e->send.ifindex, 77);
}

/* Behaviour 47: with dynamic_interfaces. */
static void link_missing_at_start_is_fault_until_it_appears(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.instances[0].interface = b.vips[0].dev = "eth9";
	bench_start(&b);
	expect_effects(&b.out, "trace (VI): entering FAULT state (interface eth9 does not exist)\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "trace (VI) Entering FAULT STATE (init)\n");
	bench_link(&b, 9, "eth9", true);
	bench_addr(&b, "eth9", "10.9.0.2", true);
	vrrp_engine_link(&b.e, "eth9", T0 + SEC, &b.out);
	expect_effects(&b.out, "listen 9 224.0.0.18\n"
			       "trace (VI) Entering BACKUP STATE\n");
}

/* Behaviour 44. */
static void no_address_is_fault_unless_a_source_is_configured(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_run(&b);
	bench_addr(&b, "eth0", "10.9.0.2", false);
	vrrp_engine_link(&b.e, "eth0", T0 + SEC, &b.out);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&b.out, "trace (VI) entering FAULT state (no IPv4 address for interface)\n"
			       "trace (VI) Entering FAULT STATE\n");
	/* An address of the other family does not help. */
	bench_addr(&b, "eth0", "fe80::1", true);
	vrrp_engine_link(&b.e, "eth0", T0 + SEC, &b.out);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	b.instances[0].has_source = true;
	b.instances[0].source = unit_ip("10.9.0.77");
	vrrp_engine_link(&b.e, "eth0", T0 + 2 * SEC, &b.out);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
	assert_true(ip_equal(&b.e.routers[0].source, &b.instances[0].source));
}

/* Behaviour 25: the first address of the family. */
static void source_is_the_first_address(void **state _unused_)
{
	const IpAddr first = unit_ip("10.9.0.2"), second = unit_ip("10.9.0.1");
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_addr(&b, "eth0", "10.9.0.1", true);
	bench_run(&b);
	assert_true(ip_equal(&b.e.routers[0].source, &first));
	bench_addr(&b, "eth0", "10.9.0.2", false);
	vrrp_engine_link(&b.e, "eth0", T0 + SEC, &b.out);
	assert_true(ip_equal(&b.e.routers[0].source, &second));
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
}

/* Behaviour 43. */
static void link_of_an_address_is_tracked(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.vips[0].dev = "eth1";
	bench_run(&b);
	bench_up(&b, "eth1", false, T0 + SEC);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&b.out, "trace (VI): entering FAULT state (interface eth1 down)\n"
			       "trace (VI) Entering FAULT STATE\n");
	bench_up(&b, "eth1", true, T0 + 2 * SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 2 * SEC + DOWN);
}

/* Behaviour 43: the primary interface only. */
static void dont_track_primary_stands_a_link_that_is_down(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.instances[0].dont_track_primary = true;
	bench_run(&b);
	bench_up(&b, "eth0", false, T0 + SEC);
	expect_effects(&b.out, "");
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
}

/* Behaviour 120. */
static void tracked_interface_without_weight_is_a_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.interfaces[0] = (VrrpTrackInterface){ .name = "eth1" };
	b.instances[0].interfaces = b.interfaces;
	b.instances[0].n_interfaces = 1;
	bench_run(&b);
	bench_up(&b, "eth1", false, T0 + SEC);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	/* Both down, one up: still a fault. */
	bench_up(&b, "eth0", false, T0 + SEC);
	bench_up(&b, "eth1", true, T0 + 2 * SEC);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	bench_up(&b, "eth0", true, T0 + 3 * SEC);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 3 * SEC + DOWN);
}

static void tracked_interface_with_weight_changes_the_priority(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.interfaces[0] = (VrrpTrackInterface){ .name = "eth1", .weight = -50 };
	b.instances[0].interfaces = b.interfaces;
	b.instances[0].n_interfaces = 1;
	bench_run(&b);
	assert_int_equal(b.e.routers[0].priority, 150);
	bench_up(&b, "eth1", false, T0 + SEC);
	expect_effects(&b.out, "trace (VI) Changing effective priority from 150 to 100\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + 3 * SEC + 609375);
	bench_up(&b, "eth1", true, T0 + 2 * SEC);
	expect_effects(&b.out, "trace (VI) Changing effective priority from 100 to 150\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + DOWN);
}

/* Behaviour 77. */
static void small_mtu_leaves_addresses_out_of_adverts(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.instances[0].vips = (AddrSpec *)(uintptr_t)unit_vips();
	b.instances[0].n_vips = b.instances[0].n_advertised = 2;
	link_by_name(&b.links, "eth0")->mtu = 40;
	bench_run(&b);
	assert_int_equal(b.e.routers[0].n_advertised, 1);
	link_by_name(&b.links, "eth0")->mtu = 1500;
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	assert_int_equal(b.e.routers[0].n_advertised, 2);
	expect_effects(&b.out, "");
	link_by_name(&b.links, "eth0")->mtu = 40;
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	expect_effects(&b.out, "trace (VI) only 1 addresses fit into an advert: 1 more are treated "
			       "as virtual_ipaddress_excluded\n");
}

/* Behaviour 39. */
static void lost_address_makes_the_master_stand_again(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	vrrp_engine_addr_lost(&b.e, 0, &b.vips[0], T0 + 4 * SEC, &b.out);
	expect_router(&b, 0, VRRP_BACKUP, T0 + 4 * SEC + 414062);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 4 * SEC + 414062);
	assert_int_equal(b.out.list.items[0].trace.reason, TRACE_VIP_LOST);
}

/* ---- checks ------------------------------------------------------------------------------- */

/* Behaviour 113 and 114. */
static void pending_script_is_a_silent_fault_then_backup(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_track_script(&b, 0);
	bench_start(&b);
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	expect_effects(&b.out, "listen 2 224.0.0.18\n"
			       "trace (VI) waiting for the first result of script chk_a\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n");
	/* Behaviour 112: the first run is at once. */
	assert_int_equal(vrrp_engine_next_due(&b.e), T0);
	vrrp_engine_timer(&b.e, T0, &b.out);
	expect_effects(&b.out, "job 0 chk_a\n");
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 2 * SEC);
	bench_check(&b, 0, JOB_EXITED, 0, T0 + SEC);
	expect_effects(&b.out, "trace VRRP_Script(chk_a) succeeded\n"
			       "trace (VI) Entering BACKUP STATE\n");
	expect_router(&b, 0, VRRP_BACKUP, T0 + SEC + DOWN);
}

/* Behaviour 112, 117: fall and rise count after the first result. */
static void script_without_weight_fails_after_fall_and_is_back_after_rise(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	Instant now = T0;

	bench_init(&b, 1);
	bench_track_script(&b, 0);
	bench_run(&b);
	bench_check(&b, 0, JOB_EXITED, 0, now);
	unit_forget(&b.out);
	bench_check(&b, 0, JOB_EXITED, 1, now += SEC);
	expect_effects(&b.out, "trace Script `chk_a` now returning 1\n");
	bench_check(&b, 0, JOB_EXITED, 1, now += SEC);
	expect_effects(&b.out, "");
	assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	bench_check(&b, 0, JOB_EXITED, 1, now += SEC);
	expect_effects(&b.out, "trace VRRP_Script(chk_a) failed (exited with status 1)\n"
			       "trace (VI): entering FAULT state due to script chk_a\n"
			       "trace (VI) Entering FAULT STATE\n");
	bench_check(&b, 0, JOB_EXITED, 0, now += SEC);
	expect_effects(&b.out, "trace Script `chk_a` now returning 0\n");
	expect_router(&b, 0, VRRP_FAULT, INSTANT_NEVER);
	bench_check(&b, 0, JOB_EXITED, 0, now += SEC);
	expect_effects(&b.out, "trace VRRP_Script(chk_a) succeeded\n"
			       "trace (VI) Entering BACKUP STATE\n");
	expect_router(&b, 0, VRRP_BACKUP, now + DOWN);
}

/* Behaviour 118 and 6. */
static void script_with_weight_changes_the_priority(void **state _unused_)
{
	static const struct {
		int weight;
		uint8_t base, before, good, bad;
	} cases[] = {
		{ 10, 150, 150, 160, 150 },
		{ -10, 150, 150, 150, 140 },
		{ 253, 150, 150, 254, 150 }, /* clamped to 1..254 */
		{ -253, 150, 150, 150, 1 },
		{ 253, 1, 1, 254, 1 },
		{ -150, 150, 150, 150, 1 },
		{ 253, 255, 255, 255, 255 }, /* 255 is never altered */
		{ -253, 255, 255, 255, 255 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(bench_free) Bench b;

		bench_init(&b, 1);
		bench_track_script(&b, cases[i].weight);
		b.instances[0].priority = cases[i].base;
		b.scripts[0].rise = b.scripts[0].fall = 1;
		bench_run(&b);
		assert_int_equal(b.e.routers[0].priority, cases[i].before);
		assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
		bench_check(&b, 0, JOB_EXITED, 0, T0);
		assert_int_equal(b.e.routers[0].priority, cases[i].good);
		bench_check(&b, 0, JOB_EXITED, 1, T0);
		assert_int_equal(b.e.routers[0].priority, cases[i].bad);
		assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	}
}

static void script_timeout_and_signal_are_failures(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	bench_track_script(&b, -20);
	b.scripts[0].rise = b.scripts[0].fall = 1;
	bench_run(&b);
	bench_check(&b, 0, JOB_TIMEOUT, 0, T0);
	expect_effects(&b.out, "trace VRRP_Script(chk_a) timed_out\n"
			       "trace (VI) Changing effective priority from 150 to 130\n");
	bench_check(&b, 0, JOB_EXITED, 0, T0);
	unit_forget(&b.out);
	bench_check(&b, 0, JOB_SIGNALED, 11, T0);
	expect_effects(&b.out, "trace VRRP_Script(chk_a) failed (due to signal 11)\n"
			       "trace (VI) Changing effective priority from 150 to 130\n");
}

/* A script that many instances track, and two that one instance tracks. */
static void script_of_two_instances_moves_both(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 2);
	b.config.n_scripts = 2;
	b.instances[0].scripts = b.instances[1].scripts = b.track;
	b.instances[0].n_scripts = 1;
	b.instances[1].n_scripts = 2;
	b.scripts[0].fall = b.scripts[1].fall = 1;
	bench_run(&b);
	bench_check(&b, 0, JOB_EXITED, 0, T0);
	assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	assert_int_equal(b.e.routers[1].state, VRRP_FAULT);
	bench_check(&b, 1, JOB_EXITED, 0, T0);
	assert_int_equal(b.e.routers[1].state, VRRP_BACKUP);
	bench_check(&b, 0, JOB_EXITED, 2, T0);
	assert_int_equal(b.e.routers[0].state, VRRP_FAULT);
	assert_int_equal(b.e.routers[1].state, VRRP_FAULT);
}

static const struct CMUnitTest tests[] = {
	T(start_listens_and_waits),
	T(timers_of_all_routers_fire),
	T(stop_ends_everything),
	T(packets_find_their_router_by_interface_and_vrid),
	T(unknown_vrid_is_counted),
	T(malformed_is_counted),
	T(rejects_are_told_once_per_kind_and_counted_each_time),
	T(other_address_list_is_told_once_and_accepted),
	T(other_interval_v3_is_told_once_and_accepted),
	T(packets_in_fault_change_nothing),
	T(startup_delay_is_deaf_and_shifts_the_wait),
	T(link_down_is_fault_and_up_is_backup),
	T(link_that_nobody_uses_changes_nothing),
	T(link_down_at_start_is_fault),
	T(link_deleted_and_recreated_under_another_index),
	T(link_missing_at_start_is_fault_until_it_appears),
	T(no_address_is_fault_unless_a_source_is_configured),
	T(source_is_the_first_address),
	T(link_of_an_address_is_tracked),
	T(dont_track_primary_stands_a_link_that_is_down),
	T(tracked_interface_without_weight_is_a_fault),
	T(tracked_interface_with_weight_changes_the_priority),
	T(small_mtu_leaves_addresses_out_of_adverts),
	T(lost_address_makes_the_master_stand_again),
	T(pending_script_is_a_silent_fault_then_backup),
	T(script_without_weight_fails_after_fall_and_is_back_after_rise),
	T(script_with_weight_changes_the_priority),
	T(script_timeout_and_signal_are_failures),
	T(script_of_two_instances_moves_both),
};

unit_main(tests)
