/* SPDX-License-Identifier: MIT */
/* The node: events in, ops out. What matters here is how effects are lowered: the order of ops,
 * what waits for what, and what the world's changes do to addresses. */
#include "node/node.h"
#include "unit.h"

#include <errno.h>

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062, MANY = 3000 };

typedef struct Bench {
	VrrpInstanceConfig instance;
	AddrSpec vips[2];
	TrackScriptConfig script;
	VrrpTrack track;
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
	b->instance.garp = (AnnouncePlan){ .repeat = 2 };
	b->script = (TrackScriptConfig){ .name = "chk",
		.job = { .name = "chk", .argv = argv, .timeout_usec = 5 * SEC },
		.interval_usec = 5 * SEC,
		.rise = 1,
		.fall = 1 };
	b->config = (VrrpConfig){ .instances = &b->instance, .n_instances = 1 };
}

static void bench_step(Bench *b, Event e, Instant now)
{
	e.now = now;
	b->ops = node_step(b->node, &e);
}

static void bench_event(Bench *b, EventKind kind, Instant now)
{
	bench_step(b, (Event){ .kind = kind }, now);
}

static void bench_link(Bench *b, uint32_t ifindex, const char *name, bool up, Instant now)
{
	bench_step(b, (Event){ .kind = EVENT_LINK, .link = unit_link(ifindex, name, up) }, now);
}

static void bench_addr(Bench *b, bool present, uint32_t ifindex, const char *ip, Instant now)
{
	bench_step(b,
		(Event){ .kind = present ? EVENT_ADDR : EVENT_ADDR_GONE,
			.addr = { .ifindex = ifindex, .ip = unit_ip(ip), .prefix_len = 24 } },
		now);
}

static void bench_hear(Bench *b, uint8_t priority, Instant now)
{
	const IpAddr src = unit_ip("10.9.0.1");
	uint8_t bytes[VRRP_PACKET_MAX];
	ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

	vrrp_packet_encode(&b->instance, b->instance.n_advertised, &src, priority, 1, &w);
	bench_step(b,
		(Event){ .kind = EVENT_PACKET,
			.packet = { .ifindex = 2, .bytes = bytes, .len = w.n } },
		now);
}

/* BACKUP at T0. */
static void bench_run(Bench *b)
{
	b->node = node_new(&b->config);
	bench_link(b, 2, "eth0", true, T0);
	bench_addr(b, true, 2, "10.9.0.2", T0);
	bench_event(b, EVENT_READY, T0);
}

/* MASTER at T0 + DOWN. */
static void bench_master(Bench *b)
{
	bench_run(b);
	bench_event(b, EVENT_TIMER, T0 + DOWN);
}

/* The ops of the last step: send-ip and send-frame only by name (and the last byte of the address),
 * wills left out. */
#define expect_done(b, text) bench_expect((b), (text), __FILE__, __LINE__)

static void bench_expect(const Bench *b, const char *text, const char *file, int line)
{
	_cleanup_(strbuf_free) StrBuf got = { 0 };

	vec_foreach(o, &b->ops->list) {
		if (o->kind == OP_WILL)
			continue;
		if (o->kind == OP_SEND_IP)
			strbuf_printf(&got, "advert %u", o->send.bytes[22]);
		else if (o->kind == OP_SEND_FRAME)
			strbuf_printf(&got, "arp %u", o->send.bytes[31]);
		else
			op_text(o, &got);
		strbuf_add(&got, "\n");
	}
	_assert_string_equal(strbuf_text(&got), text, file, line);
}

/* Behaviour 35 and 58. */
static void master_does_advert_addresses_announcements_in_this_order(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_run(&b);
	assert_int_equal(node_next_due(b.node), T0 + DOWN);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	expect_done(&b, "trace (VI) Receive advertisement timeout\n"
			"trace (VI) no master heard for 3.41 s\n"
			"trace (VI) Entering MASTER STATE\n"
			"advert 150\n"
			"trace (VI) setting VIPs.\n"
			"trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			"addr-add 10.9.0.100/24 dev 2\n"
			"addr-add 10.9.0.101/24 dev 2\n"
			"arp 100\narp 101\narp 100\narp 101\n");
	assert_int_equal(node_next_due(b.node), T0 + DOWN + SEC);
}

static void resigning_says_goodbye_before_the_addresses_go(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	assert_false(node_stopped(b.node));
	bench_event(&b, EVENT_STOP, T0 + 4 * SEC);
	expect_done(&b, "advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering STOP STATE\n"
			"addr-del 10.9.0.100/24 dev 2\n"
			"addr-del 10.9.0.101/24 dev 2\n");
	assert_true(node_stopped(b.node));
	assert_int_equal(node_next_due(b.node), INSTANT_NEVER);
}

/* The second burst of a master is not sent by a backup. */
static void announcements_end_with_the_addresses(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.instance.garp = (AnnouncePlan){ .repeat = 2, .delay_usec = 5 * SEC };
	bench_master(&b);
	assert_int_equal(b.ops->list.items[b.ops->list.n - 1].kind, OP_SEND_FRAME);
	bench_hear(&b, 200, T0 + 4 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 4 * SEC + DOWN);
	for (Instant now = T0 + 5 * SEC; now < T0 + 20 * SEC; now += SEC) {
		bench_hear(&b, 200, now);
		expect_done(&b, "");
		bench_event(&b, EVENT_TIMER, now);
		expect_done(&b, "");
	}
}

/* Behaviour 37. */
static void left_behind_addresses_are_removed_at_the_start(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.node = node_new(&b.config);
	bench_link(&b, 2, "eth0", true, T0);
	bench_addr(&b, true, 2, "10.9.0.2", T0);
	bench_addr(&b, true, 2, "10.9.0.101", T0);
	expect_done(&b, "");
	bench_event(&b, EVENT_READY, T0);
	expect_done(&b, "listen dev 2 group 224.0.0.18\n"
			"trace (VI) Entering BACKUP STATE (init)\n"
			"trace (VI) removing VIPs.\n"
			"addr-del 10.9.0.101/24 dev 2\n");
}

/* A VIP that stands first on the interface is never the source of our adverts. */
static void own_addresses_are_no_source(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.node = node_new(&b.config);
	bench_link(&b, 2, "eth0", true, T0);
	bench_addr(&b, true, 2, "10.9.0.101", T0);
	bench_addr(&b, true, 2, "10.9.0.2", T0);
	bench_event(&b, EVENT_READY, T0);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	vec_foreach(o, &b.ops->list)
		if (o->kind == OP_SEND_IP)
			assert_int_equal(o->send.bytes[15], 2);
}

/* Behaviour 41: in the step of the event itself. */
static void link_down_acts_at_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_link(&b, 2, "eth0", false, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reports eth0 down\n"
			"trace (VI): entering FAULT state (interface eth0 down)\n"
			"advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n"
			"addr-del 10.9.0.100/24 dev 2\n"
			"addr-del 10.9.0.101/24 dev 2\n");
	assert_int_equal(node_next_due(b.node), INSTANT_NEVER);
	bench_link(&b, 2, "eth0", true, T0 + 6 * SEC);
	expect_done(&b, "trace Netlink reports eth0 up\n"
			"trace (VI) Entering BACKUP STATE\n");
	assert_int_equal(node_next_due(b.node), T0 + 6 * SEC + DOWN);
}

/* Behaviour 48: no op is wasted on what the kernel took away, and all comes back under the new
 * index. */
static void link_deleted_and_recreated(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_step(&b, (Event){ .kind = EVENT_LINK_GONE, .link = { .ifindex = 2 } }, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reports eth0 removed\n"
			"trace (VI): entering FAULT state (interface eth0 does not exist)\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n");
	bench_link(&b, 9, "eth0", true, T0 + 5 * SEC);
	expect_done(&b, "trace Netlink reports eth0 up\n"
			"listen dev 9 group 224.0.0.18\n");
	bench_addr(&b, true, 9, "10.9.0.2", T0 + 5 * SEC);
	expect_done(&b, "trace (VI) Entering BACKUP STATE\n");
	bench_event(&b, EVENT_TIMER, T0 + 5 * SEC + DOWN);
	expect_done(&b, "trace (VI) Receive advertisement timeout\n"
			"trace (VI) no master heard for 3.41 s\n"
			"trace (VI) Entering MASTER STATE\n"
			"advert 150\n"
			"trace (VI) setting VIPs.\n"
			"trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"
			"addr-add 10.9.0.100/24 dev 9\n"
			"addr-add 10.9.0.101/24 dev 9\n"
			"arp 100\narp 101\narp 100\narp 101\n");
}

/* The same when only the new link is reported, as after a lost report. */
static void link_recreated_without_its_end_being_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_link(&b, 9, "eth0", true, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reports eth0 removed\n"
			"trace Netlink reports eth0 up\n"
			"trace (VI): entering FAULT state (interface eth0 does not exist)\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n"
			"listen dev 9 group 224.0.0.18\n");
}

/* A configuration speaks of names. */
static void link_renamed_is_gone(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_link(&b, 2, "lan0", true, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reports eth0 removed\n"
			"trace (VI): entering FAULT state (interface eth0 does not exist)\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n");
	bench_link(&b, 2, "eth0", true, T0 + 5 * SEC);
	bench_addr(&b, true, 2, "10.9.0.2", T0 + 5 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 5 * SEC + DOWN);
}

/* Behaviour 39. */
static void address_removed_by_another_program(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_addr(&b, false, 2, "10.9.0.101", T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reflector reports IP 10.9.0.101 removed from eth0\n"
			"trace (VI) address 10.9.0.101 was removed from eth0 by another program\n"
			"advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering BACKUP STATE\n"
			"addr-del 10.9.0.100/24 dev 2\n"
			"addr-del 10.9.0.101/24 dev 2\n");
	assert_int_equal(node_next_due(b.node), T0 + 4 * SEC + 414062);
}

/* Reports were lost and all is told anew: what is the same changes nothing. */
static void resync_of_the_same_changes_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_step(&b, (Event){ .kind = EVENT_RESYNC }, T0 + 4 * SEC);
	bench_link(&b, 2, "eth0", true, T0 + 4 * SEC);
	bench_addr(&b, true, 2, "10.9.0.1", T0 + 4 * SEC);
	bench_addr(&b, true, 2, "10.9.0.100", T0 + 4 * SEC);
	bench_addr(&b, true, 2, "10.9.0.101", T0 + 4 * SEC);
	bench_step(&b, (Event){ .kind = EVENT_READY }, T0 + 4 * SEC);
	expect_done(&b, "");
}

/* An address that is not told any more was removed while nobody listened. */
static void resync_finds_a_lost_address(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_step(&b, (Event){ .kind = EVENT_RESYNC }, T0 + 4 * SEC);
	bench_link(&b, 2, "eth0", true, T0 + 4 * SEC);
	bench_addr(&b, true, 2, "10.9.0.1", T0 + 4 * SEC);
	bench_addr(&b, true, 2, "10.9.0.101", T0 + 4 * SEC);
	bench_step(&b, (Event){ .kind = EVENT_READY }, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reflector reports IP 10.9.0.100 removed from eth0\n"
			"trace (VI) address 10.9.0.100 was removed from eth0 by another program\n"
			"advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering BACKUP STATE\n"
			"addr-del 10.9.0.101/24 dev 2\n");
}

static void resync_finds_a_lost_link(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_step(&b, (Event){ .kind = EVENT_RESYNC }, T0 + 4 * SEC);
	bench_step(&b, (Event){ .kind = EVENT_READY }, T0 + 4 * SEC);
	expect_done(&b, "trace Netlink reports eth0 removed\n"
			"trace (VI): entering FAULT state (interface eth0 does not exist)\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n");
}

/* Behaviour 38; a refusal that matters is told. */
static void refused_ops(void **state _unused_)
{
	Event e = { .kind = EVENT_OP_FAILED,
		.op_failed = { .what = OP_FAILED_ADDR_ADD,
			.error = EEXIST,
			.ifindex = 2,
			.ip = unit_ip("10.9.0.100"),
			.prefix_len = 24 } };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_step(&b, e, T0 + 4 * SEC);
	expect_done(&b, "");
	e.op_failed.error = EPERM;
	bench_step(&b, e, T0 + 4 * SEC);
	expect_done(&b, "trace cannot add address 10.9.0.100 to eth0: Operation not permitted\n");
	e.op_failed = (EventOpFailed){ .what = OP_FAILED_LISTEN,
		.error = ENOBUFS,
		.ifindex = 2,
		.ip = unit_ip("224.0.0.18") };
	bench_step(&b, e, T0 + 4 * SEC);
	expect_done(&b, "trace cannot receive adverts on eth0: No buffer space available\n"
			"trace (VI) entering FAULT state (cannot receive adverts on eth0)\n"
			"advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n"
			"addr-del 10.9.0.101/24 dev 2\n");
}

/* Adverts go on between the steps, and nothing is announced before all addresses are there. */
static void many_addresses_do_not_keep_adverts_waiting(void **state _unused_)
{
	static AddrSpec vips[MANY];
	_cleanup_(bench_free) Bench b;
	size_t added = 0, frames = 0, adverts = 0;
	Instant now = T0 + DOWN;

	bench_init(&b);
	for (size_t i = 0; i < MANY; i++) {
		vips[i] = unit_vips()[0];
		vips[i].ip.bytes[1] = 20;
		vips[i].ip.bytes[2] = (uint8_t)(i >> 8);
		vips[i].ip.bytes[3] = (uint8_t)i;
	}
	b.instance.vips = vips;
	b.instance.n_vips = MANY;
	b.instance.n_advertised = LIMIT_ADVERT_ADDRS;
	bench_run(&b);
	/* Each step takes as long as an advert interval: the worst. */
	for (; node_next_due(b.node) <= now; now += SEC) {
		bench_event(&b, EVENT_TIMER, now);
		vec_foreach(o, &b.ops->list) {
			added += o->kind == OP_ADDR_ADD;
			adverts += o->kind == OP_SEND_IP;
			frames += o->kind == OP_SEND_FRAME;
			assert_true(o->kind != OP_SEND_FRAME || added == MANY);
		}
		assert_int_equal(adverts, (now - T0 - DOWN) / SEC + 1);
		if (frames == 2 * MANY)
			break;
	}
	assert_int_equal(added, MANY);
	assert_int_equal(frames, 2 * MANY);
}

/* ---- programs ----------------------------------------------------------------------------- */

static void bench_track(Bench *b)
{
	b->config.scripts = &b->script;
	b->config.n_scripts = 1;
	b->instance.scripts = &b->track;
	b->instance.n_scripts = 1;
}

static void bench_job_done(Bench *b, uint32_t job, int status, Instant now)
{
	bench_step(b, (Event){ .kind = EVENT_JOB_DONE, .job_done = { .job = job, .code = status } },
		now);
}

static void check_script_runs_and_decides(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track(&b);
	bench_run(&b);
	assert_true(node_next_due(b.node) <= T0);
	bench_event(&b, EVENT_TIMER, T0);
	expect_done(&b, "spawn 1: /bin/chk\n");
	bench_job_done(&b, 1, 0, T0 + SEC);
	expect_done(&b, "trace VRRP_Script(chk) succeeded\n"
			"trace (VI) Entering BACKUP STATE\n");
	bench_event(&b, EVENT_TIMER, T0 + SEC + DOWN);
	bench_event(&b, EVENT_TIMER, T0 + 5 * SEC);
	bench_job_done(&b, 2, 1, T0 + 5 * SEC);
	expect_done(&b, "trace Script `chk` now returning 1\n"
			"trace VRRP_Script(chk) failed (exited with status 1)\n"
			"trace (VI): entering FAULT state due to script chk\n"
			"advert 0\n"
			"trace (VI) sent 0 priority\n"
			"trace (VI) removing VIPs.\n"
			"trace (VI) Entering FAULT STATE\n"
			"addr-del 10.9.0.100/24 dev 2\n"
			"addr-del 10.9.0.101/24 dev 2\n");
}

/* Behaviour 116: it counts as failed at its timeout, not when it is dead at last. */
static void check_script_that_hangs_fails_at_its_timeout(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.script.job.timeout_usec = 3 * SEC;
	bench_track(&b);
	bench_run(&b);
	bench_event(&b, EVENT_TIMER, T0);
	assert_int_equal(node_next_due(b.node), T0 + 3 * SEC);
	bench_event(&b, EVENT_TIMER, T0 + 3 * SEC);
	assert_int_equal(b.ops->list.items[0].kind, OP_KILL);
	assert_int_equal(b.ops->list.items[1].trace.reason, TRACE_SCRIPT_TIMEOUT);
	/* The next run is due, the old one is dead only later. */
	bench_event(&b, EVENT_TIMER, T0 + 5 * SEC);
	expect_done(&b, "kill 1 signal 9\n");
	bench_job_done(&b, 1, 0, T0 + 6 * SEC);
	expect_done(&b, "spawn 2: /bin/chk\n");
	bench_job_done(&b, 2, 0, T0 + 7 * SEC);
	expect_done(&b, "trace Script `chk` now returning 0\n"
			"trace VRRP_Script(chk) succeeded\n"
			"trace (VI) Entering BACKUP STATE\n");
}

static void stop_waits_for_a_program_but_not_for_ever(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track(&b);
	bench_run(&b);
	bench_event(&b, EVENT_TIMER, T0);
	bench_event(&b, EVENT_STOP, T0 + SEC);
	expect_done(&b, "trace (VI) Entering STOP STATE\n"
			"kill 1 signal 15\n");
	assert_false(node_stopped(b.node));
	assert_int_equal(node_next_due(b.node), T0 + 3 * SEC);
	bench_event(&b, EVENT_TIMER, T0 + 3 * SEC);
	expect_done(&b, "kill 1 signal 9\n");
	bench_job_done(&b, 1, 0, T0 + 3 * SEC);
	expect_done(&b, "");
	assert_true(node_stopped(b.node));
}

/* The last will is there while and only while addresses are held. */
static void will_is_there_while_master(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	size_t len = 0;

	bench_init(&b);
	bench_run(&b);
	vec_foreach(o, &b.ops->list)
		assert_int_not_equal(o->kind, OP_WILL);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	vec_foreach(o, &b.ops->list)
		if (o->kind == OP_WILL) {
			len = o->send.len;
			assert_int_equal(o->send.bytes[22], 0);
			assert_int_equal(o->send.ifindex, 2);
		}
	assert_int_equal(len, 44);
	bench_hear(&b, 200, T0 + 4 * SEC);
	vec_foreach(o, &b.ops->list)
		if (o->kind == OP_WILL)
			len = o->send.len;
	assert_int_equal(len, 0);
}

static const struct CMUnitTest tests[] = {
	T(master_does_advert_addresses_announcements_in_this_order),
	T(resigning_says_goodbye_before_the_addresses_go),
	T(announcements_end_with_the_addresses),
	T(left_behind_addresses_are_removed_at_the_start),
	T(own_addresses_are_no_source),
	T(link_down_acts_at_once),
	T(link_deleted_and_recreated),
	T(link_recreated_without_its_end_being_told),
	T(link_renamed_is_gone),
	T(address_removed_by_another_program),
	T(resync_of_the_same_changes_nothing),
	T(resync_finds_a_lost_address),
	T(resync_finds_a_lost_link),
	T(refused_ops),
	T(many_addresses_do_not_keep_adverts_waiting),
	T(check_script_runs_and_decides),
	T(check_script_that_hangs_fails_at_its_timeout),
	T(stop_waits_for_a_program_but_not_for_ever),
	T(will_is_there_while_master),
};

unit_main(tests)
