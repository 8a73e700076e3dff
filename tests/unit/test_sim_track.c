/* SPDX-License-Identifier: MIT */
/* A machine that tracks random things with random weights, to which random things happen. At every
 * moment the priority is within 1..254 and a router in FAULT holds no address; when all delays are
 * over, FAULT holds exactly when something tracked without weight is bad or a file takes away too
 * much, and the priority is the base and what a naive sum adds. */
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC

enum { SEEDS = 300, ROUNDS = 15, EVENTS = 6, FILES = 3, PROCESSES = 2, SCRIPTS = 2, PIDS = 6 };

static const char *const paths[FILES] = { "/f/a", "/f/b", "/f/c" };
static const char *const programs[PROCESSES] = { "haproxy", "nginx" };
static const char *const checks[SCRIPTS] = { "chk_a", "chk_b" };

typedef struct World {
	SimWorld *sim;
	uint64_t seed;
	VrrpConfig config;
	VrrpInstanceConfig instance;
	VrrpTrackInterface interface;
	TrackLinkConfig delay;
	TrackFileConfig files[FILES];
	TrackProcessConfig processes[PROCESSES];
	TrackScriptConfig scripts[SCRIPTS];
	const char *argv[PROCESSES][2];
	VrrpTrack file_tracks[FILES], process_tracks[PROCESSES], script_tracks[SCRIPTS];
	/* How things stand. */
	int64_t values[FILES];
	int pids[PIDS]; /* the program, or PROCESSES: another one, -1: none */
	bool good[SCRIPTS], up;
} World;

static int random_weight(uint64_t *seed, int most)
{
	switch (unit_below(seed, 4)) {
	case 0: return 0;
	case 1: return unit_below(seed, 2) ? most : -most;
	default: return (int)unit_below(seed, 61) - 30;
	}
}

static VrrpTrack random_track(World *w, size_t index, int most)
{
	return (VrrpTrack){ .index = (uint32_t)index,
		.weight = random_weight(&w->seed, most),
		.reverse = unit_below(&w->seed, 3) == 0 };
}

static void world_trackers(World *w)
{
	static const char *const argv[] = { "/bin/chk", NULL };
	uint64_t *seed = &w->seed;

	for (size_t i = 0; i < FILES; i++) {
		w->files[i] = (TrackFileConfig){ .name = paths[i], .watch.path = paths[i] };
		w->file_tracks[i] = random_track(w, i, INT32_MAX);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		w->argv[i][0] = programs[i];
		w->processes[i] = (TrackProcessConfig){ .name = programs[i],
			.argv = w->argv[i],
			.quorum = 1 + unit_below(seed, 2),
			.has_quorum_max = unit_below(seed, 3) == 0,
			.fork_delay_usec = unit_below(seed, 2) * SEC,
			.terminate_delay_usec = unit_below(seed, 2) * SEC };
		w->processes[i].quorum_max = unit_below(seed, 2) * 3;
		w->process_tracks[i] = random_track(w, i, 254);
	}
	for (size_t i = 0; i < SCRIPTS; i++) {
		w->scripts[i] = (TrackScriptConfig){ .name = checks[i],
			.job = { .name = checks[i], .argv = argv, .timeout_usec = SEC },
			.interval_usec = SEC,
			.rise = 1 + unit_below(seed, 2),
			.fall = 1 + unit_below(seed, 2) };
		w->script_tracks[i] = random_track(w, i, 253);
	}
	w->interface = (VrrpTrackInterface){ .name = "out",
		.weight = random_weight(seed, 253),
		.reverse = unit_below(seed, 3) == 0 };
	w->delay = (TrackLinkConfig){ .name = "out",
		.down_usec = unit_below(seed, 2) * SEC,
		.up_usec = unit_below(seed, 2) * SEC };
}

/* Of each kind all, some or none. */
static void world_init(World *w, uint64_t seed)
{
	const IpAddr ip = unit_ip("10.9.0.1");

	*w = (World){ .seed = seed, .instance = unit_instance(), .up = true };
	world_trackers(w);
	w->instance.priority = (uint8_t)(1 + unit_below(&w->seed, 254));
	w->instance.files = w->file_tracks;
	w->instance.processes = w->process_tracks;
	w->instance.scripts = w->script_tracks;
	w->instance.interfaces = &w->interface;
	w->instance.n_files = unit_below(&w->seed, FILES + 1);
	w->instance.n_processes = unit_below(&w->seed, PROCESSES + 1);
	w->instance.n_scripts = unit_below(&w->seed, SCRIPTS + 1);
	w->instance.n_interfaces = unit_below(&w->seed, 2);
	w->config = (VrrpConfig){ .instances = &w->instance,
		.n_instances = 1,
		.files = w->files,
		.n_files = FILES,
		.processes = w->processes,
		.n_processes = PROCESSES,
		.scripts = w->scripts,
		.n_scripts = SCRIPTS,
		.link_delays = &w->delay,
		.n_link_delays = 1 };
	w->sim = sim_new(NULL, NULL);
	(void)sim_add(w->sim, "a", &w->config);
	sim_link(w->sim, 0, "eth0", true);
	sim_link(w->sim, 0, "out", true);
	sim_addr(w->sim, 0, "eth0", &ip, 24, true);
	for (size_t i = 0; i < PIDS; i++)
		w->pids[i] = -1;
	for (size_t i = 0; i < SCRIPTS; i++)
		sim_program(w->sim, 0, checks[i], 0, 1000);
	w->good[0] = w->good[1] = true;
}

static void world_free(World *w)
{
	sim_free(w->sim);
}

static void change_file(World *w)
{
	static const int64_t bounds[] = { 0, 253, 254, -253, -254, INT64_C(1) << 31,
		-(INT64_C(1) << 31) };
	const size_t i = unit_below(&w->seed, FILES);
	char text[32];

	w->values[i] = unit_below(&w->seed, 2) ? bounds[unit_below(&w->seed, ARRAY_LEN(bounds))]
					       : (int64_t)unit_below(&w->seed, 41) - 20;
	(void)snprintf(text, sizeof(text), " %lld\n", (long long)w->values[i]);
	sim_file(w->sim, 0, paths[i], !w->values[i] && unit_below(&w->seed, 2) ? NULL : text);
}

static void change_process(World *w)
{
	const uint32_t pid = unit_below(&w->seed, PIDS);

	w->pids[pid] = (int)unit_below(&w->seed, PROCESSES + 2) - 1;
	if (w->pids[pid] < 0)
		sim_process_end(w->sim, 0, (int32_t)pid + 1);
	else
		sim_process(w->sim, 0, (int32_t)pid + 1,
			w->pids[pid] < PROCESSES ? programs[w->pids[pid]] : "bash", NULL);
}

static void change(World *w)
{
	size_t i;

	switch (unit_below(&w->seed, 4)) {
	case 0: change_file(w); break;
	case 1: change_process(w); break;
	case 2:
		i = unit_below(&w->seed, SCRIPTS);
		w->good[i] = unit_below(&w->seed, 2);
		sim_program(w->sim, 0, checks[i], !w->good[i], unit_below(&w->seed, SEC / 2));
		break;
	default:
		w->up = unit_below(&w->seed, 2);
		sim_link(w->sim, 0, "out", w->up);
		break;
	}
}

/* Naively: what it adds, or that it is a fault. */
static void expect_of(bool good, int weight, bool reverse, int *sum, bool *fault)
{
	if (!weight)
		*fault = *fault || good == reverse;
	else if ((weight > 0) == good)
		*sum += reverse ? -weight : weight;
}

static void expect_of_file(int64_t value, const VrrpTrack *t, int *sum, bool *fault)
{
	const double adds = (double)value * t->weight * (t->reverse ? -1 : 1);

	if (!t->weight)
		*fault = *fault || (value != 0) != t->reverse;
	else if (adds < -253.5)
		*fault = true;
	else
		*sum += adds > 253 ? 253 : (int)adds;
}

static bool quorum(const World *w, size_t process)
{
	const TrackProcessConfig *c = &w->processes[process];
	uint32_t n = 0;

	for (size_t i = 0; i < PIDS; i++)
		n += w->pids[i] == (int)process;
	if (c->has_quorum_max && !c->quorum_max)
		return !n;
	return n >= c->quorum && (!c->has_quorum_max || n <= c->quorum_max);
}

static void look(const World *w, bool *ret_fault, int *ret_priority)
{
	_cleanup_(strbuf_free) StrBuf json = { 0 };
	const char *priority;

	assert_true(sim_status(w->sim, 0, &json));
	*ret_fault = strstr(strbuf_text(&json), "\"state\": \"FAULT\"");
	priority = strstr(strbuf_text(&json), "\"priority\": ");
	*ret_priority = atoi(priority + strlen("\"priority\": "));
}

/* At every moment. */
static void expect_sane(const World *w)
{
	bool fault;
	int priority;

	look(w, &fault, &priority);
	assert_in_range(priority, 1, 254);
	if (fault)
		assert_false(sim_holds(w->sim, 0, &w->instance.vips[0].ip));
}

static void expect_exact(const World *w, uint64_t seed)
{
	const VrrpInstanceConfig *c = &w->instance;
	int sum = c->priority, got_priority;
	bool fault = false, got_fault;

	for (size_t i = 0; i < c->n_files; i++)
		expect_of_file(w->values[i], &c->files[i], &sum, &fault);
	for (size_t i = 0; i < c->n_processes; i++)
		expect_of(quorum(w, i), c->processes[i].weight, c->processes[i].reverse, &sum,
			&fault);
	for (size_t i = 0; i < c->n_scripts; i++)
		expect_of(w->good[i], c->scripts[i].weight, c->scripts[i].reverse, &sum, &fault);
	for (size_t i = 0; i < c->n_interfaces; i++)
		expect_of(w->up, c->interfaces[i].weight, c->interfaces[i].reverse, &sum, &fault);
	look(w, &got_fault, &got_priority);
	if (got_fault != fault || (!fault && got_priority != MAX(1, MIN(sum, 254))))
		fail_msg("seed %llu: fault %d, expected %d; priority %d, expected %d",
			(unsigned long long)seed, got_fault, fault, got_priority, sum);
}

static void priority_and_fault_are_what_the_trackers_say(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		_cleanup_(world_free) World w;

		world_init(&w, seed);
		for (size_t i = 0; i < 3; i++)
			change(&w); /* before the daemon starts */
		sim_start(w.sim, 0);
		for (size_t round = 0; round < ROUNDS; round++) {
			sim_run(w.sim, 5 * SEC);
			expect_exact(&w, seed);
			for (size_t i = 0; i < EVENTS; i++) {
				change(&w);
				expect_sane(&w);
				sim_run(w.sim, unit_below(&w.seed, SEC));
				expect_sane(&w);
			}
		}
	}
}

/* A daemon that is started anew, or loaded anew, finds out how things stand. */
static void nothing_is_forgotten(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		_cleanup_(world_free) World w;

		world_init(&w, seed);
		sim_start(w.sim, 0);
		for (size_t round = 0; round < 4; round++) {
			for (size_t i = 0; i < EVENTS; i++)
				change(&w);
			if (round % 2) {
				sim_kill(w.sim, 0);
				change(&w);
				sim_start(w.sim, 0);
			} else {
				sim_reload(w.sim, 0, &w.config);
			}
			sim_run(w.sim, 5 * SEC);
			expect_exact(&w, seed);
		}
	}
}

static const struct CMUnitTest tests[] = {
	T(priority_and_fault_are_what_the_trackers_say),
	T(nothing_is_forgotten),
};

unit_main(tests)
