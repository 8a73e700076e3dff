/* SPDX-License-Identifier: MIT */
/* What tracked files, processes and links, and a tracked source address, do to the routers of an
 * engine (behaviour 6, 45, 49, 121 to 125). */
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062 };

static const char *const haproxy[] = { "haproxy", NULL };

/* Two instances on eth0 and eth1. Nothing is tracked yet. */
typedef struct Bench {
	VrrpInstanceConfig instances[2];
	AddrSpec vips[2];
	TrackScriptConfig script;
	TrackFileConfig files[2];
	TrackProcessConfig process;
	TrackLinkConfig delay;
	VrrpTrackInterface interface;
	VrrpTrack script_track, file_track, process_track;
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

static void bench_link(Bench *b, uint32_t ifindex, const char *name, const char *ip)
{
	const Link l = unit_link(ifindex, name, true);
	const IpAddr a = unit_ip(ip);

	(void)link_table_set(&b->links, &l);
	link_add_addr(link_by_name(&b->links, name), &a, 24);
}

static void bench_init(Bench *b)
{
	*b = (Bench){
		.script = { .name = "chk", .interval_usec = 2 * SEC, .rise = 1, .fall = 1 },
		.files = { { .name = "load", .watch.path = "/run/load" },
			{ .name = "other", .watch.path = "/run/other" } },
		.process = { .name = "proxy", .argv = haproxy, .quorum = 1 },
		.delay = { .name = "eth0", .down_usec = SEC, .up_usec = SEC / 2 },
	};
	b->script.job.name = "chk";
	for (size_t i = 0; i < 2; i++) {
		b->instances[i] = unit_instance();
		b->vips[i] = unit_vips()[i];
		b->instances[i].vips = &b->vips[i];
		b->instances[i].n_vips = b->instances[i].n_advertised = 1;
	}
	b->instances[1].name = "VJ";
	b->instances[1].interface = b->vips[1].dev = "eth1";
	b->instances[1].vrid = 52;
	b->config = (VrrpConfig){ .instances = b->instances,
		.n_instances = 2,
		.scripts = &b->script,
		.files = b->files,
		.processes = &b->process,
		.link_delays = &b->delay };
	bench_link(b, 2, "eth0", "10.9.0.2");
	bench_link(b, 3, "eth1", "10.8.0.2");
}

/* Tracked by the first instance. */
static void bench_track_file(Bench *b, int weight, bool reverse)
{
	b->config.n_files = 2;
	b->file_track = (VrrpTrack){ .weight = weight, .reverse = reverse };
	b->instances[0].files = &b->file_track;
	b->instances[0].n_files = 1;
}

static void bench_track_process(Bench *b, int weight, bool reverse)
{
	b->config.n_processes = 1;
	b->process_track = (VrrpTrack){ .weight = weight, .reverse = reverse };
	b->instances[0].processes = &b->process_track;
	b->instances[0].n_processes = 1;
}

static void bench_track_script(Bench *b, int weight, bool reverse)
{
	b->config.n_scripts = 1;
	b->script_track = (VrrpTrack){ .weight = weight, .reverse = reverse };
	b->instances[0].scripts = &b->script_track;
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

static void bench_file(Bench *b, uint32_t file, const char *text, Instant now)
{
	const EventFile event = { .file = file, .text = text, .len = text ? strlen(text) : 0 };

	vrrp_engine_file(&b->e, &event, now, &b->out);
}

static void bench_process(Bench *b, int32_t pid, const char *comm, Instant now)
{
	vrrp_engine_process(&b->e, &(EventProcess){ .pid = pid, .comm = comm }, now, &b->out);
}

static void bench_up(Bench *b, const char *name, bool up, Instant now)
{
	link_by_name(&b->links, name)->up = up;
	vrrp_engine_link(&b->e, name, now, &b->out);
}

static VrrpState state_of(const Bench *b)
{
	return b->e.routers[0].state;
}

static uint8_t priority_of(const Bench *b)
{
	return b->e.routers[0].priority;
}

/* ---- files -------------------------------------------------------------------------------- */

static void file_is_watched_from_start_to_stop(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.files[0].watch.init = "7\n";
	bench_track_file(&b, 1, false);
	bench_start(&b);
	assert_int_equal(b.out.list.items[0].kind, EFFECT_WATCH_FILE);
	assert_string_equal(b.out.list.items[0].watch_file.init, "7\n");
	assert_int_equal(b.out.list.items[1].watch_file.file, 1);
	unit_forget(&b.out);
	vrrp_engine_stop(&b.e, T0 + SEC, &b.out);
	expect_effects(&b.out, "trace (VI) Entering STOP STATE\n"
			       "trace (VJ) Entering STOP STATE\n"
			       "watch-file 0 off\n"
			       "watch-file 1 off\n");
	bench_file(&b, 0, "5", T0 + 2 * SEC);
	expect_effects(&b.out, "");
}

static void file_without_weight_is_a_silent_wait_then_backup_or_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_instances = 1;
	bench_track_file(&b, 0, false);
	bench_start(&b);
	expect_effects(&b.out, "watch-file 0 /run/load\n"
			       "watch-file 1 /run/other\n"
			       "listen 2 224.0.0.18\n"
			       "trace (VI) waiting for the content of file load\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n");
	bench_file(&b, 0, NULL, T0 + 1);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n");
	assert_int_equal(b.e.routers[0].due, T0 + 1 + DOWN);
	bench_file(&b, 0, "-3\n", T0 + 2);
	expect_effects(&b.out,
		"trace track file load is now -3\n"
		"trace (VI): entering FAULT state (tracked file load has status -3)\n"
		"trace (VI) Entering FAULT STATE\n");
	bench_file(&b, 0, "4", T0 + 3);
	expect_effects(&b.out, "trace track file load is now 4\n");
	assert_int_equal(vrrp_health_fault(&b.e, &b.e.routers[0], 0).a, 4);
	bench_file(&b, 0, "0", T0 + 4);
	expect_effects(&b.out, "trace track file load is now 0\n"
			       "trace (VI) Entering BACKUP STATE\n");
}

static void awaited_file_that_is_bad_is_a_fault_that_is_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track_file(&b, 0, true);
	bench_run(&b);
	bench_file(&b, 0, "0", T0);
	assert_int_equal(state_of(&b), VRRP_FAULT);
	expect_effects(&b.out, "trace (VI): entering FAULT state (tracked file load has status 0)\n"
			       "trace (VI) Entering FAULT STATE\n");
}

/* The weight is the instance's, not that of the file. */
static void number_goes_into_the_next_advert(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_instances = 1;
	b.files[0].weight = 100;
	bench_track_file(&b, 10, false);
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	bench_file(&b, 0, "-3\n", T0 + 4 * SEC);
	expect_effects(&b.out, "trace track file load is now -3\n"
			       "trace (VI) Changing effective priority from 150 to 120\n");
	vrrp_engine_timer(&b.e, T0 + DOWN + SEC, &b.out);
	expect_effects(&b.out, "advert 120\n");
	bench_file(&b, 0, "-99999", T0 + 5 * SEC);
	expect_effects(&b.out, "trace track file load is now -99999\n"
			       "trace (VI) Changing effective priority from 120 to 1\n"
			       "trace (VI): entering FAULT state (tracked file load: -99999 times "
			       "weight is -254 or "
			       "less)\n"
			       "advert 0\n"
			       "trace (VI) sent 0 priority\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n"
			       "will 0 none\n"
			       "trace (VI) Entering FAULT STATE\n");
	bench_file(&b, 0, "9", T0 + 6 * SEC);
	assert_int_equal(state_of(&b), VRRP_BACKUP);
	assert_int_equal(priority_of(&b), 240);
}

static void file_of_nobody_changes_nobody(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track_file(&b, 1, false);
	bench_run(&b);
	/* Would be set right if they were looked at. */
	b.e.routers[0].priority = b.e.routers[1].priority = 7;
	bench_file(&b, 1, "50", T0);
	bench_file(&b, 2, "50", T0); /* there is none */
	expect_effects(&b.out, "trace track file other is now 50\n");
	bench_file(&b, 0, "50", T0);
	expect_effects(&b.out, "trace track file load is now 50\n"
			       "trace (VI) Changing effective priority from 7 to 200\n");
}

/* ---- processes ---------------------------------------------------------------------------- */

static void process_without_weight(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_instances = 1;
	bench_track_process(&b, 0, false);
	bench_start(&b);
	expect_effects(&b.out, "watch-processes on\n"
			       "listen 2 224.0.0.18\n"
			       "trace (VI) waiting for what runs of process proxy\n"
			       "trace (VI) removing VIPs.\n"
			       "want 0 off\n");
	bench_process(&b, 10, "haproxy", T0);
	bench_process(&b, 11, "bash", T0);
	expect_effects(&b.out, "watch-pid 10\n");
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n");
	vrrp_engine_process_gone(&b.e, 10, T0 + SEC, &b.out);
	expect_effects(&b.out, "trace Quorum lost for tracked process proxy\n"
			       "trace (VI) entering FAULT state (tracked process proxy quorum not "
			       "achieved)\n"
			       "trace (VI) Entering FAULT STATE\n");
	bench_process(&b, 11, "haproxy", T0 + 2 * SEC); /* the shell became it */
	expect_effects(&b.out, "watch-pid 11\n"
			       "trace Quorum gained for tracked process proxy\n"
			       "trace (VI) Entering BACKUP STATE\n");
	vrrp_engine_stop(&b.e, T0 + 3 * SEC, &b.out);
	expect_effects(&b.out, "trace (VI) Entering STOP STATE\nwatch-processes off\n");
	vrrp_engine_process_gone(&b.e, 11, T0 + 4 * SEC, &b.out);
	bench_process(&b, 12, "haproxy", T0 + 4 * SEC);
	expect_effects(&b.out, "");
}

static void process_that_must_not_run(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track_process(&b, 0, true);
	bench_run(&b);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	assert_int_equal(state_of(&b), VRRP_BACKUP);
	bench_process(&b, 10, "haproxy", T0);
	assert_int_equal(state_of(&b), VRRP_FAULT);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_PROCESS_UP);
}

static void process_delays_are_timers(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.process.terminate_delay_usec = SEC;
	bench_track_process(&b, -20, false);
	bench_run(&b);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	assert_int_equal(priority_of(&b), 150);
	vrrp_engine_process_gone(&b.e, 10, T0 + SEC, &b.out);
	assert_int_equal(priority_of(&b), 150);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 2 * SEC);
	vrrp_engine_timer(&b.e, T0 + 2 * SEC - 1, &b.out);
	assert_int_equal(priority_of(&b), 150);
	vrrp_engine_timer(&b.e, T0 + 2 * SEC, &b.out);
	assert_int_equal(priority_of(&b), 130);
	bench_process(&b, 11, "haproxy", T0 + 3 * SEC);
	assert_int_equal(priority_of(&b), 150);
	vrrp_engine_process_gone(&b.e, 11, T0 + 3 * SEC, &b.out);
	vrrp_engine_stop(&b.e, T0 + 3 * SEC, &b.out);
	assert_int_equal(vrrp_engine_next_due(&b.e), INSTANT_NEVER);
}

/* ---- priorities --------------------------------------------------------------------------- */

/* Script, process and interface alike (behaviour 6, 110); -1: FAULT. */
static void weights_of_what_is_good_or_bad(void **state _unused_)
{
	static const struct {
		uint8_t base;
		int weight;
		bool reverse;
		int good, bad;
	} cases[] = {
		{ 150, 10, false, 160, 150 },
		{ 150, 10, true, 140, 150 },
		{ 150, -10, false, 150, 140 },
		{ 150, -10, true, 150, 160 },
		{ 150, 253, false, 254, 150 },
		{ 150, 253, true, 1, 150 },
		{ 150, -253, false, 150, 1 },
		{ 1, -253, true, 1, 254 },
		{ 150, 0, false, 150, -1 },
		{ 150, 0, true, -1, 150 },
		{ 255, 253, false, 255, 255 },
		{ 255, -253, false, 255, 255 },
		{ 255, 0, false, 255, -1 },
	};

	for (size_t kind = 0; kind < 3; kind++)
		for (size_t i = 0; i < ARRAY_LEN(cases) * 2; i++) {
			_cleanup_(bench_free) Bench b;
			const size_t c = i / 2;
			const bool good = i % 2;
			const int expect = good ? cases[c].good : cases[c].bad;
			int got;

			bench_init(&b);
			b.instances[0].priority = cases[c].base;
			if (kind == 0)
				bench_track_script(&b, cases[c].weight, cases[c].reverse);
			else if (kind == 1)
				bench_track_process(&b, cases[c].weight, cases[c].reverse);
			b.interface = (VrrpTrackInterface){ .name = "eth1",
				.weight = cases[c].weight,
				.reverse = cases[c].reverse };
			b.instances[0].interfaces = &b.interface;
			b.instances[0].n_interfaces = kind == 2;
			bench_run(&b);
			if (good)
				bench_process(&b, 10, "haproxy", T0);
			vrrp_engine_processes_told(&b.e, T0, &b.out);
			if (kind == 0)
				vrrp_engine_check_done(
					&b.e, 0, &(JobResult){ .code = !good }, T0, &b.out);
			bench_up(&b, "eth1", good, T0);
			got = state_of(&b) == VRRP_FAULT ? -1 : priority_of(&b);
			if (got != expect)
				fail_msg("kind %zu, case %zu, good %d: %d", kind, c, good, got);
		}
}

static void sum_of_many_is_clamped(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpTrack tracks[2] = { { .index = 0, .weight = 2147483647 },
		{ .index = 1, .weight = 2147483647 } };

	bench_init(&b);
	bench_track_file(&b, 1, false);
	b.instances[0].files = tracks;
	b.instances[0].n_files = 2;
	bench_run(&b);
	bench_file(&b, 0, "2147483647", T0);
	bench_file(&b, 1, "2147483647", T0);
	assert_int_equal(priority_of(&b), 254);
	bench_file(&b, 0, "-2147483648", T0);
	assert_int_equal(state_of(&b), VRRP_FAULT);
	assert_in_range(priority_of(&b), 1, 254);
	bench_file(&b, 0, "0", T0);
	bench_file(&b, 1, "0", T0);
	assert_int_equal(state_of(&b), VRRP_BACKUP);
	assert_int_equal(priority_of(&b), 150); /* nothing of it stays */
}

/* ---- scripts ------------------------------------------------------------------------------ */

static void init_fail_is_a_fault_that_is_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.script.init_fail = true;
	bench_track_script(&b, 0, false);
	bench_start(&b);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_SCRIPT);
	vrrp_engine_timer(&b.e, T0, &b.out);
	vrrp_engine_check_done(&b.e, 0, &(JobResult){ 0 }, T0, &b.out);
	assert_int_equal(state_of(&b), VRRP_BACKUP);
}

static void disabled_script_is_a_fault_for_ever(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_instances = 1;
	b.script.disabled = true;
	bench_track_script(&b, 0, false);
	bench_run(&b);
	assert_int_equal(state_of(&b), VRRP_FAULT);
	assert_int_equal(vrrp_engine_next_due(&b.e), INSTANT_NEVER);
	vrrp_engine_timer(&b.e, T0 + 60 * SEC, &b.out);
	expect_effects(&b.out, "");
}

/* ---- links -------------------------------------------------------------------------------- */

static void flap_of_a_debounced_link_is_not_seen(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_link_delays = 1;
	bench_run(&b);
	bench_up(&b, "eth0", false, T0 + SEC);
	bench_up(&b, "eth0", true, T0 + 2 * SEC - 1);
	expect_effects(&b.out, "");
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + DOWN);
	bench_up(&b, "eth1", false, T0 + 2 * SEC); /* has no delay */
	assert_int_equal(b.e.routers[1].state, VRRP_FAULT);
}

static void debounced_link_counts_after_its_delay(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_link_delays = 1;
	/* Whoever tracks it sees the same. */
	b.interface = (VrrpTrackInterface){ .name = "eth0", .weight = -10 };
	b.instances[1].interfaces = &b.interface;
	b.instances[1].n_interfaces = 1;
	bench_run(&b);
	bench_up(&b, "eth0", false, T0 + SEC);
	assert_true(vrrp_trackers_link_up(&b.e, "eth0"));
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 2 * SEC);
	vrrp_engine_timer(&b.e, T0 + 2 * SEC, &b.out);
	expect_effects(&b.out, "trace (VI): entering FAULT state (interface eth0 down)\n"
			       "trace (VI) Entering FAULT STATE\n"
			       "trace (VJ) Changing effective priority from 150 to 140\n");
	bench_up(&b, "eth0", true, T0 + 2 * SEC + SEC / 2);
	expect_effects(&b.out, "");
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + 3 * SEC);
	vrrp_engine_timer(&b.e, T0 + 3 * SEC, &b.out);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n"
			       "trace (VJ) Changing effective priority from 140 to 150\n");
}

/* As seen in keepalived 2.2.7: two adverts less 1/256 s, in both directions. */
static void delay_is_cut_to_what_a_backup_may_wait(void **state _unused_)
{
	static const struct {
		Span advert;
		uint32_t adverts;
		Span delay, waits;
	} cases[] = {
		{ SEC, 3, 5 * SEC, 1996094 },
		{ SEC, 3, SEC / 2, SEC / 2 },
		{ 2 * SEC, 3, 5 * SEC, 3996094 },
		{ SEC, 5, 5 * SEC, 3996094 },
		{ SEC, 1, 5 * SEC, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases) * 2; i++) {
		_cleanup_(bench_free) Bench b;
		const size_t c = i / 2;
		const bool was_up = i % 2;

		bench_init(&b);
		b.config.n_link_delays = 1;
		b.delay.down_usec = b.delay.up_usec = cases[c].delay;
		b.instances[0].advert_usec = cases[c].advert;
		b.instances[0].down_timer_adverts = cases[c].adverts;
		link_by_name(&b.links, "eth0")->up = was_up;
		bench_run(&b);
		bench_up(&b, "eth0", !was_up, T0);
		vrrp_engine_timer(&b.e, T0 + cases[c].waits - (cases[c].waits > 0), &b.out);
		if (cases[c].waits)
			assert_int_equal(vrrp_trackers_link_up(&b.e, "eth0"), was_up);
		vrrp_engine_timer(&b.e, T0 + cases[c].waits, &b.out);
		assert_int_equal(vrrp_trackers_link_up(&b.e, "eth0"), !was_up);
	}
}

/* The interval that counts is the master's; whoever tracks the link has a say. */
static void delay_is_cut_for_the_shortest_interval(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_link_delays = 1;
	b.interface = (VrrpTrackInterface){ .name = "eth0" };
	b.instances[1].interfaces = &b.interface;
	b.instances[1].n_interfaces = 1;
	bench_run(&b);
	b.e.routers[1].master_advert_usec = SEC / 10;
	bench_up(&b, "eth0", false, T0);
	assert_int_equal(vrrp_engine_next_due(&b.e), T0 + SEC / 5 - 3906);
}

static void debounced_link_that_goes_is_a_fault_at_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_link_delays = 1;
	bench_run(&b);
	link_table_del(&b.links, link_by_name(&b.links, "eth0"));
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_NO_INTERFACE);
	assert_false(vrrp_trackers_link_up(&b.e, "eth0"));
}

/* Behaviour 45. */
static void source_that_is_not_on_the_interface_is_a_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const IpAddr source = unit_ip("10.9.0.7");
	Link *l;

	bench_init(&b);
	b.instances[0].has_source = true;
	b.instances[0].source = source;
	bench_run(&b);
	assert_int_equal(state_of(&b), VRRP_BACKUP); /* it is not asked for */
	vrrp_engine_free(&b.e);
	b.instances[0].track_source = true;
	bench_run(&b);
	assert_int_equal(b.e.routers[0].cause.reason, TRACE_FAULT_SOURCE);
	l = link_by_name(&b.links, "eth0");
	link_add_addr(l, &source, 16);
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	assert_int_equal(state_of(&b), VRRP_BACKUP);
	link_del_addr(l, &source, 16);
	vrrp_engine_link(&b.e, "eth0", T0, &b.out);
	expect_effects(&b.out, "trace (VI) Entering BACKUP STATE\n"
			       "trace (VI): entering FAULT state (src address not configured)\n"
			       "trace (VI) Entering FAULT STATE\n");
}

/* ---- reload ------------------------------------------------------------------------------- */

typedef struct Second {
	VrrpConfig config;
	VrrpEngine e;
	Arena arena;
} Second;

static void second_free(Second *s)
{
	vrrp_engine_free(&s->e);
	arena_free(&s->arena);
}

static void second_reload(Second *s, Bench *b, Instant now)
{
	const VrrpReload reload = vrrp_reload_match(&b->config, &s->config, &s->arena);

	unit_forget(&b->out);
	vrrp_engine_init(&s->e, &s->config, &b->links);
	vrrp_engine_adopt(&s->e, &b->e, &reload, now, &b->out);
}

static void reload_keeps_what_is_known(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };

	bench_init(&b);
	b.config.n_instances = 1;
	b.config.n_link_delays = 1;
	b.files[0].watch.init = "0\n";
	bench_track_file(&b, 1, false);
	bench_track_process(&b, 20, false);
	bench_run(&b);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	bench_file(&b, 0, "5", T0);
	bench_up(&b, "eth0", false, T0);
	assert_int_equal(priority_of(&b), 175);
	s.config = b.config;
	s.config.n_files = 1;
	second_reload(&s, &b, T0 + SEC / 2);
	expect_effects(&b.out, "watch-file 0 /run/load\n"
			       "watch-file 1 off\n"
			       "listen 2 224.0.0.18\n");
	assert_int_equal(s.e.routers[0].priority, 175);
	assert_int_equal(s.e.routers[0].state, VRRP_BACKUP);
	assert_int_equal(vrrp_engine_next_due(&s.e), T0 + SEC); /* the link */
	vrrp_engine_process_gone(&s.e, 10, T0 + SEC / 2, &b.out);
	assert_int_equal(s.e.routers[0].priority, 155);
}

/* A file that is there already is not written anew by a reload. */
static void reload_does_not_write_a_file_again(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };

	bench_init(&b);
	b.files[0].watch.init = "0\n";
	b.files[0].watch.overwrite = true;
	bench_track_file(&b, 1, false);
	bench_run(&b);
	s.config = b.config;
	second_reload(&s, &b, T0);
	assert_int_equal(b.out.list.items[0].kind, EFFECT_WATCH_FILE);
	assert_null(b.out.list.items[0].watch_file.init);
}

/* A master goes on until the new thing is known to be bad. */
static void reload_that_tracks_more_waits_for_the_first_word(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };
	VrrpInstanceConfig instance;

	bench_init(&b);
	b.config.n_instances = 1;
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	assert_int_equal(state_of(&b), VRRP_MASTER);
	s.config = b.config;
	instance = b.instances[0];
	s.config.instances = &instance;
	s.config.n_processes = 1;
	b.process_track = (VrrpTrack){ 0 };
	instance.processes = &b.process_track;
	instance.n_processes = 1;
	second_reload(&s, &b, T0 + 4 * SEC);
	assert_int_equal(s.e.routers[0].state, VRRP_MASTER);
	vrrp_engine_processes_told(&s.e, T0 + 4 * SEC, &b.out);
	assert_int_equal(s.e.routers[0].state, VRRP_FAULT);
	assert_int_equal(s.e.routers[0].cause.reason, TRACE_FAULT_PROCESS);
}

/* What another command line is looked for was not watched. */
static void reload_that_looks_for_another_program_asks_anew(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };
	static const char *const nginx[] = { "nginx", NULL };
	TrackProcessConfig process;

	bench_init(&b);
	b.config.n_instances = 1;
	bench_track_process(&b, 10, false);
	bench_run(&b);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	s.config = b.config;
	process = b.process;
	process.argv = nginx;
	s.config.processes = &process;
	second_reload(&s, &b, T0);
	assert_int_equal(b.out.list.items[0].kind, EFFECT_WATCH_PROCESSES);
	assert_true(b.out.list.items[0].watch_processes);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_processes_told(&s.e, T0, &b.out);
	assert_int_equal(s.e.processes[0].health, TRACK_BAD);
	assert_int_equal(s.e.routers[0].priority, 150);
}

static void reload_with_another_quorum_counts_at_once(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };
	TrackProcessConfig process;

	bench_init(&b);
	b.config.n_instances = 1;
	b.process.terminate_delay_usec = SEC;
	bench_track_process(&b, 10, false);
	bench_run(&b);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	assert_int_equal(priority_of(&b), 160);
	s.config = b.config;
	process = b.process;
	process.quorum = 2;
	s.config.processes = &process;
	second_reload(&s, &b, T0);
	assert_int_equal(s.e.routers[0].priority, 150);
	assert_int_equal(s.e.processes[0].due, INSTANT_NEVER);
}

static void reload_that_forbids_a_script(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(second_free) Second s = { 0 };
	TrackScriptConfig script;

	bench_init(&b);
	bench_track_script(&b, 0, false);
	bench_run(&b);
	vrrp_engine_timer(&b.e, T0, &b.out);
	s.config = b.config;
	script = b.script;
	script.disabled = true;
	s.config.scripts = &script;
	second_reload(&s, &b, T0);
	assert_int_equal(b.out.list.items[0].kind, EFFECT_JOB_CANCEL);
	assert_int_equal(s.e.scripts[0].health, TRACK_BAD);
	assert_int_equal(s.e.scripts[0].due, INSTANT_NEVER);
	assert_int_equal(s.e.routers[0].state, VRRP_FAULT);
}

/* ---- status ------------------------------------------------------------------------------- */

static void no_jobs(
	const void *data _unused_, JobKey key _unused_, Instant now _unused_, Status *out _unused_)
{
}

static bool no_addr(const void *data _unused_, uint32_t id _unused_, size_t i _unused_)
{
	return false;
}

static void status_shows_what_is_tracked(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	static const char wrote[] = "all\nis \033[31mwell";
	Status *s = status_new(&arena);
	const char *text;

	bench_init(&b);
	b.config.n_instances = 0;
	bench_track_file(&b, 1, false);
	bench_track_process(&b, 1, false);
	bench_track_script(&b, 1, false);
	b.config.n_link_delays = 1;
	b.process.fork_delay_usec = SEC;
	bench_run(&b);
	bench_file(&b, 0, "5", T0);
	vrrp_engine_processes_told(&b.e, T0, &b.out);
	bench_process(&b, 10, "haproxy", T0);
	vrrp_engine_check_done(&b.e, 0,
		&(JobResult){ .output = wrote, .output_len = sizeof(wrote) - 1 }, T0, &b.out);
	vrrp_engine_status(&b.e, T0 + SEC / 4, no_addr, no_jobs, NULL, s);
	status_plain(s, &out);
	text = strbuf_text(&out);
	assert_non_null(strstr(text, "output             all, is ?[31mwell\n"));
	assert_non_null(strstr(text, "load\n  file               /run/load\n"
				     "  value              5\n"));
	assert_non_null(strstr(text, "other\n  file               /run/other\n\n"));
	assert_non_null(strstr(text, "proxy\n  health             bad\n"
				     "  running            1\n"
				     "  quorum             1\n"
				     "  changes in         0.750\n"));
	assert_non_null(strstr(text, "eth0\n  counts as up       true\n"));
}

static const struct CMUnitTest tests[] = {
	T(file_is_watched_from_start_to_stop),
	T(file_without_weight_is_a_silent_wait_then_backup_or_fault),
	T(awaited_file_that_is_bad_is_a_fault_that_is_told),
	T(number_goes_into_the_next_advert),
	T(file_of_nobody_changes_nobody),
	T(process_without_weight),
	T(process_that_must_not_run),
	T(process_delays_are_timers),
	T(weights_of_what_is_good_or_bad),
	T(sum_of_many_is_clamped),
	T(init_fail_is_a_fault_that_is_told),
	T(disabled_script_is_a_fault_for_ever),
	T(flap_of_a_debounced_link_is_not_seen),
	T(debounced_link_counts_after_its_delay),
	T(delay_is_cut_to_what_a_backup_may_wait),
	T(delay_is_cut_for_the_shortest_interval),
	T(debounced_link_that_goes_is_a_fault_at_once),
	T(source_that_is_not_on_the_interface_is_a_fault),
	T(reload_keeps_what_is_known),
	T(reload_does_not_write_a_file_again),
	T(reload_that_tracks_more_waits_for_the_first_word),
	T(reload_that_looks_for_another_program_asks_anew),
	T(reload_with_another_quorum_counts_at_once),
	T(reload_that_forbids_a_script),
	T(status_shows_what_is_tracked),
};

unit_main(tests)
