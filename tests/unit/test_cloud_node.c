/* SPDX-License-Identifier: MIT */
/* Floating addresses in the node: what is started when, what of it is told, and what a loss of the
 * mastership, a reload and the stop leave. */
#include <signal.h>

#include "cloud/cloud.h"
#include "node/node.h"
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062 };

typedef struct Bench {
	FloatingConfig floating[2];
	VrrpInstanceConfig instance;
	VrrpConfig config;
	Node *node;
	const Ops *ops;
	Instant now;
	uint32_t job; /* the last one that was started */
} Bench;

static void bench_free(Bench *b)
{
	node_free(b->node);
}

/* Jobs, signals and probes; the request of a job by what it asks. */
static char *done(Bench *b)
{
	StrBuf got = { 0 };

	strbuf_add(&got, "");
	vec_foreach(o, &b->ops->list) {
		if (o->kind == OP_SPAWN) {
			const JobSpec *s = o->spawn.spec;
			const char *ask = s->input ? s->input + strlen("ask: ") : "script ";

			b->job = o->spawn.job;
			strbuf_printf(&got, "%.*s %u\n", (int)strcspn(ask, "\n "), ask, b->job);
		} else if (o->kind == OP_KILL || o->kind == OP_PROBE) {
			op_text(o, &got);
			strbuf_add(&got, "\n");
		} else if (o->kind == OP_TRACE && o->trace.reason >= TRACE_FLOATING_ASSIGN &&
			   o->trace.reason <= TRACE_PROBE_FAILED) {
			trace_text(&o->trace, &got);
			strbuf_add(&got, "\n");
		}
	}
	return got.s;
}

#define expect(b, text) bench_expect((b), (text), __FILE__, __LINE__)

static void bench_expect(Bench *b, const char *text, const char *file, int line)
{
	_cleanup_free_ char *got = done(b);

	_assert_string_equal(got, text, file, line);
}

static void step(Bench *b, Event e)
{
	e.now = b->now;
	b->ops = node_step(b->node, &e);
}

static void event(Bench *b, EventKind kind)
{
	step(b, (Event){ .kind = kind });
}

static void link_is(Bench *b, bool up)
{
	step(b, (Event){ .kind = EVENT_LINK, .link = unit_link(2, "eth0", up) });
}

/* What regent-cloud writes. */
static void answer(Bench *b, CloudAnswer a, const char *id)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	cloud_copy(a.id, sizeof(a.id), id, strlen(id));
	cloud_answer_write(&a, &text);
	b->now += 10000;
	step(b, (Event){ .kind = EVENT_JOB_DONE,
			.job_done = { .job = b->job, .output = text.s, .output_len = text.n } });
}

static void ended(Bench *b, uint32_t job, int code)
{
	step(b, (Event){ .kind = EVENT_JOB_DONE, .job_done = { .job = job, .code = code } });
}

static void due(Bench *b)
{
	b->now = MAX(b->now, node_next_due(b->node));
	event(b, EVENT_TIMER);
}

static void begin(Bench *b, FloatingProvider provider)
{
	const EventAddr a = { .ifindex = 2, .ip = unit_ip("10.9.9.2"), .prefix_len = 24 };

	*b = (Bench){ .instance = unit_instance(), .now = T0 };
	b->floating[0] = (FloatingConfig){ .address = "203.0.113.7",
		.ip = unit_ip("203.0.113.7"),
		.provider = provider,
		.token_file = "/secret",
		.program = "/regent-cloud" };
	b->instance.n_vips = b->instance.n_advertised = 0;
	b->instance.floating = b->floating;
	b->instance.n_floating = 1;
	b->config = (VrrpConfig){ .instances = &b->instance, .n_instances = 1 };
	b->node = node_new(&b->config);
	link_is(b, true);
	step(b, (Event){ .kind = EVENT_ADDR, .addr = a });
	event(b, EVENT_READY);
	expect(b, "");
}

static void master(Bench *b)
{
	b->now += DOWN;
	event(b, EVENT_TIMER);
}

#define IP "(VI) floating IP 203.0.113.7"

static void until_asked(Bench *b)
{
	begin(b, FLOATING_DIGITALOCEAN);
	master(b);
	expect(b, "server 1\n");
	answer(b, (CloudAnswer){ 0 }, "111");
	expect(b, "owner 2\n");
}

static void the_master_takes_it(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	until_asked(&b);
	answer(&b, (CloudAnswer){ 0 }, "222");
	expect(&b, IP ": assigning it to this machine\nassign 3\n");
	answer(&b, (CloudAnswer){ .action = CLOUD_ACTION_DONE }, "7");
	expect(&b, "owner 4\n");
	answer(&b, (CloudAnswer){ 0 }, "111");
	expect(&b, IP " is assigned to this machine (111)\nactive 5\n");
}

/* The request that was under way is ended, and a new one waits for its end. */
static void never_two_at_a_time(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	until_asked(&b);
	link_is(&b, false);
	expect(&b, "kill 2 signal 15\n");
	link_is(&b, true);
	master(&b);
	/* It was not seen to end yet. */
	expect(&b, "kill 2 signal 9\n");
	ended(&b, 2, 0);
	expect(&b, "owner 3\n");
}

static void the_stop_ends_it(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	until_asked(&b);
	event(&b, EVENT_STOP);
	expect(&b, "kill 2 signal 15\n");
	assert_false(node_stopped(b.node));
	ended(&b, 2, 0);
	expect(&b, "");
	assert_true(node_stopped(b.node));
}

static void a_reload_goes_on(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	FloatingConfig floating[2];
	VrrpInstanceConfig instance;
	VrrpConfig config;

	until_asked(&b);
	instance = b.instance;
	config = b.config;
	floating[0] = (FloatingConfig){
		.address = "203.0.113.8", .ip = unit_ip("203.0.113.8"), .server = "111"
	};
	floating[1] = b.floating[0];
	instance.floating = floating;
	instance.n_floating = 2;
	config.instances = &instance;
	b.ops = node_reload(b.node, &config, b.now);
	expect(&b, "owner 3\n");
	b.job = 2;
	answer(&b, (CloudAnswer){ 0 }, "222");
	expect(&b, IP ": assigning it to this machine\nassign 4\n");
	/* Another file with a token: anew, when the old request has ended. Another one is gone. */
	b.floating[0].token_file = "/other";
	b.ops = node_reload(b.node, &b.config, b.now);
	expect(&b, "kill 3 signal 15\nkill 4 signal 15\n");
	ended(&b, 3, 0);
	expect(&b, "");
	ended(&b, 4, 0);
	expect(&b, "server 5\n");
}

static void a_fault_costs_priority(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	_cleanup_(bench_free) Bench b;
	Status *s;

	until_asked(&b);
	b.floating[0].penalty = 40;
	answer(&b, (CloudAnswer){ .outcome = CLOUD_DENIED, .text = "HTTP status 401" }, "");
	expect(&b, IP ": FAULT: owner: HTTP status 401\n");
	s = status_new(&arena);
	node_status(b.node, b.now, s);
	status_json(s, &text);
	assert_non_null(strstr(text.s, "\"priority\": 110"));
	assert_non_null(strstr(text.s, "\"hint\": \"the provider does not know the token"));
	do
		due(&b);
	while (!b.ops->list.n || b.ops->list.items[0].kind == OP_SEND_IP);
	expect(&b, "owner 3\n");
	answer(&b, (CloudAnswer){ 0 }, "111");
	status_json((node_status(b.node, b.now, s = status_new(&arena)), s), &text);
	assert_non_null(strstr(text.s, "\"priority\": 150"));
}

static void a_program_that_fails_is_a_failure(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	until_asked(&b);
	ended(&b, 2, 1);
	expect(&b, IP ": owner: exited with status 1; trying again\n");
}

static void a_script_says_by_its_status(void **state _unused_)
{
	static const char *const argv[] = { "/move", NULL };
	static const JobSpec script = { .name = "/move", .argv = argv };
	_cleanup_(bench_free) Bench b;

	begin(&b, FLOATING_EXEC);
	b.floating[0].script = &script;
	master(&b);
	expect(&b, "script 1\n");
	ended(&b, 1, 1);
	expect(&b, IP ": assigning it to this machine\nscript 2\n");
	ended(&b, 2, 0);
	expect(&b, "script 3\n");
	ended(&b, 3, 0);
	expect(&b, IP " is assigned to this machine (self)\n");
}

static void a_port_answers_while_master(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	Event failed = { .kind = EVENT_OP_FAILED,
		.op_failed = { .what = OP_FAILED_PROBE, .error = 98, .ifindex = 8080 } };

	begin(&b, FLOATING_HEALTH_PORT);
	b.floating[0].port = 8080;
	master(&b);
	expect(&b, "probe 8080 on\n");
	step(&b, failed);
	expect(&b, "health port 8080 cannot be opened: Address already in use\n");
	b.now += 31 * SEC;
	event(&b, EVENT_TIMER);
	expect(&b, "probe 8080 on\n");
	link_is(&b, false);
	expect(&b, "probe 8080 off\n");
	event(&b, EVENT_STOP);
	expect(&b, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_master_takes_it),
		cmocka_unit_test(never_two_at_a_time),
		cmocka_unit_test(the_stop_ends_it),
		cmocka_unit_test(a_reload_goes_on),
		cmocka_unit_test(a_fault_costs_priority),
		cmocka_unit_test(a_program_that_fails_is_a_failure),
		cmocka_unit_test(a_script_says_by_its_status),
		cmocka_unit_test(a_port_answers_while_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
