/* SPDX-License-Identifier: MIT */
/* Faults that were found by reading, each held by a test that failed before it was mended. */
#include "addr/addr_announce.h"
#include "node/node.h"
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062 };

/* Behaviour 87 as keepalived checks it: each of our addresses must stand in the advert. With
 * "A A" for "A B" it misses B. */
static void address_list_with_one_twice_differs(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	VrrpInstanceConfig other = c;
	AddrSpec twice[2] = { c.vips[0], c.vips[0] };
	const IpAddr src = unit_ip("10.9.0.1");
	uint8_t out[VRRP_PACKET_MAX];
	ByteWriter w = { .start = out, .cap = sizeof(out) };
	VrrpAdvert a;
	VrrpMismatch why;

	other.vips = twice;
	vrrp_packet_encode(&other, 2, &src, 100, 1, &w);
	assert_int_equal(vrrp_packet_decode(&c, 2, out, w.n, &a, &why), VRRP_ACCEPT);
	assert_false(a.same_addresses);
}

/* keepalived 2.2.7 at priority 100, seen: weight 10 reverse gives 90 while the script succeeds and
 * 100 while it fails; weight -10 reverse gives 100 and 110. */
static void reverse_weight_turns_the_sign(void **state _unused_)
{
	assert_int_equal(track_weight(10, true, TRACK_GOOD), -10);
	assert_int_equal(track_weight(10, true, TRACK_BAD), 0);
	assert_int_equal(track_weight(-10, true, TRACK_GOOD), 0);
	assert_int_equal(track_weight(-10, true, TRACK_BAD), 10);
}

typedef struct Bench {
	VrrpInstanceConfig instance;
	AddrSpec vips[2];
	TrackScriptConfig script;
	VrrpTrack track;
	VrrpTrackInterface interface;
	VrrpConfig config;
	Node *node;
	const Ops *ops;
} Bench;

static void bench_free(Bench *b)
{
	node_free(b->node);
}

static void bench_init(Bench *b)
{
	static const char *const argv[] = { "/bin/chk", NULL };

	*b = (Bench){ .instance = unit_instance() };
	memcpy(b->vips, unit_vips(), sizeof(b->vips));
	b->instance.vips = b->vips;
	b->script = (TrackScriptConfig){ .name = "chk",
		.job = { .name = "chk", .argv = argv },
		.interval_usec = 100 * SEC,
		.rise = 1,
		.fall = 1 };
	b->config = (VrrpConfig){ .instances = &b->instance, .n_instances = 1 };
}

static void bench_step(Bench *b, Event e, Instant now)
{
	e.now = now;
	b->ops = node_step(b->node, &e);
}

static void bench_addr(Bench *b, bool present, const char *ip, Instant now)
{
	bench_step(b,
		(Event){ .kind = present ? EVENT_ADDR : EVENT_ADDR_GONE,
			.addr = { .ifindex = 2, .ip = unit_ip(ip), .prefix_len = 24 } },
		now);
}

static void bench_run(Bench *b)
{
	b->node = node_new(&b->config);
	bench_step(b, (Event){ .kind = EVENT_LINK, .link = unit_link(2, "eth0", true) }, T0);
	bench_addr(b, true, "10.9.0.2", T0);
	bench_step(b, (Event){ .kind = EVENT_READY }, T0);
}

/* The priority of the advert in the last step, -1: none. */
static int bench_advert(const Bench *b)
{
	vec_foreach(o, &b->ops->list)
		if (o->kind == OP_SEND_IP)
			return o->send.bytes[22];
	return -1;
}

/* Behaviour 31: until the moment arrives adverts are ignored and all down-timers are offset, also
 * that of a router which begins late because its check had to end first. */
static void startup_delay_holds_for_a_router_that_leaves_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.startup_delay_usec = 10 * SEC;
	b.config.scripts = &b.script;
	b.config.n_scripts = 1;
	b.instance.scripts = &b.track;
	b.instance.n_scripts = 1;
	bench_run(&b);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0);
	bench_step(&b, (Event){ .kind = EVENT_JOB_DONE, .job_done = { .job = 1 } }, T0);
	/* The master of today is not heard before T0 + 10 s. */
	assert_true(node_next_due(b.node) >= T0 + 10 * SEC);
}

/* Behaviour 32: MASTER to FAULT says priority 0, also when the fault is that the address of the
 * interface was removed; else the backup waits three adverts for nothing. */
static void fault_by_lost_source_says_goodbye(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_run(&b);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + DOWN);
	assert_int_equal(bench_advert(&b), 150);
	bench_addr(&b, false, "10.9.0.2", T0 + 4 * SEC);
	assert_int_equal(bench_advert(&b), 0);
}

/* What the supervisor says for a dead engine comes from the address that the interface has. */
static void will_follows_the_source(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	uint8_t from = 0;

	bench_init(&b);
	bench_run(&b);
	bench_addr(&b, true, "10.9.0.3", T0);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + DOWN);
	bench_addr(&b, false, "10.9.0.2", T0 + 4 * SEC);
	vec_foreach(o, &b.ops->list)
		if (o->kind == OP_WILL && o->send.len)
			from = o->send.bytes[15];
	assert_int_equal(from, 3);
}

/* The addresses of the will are those of the new configuration, of which there may be fewer. */
static void will_follows_a_reload(void **state _unused_)
{
	for (size_t n = 0; n < 3; n++) {
		_cleanup_(bench_free) Bench b;
		_cleanup_free_ AddrSpec *vips = unit_copy(unit_vips(), n * sizeof(*vips));
		VrrpInstanceConfig instance;
		VrrpConfig config;
		size_t addresses = 9;

		bench_init(&b);
		if (n == 2)
			b.instance.n_vips = b.instance.n_advertised = 1;
		bench_run(&b);
		bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + DOWN);
		instance = b.instance;
		instance.vips = vips;
		instance.n_vips = instance.n_advertised = n;
		config = b.config;
		config.instances = &instance;
		b.ops = node_reload(b.node, &config, T0 + 4 * SEC);
		vec_foreach(o, &b.ops->list)
			if (o->kind == OP_WILL && o->send.len)
				addresses = o->send.bytes[VRRP_IP_HEADER + 3];
		assert_int_equal(addresses, n);
		node_free(TAKE(b.node));
	}
}

/* keepalived.conf(5): 'weight 0 reverse' makes the instance down when the interface is up, and vice
 * versa. */
static void tracked_interface_weight_0_reverse(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.interface = (VrrpTrackInterface){ .name = "eth1", .reverse = true };
	b.instance.interfaces = &b.interface;
	b.instance.n_interfaces = 1;
	bench_run(&b);
	bench_step(&b, (Event){ .kind = EVENT_LINK, .link = unit_link(3, "eth1", false) }, T0);
	assert_int_equal(node_next_due(b.node), T0 + DOWN);
	bench_step(&b, (Event){ .kind = EVENT_LINK, .link = unit_link(3, "eth1", true) }, T0);
	assert_int_equal(node_next_due(b.node), INSTANT_NEVER);
}

/* Behaviour 60: the refresh is counted from the transition and independent of other bursts, also of
 * the one that an advert of lower priority makes (behaviour 22). */
static void refresh_goes_on_after_a_lower_prio_burst(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	size_t late = 0;

	bench_init(&b);
	b.instance.garp =
		(AnnouncePlan){ .repeat = 1, .refresh_usec = 10 * SEC, .refresh_repeat = 1 };
	b.instance.garp_lower_prio = (AnnouncePlan){ .repeat = 1 };
	bench_run(&b);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + DOWN);
	{
		const IpAddr src = unit_ip("10.9.0.1");
		uint8_t bytes[VRRP_PACKET_MAX];
		ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

		vrrp_packet_encode(&b.instance, 2, &src, 100, 1, &w);
		bench_step(&b,
			(Event){ .kind = EVENT_PACKET,
				.packet = { .ifindex = 2, .bytes = bytes, .len = w.n } },
			T0 + 4 * SEC);
	}
	for (Instant now; (now = node_next_due(b.node)) < T0 + 30 * SEC;) {
		bench_step(&b, (Event){ .kind = EVENT_TIMER }, now);
		vec_foreach(o, &b.ops->list)
			late += o->kind == OP_SEND_FRAME && now > T0 + 10 * SEC;
	}
	assert_int_equal(late, 4);
}

/* A refusal that is told after the next change was asked for (all refusals of one read of the
 * monitor socket are told at its end) must not bring back what was removed meanwhile: a later want
 * would add nothing, and the master would be without its address. */
static void late_refusal_does_not_bring_an_address_back(void **state _unused_)
{
	const EventAddr gone = {
		.ifindex = 2, .ip = unit_ip("10.9.0.100"), .prefix_len = 24, .self = true
	};
	const EventOpFailed refused = { .what = OP_FAILED_ADDR_ADD,
		.error = 17, /* EEXIST */
		.ifindex = 2,
		.ip = unit_ip("10.9.0.100"),
		.prefix_len = 24 };
	AddrManager m;
	Ops ops = { 0 };
	uint32_t entry;

	addr_manager_init(&m, 1);
	addr_manager_own(&m, 0, unit_vips(), 1);
	addr_manager_link(&m, "eth0", 2);
	addr_manager_want(&m, 0, true);
	addr_manager_step(&m, &ops);
	addr_manager_want(&m, 0, false);
	addr_manager_step(&m, &ops);
	(void)addr_manager_failed(&m, &refused);
	(void)addr_manager_seen(&m, &gone, false, &entry);
	vec_clear(&ops.list);
	addr_manager_want(&m, 0, true);
	addr_manager_step(&m, &ops);
	expect_ops(&ops, "addr-add 10.9.0.100/24 dev 2\n");
	vec_free(&ops.list);
	addr_manager_free(&m);
}

/* A link that is made anew in the simulated world has an index of its own. */
static void sim_world_gives_no_index_twice(void **state _unused_)
{
	const IpAddr ip = unit_ip("10.9.0.2");
	_cleanup_(bench_free) Bench b;
	SimWorld *w = sim_new(NULL, NULL);

	bench_init(&b);
	b.interface.name = "eth1";
	b.instance.interfaces = &b.interface;
	b.instance.n_interfaces = 1;
	(void)sim_add(w, "a", &b.config);
	sim_link(w, 0, "eth0", true);
	sim_link(w, 0, "eth1", true);
	sim_link_gone(w, 0, "eth0");
	sim_link(w, 0, "eth0", true);
	sim_addr(w, 0, "eth0", &ip, 24, true);
	sim_start(w, 0);
	sim_run(w, 10 * SEC);
	/* Both have index 2: the node takes one for the other, renamed, and finds no eth1. */
	assert_true(sim_holds(w, 0, &b.vips[0].ip));
	sim_free(w);
}

/* The netmask is changed in place: the same address with two lengths for a moment. */
static void address_with_two_lengths_stays(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	Event wide = { .kind = EVENT_ADDR,
		.addr = { .ifindex = 2, .ip = unit_ip("10.9.0.2"), .prefix_len = 16 } };

	bench_init(&b);
	bench_run(&b);
	bench_step(&b, wide, T0 + SEC);
	bench_addr(&b, false, "10.9.0.2", T0 + SEC);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + 5 * SEC);
	assert_int_equal(bench_advert(&b), 150);
}

/* Who cannot hear a master must not become one; the group is joined anew by and by. */
static void expect_listens_only(const Bench *b)
{
	bool listens = false;

	vec_foreach(o, &b->ops->list) {
		listens |= o->kind == OP_LISTEN && !o->listen.off;
		assert_true(o->kind == OP_LISTEN ||
			    (o->kind == OP_TRACE && o->trace.reason == TRACE_RELOADED));
	}
	assert_true(listens);
}

static void deaf_router_stays_in_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	Event deaf = { .kind = EVENT_OP_FAILED,
		.op_failed = { .what = OP_FAILED_LISTEN,
			.error = 105,
			.ifindex = 2,
			.ip = unit_ip("224.0.0.18") } };

	bench_init(&b);
	bench_run(&b);
	bench_step(&b, deaf, T0);
	assert_int_equal(node_next_due(b.node), T0 + 30 * SEC);
	/* Nobody hears of it that it is tried again in vain, be it by a reload. */
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + 30 * SEC);
	expect_listens_only(&b);
	bench_step(&b, deaf, T0 + 30 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 60 * SEC);
	b.ops = node_reload(b.node, &b.config, T0 + 40 * SEC);
	expect_listens_only(&b);
	bench_step(&b, deaf, T0 + 40 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 70 * SEC);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + 70 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 70 * SEC);
	bench_step(&b, (Event){ .kind = EVENT_TIMER }, T0 + 70 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 70 * SEC + DOWN);
}

/* All is told anew from before our own removal, whose report is still to come. */
static void report_older_than_our_removal_is_ignored(void **state _unused_)
{
	const AddrSpec spec = { .ip = unit_ip("10.9.0.100"), .prefix_len = 24, .dev = "eth0" };
	const EventAddr told = { .ifindex = 2, .ip = spec.ip, .prefix_len = 24 };
	AddrManager m;
	Ops ops = { 0 };
	uint32_t entry;

	addr_manager_init(&m, 1);
	addr_manager_own(&m, 0, &spec, 1);
	addr_manager_link(&m, "eth0", 2);
	addr_manager_want(&m, 0, true);
	addr_manager_step(&m, &ops);
	addr_manager_want(&m, 0, false);
	addr_manager_step(&m, &ops);
	assert_int_equal(addr_manager_seen(&m, &told, true, &entry), ADDR_MANAGED);
	assert_false(addr_manager_present(&m, 0, 0));
	vec_free(&ops.list);
	addr_manager_free(&m);
}

static const struct CMUnitTest tests[] = {
	T(address_with_two_lengths_stays),
	T(deaf_router_stays_in_fault),
	T(report_older_than_our_removal_is_ignored),
	T(address_list_with_one_twice_differs),
	T(reverse_weight_turns_the_sign),
	T(startup_delay_holds_for_a_router_that_leaves_fault),
	T(fault_by_lost_source_says_goodbye),
	T(will_follows_the_source),
	T(will_follows_a_reload),
	T(tracked_interface_weight_0_reverse),
	T(refresh_goes_on_after_a_lower_prio_burst),
	T(late_refusal_does_not_bring_an_address_back),
	T(sim_world_gives_no_index_twice),
};

unit_main(tests)
