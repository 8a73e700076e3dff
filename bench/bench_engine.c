/* SPDX-License-Identifier: MIT */
/* bench_engine [ROUTERS [SECONDS]]: what an advert costs inside the node, without any kernel. One
 * node is MASTER of all routers and another BACKUP; time is virtual, an advert a second each. */
#include "node/node.h"

#include <stdio.h>
#include <time.h>

static double bench_cpu_nsec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static VrrpConfig bench_config(size_t n, uint8_t priority, Arena *a)
{
	VrrpInstanceConfig *all = arena_alloc(a, n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		AddrSpec *vip = ARENA_NEW(a, AddrSpec);
		const uint8_t ip[4] = { 10, 1, (uint8_t)(i / 250), (uint8_t)(i % 250 + 1) };

		/* 255 routers on each link, as VRIDs allow. */
		*vip = (AddrSpec){ .ip = ip_from_bytes(IP_V4, ip),
			.prefix_len = 16,
			.dev = arena_printf(a, "eth%zu", i / 255) };
		all[i] = (VrrpInstanceConfig){ .name = arena_printf(a, "VI_%zu", i),
			.interface = vip->dev,
			.vrid = (uint8_t)(i % 255 + 1),
			.priority = priority,
			.version = 3,
			.family = IP_V4,
			.advert_usec = USEC_PER_SEC,
			.down_timer_adverts = 3,
			.group = ip_from_bytes(IP_V4, (const uint8_t[]){ 224, 0, 0, 18 }),
			.vips = vip,
			.n_vips = 1,
			.n_advertised = 1 };
	}
	return (VrrpConfig){ .instances = all, .n_instances = n };
}

static Node *bench_node(const VrrpConfig *config, uint8_t host)
{
	Node *node = node_new(config);

	for (size_t i = 0; i * 255 < config->n_instances; i++) {
		Event link = { .kind = EVENT_LINK,
			.link = { .ifindex = (uint32_t)i + 1, .up = true, .mtu = 1500 } };
		Event addr = { .kind = EVENT_ADDR,
			.addr = { .ifindex = (uint32_t)i + 1,
				.ip = ip_from_bytes(IP_V4, (const uint8_t[]){ 10, 0, 0, host }),
				.prefix_len = 16 } };

		(void)snprintf(link.link.name, sizeof(link.link.name), "eth%zu", i);
		(void)node_step(node, &link);
		(void)node_step(node, &addr);
	}
	(void)node_step(node, &(Event){ .kind = EVENT_READY });
	return node;
}

/* All that is due until then; adverts are kept in the arena as packet events. */
static size_t bench_run(Node *node, Instant until, Arena *a, Event *packets, size_t room)
{
	size_t n = 0;

	for (Instant due; (due = node_next_due(node)) <= until;) {
		const Event timer = { .kind = EVENT_TIMER, .now = due };
		const Ops *ops = node_step(node, &timer);

		vec_foreach(op, &ops->list)
			if (op->kind == OP_SEND_IP && n < room)
				packets[n++] = (Event){ .kind = EVENT_PACKET,
					.now = due,
					.packet = { .ifindex = op->send.ifindex,
						.bytes = arena_copy(
							a, op->send.bytes, op->send.len, 1),
						.len = op->send.len } };
	}
	return n;
}

int main(int argc, char **argv)
{
	const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	const size_t seconds = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(arena_free) Arena tick = { 0 };
	_cleanup_free_ Event *packets = mem_alloc(2 * n, sizeof(*packets));
	const VrrpConfig high = bench_config(n, 200, &arena), low = bench_config(n, 100, &arena);
	_cleanup_(cleanup_node) Node *master = bench_node(&high, 1);
	_cleanup_(cleanup_node) Node *backup = bench_node(&low, 2);
	double sending = 0, hearing = 0;
	size_t sent = 0, heard = 0;

	for (size_t s = 1; s <= seconds + 5; s++) {
		double start = bench_cpu_nsec();
		const size_t got = bench_run(master, s * USEC_PER_SEC, &tick, packets, 2 * n);
		const double mid = bench_cpu_nsec();

		for (size_t i = 0; i < got; i++)
			(void)node_step(backup, &packets[i]);
		if (s > 5) { /* by then all are MASTER */
			sending += mid - start;
			hearing += bench_cpu_nsec() - mid;
			sent += got;
			heard += got;
		}
		arena_reset(&tick);
		(void)bench_run(backup, s * USEC_PER_SEC, &tick, packets, 0);
		arena_reset(&tick);
	}
	(void)printf("%zu routers, %zu s: %zu adverts; sending %.0f ns, hearing %.0f ns each\n", n,
		seconds, sent, sending / (double)sent, hearing / (double)heard);
	return 0;
}
