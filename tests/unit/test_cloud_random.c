/* SPDX-License-Identifier: MIT */
/* 500 failovers between two machines at a provider that fails in every way it can: the owner ends
 * as the master each time. Held on the way: never two requests of a machine in flight, never an
 * assignment over an action that runs, never one by who is no master, no more than 30 requests of a
 * machine in any minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "cloud/cloud_controller.h"

#define SEC  USEC_PER_SEC
#define MSEC USEC_PER_MSEC

enum { MACHINES = 2, FAILOVERS = 500 };

typedef struct Flight {
	CloudAsk ask; /* CLOUD_NOTHING: none */
	Instant at;   /* when it is answered, or when the runner gives it up */
	CloudAnswer answer;
} Flight;

typedef struct Machine {
	FloatingConfig config;
	CloudController c;
	Flight flight;
	Instant busy_until; /* the process of a request that was given up still ends */
	Instant calls[CLOUD_CALLS];
	size_t n_calls;
	char id[8];
} Machine;

typedef struct World {
	uint64_t random;
	Instant now;
	Machine m[MACHINES];
	int master, owner; /* index; -1: nobody */
	/* The provider. */
	int target; /* of the action that runs; -1: none runs */
	unsigned action;
	Instant action_end;
	bool action_errs, last_errored;
	Instant late_at; /* what was given up on the way arrives all the same; INSTANT_NEVER: none */
	int late;
	Instant limited_until;
	unsigned permille; /* how often something fails */
} World;

static uint64_t draw(World *w, uint64_t below)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (w->random >> 33) % below;
}

static void provider_turn(World *w)
{
	if (w->target < 0 || w->now < w->action_end)
		return;
	w->last_errored = w->action_errs;
	if (!w->action_errs)
		w->owner = w->target;
	w->target = -1;
}

static void provider_assign(World *w, int i, CloudAnswer *a)
{
	if (w->target >= 0) {
		a->outcome = CLOUD_BUSY;
		return;
	}
	w->target = i;
	w->action++;
	w->action_end = w->now + 100 * MSEC + draw(w, 8 * SEC);
	w->action_errs = draw(w, 1000) < w->permille / 2;
	a->action = CLOUD_ACTION_RUNNING;
	(void)snprintf(a->id, sizeof(a->id), "%u", w->action);
}

static void provider_truth(World *w, int i, CloudAsk ask, CloudAnswer *a)
{
	provider_turn(w);
	switch (ask) {
	case CLOUD_SERVER: memcpy(a->id, w->m[i].id, sizeof(w->m[i].id)); break;
	case CLOUD_OWNER:
		a->locked = w->target >= 0;
		if (w->owner >= 0)
			memcpy(a->id, w->m[w->owner].id, sizeof(w->m[i].id));
		break;
	case CLOUD_ASSIGN: provider_assign(w, i, a); break;
	case CLOUD_ACTION:
		a->action = strtoul(w->m[i].c.action, NULL, 10) != w->action ? CLOUD_ACTION_DONE
			    : w->target >= 0				     ? CLOUD_ACTION_RUNNING
			    : w->last_errored				     ? CLOUD_ACTION_ERRORED
									     : CLOUD_ACTION_DONE;
		break;
	case CLOUD_ACTIVE: a->active = w->owner == i; break;
	case CLOUD_NOTHING:
	case CLOUD_ASKS: fail();
	}
}

/* What comes of a request; it may have been carried out though the answer is lost. */
static void provider_answer(World *w, int i, CloudAsk ask, Flight *f)
{
	const uint64_t luck = draw(w, 1000);

	f->ask = ask;
	f->answer = (CloudAnswer){ 0 };
	f->at = w->now + 5 * MSEC + draw(w, 300 * MSEC);
	if (w->now < w->limited_until || luck < w->permille / 4) {
		w->limited_until = MAX(w->limited_until, w->now + draw(w, 4 * SEC));
		f->answer.outcome = CLOUD_LIMITED;
		f->answer.retry_after = (uint32_t)((w->limited_until - w->now + SEC - 1) / SEC);
		return;
	}
	if (luck >= w->permille || draw(w, 2))
		provider_truth(w, i, ask, &f->answer);
	if (luck >= w->permille)
		return;
	f->answer = (CloudAnswer){ .outcome = CLOUD_FAILED };
	if (draw(w, 4) == 0)
		f->at = w->now + 10 * SEC; /* timed out */
	else if (draw(w, 8) == 0)
		f->answer.outcome = CLOUD_DENIED;
}

static void check_budget(Machine *m, Instant now)
{
	/* The oldest of the last 30. */
	Instant *oldest = &m->calls[m->n_calls++ % CLOUD_CALLS];

	if (m->n_calls > CLOUD_CALLS)
		assert_true(now - *oldest > 60 * SEC);
	*oldest = now;
}

static void machine_turn(World *w, int i)
{
	Machine *m = &w->m[i];
	CloudRequest q;

	if (m->flight.ask && w->now >= m->flight.at) {
		m->flight.ask = CLOUD_NOTHING;
		(void)cloud_answer(&m->c, &m->flight.answer, w->now);
	}
	if (cloud_want(&m->c, w->master == i, w->now)) {
		/* As the runner does: the next one waits for the end of this. */
		m->busy_until = w->now + draw(w, 50 * MSEC);
		if (m->flight.ask == CLOUD_ASSIGN && m->flight.answer.outcome == CLOUD_FAILED) {
			w->late_at = w->now + draw(w, SEC);
			w->late = i;
		}
		m->flight.ask = CLOUD_NOTHING;
		cloud_forget(&m->c, w->now);
	}
	if (w->now < m->busy_until || !cloud_ask(&m->c, w->now, &q))
		return;
	assert_int_equal(m->flight.ask, CLOUD_NOTHING);
	assert_int_equal(w->master, i);
	check_budget(m, w->now);
	provider_answer(w, i, q.ask, &m->flight);
}

static Instant machine_next(const World *w, int i)
{
	const Machine *m = &w->m[i];

	return m->flight.ask ? m->flight.at : MAX(cloud_due(&m->c), m->busy_until);
}

static void late_turn(World *w)
{
	CloudAnswer a = { 0 };

	if (w->now < w->late_at)
		return;
	w->late_at = INSTANT_NEVER;
	provider_turn(w);
	provider_assign(w, w->late, &a);
}

static void run_until(World *w, Instant end)
{
	while (w->now < end) {
		Instant next = end;

		for (int i = 0; i < MACHINES; i++)
			machine_turn(w, i);
		late_turn(w);
		next = MIN(next, MAX(w->late_at, w->now + 1));
		for (int i = 0; i < MACHINES; i++)
			next = MIN(next, MAX(machine_next(w, i), w->now + 1));
		w->now = next;
	}
	provider_turn(w);
}

static void world_init(World *w, uint64_t seed)
{
	*w = (World){ .random = seed,
		.now = 1000 * SEC,
		.master = -1,
		.owner = -1,
		.target = -1,
		.late_at = INSTANT_NEVER };
	for (int i = 0; i < MACHINES; i++) {
		Machine *m = &w->m[i];

		m->config.address = "203.0.113.7";
		(void)snprintf(m->id, sizeof(m->id), "%d", 111 * (i + 1));
		cloud_init(&m->c, &m->config, seed + (uint64_t)i);
	}
}

static void the_owner_ends_as_the_master(void **state _unused_)
{
	Span longest = 0, sum = 0;
	World w;

	world_init(&w, 7);
	for (int n = 0; n < FAILOVERS; n++) {
		Instant quiet;

		w.permille = (unsigned)draw(&w, 500);
		/* The mastership comes and goes, in the midst of anything. */
		for (uint64_t flaps = draw(&w, 10) ? draw(&w, 4) : 40; flaps-- > 0;) {
			w.master = (int)draw(&w, MACHINES + 1) - 1;
			run_until(&w, w.now + draw(&w, 5 * SEC));
		}
		w.master = (int)draw(&w, MACHINES);
		run_until(&w, w.now + draw(&w, 60 * SEC));
		/* Once nothing fails any more: what is left is a pause after a fault or a limit, an
		 * action that another one began, the calls that were used up, and our own. */
		w.permille = 0;
		quiet = w.now;
		while (w.owner != w.master || w.target >= 0 || w.late_at != INSTANT_NEVER) {
			run_until(&w, w.now + 100 * MSEC);
			assert_true(w.now - quiet < 120 * SEC);
		}
		longest = MAX(longest, w.now - quiet);
		sum += w.now - quiet;
		/* And so it stays. */
		run_until(&w, w.now + 70 * SEC);
		assert_int_equal(w.owner, w.master);
		assert_true(cloud_ours(&w.m[w.master].c));
	}
	print_message("%d failovers: longest %llu ms, mean %llu ms after the last failure\n",
		FAILOVERS, (unsigned long long)(longest / MSEC),
		(unsigned long long)(sum / FAILOVERS / MSEC));
}

/* Without failures: as long as the provider takes, and less than ten seconds more. */
static void without_failures_it_is_quick(void **state _unused_)
{
	World w;

	world_init(&w, 9);
	for (int n = 0; n < FAILOVERS; n++) {
		Instant began, end;

		w.master = !w.master;
		began = w.now;
		while (w.owner != w.master) {
			run_until(&w, w.now + 100 * MSEC);
			assert_true(w.now - began < 60 * SEC);
		}
		end = w.action_end;
		assert_true(w.now - end < 10 * SEC);
		assert_true(w.now - began < 8 * SEC + 10 * SEC);
		run_until(&w, w.now + 20 * SEC + draw(&w, 60 * SEC));
		assert_int_equal(w.owner, w.master);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_ends_as_the_master),
		cmocka_unit_test(without_failures_it_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
