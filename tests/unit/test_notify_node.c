/* SPDX-License-Identifier: MIT */
/* Notifications in the node: addresses come first, a script that fails changes nothing else, and the
 * daemon stays until the last words are said, but not for ever. */
#include "node/node.h"
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062, MANY = LIMIT_STEP_ADDR_OPS + 5 };

static const char *const argv_any[] = { "/n", NULL }, *const argv_stop[] = { "/stop", NULL },
			 *const argv_reader[] = { "/r", "/run/f", NULL };
static const JobSpec any = { .name = "n", .argv = argv_any };
static const JobSpec stop = { .name = "stop", .argv = argv_stop };
static const JobSpec reader = { .name = "r", .argv = argv_reader };
static const char *const to[] = { "a@x.org" };

typedef struct Bench {
	VrrpInstanceConfig instance;
	AddrSpec *vips;
	VrrpConfig config;
	Node *node;
	const Ops *ops;
} Bench;

static void bench_free(Bench *b)
{
	node_free(b->node);
	free(b->vips);
}

static void bench_init(Bench *b, size_t n_vips)
{
	*b = (Bench){ .instance = unit_instance() };
	b->vips = mem_alloc(n_vips, sizeof(*b->vips));
	for (size_t i = 0; i < n_vips; i++) {
		b->vips[i] = unit_vips()[0];
		b->vips[i].ip.bytes[2] = (uint8_t)(i >> 8);
		b->vips[i].ip.bytes[3] = (uint8_t)i;
	}
	b->instance.vips = b->vips;
	b->instance.n_vips = n_vips;
	b->instance.n_advertised = 0;
	b->instance.garp = (AnnouncePlan){ .repeat = 1 };
	b->instance.notify.any = &any;
	b->instance.notify.stop = &stop;
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

static void bench_link(Bench *b, bool up, Instant now)
{
	bench_step(b, (Event){ .kind = EVENT_LINK, .link = unit_link(2, "eth0", up) }, now);
}

static void bench_run(Bench *b)
{
	const EventAddr a = { .ifindex = 2, .ip = unit_ip("10.9.9.2"), .prefix_len = 24 };

	b->node = node_new(&b->config);
	bench_link(b, true, T0);
	bench_step(b, (Event){ .kind = EVENT_ADDR, .addr = a }, T0);
	bench_event(b, EVENT_READY, T0);
}

static void bench_done(
	Bench *b, uint32_t job, JobEnd end, int code, const char *output, Instant now)
{
	const EventJobDone done = { .job = job,
		.end = end,
		.code = code,
		.output = output,
		.output_len = output ? strlen(output) : 0 };

	bench_step(b, (Event){ .kind = EVENT_JOB_DONE, .job_done = done }, now);
}

#define expect_done(b, text) bench_expect((b), (text), __FILE__, __LINE__)

static void bench_expect(const Bench *b, const char *text, const char *file, int line)
{
	_cleanup_(strbuf_free) StrBuf got = { 0 };

	vec_foreach(o, &b->ops->list) {
		if (o->kind == OP_WILL || (o->kind == OP_TRACE && o->trace.reason < TRACE_LINK_UP))
			continue;
		if (o->kind == OP_SEND_IP)
			strbuf_printf(&got, "advert %u", o->send.bytes[22]);
		else if (o->kind == OP_SEND_FRAME)
			strbuf_add(&got, "arp");
		else
			op_text(o, &got);
		strbuf_add(&got, "\n");
	}
	_assert_string_equal(strbuf_text(&got), text, file, line);
}

static void addresses_then_fifos_then_scripts(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.fifos[1] = (VrrpFifoConfig){ .path = "/run/f", .reader = &reader };
	bench_run(&b);
	expect_done(&b, "listen dev 2 group 224.0.0.18\n"
			"fifo-open /run/f\n"
			"spawn 1: /r /run/f\n"
			"fifo /run/f: INSTANCE \"VI\" BACKUP 150\n"
			"spawn 2: /n INSTANCE VI BACKUP 150\n");
	bench_done(&b, 2, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "");
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	expect_done(&b, "advert 150\n"
			"addr-add 10.9.0.0/24 dev 2\n"
			"arp\n"
			"fifo /run/f: INSTANCE \"VI\" MASTER 150\n"
			"spawn 3: /n INSTANCE VI MASTER 150\n");
	bench_link(&b, false, T0 + DOWN + SEC);
	/* The goodbye, the addresses, the world; and the script waits for its predecessor. */
	expect_done(&b, "trace Netlink reports eth0 down\n"
			"advert 0\n"
			"addr-del 10.9.0.0/24 dev 2\n"
			"fifo /run/f: INSTANCE \"VI\" FAULT 150\n");
	bench_done(&b, 3, JOB_EXITED, 0, NULL, T0 + DOWN + 2 * SEC);
	expect_done(&b, "spawn 4: /n INSTANCE VI FAULT 150\n");
}

static void scripts_wait_for_the_last_address(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, MANY);
	bench_run(&b);
	bench_done(&b, 1, JOB_EXITED, 0, NULL, T0);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	vec_foreach(o, &b.ops->list)
		assert_int_not_equal(o->kind, OP_SPAWN);
	assert_int_equal(node_next_due(b.node), 0);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	assert_int_equal(b.ops->list.items[0].kind, OP_ADDR_ADD);
	assert_int_equal(b.ops->list.items[b.ops->list.n - 1].kind, OP_SPAWN);
}

static void failures_are_told_and_change_nothing(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 0);
	bench_run(&b);
	node_set_notify_timeout(b.node, 3 * SEC);
	bench_done(&b, 1, JOB_EXITED, 7, NULL, T0);
	expect_done(&b, "trace (VI) notify script n exited with status 7\n");
	bench_link(&b, false, T0);
	bench_link(&b, true, T0);
	bench_done(&b, 2, JOB_SIGNALED, 11, NULL, T0);
	expect_done(&b, "trace (VI) notify script n was ended by signal 11\n"
			"spawn 3: /n INSTANCE VI BACKUP 150\n");
	bench_link(&b, false, T0);
	assert_int_equal(node_next_due(b.node), T0 + 3 * SEC);
	bench_event(&b, EVENT_TIMER, T0 + 3 * SEC);
	expect_done(&b, "kill 3 signal 15\n"
			"trace (VI) notify script n did not end in time: stopped\n");
	bench_done(&b, 3, JOB_SIGNALED, 15, NULL, T0 + 3 * SEC);
	expect_done(&b, "spawn 4: /n INSTANCE VI FAULT 150\n");
	bench_done(&b, 4, JOB_NOT_RUN, 2, NULL, T0 + 3 * SEC);
	expect_done(&b, "trace (VI) notify script n could not be run: No such file or "
			"directory\n");
}

static void too_many_are_told_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	size_t told = 0;

	bench_init(&b, 0);
	bench_run(&b);
	for (size_t i = 0; i < 40; i++) {
		bench_link(&b, i % 2, T0);
		vec_foreach(o, &b.ops->list)
			told += o->kind == OP_TRACE && o->trace.reason == TRACE_NOTIFY_DROPPED;
		if (i == LIMIT_JOB_WAITING) {
			assert_int_equal(told, 1);
			expect_done(&b, "trace Netlink reports eth0 down\n"
					"trace (VI) too many notifications wait for n: the oldest "
					"that wait are dropped\n");
		}
	}
	assert_int_equal(told, 1);
}

static void mails_and_readers(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 0);
	b.instance.notify = (VrrpNotifyConfig){ .mail = true };
	b.config.mail = (VrrpMailConfig){
		.host = "mx", .port = 25, .from = "me", .to = to, .n_to = 1, .program = "/m"
	};
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f", .reader = &reader };
	bench_run(&b);
	expect_done(&b, "listen dev 2 group 224.0.0.18\n"
			"fifo-open /run/f\n"
			"spawn 1: /r /run/f\n"
			"fifo /run/f: INSTANCE \"VI\" BACKUP 150\n"
			"spawn 2: /m\n");
	bench_done(&b, 2, JOB_EXITED, 1, "hello\nno route to host\n", T0);
	expect_done(&b, "trace mail to mx could not be sent: no route to host\n");
	bench_link(&b, false, T0);
	bench_done(&b, 3, JOB_NOT_RUN, 2, NULL, T0);
	expect_done(&b, "trace mail to mx could not be sent: could not be run: No such file or "
			"directory\n");
	bench_done(&b, 1, JOB_EXITED, 5, NULL, T0);
	expect_done(&b, "trace the reader r of FIFO /run/f has ended (5); it is started again\n");
	assert_int_equal(node_next_due(b.node), T0 + SEC);
	bench_event(&b, EVENT_TIMER, T0 + SEC);
	expect_done(&b, "spawn 4: /r /run/f\n");
}

static void last_words_are_waited_for(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 1);
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f", .reader = &reader };
	bench_run(&b);
	bench_event(&b, EVENT_TIMER, T0 + DOWN);
	/* /n BACKUP runs, /n MASTER waits. */
	bench_event(&b, EVENT_STOP, T0 + 10 * SEC);
	expect_done(&b, "advert 0\n"
			"addr-del 10.9.0.0/24 dev 2\n"
			"fifo /run/f: INSTANCE \"VI\" STOP 150\n"
			"fifo-close /run/f\n");
	assert_false(node_stopped(b.node));
	assert_int_equal(node_next_due(b.node), T0 + 11 * SEC);
	bench_done(&b, 2, JOB_EXITED, 0, NULL, T0 + 10 * SEC);
	expect_done(&b, "spawn 3: /stop\n");
	bench_done(&b, 1, JOB_EXITED, 0, NULL, T0 + 10 * SEC);
	assert_int_equal(node_next_due(b.node), T0 + 15 * SEC);
	bench_done(&b, 3, JOB_EXITED, 0, NULL, T0 + 12 * SEC);
	expect_done(&b, "spawn 4: /n INSTANCE VI STOP 150\n");
	assert_int_equal(node_next_due(b.node), T0 + 15 * SEC);
	assert_false(node_stopped(b.node));
	bench_done(&b, 4, JOB_EXITED, 0, NULL, T0 + 12 * SEC);
	assert_true(node_stopped(b.node));
	assert_int_equal(node_next_due(b.node), INSTANT_NEVER);
}

/* systemd tells every process of a service, and so does ^C: the supervisor's word comes on top. */
static void told_twice_to_stop_says_its_last_words(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b, 0);
	bench_run(&b);
	bench_event(&b, EVENT_STOP, T0);
	bench_event(&b, EVENT_STOP, T0);
	bench_done(&b, 1, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "spawn 2: /stop\n");
	bench_event(&b, EVENT_STOP, T0);
	bench_done(&b, 2, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "spawn 3: /n INSTANCE VI STOP 150\n");
	bench_done(&b, 3, JOB_EXITED, 0, NULL, T0);
	assert_true(node_stopped(b.node));
}

/* Two instances and two checks, in this order or the other; `only`: without the first ones. */
typedef struct Pair {
	VrrpInstanceConfig instances[2];
	TrackScriptConfig scripts[2];
	VrrpTrack track[2];
	VrrpConfig config;
} Pair;

static VrrpConfig *pair_new(bool other_order, bool only)
{
	static const char *const checks[][2] = { { "/x", NULL }, { "/y", NULL } };
	Pair *p = NEW(Pair);

	for (uint32_t i = 0; i < 2; i++) {
		const uint32_t at = other_order ? 1 - i : i;
		VrrpInstanceConfig *c = &p->instances[at];

		*c = unit_instance();
		c->name = i ? "VJ" : "VI";
		c->vrid = (uint8_t)(51 + i);
		c->n_vips = c->n_advertised = 0;
		c->notify.any = &any;
		p->scripts[at] = (TrackScriptConfig){ .name = i ? "y" : "x",
			.job = { .name = i ? "y" : "x", .argv = checks[i] },
			.interval_usec = SEC,
			.rise = 1,
			.fall = 1 };
		p->track[at] = (VrrpTrack){ .index = at, .weight = -1 };
		c->scripts = &p->track[at];
		c->n_scripts = 1;
	}
	if (only) {
		p->instances[0] = p->instances[1];
		p->scripts[0] = p->scripts[1];
		p->instances[0].scripts = p->track;
		p->track[0].index = 0;
	}
	p->config = (VrrpConfig){ .instances = p->instances,
		.n_instances = only ? 1 : 2,
		.scripts = p->scripts,
		.n_scripts = only ? 1 : 2 };
	return &p->config;
}

static void pair_free(VrrpConfig **config)
{
	if (*config)
		free((char *)*config - offsetof(Pair, config));
}

static void bench_reload(Bench *b, VrrpConfig **from, VrrpConfig *next)
{
	b->ops = node_reload(b->node, next, T0);
	pair_free(from);
	*from = next;
}

/* What runs is known under its new index, and what waits is kept though its configuration is gone. */
static void reload_loses_nothing(void **state _unused_)
{
	_cleanup_(pair_free) VrrpConfig *config = pair_new(false, false);
	_cleanup_(bench_free) Bench b = { 0 };
	const EventAddr a = { .ifindex = 2, .ip = unit_ip("10.9.9.2"), .prefix_len = 24 };

	b.node = node_new(config);
	bench_link(&b, true, T0);
	bench_step(&b, (Event){ .kind = EVENT_ADDR, .addr = a }, T0);
	bench_event(&b, EVENT_READY, T0);
	expect_done(&b, "listen dev 2 group 224.0.0.18\n"
			"listen dev 2 group 224.0.0.18\n"
			"spawn 1: /n INSTANCE VI BACKUP 150\n"
			"spawn 2: /n INSTANCE VJ BACKUP 150\n");
	bench_event(&b, EVENT_TIMER, T0);
	expect_done(&b, "spawn 3: /x\nspawn 4: /y\n");
	bench_link(&b, false, T0);
	bench_reload(&b, &config, pair_new(true, false));
	/* The check of VJ, which now stands first. */
	bench_done(&b, 4, JOB_EXITED, 1, NULL, T0);
	expect_done(&b, "trace VRRP_Script(y) failed (exited with status 1)\n");
	bench_done(&b, 2, JOB_EXITED, 1, NULL, T0);
	expect_done(&b, "trace (VJ) notify script n exited with status 1\n"
			"spawn 5: /n INSTANCE VJ FAULT 150\n");
	/* VI and its check go: the check is ended, what VI had to say is still said. */
	bench_reload(&b, &config, pair_new(false, true));
	vec_foreach(o, &b.ops->list)
		assert_true(o->kind != OP_KILL || o->kill.job == 3);
	bench_done(&b, 1, JOB_EXITED, 1, NULL, T0);
	expect_done(&b, "trace (-) notify script n exited with status 1\n"
			"spawn 6: /n INSTANCE VI FAULT 150\n");
	bench_done(&b, 3, JOB_SIGNALED, 15, NULL, T0);
	expect_done(&b, "");
	bench_done(&b, 6, JOB_EXITED, 0, NULL, T0);
	bench_done(&b, 5, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "");
}

/* Another VRID makes it another router, but who is told knows it by its name: what is said of the old
 * one comes before what is said of the new one, one at a time. */
static void reload_that_makes_it_anew_keeps_the_order(void **state _unused_)
{
	_cleanup_(pair_free) VrrpConfig *config = pair_new(false, false);
	VrrpConfig *next = pair_new(true, false);
	const EventAddr a = { .ifindex = 2, .ip = unit_ip("10.9.9.2"), .prefix_len = 24 };
	_cleanup_(bench_free) Bench b = { .node = node_new(config) };

	bench_link(&b, true, T0);
	bench_step(&b, (Event){ .kind = EVENT_ADDR, .addr = a }, T0);
	bench_event(&b, EVENT_READY, T0);
	next->instances[1].vrid = 60;
	bench_reload(&b, &config, next);
	vec_foreach(o, &b.ops->list)
		assert_int_not_equal(o->kind, OP_SPAWN);
	bench_done(&b, 1, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "spawn 3: /n INSTANCE VI FAULT 150\n");
	bench_done(&b, 3, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "spawn 4: /n INSTANCE VI BACKUP 150\n");
	bench_done(&b, 4, JOB_EXITED, 1, NULL, T0);
	expect_done(&b, "trace (VI) notify script n exited with status 1\n");
}

/* What is dropped because of a reload is told of by the new numbers; after the stop nothing is. */
static void reload_names_the_right_ones(void **state _unused_)
{
	VrrpTrackInterface missing = { .name = "eth9" };
	_cleanup_(pair_free) VrrpConfig *config = pair_new(false, false);
	VrrpConfig *next = pair_new(true, false);
	const EventAddr a = { .ifindex = 2, .ip = unit_ip("10.9.9.2"), .prefix_len = 24 };
	_cleanup_(bench_free) Bench b = { .node = node_new(config) };
	_cleanup_(strbuf_free) StrBuf names = { 0 };

	bench_link(&b, true, T0);
	bench_step(&b, (Event){ .kind = EVENT_ADDR, .addr = a }, T0);
	bench_event(&b, EVENT_READY, T0);
	for (int i = 0; i < LIMIT_JOB_WAITING; i++)
		bench_link(&b, i % 2, T0);
	next->instances[0].interfaces = next->instances[1].interfaces = &missing;
	next->instances[0].n_interfaces = next->instances[1].n_interfaces = 1;
	bench_reload(&b, &config, next);
	vec_foreach(o, &b.ops->list)
		if (o->kind == OP_TRACE && o->trace.reason == TRACE_NOTIFY_DROPPED)
			strbuf_printf(&names, "%s ", o->trace.subject);
	assert_string_equal(strbuf_text(&names), "VJ VI ");
	bench_event(&b, EVENT_STOP, T0);
	bench_reload(&b, &config, pair_new(false, true));
	bench_done(&b, 1, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "spawn 3: /n INSTANCE VI STOP 150\n");
	bench_done(&b, 3, JOB_EXITED, 0, NULL, T0);
	expect_done(&b, "");
}

static void status_has_it(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Status *s = status_new(&arena);

	bench_init(&b, 0);
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f", .reader = &reader };
	b.config.mail = (VrrpMailConfig){ .host = "mx", .to = to, .n_to = 1 };
	bench_run(&b);
	node_status(b.node, T0 + SEC, s);
	status_plain(s, &text);
	assert_non_null(
		strstr(strbuf_text(&text), "  notify\n"
					   "    running\n"
					   "      command        /n INSTANCE VI BACKUP 150\n"
					   "      since          1.000\n"
					   "    waiting          0\n"));
	assert_non_null(strstr(strbuf_text(&text), "/run/f\n  reader\n"));
	assert_non_null(strstr(strbuf_text(&text), "/r /run/f\n"));
	assert_non_null(strstr(strbuf_text(&text), "mail\n  sent               0\n"));
}

static const struct CMUnitTest tests[] = {
	T(addresses_then_fifos_then_scripts),
	T(scripts_wait_for_the_last_address),
	T(failures_are_told_and_change_nothing),
	T(too_many_are_told_once),
	T(mails_and_readers),
	T(last_words_are_waited_for),
	T(told_twice_to_stop_says_its_last_words),
	T(reload_loses_nothing),
	T(reload_that_makes_it_anew_keeps_the_order),
	T(reload_names_the_right_ones),
	T(status_has_it),
};

unit_main(tests)
