/* SPDX-License-Identifier: MIT */
/* Reloads of random configurations with all that an instance can depend on: sync groups, trackers,
 * peers, notifications, FIFOs, delays of links; while packets, results, files and links go on. A
 * reload of its own accord takes nobody from MASTER to BACKUP; and when all has calmed down, each
 * instance and group is what its configuration and the machine make it, and the last that was told
 * of it is true. Every run is the same for the same seed. */
#include "config/config.h"
#include "sim/sim_world.h"
#include "unit.h"

#define SEC USEC_PER_SEC

enum {
	SEEDS = 60,
	ROUNDS = 10,
	RELOADS = 5, /* in a round, then all calms down */
	VRIDS = 5,
	GROUPS = 2,
	LINKS = 3, /* the third one is only tracked */
	SCRIPTS = 3,
	FILES = 2,
	CALM_USEC = 120 * SEC
};

static const char *const links[LINKS] = { "eth0", "eth1", "eth2" };
static const char *const scripts[][SCRIPTS] = { { "s0", "s1", "s2" }, { "t0", "t1", "t2" } };
static const char *const haproxy[] = { "haproxy", NULL };
static const char *const files[FILES] = { "/f/0", "/f/1" };

typedef struct Plan {
	bool there, unicast;
	unsigned name, link, order, group, version; /* group GROUPS: none */
	unsigned preempt;
	uint8_t priority;
	bool vips[2], script[SCRIPTS], file[FILES], process, interface;
	int weight;
} Plan;

typedef struct Globals {
	unsigned fifo, delays, fast, reverse;
	unsigned names; /* of the scripts: those of another name are not known yet */
	int weights[SCRIPTS], file_weights[FILES];
} Globals;

/* Of whom is told, and what: an instance, then a group. */
typedef struct Told {
	char state[8];
	uint32_t job;
	Instant busy; /* until then a script tells */
	bool mixed;   /* what is gone is still being told of */
} Told;

typedef struct Reload {
	SimWorld *sim;
	uint64_t seed;
	Plan plans[VRIDS];
	Globals globals;
	Config *config[2];
	bool up[LINKS], good[SCRIPTS], runs, calm;
	int values[FILES];
	Told told[VRIDS + GROUPS];
} Reload;

/* ---- configurations ----------------------------------------------------------------------- */

static const char *read_text(
	void *data, const char *path _unused_, Arena *arena, size_t *ret_size, int *ret_errno)
{
	const StrBuf *text = data;

	*ret_errno = 0;
	*ret_size = text->n;
	return arena_strndup(arena, strbuf_text(text), text->n);
}

static Config *read_config(const StrBuf *text)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	const ConfigWorld world = { .data = (void *)text, .read_file = read_text };
	Config *c = NEW(Config);

	config_read("random.conf", &world, c, &diags);
	if (!diag_may_start(&diags)) {
		vec_foreach(d, &diags.all)
			print_message("%u: %s\n", d->pos.line, d->text);
		fail_msg("not good:\n%s", strbuf_text((StrBuf *)(uintptr_t)text));
	}
	return c;
}

static const char names[] = { 's', 't' };

static void globals_text(const Globals *g, StrBuf *out)
{
	strbuf_add(out, "global_defs {\n");
	if (g->fifo)
		strbuf_printf(out, " notify_fifo /run/f%u\n", g->fifo % 3);
	if (g->fifo > 2)
		strbuf_printf(out, " notify_fifo_script \"/r %u\"\n", g->fifo % 2);
	if (g->fifo > 3)
		strbuf_add(out, " vrrp_notify_fifo /run/g\n fifo_write_vrrp_states_on_reload\n");
	strbuf_add(out, "}\n");
	if (g->delays)
		strbuf_printf(out, "interface_up_down_delays {\n eth%u 1 1\n}\n", g->delays - 1);
	for (unsigned i = 0; i < SCRIPTS; i++)
		strbuf_printf(out,
			"vrrp_script %c%u {\n script \"/s %u\"\n interval %u\n weight %d\n}\n",
			names[g->names], (i + g->reverse) % SCRIPTS, g->fast % 3, 1 + g->fast % 2,
			g->weights[(i + g->reverse) % SCRIPTS]);
	for (unsigned i = 0; i < FILES; i++)
		strbuf_printf(out, "track_file f%u {\n file /f/%u\n weight %d\n}\n",
			(i + g->reverse) % FILES, (i + g->reverse) % FILES,
			g->file_weights[(i + g->reverse) % FILES]);
	strbuf_printf(out, "vrrp_track_process p {\n process haproxy\n quorum %u\n}\n", 1u);
}

static void trackers_text(const Globals *g, const Plan *p, StrBuf *out)
{
	bool any = false;

	for (unsigned i = 0; i < SCRIPTS; i++)
		any |= p->script[i];
	strbuf_add(out, any ? " track_script {\n" : "");
	for (unsigned i = 0; i < SCRIPTS; i++)
		if (p->script[i])
			strbuf_printf(out, "  %c%u\n", names[g->names], i);
	strbuf_add(out, any ? " }\n" : "");
	any = p->file[0] || p->file[1];
	strbuf_add(out, any ? " track_file {\n" : "");
	for (unsigned i = 0; i < FILES; i++)
		if (p->file[i])
			strbuf_printf(out, "  f%u\n", i);
	strbuf_add(out, any ? " }\n" : "");
	if (p->process)
		strbuf_printf(out, " track_process {\n  p weight %d\n }\n", p->weight);
	if (p->interface)
		strbuf_printf(out, " track_interface {\n  eth2 weight %d\n }\n", p->weight);
}

static const char *const preempt[] = { "", " nopreempt\n", " preempt_delay 5\n",
	" state MASTER\n" };

static void instance_text(const Globals *g, unsigned vrid, const Plan *p, StrBuf *out)
{
	strbuf_printf(out,
		"vrrp_instance V%u_%u {\n interface %s\n virtual_router_id %u\n priority %u\n"
		" version %u\n advert_int 1\n notify \"/n\"\n",
		vrid, p->name, links[p->link], vrid, p->priority, p->version);
	strbuf_add(out, preempt[p->preempt]);
	if (p->unicast)
		strbuf_printf(out, " unicast_src_ip 10.9.%u.1\n unicast_peer {\n  10.9.%u.2\n }\n",
			p->link, p->link);
	strbuf_add(out, p->vips[0] || p->vips[1] ? " virtual_ipaddress {\n" : "");
	for (unsigned i = 0; i < 2; i++)
		if (p->vips[i])
			strbuf_printf(out, "  10.0.%u.%u/24\n", vrid, i + 1);
	strbuf_add(out, p->vips[0] || p->vips[1] ? " }\n" : "");
	trackers_text(g, p, out);
	strbuf_add(out, "}\n");
}

static size_t group_size(const Plan plans[static VRIDS], unsigned group)
{
	size_t n = 0;

	for (size_t i = 0; i < VRIDS; i++)
		n += plans[i].there && plans[i].group == group;
	return n;
}

static void config_text(const Globals *g, const Plan plans[static VRIDS], StrBuf *out)
{
	globals_text(g, out);
	for (unsigned group = 0; group < GROUPS; group++) {
		if (group_size(plans, group) < 2)
			continue;
		strbuf_printf(out, "vrrp_sync_group G%u {\n notify \"/n\"\n group {\n", group);
		for (unsigned i = 0; i < VRIDS; i++)
			if (plans[i].there && plans[i].group == group)
				strbuf_printf(out, "  V%u_%u\n", i + 1, plans[i].name);
		strbuf_add(out, " }\n}\n");
	}
	for (unsigned order = 0; order < VRIDS; order++)
		for (unsigned i = 0; i < VRIDS; i++)
			if (plans[i].there && plans[i].order == order)
				instance_text(g, i + 1, &plans[i], out);
}

static int random_weight(uint64_t *seed)
{
	return unit_below(seed, 2) ? 0 : (int)unit_below(seed, 61) - 30;
}

static void change_plan(Plan *p, uint64_t *seed)
{
	switch (unit_below(seed, 18)) {
	case 16:
	case 17:
	case 0: p->there = !p->there; break;
	case 1: p->name = unit_below(seed, 2); break;
	case 2: p->priority = (uint8_t)(1 + unit_below(seed, 255)); break;
	case 3: p->order = unit_below(seed, VRIDS); break;
	case 4: p->unicast = !p->unicast; break;
	case 5: p->link = unit_below(seed, 2); break;
	case 6:
	case 13:
	case 7: p->group = unit_below(seed, GROUPS + 1); break;
	case 8: p->version = 2 + unit_below(seed, 2); break;
	case 14: p->preempt = unit_below(seed, ARRAY_LEN(preempt)); break;
	case 9: p->script[unit_below(seed, SCRIPTS)] ^= true; break;
	case 10: p->file[unit_below(seed, FILES)] ^= true; break;
	case 11:
		p->process = !p->process;
		p->weight = random_weight(seed);
		break;
	case 12:
		p->interface = !p->interface;
		p->weight = random_weight(seed);
		break;
	default: p->vips[unit_below(seed, 2)] ^= true; break;
	}
}

static void change_globals(Globals *g, uint64_t *seed)
{
	switch (unit_below(seed, 8)) {
	case 6:
	case 7: g->names = !g->names; break;
	case 0: g->fifo = unit_below(seed, 6); break;
	case 1: g->delays = unit_below(seed, LINKS + 1); break;
	case 2: g->fast = unit_below(seed, 6); break;
	case 3: g->reverse = unit_below(seed, 3); break;
	case 4: g->weights[unit_below(seed, SCRIPTS)] = random_weight(seed); break;
	default: g->file_weights[unit_below(seed, FILES)] = random_weight(seed); break;
	}
}

/* ---- what is told ------------------------------------------------------------------------- */

/* "V3_1" or "G0". */
static Told *told_of(Reload *r, const char *name)
{
	const unsigned i = (unsigned)(name[1] - '0');

	return &r->told[*name == 'G' ? VRIDS + i : i - 1];
}

static void reload_log(void *data, Instant now, const char *machine, const char *line)
{
	Reload *r = data;
	char name[16], state[16];
	uint32_t job;

	if (*machine != 'a')
		return;
	if (sscanf(line, "spawn %u: /n %*s %15s %15s", &job, name, state) == 3) {
		Told *t = told_of(r, name);
		Span takes = unit_below(&r->seed, SEC);

		if (!r->calm && unit_below(&r->seed, 20) == 0)
			takes = INSTANT_NEVER;
		else if (!r->calm && unit_below(&r->seed, 5) == 0)
			takes *= 20;
		if (!t->mixed && t->busy > now)
			fail_msg("%s %s: two scripts at once", name, state);
		sim_program(r->sim, 0, "/n", 0, takes);
		t->busy = instant_add(now, takes);
		t->job = job;
		(void)snprintf(t->state, sizeof(t->state), "%.7s", state);
	} else if (sscanf(line, "kill %u", &job) == 1 && strstr(line, "signal 9")) {
		for (size_t i = 0; i < ARRAY_LEN(r->told); i++)
			if (r->told[i].job == job)
				r->told[i].busy = now;
	}
}

/* ---- what must be ------------------------------------------------------------------------- */

typedef struct Seen {
	char state[8];
	int priority;
} Seen;

static Seen see(const char *json, const char *name)
{
	_cleanup_(strbuf_free) StrBuf key = { 0 };
	Seen seen = { 0 };
	const char *at;

	strbuf_printf(&key, "\"name\": \"%s\"", name);
	at = strstr(json, strbuf_text(&key));
	if (!at)
		return seen;
	at = strstr(at, "\"state\": ");
	assert_int_equal(sscanf(at, "\"state\": \"%7[A-Z]", seen.state), 1);
	at = *name == 'V' ? strstr(at, "\"priority\": ") : NULL;
	if (at)
		assert_int_equal(sscanf(at, "\"priority\": %d", &seen.priority), 1);
	return seen;
}

static bool link_is_up(const Reload *r, const char *name)
{
	for (size_t i = 0; i < LINKS; i++)
		if (!strcmp(links[i], name))
			return r->up[i];
	return false;
}

static int adds(int weight, bool reverse, bool good)
{
	if (weight > 0 ? !good : good)
		return 0;
	return reverse ? -weight : weight;
}

/* From the machine as it is: has it a fault of its own, and what is its priority? */
static bool own_fault(const Reload *r, const VrrpInstanceConfig *c, int *ret_priority)
{
	const VrrpConfig *v = &r->config[0]->vrrp;
	bool fault = !link_is_up(r, c->interface);
	int sum = c->priority;

	for (size_t i = 0; i < c->n_interfaces; i++) {
		const bool up = link_is_up(r, c->interfaces[i].name);

		sum += adds(c->interfaces[i].weight, c->interfaces[i].reverse, up);
		fault |= !c->interfaces[i].weight && up == c->interfaces[i].reverse;
	}
	for (size_t i = 0; i < c->n_scripts; i++) {
		const bool good = r->good[v->scripts[c->scripts[i].index].name[1] - '0'];

		sum += adds(c->scripts[i].weight, c->scripts[i].reverse, good);
		fault |= !c->scripts[i].weight && good == c->scripts[i].reverse;
	}
	for (size_t i = 0; i < c->n_processes; i++) {
		sum += adds(c->processes[i].weight, c->processes[i].reverse, r->runs);
		fault |= !c->processes[i].weight && r->runs == c->processes[i].reverse;
	}
	for (size_t i = 0; i < c->n_files; i++) {
		const int value = r->values[v->files[c->files[i].index].name[1] - '0'];

		sum += value * c->files[i].weight * (c->files[i].reverse ? -1 : 1);
		fault |= !c->files[i].weight && (value != 0) != c->files[i].reverse;
	}
	*ret_priority = c->priority == 255 ? 255 : MAX(1, MIN(sum, 254));
	return fault;
}

static bool any_fault(const Reload *r, const VrrpInstanceConfig *c)
{
	const VrrpGroupConfig *g = c->sync_group;
	int priority;
	bool fault = own_fault(r, c, &priority);

	for (size_t i = 0; g && i < g->n_members; i++)
		fault |= own_fault(r, &r->config[0]->vrrp.instances[g->members[i]], &priority);
	return fault;
}

static void expect_told(Reload *r, const char *name, const char *state, uint64_t seed)
{
	Told *t = told_of(r, name);

	if (!t->mixed && strcmp(t->state, state) != 0)
		fail_msg("seed %llu: %s is %s, but told was %s", (unsigned long long)seed, name,
			state, t->state);
	t->mixed = false;
	(void)snprintf(t->state, sizeof(t->state), "%s", state);
	t->busy = 0;
}

static void expect_calm(Reload *r, uint64_t seed)
{
	const VrrpConfig *v = &r->config[0]->vrrp;
	_cleanup_(strbuf_free) StrBuf json = { 0 };

	assert_true(sim_status(r->sim, 0, &json));
	for (size_t i = 0; i < v->n_instances; i++) {
		const VrrpInstanceConfig *c = &v->instances[i];
		const Seen seen = see(strbuf_text(&json), c->name);
		const char *state = any_fault(r, c) ? "FAULT" : "MASTER";
		int priority;

		(void)own_fault(r, c, &priority);
		if (strcmp(seen.state, state) != 0 || seen.priority != priority)
			fail_msg("seed %llu, %s: %s %d instead of %s %d", (unsigned long long)seed,
				c->name, seen.state, seen.priority, state, priority);
		for (size_t j = 0; j < c->n_vips; j++)
			assert_int_equal(sim_holds(r->sim, 0, &c->vips[j].ip), *state == 'M');
		expect_told(r, c->name, state, seed);
	}
	for (size_t i = 0; i < v->n_groups; i++) {
		const char *state =
			any_fault(r, &v->instances[v->groups[i].members[0]]) ? "FAULT" : "MASTER";

		assert_string_equal(see(strbuf_text(&json), v->groups[i].name).state, state);
		expect_told(r, v->groups[i].name, state, seed);
	}
}

/* ---- what happens ------------------------------------------------------------------------- */

static bool same_router(const Plan *a, const Plan *b)
{
	return a->there && b->there && a->link == b->link && a->unicast == b->unicast;
}

/* Names of what is gone are told to the end: that may cross what is new. */
static void mix(Reload *r, const Plan next[static VRIDS])
{
	for (unsigned i = 0; i < VRIDS; i++)
		if (r->plans[i].there != next[i].there ||
			(!same_router(&r->plans[i], &next[i]) && r->plans[i].name != next[i].name))
			r->told[i].mixed = true;
	for (unsigned i = 0; i < GROUPS; i++)
		if ((group_size(r->plans, i) < 2) != (group_size(next, i) < 2))
			r->told[VRIDS + i].mixed = true;
}

/* Of who stays and is in no group: a reload takes it to or from FAULT, if to anything. */
static void expect_no_election(
	const Reload *r, const Plan next[static VRIDS], const char *before, const char *after)
{
	for (unsigned i = 0; i < VRIDS; i++) {
		const Plan *p = &r->plans[i], *n = &next[i];
		char name[2][16];
		Seen was, is;

		if (!same_router(p, n))
			continue;
		(void)snprintf(name[0], sizeof(name[0]), "V%u_%u", i + 1, p->name);
		(void)snprintf(name[1], sizeof(name[1]), "V%u_%u", i + 1, n->name);
		was = see(before, name[0]);
		is = see(after, name[1]);
		if (strcmp(was.state, is.state) && strcmp(is.state, "FAULT") &&
			strcmp(was.state, "FAULT"))
			fail_msg("%s was %s and is %s", name[1], was.state, is.state);
		/* Nothing without weight is tracked, and nobody else's fault counts. */
		if (strcmp(was.state, "FAULT") && !strcmp(is.state, "FAULT") && r->up[n->link] &&
			!r->globals.delays && group_size(next, n->group) < 2 && !n->script[0] &&
			!n->script[1] && !n->script[2] && !n->file[0] && !n->file[1] &&
			!n->process && !n->interface)
			fail_msg("%s was %s and is %s", name[1], was.state, is.state);
	}
}

static void reload(Reload *r, const Globals *globals, const Plan next[static VRIDS])
{
	_cleanup_(strbuf_free) StrBuf text = { 0 }, before = { 0 }, after = { 0 };
	Config *const old = r->config[0];

	config_text(globals, next, &text);
	r->config[0] = read_config(&text);
	mix(r, next);
	assert_true(sim_status(r->sim, 0, &before));
	sim_reload(r->sim, 0, &r->config[0]->vrrp);
	config_free(old);
	free(old);
	assert_true(sim_status(r->sim, 0, &after));
	expect_no_election(r, next, strbuf_text(&before), strbuf_text(&after));
	r->globals = *globals;
	memcpy(r->plans, next, sizeof(r->plans));
}

static void set_script(Reload *r, size_t i, bool good)
{
	const uint32_t chance = r->calm ? 9 : unit_below(&r->seed, 10);

	r->good[i] = good;
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		sim_program(r->sim, 0, scripts[k][i], good ? 0 : 1,
			!chance	     ? INSTANT_NEVER
			: chance < 3 ? 3 * SEC
				     : SEC / 10);
}

static void happen(Reload *r)
{
	uint64_t *seed = &r->seed;
	char text[16];
	size_t i;

	switch (unit_below(seed, 6)) {
	case 0:
		i = unit_below(seed, LINKS);
		r->up[i] = unit_below(seed, 4);
		sim_link(r->sim, 0, links[i], r->up[i]);
		break;
	case 1: set_script(r, unit_below(seed, SCRIPTS), unit_below(seed, 5)); break;
	case 2:
		i = unit_below(seed, FILES);
		r->values[i] = MAX(0, (int)unit_below(seed, 6) - 3);
		(void)snprintf(text, sizeof(text), "%d\n", r->values[i]);
		sim_file(r->sim, 0, files[i], text);
		break;
	case 3:
		if (r->runs == (unit_below(seed, 4) > 0))
			break;
		r->runs = !r->runs;
		if (r->runs)
			sim_process(r->sim, 0, 7, "haproxy", haproxy);
		else
			sim_process_end(r->sim, 0, 7);
		break;
	case 4:
		(void)snprintf(text, sizeof(text), "10.0.%u.1", 1 + unit_below(seed, VRIDS));
		{
			const IpAddr ip = unit_ip(text);

			if (sim_holds(r->sim, 0, &ip))
				sim_addr(r->sim, 0, links[unit_below(seed, 2)], &ip, 24, false);
		}
		break;
	default: break;
	}
}

static void machines_start(Reload *r)
{
	static const Globals none;
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	for (unsigned i = 0; i < VRIDS; i++)
		r->plans[i] = (Plan){ .there = true,
			.priority = 100,
			.vips = { true },
			.order = i,
			.group = i % (GROUPS + 1),
			.version = 2 };
	for (size_t m = 0; m < 2; m++) {
		text.n = 0;
		for (unsigned i = 0; m && i < VRIDS; i++)
			r->plans[i].priority = 50;
		config_text(&none, r->plans, &text);
		r->config[m] = read_config(&text);
		(void)sim_add(r->sim, m ? "b" : "a", &r->config[m]->vrrp);
		for (unsigned l = 0; l < LINKS; l++) {
			char text_of[16];
			IpAddr ip;

			(void)snprintf(text_of, sizeof(text_of), "10.9.%u.%zu", l, m + 1);
			ip = unit_ip(text_of);
			r->up[l] = true;
			sim_link(r->sim, m, links[l], true);
			sim_addr(r->sim, m, links[l], &ip, 24, true);
		}
	}
	for (size_t i = 0; i < SCRIPTS; i++)
		set_script(r, i, true);
	sim_process(r->sim, 0, 7, "haproxy", haproxy);
	r->runs = true;
	sim_start(r->sim, 0);
}

/* Nothing hangs any more, and nobody else speaks. */
static void calm_down(Reload *r)
{
	r->calm = true;
	sim_kill(r->sim, 1);
	for (size_t i = 0; i < SCRIPTS; i++)
		set_script(r, i, r->good[i]);
	sim_run(r->sim, CALM_USEC);
}

static void round_of_reloads(Reload *r)
{
	r->calm = false;
	sim_start(r->sim, 1);
	for (size_t n = 0; n < RELOADS; n++) {
		Globals globals = r->globals;
		Plan next[VRIDS];

		memcpy(next, r->plans, sizeof(next));
		for (size_t k = unit_below(&r->seed, n % 3 ? 5 : 30); k-- > 0;)
			change_plan(&next[unit_below(&r->seed, VRIDS)], &r->seed);
		if (!unit_below(&r->seed, 3))
			change_globals(&globals, &r->seed);
		reload(r, &globals, next);
		sim_run(r->sim, unit_below(&r->seed, 6 * SEC));
		for (size_t k = unit_below(&r->seed, 4); k-- > 0;) {
			happen(r);
			sim_run(r->sim, unit_below(&r->seed, 3 * SEC));
		}
	}
}

static void random_reloads_end_well(void **state _unused_)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		Reload r = { .seed = seed };

		r.sim = sim_new(reload_log, &r);
		machines_start(&r);
		for (size_t n = 0; n < ROUNDS; n++) {
			round_of_reloads(&r);
			calm_down(&r);
			expect_calm(&r, seed);
		}
		sim_stop(r.sim, 0);
		sim_run(r.sim, 13 * SEC);
		assert_false(sim_status(r.sim, 0, &(StrBuf){ 0 }));
		sim_free(r.sim);
		for (size_t m = 0; m < 2; m++) {
			config_free(r.config[m]);
			free(r.config[m]);
		}
	}
}

static const struct CMUnitTest tests[] = {
	T(random_reloads_end_well),
};

unit_main(tests)
