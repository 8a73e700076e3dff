/* SPDX-License-Identifier: MIT */
/* Fifty instances that flip at random while their notification scripts take their time, many of
 * them for ever. What is told of each instance is a part of what happened, in the same order; never
 * two scripts of one instance at once; and when all has calmed down, the last that was told is
 * true. */
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC

enum { INSTANCES = 50, FLIPS = 1000, SEEDS = 5 };

static const char *const argv[] = { "/n", NULL };

typedef struct Teller {
	char name[8], link[8];
	VEC(const char *) truth;
	size_t at;	  /* in truth: behind what was told */
	const char *last; /* that was told */
	Instant busy;	  /* until then, INSTANT_NEVER: until it is killed */
	uint32_t job;
	JobSpec script;
	bool up;
} Teller;

typedef struct World {
	SimWorld *sim;
	Teller tellers[INSTANCES];
	VrrpInstanceConfig instances[INSTANCES];
	VrrpConfig config;
	uint64_t seed;
	bool calm;
	size_t told, dropped, killed;
} World;

static Teller *teller_of(World *w, const char *name)
{
	for (size_t i = 0; i < INSTANCES; i++)
		if (!strcmp(w->tellers[i].name, name))
			return &w->tellers[i];
	fail_msg("no instance %s", name);
	return NULL;
}

static const char *state_of(const char *name)
{
	static const char *const states[] = { "MASTER", "BACKUP", "FAULT", "STOP" };

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (!strcmp(states[i], name))
			return states[i];
	fail_msg("no state %s", name);
	return NULL;
}

/* A script begins: how long it takes is drawn now, before the world lets it run. */
static void world_spawn(World *w, uint32_t job, const char *name, const char *state, Instant now)
{
	Teller *t = teller_of(w, name);
	const uint32_t chance = unit_below(&w->seed, 10);
	Span takes = unit_below(&w->seed, 2 * SEC);

	assert_true(t->busy <= now);
	while (t->at < t->truth.n && strcmp(t->truth.items[t->at], state) != 0)
		t->at++;
	if (t->at++ >= t->truth.n)
		fail_msg("%s: %s is told, but did not happen after what was told before", name,
			state);
	if (!w->calm && chance < 4)
		takes = INSTANT_NEVER;
	else if (!w->calm && chance < 6)
		takes *= 20;
	sim_program(w->sim, 0, t->name, unit_below(&w->seed, 2) ? 1 : 0, takes);
	t->busy = instant_add(now, takes);
	t->job = job;
	t->last = state_of(state);
	w->told++;
}

static void world_log(void *data, Instant now, const char *machine _unused_, const char *line)
{
	World *w = data;
	char name[16], state[16];
	uint32_t job;

	if (sscanf(line, "spawn %u: /n INSTANCE %15s %15s", &job, name, state) == 3) {
		world_spawn(w, job, name, state, now);
	} else if (sscanf(line, "kill %u signal 9", &job) == 1 && strstr(line, "signal 9")) {
		for (size_t i = 0; i < INSTANCES; i++)
			if (w->tellers[i].job == job)
				w->tellers[i].busy = now;
		w->killed++;
	} else if (sscanf(line, "trace (%15[^)]) Entering %15s", name, state) == 2) {
		Teller *t = teller_of(w, name);

		vec_push(&t->truth, state_of(state));
	} else if (strstr(line, "too many notifications")) {
		w->dropped++;
	}
}

static void world_init(World *w, uint64_t seed)
{
	const IpAddr ip = unit_ip("10.9.0.1");

	*w = (World){ .seed = seed };
	w->sim = sim_new(world_log, w);
	for (size_t i = 0; i < INSTANCES; i++) {
		Teller *t = &w->tellers[i];

		(void)snprintf(t->name, sizeof(t->name), "V%zu", i);
		(void)snprintf(t->link, sizeof(t->link), "e%zu", i);
		t->script = (JobSpec){ .name = t->name, .argv = argv };
		t->up = true;
		w->instances[i] = unit_instance();
		w->instances[i].name = t->name;
		w->instances[i].interface = t->link;
		w->instances[i].n_vips = w->instances[i].n_advertised = 0;
		w->instances[i].notify.any = &t->script;
	}
	w->config = (VrrpConfig){ .instances = w->instances, .n_instances = INSTANCES };
	(void)sim_add(w->sim, "a", &w->config);
	for (size_t i = 0; i < INSTANCES; i++) {
		sim_link(w->sim, 0, w->tellers[i].link, true);
		sim_addr(w->sim, 0, w->tellers[i].link, &ip, 24, true);
	}
	sim_start(w->sim, 0);
}

static void world_free(World *w)
{
	sim_free(w->sim);
	for (size_t i = 0; i < INSTANCES; i++)
		vec_free(&w->tellers[i].truth);
}

static void world_flip(World *w)
{
	Teller *t = &w->tellers[unit_below(&w->seed, INSTANCES)];

	t->up = !t->up;
	sim_link(w->sim, 0, t->link, t->up);
	sim_run(w->sim, unit_below(&w->seed, SEC / 4));
}

static void the_last_that_is_told_is_true(void **state _unused_)
{
	size_t dropped = 0, killed = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		_cleanup_(world_free) World w;

		world_init(&w, seed);
		for (size_t i = 0; i < FLIPS; i++)
			world_flip(&w);
		/* What hangs now is the last that does. */
		w.calm = true;
		sim_run(w.sim, 100 * SEC);
		for (size_t i = 0; i < INSTANCES; i++) {
			const Teller *t = &w.tellers[i];

			assert_ptr_equal(t->last, t->truth.items[t->truth.n - 1]);
		}
		assert_true(w.told > FLIPS);
		dropped += w.dropped;
		killed += w.killed;
	}
	assert_true(dropped > 0 && killed > 100);
}

/* Whatever hangs, the daemon is gone in time, and STOP was the last word of each. */
static void stop_is_the_last_word(void **state _unused_)
{
	_cleanup_(world_free) World w;

	world_init(&w, 7);
	for (size_t i = 0; i < FLIPS / 2; i++)
		world_flip(&w);
	sim_stop(w.sim, 0);
	sim_run(w.sim, 13 * SEC);
	for (size_t i = 0; i < INSTANCES; i++)
		assert_string_equal(w.tellers[i].last, "STOP");
	assert_false(sim_status(w.sim, 0, &(StrBuf){ 0 }));
}

static const struct CMUnitTest tests[] = {
	T(the_last_that_is_told_is_true),
	T(stop_is_the_last_word),
};

unit_main(tests)
