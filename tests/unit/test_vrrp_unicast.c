/* SPDX-License-Identifier: MIT */
/* Unicast: a copy of the advert for each peer, packets to our own address, and which router they
 * find (behaviour 68, 75 to 79, 83, 84, 91). */
#include "sim/sim_world.h"
#include "unit_packet.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062, PEERS = 3, ROUTERS = 3 };

static VrrpPeer *peers(void)
{
	static VrrpPeer all[PEERS];

	for (size_t i = 0; i < PEERS; i++) {
		all[i] = (VrrpPeer){ .ip = unit_ip("10.9.0.3"), .max_ttl = 255 };
		all[i].ip.bytes[3] = (uint8_t)(3 + i);
	}
	return all;
}

static VrrpInstanceConfig unicast_instance(uint8_t version)
{
	VrrpInstanceConfig c = unit_instance();

	c.version = version;
	c.peers = peers();
	c.n_peers = PEERS;
	c.unicast_ttl = 64;
	return c;
}

/* ---- packets ------------------------------------------------------------------------------ */

/* Header and message add up, worked out here and not by the code under test. */
static void expect_sealed(const uint8_t *bytes, size_t len)
{
	_cleanup_free_ uint8_t *again = unit_copy(bytes, len);
	uint32_t sum = 0;

	seal(again, len);
	assert_memory_equal(bytes, again, len);
	for (size_t i = 0; i < VRRP_IP_HEADER; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	assert_int_equal(sum, 0xffff);
}

/* Behaviour 68, 75, 79: the same content, the peer as destination, the checksum over that. */
static void one_copy_for_each_peer(void **state _unused_)
{
	for (uint8_t version = 2; version <= 3; version++) {
		const VrrpInstanceConfig c = unicast_instance(version);
		Effects out = { 0 };
		size_t n = 0;
		VrrpRouter r;

		vrrp_router_init(&r, &c, 0);
		r.ifindex = 2;
		r.source = unit_ip("10.9.0.2");
		vrrp_fsm_step(&r, &(VrrpInput){ .kind = VRRP_IN_START }, T0, &out);
		vrrp_fsm_step(&r, &(VrrpInput){ .kind = VRRP_IN_TIMER }, T0 + DOWN, &out);
		vec_foreach(e, &out.list) {
			const uint8_t *bytes = e->send.bytes;

			if (e->kind != EFFECT_ADVERT)
				continue;
			expect_sealed(bytes, e->send.len);
			assert_int_equal(bytes[AT_TTL], 64);
			assert_memory_equal(bytes + 12, r.source.bytes, 4);
			assert_memory_equal(bytes + AT_DST, c.peers[n].ip.bytes, 4);
			assert_true(ip_equal(&e->send.dst, &c.peers[n].ip));
			assert_int_equal(bytes[AT_PRIORITY], 150);
			assert_int_equal(bytes[5], 1); /* of one advert */
			n++;
		}
		assert_int_equal(n, PEERS);
		assert_int_equal(r.counters.adverts_sent, 1);
		effects_free(&out);
	}
}

/* What the supervisor says for us goes to each as well. */
static void the_will_is_for_each_peer(void **state _unused_)
{
	for (uint8_t version = 2; version <= 3; version++) {
		const VrrpInstanceConfig c = unicast_instance(version);
		Effects out = { 0 };
		EffectSend will = { 0 };
		VrrpRouter r;

		vrrp_router_init(&r, &c, 0);
		r.ifindex = 2;
		r.source = unit_ip("10.9.0.2");
		vrrp_fsm_step(&r, &(VrrpInput){ .kind = VRRP_IN_START }, T0, &out);
		vrrp_fsm_step(&r, &(VrrpInput){ .kind = VRRP_IN_TIMER }, T0 + DOWN, &out);
		vec_foreach(e, &out.list)
			if (e->kind == EFFECT_WILL)
				will = e->send;
		assert_int_equal(will.n, PEERS);
		for (size_t i = 0; i < PEERS; i++) {
			const size_t len = will.len / PEERS;

			expect_sealed(will.bytes + i * len, len);
			assert_int_equal(will.bytes[i * len + AT_PRIORITY], 0);
			assert_memory_equal(will.bytes + i * len + AT_DST, c.peers[i].ip.bytes, 4);
		}
		effects_free(&out);
	}
}

/* A packet from a peer to us. */
static size_t from_peer(
	uint8_t version, const char *from, uint8_t ttl, uint8_t bytes[static VRRP_PACKET_MAX])
{
	VrrpInstanceConfig c = unicast_instance(version);
	VrrpPeer us = { .ip = unit_ip("10.9.0.2") };
	const IpAddr src = unit_ip(from);
	ByteWriter w = { .start = bytes, .cap = VRRP_PACKET_MAX };

	c.peers = &us;
	c.n_peers = 1;
	c.unicast_ttl = ttl;
	vrrp_packet_encode(&c, 2, &src, 200, 1, &w);
	return w.n;
}

static void ttl_is_any_unless_the_peer_has_a_range(void **state _unused_)
{
	static const struct {
		const char *from;
		uint8_t ttl;
		VrrpReject want;
	} cases[] = {
		{ "10.9.0.3", 1, VRRP_ACCEPT },
		{ "10.9.0.3", 255, VRRP_ACCEPT },
		{ "10.9.0.4", 63, VRRP_REJECT_PEER_TTL },
		{ "10.9.0.4", 64, VRRP_ACCEPT },
		{ "10.9.0.4", 70, VRRP_ACCEPT },
		{ "10.9.0.4", 71, VRRP_REJECT_PEER_TTL },
		{ "10.9.0.77", 1, VRRP_ACCEPT },
	};

	for (uint8_t version = 2; version <= 3; version++)
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			VrrpInstanceConfig c = unicast_instance(version);
			uint8_t bytes[VRRP_PACKET_MAX];
			const size_t len = from_peer(version, cases[i].from, cases[i].ttl, bytes);
			VrrpMismatch why;
			VrrpAdvert a;

			c.peers[1].min_ttl = 64;
			c.peers[1].max_ttl = 70;
			assert_int_equal(decode(&c, bytes, len, &a, &why), cases[i].want);
			if (cases[i].want)
				assert_int_equal(why.got, cases[i].ttl);
		}
}

static void strangers_are_rejected_when_told_to(void **state _unused_)
{
	VrrpInstanceConfig c = unicast_instance(3);
	uint8_t bytes[VRRP_PACKET_MAX];
	size_t len = from_peer(3, "10.9.0.77", 255, bytes);
	VrrpAdvert a;

	expect_accept(&c, bytes, len, &a);
	c.check_unicast_src = true;
	expect_reject(&c, bytes, len, VRRP_REJECT_PEER);
	/* It is looked at last. */
	bytes[AT_CHECKSUM] ^= 1;
	expect_reject(&c, bytes, len, VRRP_REJECT_CHECKSUM);
	len = from_peer(3, "10.9.0.5", 255, bytes);
	expect_accept(&c, bytes, len, &a);
}

/* Behaviour 83: the way it came. */
static void multicast_to_a_unicast_router(void **state _unused_)
{
	const VrrpInstanceConfig c = unicast_instance(2);
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	expect_reject(&c, p, len, VRRP_REJECT_UNICAST);
}

/* No virtual_ipaddress at all. */
static void no_address_to_advertise(void **state _unused_)
{
	for (int unicast = 0; unicast < 2; unicast++)
		for (uint8_t version = 2; version <= 3; version++) {
			VrrpInstanceConfig c =
				unicast ? unicast_instance(version) : unit_instance();
			const IpAddr src = unit_ip("10.9.0.2");
			uint8_t bytes[VRRP_PACKET_MAX];
			ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };
			VrrpAdvert a;

			c.version = version;
			c.n_vips = c.n_advertised = 0;
			vrrp_packet_encode(&c, 0, &src, 200, 1, &w);
			assert_int_equal(w.n, version == 2 ? 36 : 28);
			expect_sealed(bytes, w.n);
			expect_accept(&c, bytes, w.n, &a);
			assert_int_equal(a.n_addresses, 0);
			assert_true(a.same_addresses);
		}
}

/* ---- the engine --------------------------------------------------------------------------- */

/* Three routers with VRID 51 on eth0: A to the group, B and C unicast from 10.9.0.2 and .20. */
typedef struct Bench {
	VrrpInstanceConfig instances[ROUTERS];
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

static void bench_addr(Bench *b, const char *ip, bool present)
{
	const IpAddr a = unit_ip(ip);

	(present ? link_add_addr : link_del_addr)(link_by_name(&b->links, "eth0"), &a, 24);
}

static void bench_init(Bench *b)
{
	const Link l = unit_link(2, "eth0", true);

	*b = (Bench){ 0 };
	for (size_t i = 0; i < ROUTERS; i++) {
		VrrpInstanceConfig *c = &b->instances[i];

		*c = i ? unicast_instance(2) : unit_instance();
		c->name = (const char *const[]){ "A", "B", "C" }[i];
		c->n_vips = c->n_advertised = 0;
	}
	b->instances[2].has_source = true;
	b->instances[2].source = unit_ip("10.9.0.20");
	b->config = (VrrpConfig){ .instances = b->instances, .n_instances = ROUTERS };
	(void)link_table_set(&b->links, &l);
	bench_addr(b, "10.9.0.2", true);
}

static void bench_start(Bench *b)
{
	vrrp_engine_init(&b->e, &b->config, &b->links);
	vrrp_engine_start(&b->e, T0, &b->out);
}

static void bench_link(Bench *b, Instant now)
{
	vrrp_engine_link(&b->e, "eth0", now, &b->out);
}

/* Priority 200 from 10.9.0.3 to this address. */
static void bench_hear(Bench *b, const char *to, Instant now)
{
	VrrpInstanceConfig c = b->instances[0];
	const IpAddr src = unit_ip("10.9.0.3"), dst = unit_ip(to);
	uint8_t bytes[VRRP_PACKET_MAX];
	ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

	vrrp_packet_encode(&c, 0, &src, 200, 1, &w);
	vrrp_packet_readdress(bytes, w.n, &dst);
	vrrp_engine_packet(
		&b->e, &(EventPacket){ .ifindex = 2, .bytes = bytes, .len = w.n }, now, &b->out);
}

static uint64_t heard(const Bench *b, size_t i)
{
	return b->e.routers[i].counters.adverts_received;
}

static void each_listens_to_its_own(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	expect_effects(&b.out, "listen 2 224.0.0.18\n"
			       "listen 2 10.9.0.2\n"
			       "listen 2 10.9.0.20\n"
			       "trace (A) Entering BACKUP STATE (init)\n"
			       "trace (B) Entering BACKUP STATE (init)\n"
			       "trace (C) Entering BACKUP STATE (init)\n");
}

static void the_destination_finds_the_router(void **state _unused_)
{
	static const char *const to[ROUTERS] = { "224.0.0.18", "10.9.0.2", "10.9.0.20" };
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	for (size_t i = 0; i < ROUTERS; i++) {
		bench_hear(&b, to[i], T0 + SEC);
		for (size_t j = 0; j < ROUTERS; j++)
			assert_int_equal(heard(&b, j), j <= i);
	}
	unit_forget(&b.out);
	/* Nobody's: the first one finds fault with it. */
	bench_hear(&b, "10.9.0.99", T0 + 2 * SEC);
	bench_hear(&b, "10.9.0.99", T0 + 2 * SEC);
	expect_effects(&b.out, "trace (A) Expected multicast packet but received unicast packet "
			       "from 10.9.0.3\n");
	assert_int_equal(b.e.routers[0].counters.rejected[VRRP_REJECT_UNICAST], 2);
	for (size_t j = 0; j < ROUTERS; j++)
		assert_int_equal(heard(&b, j), 1);
}

/* With only unicast routers there, too; what is to another address of ours is not for them. */
static void nothing_fits_a_unicast_router(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.instances = &b.instances[1];
	b.config.n_instances = 2;
	bench_start(&b);
	unit_forget(&b.out);
	bench_hear(&b, "10.9.0.99", T0);
	bench_hear(&b, "224.0.0.18", T0);
	expect_effects(&b.out, "trace (B) unicast packet from 10.9.0.3 is to 10.9.0.99, which is "
			       "not our source address\n");
	assert_int_equal(b.e.routers[0].counters.rejected[VRRP_REJECT_UNICAST], 2);
	b.e.routers[0].traced_rejects = 0;
	bench_hear(&b, "224.0.0.18", T0);
	expect_effects(&b.out, "trace (B) Expected unicast packet but received multicast packet "
			       "from 10.9.0.3\n");
	assert_int_equal(heard(&b, 0) + heard(&b, 1), 0);
}

/* B follows the first address of the interface, C is where it was told to be. */
static void the_listener_follows_the_source(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	unit_forget(&b.out);
	bench_addr(&b, "10.9.0.2", false);
	bench_addr(&b, "10.9.0.7", true);
	bench_link(&b, T0 + SEC);
	expect_effects(&b.out, "listen 2 10.9.0.7\n"
			       "unlisten 2 10.9.0.2\n");
	bench_hear(&b, "10.9.0.2", T0 + SEC);
	assert_int_equal(heard(&b, 1), 0);
	bench_hear(&b, "10.9.0.7", T0 + SEC);
	assert_int_equal(heard(&b, 1), 1);
	/* Another one listens there still. */
	unit_forget(&b.out);
	bench_addr(&b, "10.9.0.7", false);
	bench_addr(&b, "10.9.0.20", true);
	bench_link(&b, T0 + 2 * SEC);
	expect_effects(&b.out, "listen 2 10.9.0.20\n"
			       "unlisten 2 10.9.0.7\n");
	bench_addr(&b, "10.9.0.20", false);
	bench_addr(&b, "10.9.0.7", true);
	bench_link(&b, T0 + 3 * SEC);
	expect_effects(&b.out, "listen 2 10.9.0.7\n");
}

/* No address yet: nothing to listen to, and a fault. */
static void the_listener_waits_for_a_source(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.instances = &b.instances[1];
	b.config.n_instances = 1;
	bench_addr(&b, "10.9.0.2", false);
	bench_start(&b);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_NO_ADDRESS);
	vec_foreach(e, &b.out.list)
		assert_int_not_equal(e->kind, EFFECT_LISTEN);
	unit_forget(&b.out);
	bench_addr(&b, "10.9.0.2", true);
	bench_link(&b, T0 + SEC);
	expect_effects(&b.out, "listen 2 10.9.0.2\n"
			       "trace (B) Entering BACKUP STATE\n");
}

/* Routers come and go in any order: each packet finds its own. */
static void chains_of_one_vrid(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	uint64_t seed = 7;

	bench_init(&b);
	for (size_t i = 0; i < ROUTERS; i++)
		b.instances[i].interface = (const char *const[]){ "eth0", "eth1", "eth2" }[i];
	bench_start(&b);
	for (size_t round = 0; round < 2000; round++) {
		const size_t i = unit_below(&seed, ROUTERS);
		const uint32_t ifindex = unit_below(&seed, 3); /* 0: gone */
		Link l = unit_link(ifindex, b.instances[i].interface, true), *have;

		have = link_by_name(&b.links, l.name);
		if (have)
			link_table_del(&b.links, have);
		if (ifindex) {
			const IpAddr ip = unit_ip("10.9.0.2");

			/* Several links of one index are no real machine, but no matter. */
			link_add_addr(link_table_set(&b.links, &l), &ip, 24);
		}
		vrrp_engine_link(&b.e, b.instances[i].interface, T0, &b.out);
		unit_forget(&b.out);
		for (size_t j = 0; j < ROUTERS; j++) {
			const uint64_t before = heard(&b, j);
			const char *to =
				(const char *const[]){ "224.0.0.18", "10.9.0.2", "10.9.0.20" }[j];

			bench_hear(&b, to, T0);
			assert_int_equal(heard(&b, j) - before, b.e.routers[j].ifindex == 2);
		}
		unit_forget(&b.out);
	}
}

/* One that cannot listen does not make the others deaf. */
static void deaf_is_who_listens_there(void **state _unused_)
{
	const IpAddr own = unit_ip("10.9.0.20");
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	vrrp_engine_deaf(&b.e, 2, &own, T0, &b.out);
	assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	assert_int_equal(b.e.routers[1].state, VRRP_BACKUP);
	assert_int_equal(b.e.routers[2].state, VRRP_FAULT);
	unit_forget(&b.out);
	vrrp_engine_timer(&b.e, T0 + 30 * SEC, &b.out);
	assert_int_equal(b.e.routers[2].state, VRRP_FAULT);
	/* Nothing was said against it. */
	vrrp_engine_timer(&b.e, T0 + 30 * SEC, &b.out);
	assert_int_equal(b.e.routers[2].state, VRRP_BACKUP);
}

static void no_peers_is_a_fault_when_told_so(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.instances[0].unicast_fault_no_peer = true;
	b.instances[1].unicast_fault_no_peer = true;
	bench_start(&b);
	assert_int_equal(b.e.routers[0].state, VRRP_FAULT);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_NO_PEER);
	assert_int_equal(b.e.routers[1].state, VRRP_BACKUP);
}

static bool has_addr(const void *data _unused_, uint32_t id _unused_, size_t i _unused_)
{
	return false;
}

static void no_jobs(
	const void *data _unused_, JobKey key _unused_, Instant now _unused_, Status *out _unused_)
{
}

static void status_names_the_peers(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Status *s = status_new(&arena);

	bench_init(&b);
	bench_start(&b);
	vrrp_engine_status(&b.e, T0, has_addr, no_jobs, NULL, s);
	status_plain(s, &text);
	assert_non_null(strstr(strbuf_text(&text), "10.9.0.3, 10.9.0.4, 10.9.0.5\n"));
	assert_non_null(strstr(strbuf_text(&text), "10.9.0.20\n"));
}

/* ---- whole machines ----------------------------------------------------------------------- */

/* Two machines in the simulated world that know each other: the better one is MASTER, and the other
 * takes over; a third hears nothing. */
static void a_pair_in_the_simulated_world(void **state _unused_)
{
	VrrpInstanceConfig instances[3];
	VrrpConfig configs[3];
	VrrpPeer other[2];
	AddrSpec vip = unit_vips()[0];
	SimWorld *w = sim_new(NULL, NULL);

	for (size_t i = 0; i < 3; i++) {
		IpAddr ip = unit_ip("10.9.0.1");

		instances[i] = unicast_instance(3);
		instances[i].priority = (uint8_t)(100 + 50 * i);
		instances[i].vips = &vip;
		instances[i].n_vips = instances[i].n_advertised = 1;
		instances[i].check_unicast_src = true;
		instances[i].n_peers = i < 2;
		ip.bytes[3] = (uint8_t)(1 + i);
		if (i < 2)
			other[1 - i] = (VrrpPeer){ .ip = ip, .max_ttl = 255 };
		configs[i] = (VrrpConfig){ .instances = &instances[i], .n_instances = 1 };
		(void)sim_add(w, (const char *const[]){ "a", "b", "c" }[i], &configs[i]);
		sim_link(w, i, "eth0", true);
		sim_addr(w, i, "eth0", &ip, 24, true);
	}
	instances[0].peers = &other[0];
	instances[1].peers = &other[1];
	for (size_t i = 0; i < 3; i++)
		sim_start(w, i);
	sim_run(w, 8 * SEC);
	assert_false(sim_holds(w, 0, &vip.ip));
	assert_true(sim_holds(w, 1, &vip.ip));
	assert_true(sim_holds(w, 2, &vip.ip)); /* multicast: it is alone there */
	sim_stop(w, 1);
	sim_run(w, SEC);
	assert_true(sim_holds(w, 0, &vip.ip));
	sim_start(w, 1);
	sim_run(w, 5 * SEC);
	assert_false(sim_holds(w, 0, &vip.ip));
	assert_true(sim_holds(w, 1, &vip.ip));
	sim_free(w);
}

static const struct CMUnitTest tests[] = {
	T(one_copy_for_each_peer),
	T(the_will_is_for_each_peer),
	T(ttl_is_any_unless_the_peer_has_a_range),
	T(strangers_are_rejected_when_told_to),
	T(multicast_to_a_unicast_router),
	T(no_address_to_advertise),
	T(each_listens_to_its_own),
	T(the_destination_finds_the_router),
	T(nothing_fits_a_unicast_router),
	T(the_listener_follows_the_source),
	T(the_listener_waits_for_a_source),
	T(chains_of_one_vrid),
	T(deaf_is_who_listens_there),
	T(no_peers_is_a_fault_when_told_so),
	T(status_names_the_peers),
	T(a_pair_in_the_simulated_world),
};

unit_main(tests)
