/* SPDX-License-Identifier: MIT */
/* Sync groups in the simulated world: two or three machines, members on two segments, and a seed
 * that gives faults. At every moment a machine holds the addresses of all members or of none; when
 * things have calmed down on a connected net, one machine holds them. */
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC

enum { MACHINES = 3, MEMBERS = 3, SEEDS = 300, FAULTS = 25 };

static const char *const names[MACHINES] = { "a", "b", "c" };
static const char *const segments[] = { "in", "out" };

typedef struct Half {
	VrrpInstanceConfig instances[MEMBERS];
	AddrSpec vips[MEMBERS];
	uint32_t members[MEMBERS];
	VrrpGroupConfig group;
	VrrpTrack track;
	TrackScriptConfig script;
	VrrpConfig config;
} Half;

typedef struct World {
	SimWorld *sim;
	Half halves[MACHINES];
	size_t n;
	bool running[MACHINES];
	bool killed[MACHINES];
	bool up[MACHINES][2], cut[MACHINES][2];
	uint64_t seed;
} World;

/* What makes this world unlike others. */
typedef struct Habits {
	bool version3, crossed, nopreempt, preempt_delay, want_master, owner;
} Habits;

static Habits habits_of(uint64_t seed)
{
	return (Habits){ .version3 = seed & 1,
		.nopreempt = seed % 8 == 2,
		.preempt_delay = seed % 8 == 5,
		.want_master = seed % 3 == 0,
		.owner = seed % 7 == 3 };
}

static uint8_t priority_of(const Habits *h, size_t machine, size_t member, size_t n)
{
	if (h->crossed)
		return (uint8_t)(100 + 50 * ((machine + member) % n));
	if (h->owner && machine == n - 1)
		return VRRP_PRIORITY_OWNER;
	/* The members' waits end at different times. */
	return (uint8_t)(50 + 50 * machine + 10 * member);
}

static void half_init(Half *half, size_t machine, size_t n, const Habits *h)
{
	static const char *const argv[] = { "/bin/chk", NULL };

	half->script = (TrackScriptConfig){ .name = "chk",
		.job = { .name = "chk", .argv = argv, .timeout_usec = SEC },
		.interval_usec = SEC,
		.rise = 1,
		.fall = 1 };
	half->group =
		(VrrpGroupConfig){ .name = "G", .members = half->members, .n_members = MEMBERS };
	for (uint32_t i = 0; i < MEMBERS; i++) {
		VrrpInstanceConfig *c = &half->instances[i];

		*c = unit_instance();
		half->vips[i] = unit_vips()[0];
		half->vips[i].ip.bytes[3] = (uint8_t)(100 + i);
		half->vips[i].dev = c->interface = segments[i % 2];
		c->name = (const char *const[]){ "V1", "V2", "V3" }[i];
		c->vrid = (uint8_t)(1 + i);
		c->version = h->version3 ? 3 : 2;
		c->priority = priority_of(h, machine, i, n);
		c->want_master =
			(h->want_master && machine == n - 1) || c->priority == VRRP_PRIORITY_OWNER;
		c->nopreempt = h->nopreempt;
		c->preempt_delay_usec = h->preempt_delay ? 3 * SEC : 0;
		c->vips = &half->vips[i];
		c->n_vips = c->n_advertised = 1;
		c->sync_group = &half->group;
		/* The list's order is not that of the file. */
		half->members[(i + machine) % MEMBERS] = i;
	}
	half->instances[1].scripts = &half->track;
	half->instances[1].n_scripts = 1;
	half->config = (VrrpConfig){ .instances = half->instances,
		.n_instances = MEMBERS,
		.groups = &half->group,
		.n_groups = 1,
		.scripts = &half->script,
		.n_scripts = 1 };
}

static void world_start(World *w, size_t machine)
{
	sim_start(w->sim, machine);
	w->running[machine] = true;
	w->killed[machine] = false;
}

static void world_init(World *w, size_t n, const Habits *h, uint64_t seed)
{
	*w = (World){ .n = n, .seed = seed };
	w->sim = sim_new(NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		half_init(&w->halves[i], i, n, h);
		(void)sim_add(w->sim, names[i], &w->halves[i].config);
		for (size_t s = 0; s < ARRAY_LEN(segments); s++) {
			IpAddr ip = unit_ip("10.9.0.1");

			ip.bytes[3] = (uint8_t)(ip.bytes[3] + i);
			sim_link(w->sim, i, segments[s], true);
			sim_addr(w->sim, i, segments[s], &ip, 24, true);
			w->up[i][s] = true;
		}
		sim_program(w->sim, i, "chk", 0, 1000);
	}
	for (size_t i = 0; i < n; i++) {
		world_start(w, i);
		sim_run(w->sim, unit_below(&w->seed, SEC));
	}
}

static void world_free(World *w)
{
	sim_free(w->sim);
}

static size_t held(const World *w, size_t machine)
{
	size_t n = 0;

	for (size_t i = 0; i < MEMBERS; i++)
		n += sim_holds(w->sim, machine, &w->halves[machine].vips[i].ip);
	return n;
}

static void expect_all_or_none(const World *w, uint64_t seed)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->running[i] && held(w, i) % MEMBERS)
			fail_msg("seed %llu: %s holds %zu of %d addresses",
				(unsigned long long)seed, names[i], held(w, i), MEMBERS);
}

/* Time passes, and at no time is a group in two states. */
static void world_run(World *w, Span span, uint64_t seed)
{
	for (Span t = 0; t < span; t += SEC / 10) {
		sim_run(w->sim, MIN(SEC / 10, span - t));
		expect_all_or_none(w, seed);
	}
}

static void world_daemon(World *w, size_t machine)
{
	if (!w->running[machine]) {
		world_start(w, machine);
		return;
	}
	w->killed[machine] = unit_below(&w->seed, 2);
	if (w->killed[machine]) {
		sim_kill(w->sim, machine);
	} else {
		sim_stop(w->sim, machine);
		sim_run(w->sim, 3 * SEC);
	}
	w->running[machine] = false;
}

static void world_fault(World *w)
{
	const size_t machine = unit_below(&w->seed, (uint32_t)w->n);
	const size_t segment = unit_below(&w->seed, 2);
	const AddrSpec *vip = &w->halves[machine].vips[unit_below(&w->seed, MEMBERS)];
	bool *up = &w->up[machine][segment], *cut = &w->cut[machine][segment];

	switch (unit_below(&w->seed, 6)) {
	case 0:
	case 1:
		*up = !*up;
		sim_link(w->sim, machine, segments[segment], *up);
		break;
	case 2:
		*cut = !*cut;
		sim_cut(w->sim, machine, segments[segment], *cut);
		break;
	case 3:
		sim_program(w->sim, machine, "chk", (int)unit_below(&w->seed, 2),
			unit_below(&w->seed, SEC / 2));
		break;
	case 4: sim_addr(w->sim, machine, vip->dev, &vip->ip, 24, false); break;
	case 5: world_daemon(w, machine); break;
	}
}

static void world_heal(World *w)
{
	for (size_t i = 0; i < w->n; i++) {
		for (size_t s = 0; s < ARRAY_LEN(segments); s++) {
			sim_link(w->sim, i, segments[s], true);
			sim_cut(w->sim, i, segments[s], false);
		}
		sim_program(w->sim, i, "chk", 0, 1000);
		if (!w->running[i])
			world_start(w, i);
	}
}

/* How many machines hold the addresses; *ret_last is one of them. */
static size_t holders(const World *w, size_t *ret_last)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (held(w, i)) {
			*ret_last = i;
			n++;
		}
	return n;
}

static void play(uint64_t seed, const Habits *h)
{
	_cleanup_(world_free) World w;
	size_t holder = 0, n;

	world_init(&w, h->crossed ? 2 : 2 + seed % 2, h, seed);
	world_run(&w, 8 * SEC, seed);
	for (size_t i = 0; i < FAULTS; i++) {
		world_fault(&w);
		world_run(&w, unit_below(&w.seed, 4 * SEC), seed);
	}
	world_heal(&w);
	world_run(&w, 30 * SEC, seed);
	for (size_t i = 0; i < 50; i++) {
		world_run(&w, SEC / 7, seed);
		n = holders(&w, &holder);
		if (n != 1)
			fail_msg("seed %llu: %zu machines hold the addresses",
				(unsigned long long)seed, n);
		if (!h->nopreempt && !h->crossed && holder != w.n - 1)
			fail_msg("seed %llu: %s is master, not the best", (unsigned long long)seed,
				names[holder]);
	}
}

static void one_machine_has_all_after_the_faults_end(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const Habits h = habits_of(seed);

		play(seed, &h);
	}
}

/* Each of two machines is the first choice for another member: whoever has the group keeps it, also
 * when both were MASTER in the same moment and both gave way. */
static void crossed_priorities_find_a_holder(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const Habits h = { .crossed = true, .version3 = seed & 1 };

		play(seed, &h);
	}
}

static const struct CMUnitTest tests[] = {
	T(one_machine_has_all_after_the_faults_end),
	T(crossed_priorities_find_a_holder),
};

unit_main(tests)
