/* SPDX-License-Identifier: MIT */
/* Whole pairs and triples in the simulated world. A seed gives faults: links down and up, packets
 * lost, checks failing or hanging, daemons stopped, killed and started, addresses removed by
 * others. Then the faults end, and after 20 s exactly one healthy machine holds each address, the
 * one of the highest priority. Every run is the same for the same seed. */
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC

enum { MACHINES = 3, ADDRESSES = 2, SEEDS = 300, FAULTS = 30 };

static const char *const names[MACHINES] = { "a", "b", "c" };

/* Each machine's half of the pair: "in" carries the adverts, "out" is tracked. */
typedef struct Half {
	VrrpInstanceConfig instances[ADDRESSES];
	AddrSpec vips[ADDRESSES];
	VrrpTrackInterface track_interface;
	VrrpTrack track_script;
	TrackScriptConfig script;
	VrrpConfig config;
} Half;

typedef struct World {
	SimWorld *sim;
	Half halves[MACHINES];
	size_t n;
	bool running[MACHINES], killed[MACHINES];
	bool up[MACHINES][2];
	bool cut[MACHINES];
	uint64_t seed, transcript; /* a hash of every line */
} World;

/* Which machine is the first choice for an address: the priorities go round. */
static uint8_t priority_of(size_t machine, size_t address, size_t n)
{
	return (uint8_t)(100 + 50 * ((machine + address) % n));
}

static void half_init(Half *h, size_t machine, size_t n, uint8_t version)
{
	static const char *const argv[] = { "/bin/chk", NULL };

	h->track_interface = (VrrpTrackInterface){ .name = "out" };
	h->track_script = (VrrpTrack){ .index = 0 };
	h->script = (TrackScriptConfig){ .name = "chk",
		.job = { .name = "chk", .argv = argv, .timeout_usec = SEC },
		.interval_usec = SEC,
		.rise = 1,
		.fall = 1 };
	for (size_t i = 0; i < ADDRESSES; i++) {
		VrrpInstanceConfig *c = &h->instances[i];

		*c = unit_instance();
		h->vips[i] = unit_vips()[i];
		h->vips[i].dev = c->interface = "in";
		c->name = i ? "V2" : "V1";
		c->vrid = (uint8_t)(1 + i);
		c->version = version;
		c->priority = priority_of(machine, i, n);
		c->vips = &h->vips[i];
		c->n_vips = c->n_advertised = 1;
		c->interfaces = &h->track_interface;
		c->scripts = &h->track_script;
		c->n_interfaces = c->n_scripts = 1;
	}
	h->config = (VrrpConfig){ .instances = h->instances,
		.n_instances = ADDRESSES,
		.scripts = &h->script,
		.n_scripts = 1 };
}

static void world_log(void *data, Instant now, const char *machine, const char *line)
{
	World *w = data;
	char text[4096];
	const int n = snprintf(text, sizeof(text), "%llx %llu %s %s",
		(unsigned long long)w->transcript, (unsigned long long)now, machine, line);

	assert_true(n > 0 && (size_t)n < sizeof(text));
	w->transcript = map_hash(text, (size_t)n);
}

static void world_start(World *w, size_t machine)
{
	sim_start(w->sim, machine);
	w->running[machine] = true;
	w->killed[machine] = false;
}

static void world_init(World *w, size_t n, uint8_t version, uint64_t seed)
{
	*w = (World){ .n = n, .seed = seed };
	w->sim = sim_new(world_log, w);
	for (size_t i = 0; i < n; i++) {
		char text[] = "10.9.0.1";
		IpAddr ip;

		half_init(&w->halves[i], i, n, version);
		(void)sim_add(w->sim, names[i], &w->halves[i].config);
		sim_link(w->sim, i, "in", true);
		sim_link(w->sim, i, "out", true);
		text[7] = (char)('1' + i);
		ip = unit_ip(text);
		sim_addr(w->sim, i, "in", &ip, 24, true);
		sim_program(w->sim, i, "chk", 0, 1000);
		w->up[i][0] = w->up[i][1] = true;
	}
	for (size_t i = 0; i < n; i++)
		world_start(w, i);
}

static void world_free(World *w)
{
	sim_free(w->sim);
}

static bool holds(const World *w, size_t machine, size_t address)
{
	return sim_holds(w->sim, machine, &unit_vips()[address].ip);
}

static void world_link(World *w, size_t machine, size_t link, bool up)
{
	w->up[machine][link] = up;
	sim_link(w->sim, machine, link ? "out" : "in", up);
}

static void world_daemon(World *w, size_t machine)
{
	if (!w->running[machine]) {
		world_start(w, machine);
	} else if (unit_below(&w->seed, 2)) {
		sim_kill(w->sim, machine);
		w->running[machine] = false;
		w->killed[machine] = true;
	} else {
		sim_stop(w->sim, machine);
		/* A check that hangs is given two seconds; afterwards nothing of it is left. */
		sim_run(w->sim, 3 * SEC);
		w->running[machine] = false;
	}
}

static void world_fault(World *w)
{
	const size_t machine = unit_below(&w->seed, (uint32_t)w->n);
	const size_t address = unit_below(&w->seed, ADDRESSES);

	switch (unit_below(&w->seed, 7)) {
	case 0: world_link(w, machine, 0, !w->up[machine][0]); break;
	case 1: world_link(w, machine, 1, !w->up[machine][1]); break;
	case 2:
		w->cut[machine] = !w->cut[machine];
		sim_cut(w->sim, machine, "in", w->cut[machine]);
		break;
	case 3: sim_program(w->sim, machine, "chk", 1, unit_below(&w->seed, SEC)); break;
	case 4: sim_program(w->sim, machine, "chk", 0, unit_below(&w->seed, SEC / 2)); break;
	case 5:
		if (unit_below(&w->seed, 2))
			sim_program(w->sim, machine, "chk", 0, INSTANT_NEVER);
		else
			sim_addr(w->sim, machine, "in", &unit_vips()[address].ip, 24, false);
		break;
	case 6: world_daemon(w, machine); break;
	}
}

/* At every moment: a daemon whose link is down, and one that does not run, hold nothing (but for
 * what a killed one left behind). */
static void expect_safe(const World *w)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t a = 0; a < ADDRESSES; a++) {
			if (w->running[i] && (!w->up[i][0] || !w->up[i][1]))
				assert_false(holds(w, i, a));
			if (!w->running[i] && !w->killed[i])
				assert_false(holds(w, i, a));
		}
}

/* All is well again: killed daemons run, stopped ones may stay so. */
static void world_heal(World *w)
{
	const bool start_all = unit_below(&w->seed, 2);
	bool any = false;

	for (size_t i = 0; i < w->n; i++) {
		world_link(w, i, 0, true);
		world_link(w, i, 1, true);
		sim_cut(w->sim, i, "in", false);
		sim_program(w->sim, i, "chk", 0, 1000);
		if (!w->running[i] && (w->killed[i] || start_all))
			world_start(w, i);
		any = any || w->running[i];
	}
	if (!any)
		world_start(w, 0);
}

static void expect_one_holder_each(const World *w, uint64_t seed)
{
	for (size_t a = 0; a < ADDRESSES; a++) {
		size_t first = w->n;

		for (size_t i = 0; i < w->n; i++)
			if (w->running[i] && (first == w->n || priority_of(i, a, w->n) >
								       priority_of(first, a, w->n)))
				first = i;
		for (size_t i = 0; i < w->n; i++)
			if (holds(w, i, a) != (i == first))
				fail_msg("seed %llu: address %zu is%s on %s, %s should have it",
					(unsigned long long)seed, a, holds(w, i, a) ? "" : " not",
					names[i], names[first]);
	}
}

/* A whole run; gives the hash of its transcript. */
static uint64_t play(uint64_t seed)
{
	_cleanup_(world_free) World w;

	world_init(&w, 2 + seed % 2, seed % 4 < 2 ? 2 : 3, seed);
	sim_run(w.sim, 8 * SEC);
	for (size_t i = 0; i < FAULTS; i++) {
		world_fault(&w);
		expect_safe(&w);
		sim_run(w.sim, unit_below(&w.seed, 3 * SEC));
		expect_safe(&w);
	}
	world_heal(&w);
	sim_run(w.sim, 20 * SEC);
	expect_one_holder_each(&w, seed);
	return w.transcript;
}

static void one_holder_after_the_faults_end(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		(void)play(seed);
}

static void same_seed_same_run(void **state _unused_)
{
	uint64_t last = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		const uint64_t first = play(seed);

		assert_true(first == play(seed));
		assert_true(first != last);
		last = first;
	}
}

/* Without faults nothing changes hands, whatever the number of machines. */
static void calm_world_stays_as_it_is(void **state _unused_)
{
	for (size_t n = 1; n <= MACHINES; n++) {
		_cleanup_(world_free) World w;

		world_init(&w, n, 2, 1);
		sim_run(w.sim, 8 * SEC);
		for (size_t i = 0; i < 100; i++) {
			expect_one_holder_each(&w, 0);
			sim_run(w.sim, SEC / 2 + 12345);
		}
	}
}

/* How long an address is on nobody's machine, by what happened to its master (a: priority 100, b:
 * 150 for the first address). */
static Span gap(World *w)
{
	const Instant from = sim_now(w->sim);

	while (!holds(w, 0, 0) && sim_now(w->sim) - from < 20 * SEC)
		sim_run(w->sim, 1000);
	return sim_now(w->sim) - from;
}

static void takeover_times(void **state _unused_)
{
	/* Priority 100: skew 609375 us. */
	static const struct {
		const char *how;
		Span least, most;
	} cases[] = {
		{ "stop", 609375, 611375 },
		{ "link", 3 * SEC - SEC + 609375, 3 * SEC + 611375 },
		{ "kill", 3 * SEC - SEC + 609375, 3 * SEC + 611375 },
		{ "check", 609375, 611375 + SEC + 2000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(world_free) World w;
		Span took;

		world_init(&w, 2, 2, 1);
		sim_run(w.sim, 8 * SEC + 500000);
		assert_true(holds(&w, 1, 0) && !holds(&w, 0, 0));
		if (!strcmp(cases[i].how, "stop"))
			sim_stop(w.sim, 1);
		else if (!strcmp(cases[i].how, "kill"))
			sim_kill(w.sim, 1);
		else if (!strcmp(cases[i].how, "link"))
			sim_link(w.sim, 1, "in", false);
		else
			sim_program(w.sim, 1, "chk", 1, 1000);
		took = gap(&w);
		if (took < cases[i].least || took > cases[i].most)
			fail_msg("%s: %llu us", cases[i].how, (unsigned long long)took);
	}
}

static const struct CMUnitTest tests[] = {
	T(one_holder_after_the_faults_end),
	T(same_seed_same_run),
	T(calm_world_stays_as_it_is),
	T(takeover_times),
};

unit_main(tests)
