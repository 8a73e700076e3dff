/* SPDX-License-Identifier: MIT */
/* Reloads of random configurations, good and bad, while packets flow. Machine a is the first choice
 * for each VRID that it has, b has all of them at priority 50. So a never leaves MASTER by a
 * reload, b is MASTER only of what a does not have, and a holds exactly the addresses of its
 * configuration. Every run is the same for the same seed. */
#include "config/config.h"
#include "sim/sim_world.h"
#include "unit.h"

#include <stdio.h>

#define SEC USEC_PER_SEC

enum {
	RELOADS = 10000,
	VRIDS = 6,
	VIPS = 4,	      /* 10.0.VRID.1 and so on */
	SETTLE_USEC = 5 * SEC /* longer than a master-down time */
};

typedef struct Plan { /* what a configuration of a says of a VRID */
	bool there;
	unsigned name; /* changes without meaning */
	uint8_t priority;
	bool vips[VIPS];
	unsigned order; /* of the instances in the file */
} Plan;

typedef struct Reload {
	SimWorld *sim;
	uint64_t seed;
	Plan plans[VRIDS];
	Instant since[VRIDS]; /* a has the VRID, or has not, since then */
	bool master[VRIDS];   /* a was seen to become it */
	Config *config[2];
	size_t good, bad, transitions;
} Reload;

static const char *read_text(
	void *data, const char *path _unused_, Arena *arena, size_t *ret_size, int *ret_errno)
{
	const StrBuf *text = data;

	*ret_errno = 0;
	*ret_size = text->n;
	return arena_strndup(arena, strbuf_text(text), text->n);
}

/* NULL when it has errors. */
static Config *read_config(const StrBuf *text)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	const ConfigWorld world = { .data = (void *)text, .read_file = read_text };
	Config *c = NEW(Config);

	config_read("random.conf", &world, c, &diags);
	if (diag_may_start(&diags))
		return c;
	config_free(c);
	free(c);
	return NULL;
}

static void instance_text(unsigned vrid, const Plan *p, StrBuf *out)
{
	bool any = false;

	strbuf_printf(out,
		"vrrp_instance V%u_%u {\n interface eth0\n virtual_router_id %u\n priority %u\n",
		vrid, p->name, vrid, p->priority);
	for (unsigned i = 0; i < VIPS; i++)
		any |= p->vips[i];
	strbuf_add(out, any ? " virtual_ipaddress {\n" : "");
	for (unsigned i = 0; i < VIPS; i++)
		if (p->vips[i])
			strbuf_printf(out, "  10.0.%u.%u/24\n", vrid, i + 1);
	strbuf_add(out, any ? " }\n}\n" : "}\n");
}

static void config_text(const Plan plans[static VRIDS], StrBuf *out)
{
	for (unsigned order = 0; order < VRIDS; order++)
		for (unsigned i = 0; i < VRIDS; i++)
			if (plans[i].there && plans[i].order == order)
				instance_text(i + 1, &plans[i], out);
}

static void change_plan(Plan *p, uint64_t *seed)
{
	switch (unit_below(seed, 6)) {
	case 0: p->there = !p->there; break;
	case 1: p->name = (unsigned)unit_below(seed, 3); break;
	case 2: p->priority = (uint8_t)(100 + unit_below(seed, 154)); break;
	case 3: p->order = (unsigned)unit_below(seed, VRIDS); break;
	default: p->vips[unit_below(seed, VIPS)] ^= true; break;
	}
}

/* "trace (V3_1) Entering MASTER STATE": the VRID and the state; false for other lines. */
static bool transition(const char *line, unsigned *ret_vrid, char ret_state[static 8])
{
	unsigned name;

	return sscanf(line, "trace (V%u_%u) Entering %7s STATE", ret_vrid, &name, ret_state) == 3;
}

static void reload_log(void *data, Instant now, const char *machine, const char *line)
{
	Reload *r = data;
	char state[8];
	unsigned vrid;
	size_t i;

	if (!transition(line, &vrid, state))
		return;
	i = vrid - 1;
	r->transitions++;
	if (!strcmp(machine, "b")) {
		/* It takes over what a has given up, and gives it back. */
		if (!strcmp(state, "MASTER"))
			assert_false(r->plans[i].there && r->master[i]);
		return;
	}
	assert_true(r->plans[i].there);
	assert_string_not_equal(state, "FAULT");
	assert_false(r->master[i]); /* once MASTER, for ever */
	assert_true(now - r->since[i] <= SETTLE_USEC);
	r->master[i] = !strcmp(state, "MASTER");
}

static void expect_addresses(const Reload *r)
{
	for (unsigned i = 0; i < VRIDS; i++)
		for (unsigned v = 0; v < VIPS; v++) {
			char text[32];
			IpAddr ip;

			(void)snprintf(text, sizeof(text), "10.0.%u.%u", i + 1, v + 1);
			ip = unit_ip(text);
			if (sim_holds(r->sim, 0, &ip) !=
				(r->plans[i].there && r->master[i] && r->plans[i].vips[v]))
				fail_msg("%s is wrong on a", text);
		}
}

static void reload_good(Reload *r, const Plan plans[static VRIDS])
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Config *const old = r->config[0];

	config_text(plans, &text);
	r->config[0] = read_config(&text);
	assert_non_null(r->config[0]);
	for (size_t i = 0; i < VRIDS; i++) {
		if (plans[i].there != r->plans[i].there) {
			r->since[i] = sim_now(r->sim);
			r->master[i] = false;
		}
		r->plans[i] = plans[i];
	}
	sim_reload(r->sim, 0, &r->config[0]->vrrp);
	config_free(old);
	free(old);
	r->good++;
}

/* As the daemon does it: what has errors never reaches the node. */
static void reload_bad(Reload *r)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	size_t at;

	config_text(r->plans, &text);
	if (!text.n)
		return;
	at = unit_below(&r->seed, (uint32_t)text.n);
	text.s[at] = (char)unit_below(&r->seed, 256);
	text.n -= unit_below(&r->seed, (uint32_t)(text.n - at));
	{
		Config *c = read_config(&text);

		if (c)
			config_free(c);
		free(c);
	}
	r->bad++;
}

static void machines_start(Reload *r)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Plan all[VRIDS];

	for (unsigned i = 0; i < VRIDS; i++)
		all[i] = (Plan){ .there = true, .priority = 50, .vips = { true }, .order = i };
	config_text(all, &text);
	r->config[1] = read_config(&text);
	text.n = 0;
	for (unsigned i = 0; i < VRIDS; i++) {
		r->plans[i] = all[i];
		r->plans[i].priority = 200;
	}
	config_text(r->plans, &text);
	r->config[0] = read_config(&text);
	for (size_t m = 0; m < 2; m++) {
		const IpAddr ip = unit_ip(m ? "10.9.0.2" : "10.9.0.1");

		(void)sim_add(r->sim, m ? "b" : "a", &r->config[m]->vrrp);
		sim_link(r->sim, m, "eth0", true);
		sim_addr(r->sim, m, "eth0", &ip, 24, true);
	}
	sim_start(r->sim, 0);
	sim_start(r->sim, 1);
	sim_run(r->sim, SETTLE_USEC);
}

static void random_reloads_do_no_harm(void **state _unused_)
{
	Reload r = { .seed = 7 };

	r.sim = sim_new(reload_log, &r);
	machines_start(&r);
	for (size_t n = 0; n < RELOADS; n++) {
		Plan next[VRIDS];

		if (!unit_below(&r.seed, 4)) {
			reload_bad(&r);
			continue;
		}
		memcpy(next, r.plans, sizeof(next));
		for (size_t k = unit_below(&r.seed, 3); k-- > 0;)
			change_plan(&next[unit_below(&r.seed, VRIDS)], &r.seed);
		reload_good(&r, next);
		sim_run(r.sim, unit_below(&r.seed, 2 * SEC));
		expect_addresses(&r);
	}
	sim_run(r.sim, SETTLE_USEC);
	for (size_t i = 0; i < VRIDS; i++)
		assert_int_equal(r.master[i], r.plans[i].there);
	expect_addresses(&r);
	assert_true(r.good > RELOADS / 2 && r.bad > RELOADS / 5 && r.transitions > 100);
	sim_free(r.sim);
	for (size_t m = 0; m < 2; m++) {
		config_free(r.config[m]);
		free(r.config[m]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_reloads_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
