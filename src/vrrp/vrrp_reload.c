/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

/* Reload by difference: a new engine goes on where the old one is. */

typedef struct ReloadKey { /* has no padding */
	uint64_t interface;
	IpAddr address; /* of the unicast source or the group */
	uint8_t vrid, family, unicast;
	uint8_t zero[8 - (sizeof(IpAddr) + 3) % 8];
} ReloadKey;

static_assert(sizeof(ReloadKey) % 8 == 0, "ReloadKey has no padding");

static ReloadKey reload_key(const VrrpInstanceConfig *c)
{
	ReloadKey key = { .interface = map_hash(c->interface, strlen(c->interface)),
		.vrid = c->vrid,
		.family = (uint8_t)c->family,
		.unicast = c->n_peers > 0 };

	if (!c->n_peers)
		key.address = c->group;
	else if (c->has_source)
		key.address = c->source;
	return key;
}

static void match_instances(VrrpReload *reload)
{
	_cleanup_(map_free) Map keys = MAP_INIT(sizeof(ReloadKey));
	ReloadKey key;

	for (uint32_t i = 0; i < reload->from->n_instances; i++) {
		key = reload_key(&reload->from->instances[i]);
		map_put(&keys, &key, i);
	}
	for (uint32_t i = 0; i < reload->to->n_instances; i++) {
		const VrrpInstanceConfig *c = &reload->to->instances[i];

		key = reload_key(c);
		if (!map_get(&keys, &key, &reload->instances[i]) ||
			strcmp(reload->from->instances[reload->instances[i]].interface,
				c->interface) != 0)
			reload->instances[i] = VRRP_NEW;
		else
			map_del(&keys, &key); /* at most one goes on from it */
	}
}

/* By name: the name is the first member of what stands in either list, `size` bytes apart. */
static uint32_t *match_names(
	const void *from, size_t n_from, const void *to, size_t n_to, size_t size, Arena *arena)
{
	_cleanup_(map_free) Map names = MAP_INIT(sizeof(uint64_t));
	uint32_t *match = arena_alloc(arena, n_to, sizeof(*match));
	const char *name;
	uint64_t hash;

	for (uint32_t i = 0; i < n_from; i++) {
		name = *(const char *const *)((const char *)from + i * size);
		hash = map_hash(name, strlen(name));
		map_put(&names, &hash, i);
	}
	for (uint32_t i = 0; i < n_to; i++) {
		name = *(const char *const *)((const char *)to + i * size);
		hash = map_hash(name, strlen(name));
		if (!map_get(&names, &hash, &match[i]) ||
			strcmp(*(const char *const *)((const char *)from + match[i] * size), name))
			match[i] = VRRP_NEW;
	}
	return match;
}

#define MATCH_NAMES(reload, things, arena)                                                         \
	({                                                                                         \
		static_assert(!offsetof(__typeof__(*(reload)->to->things), name),                  \
			"the name comes first");                                                   \
		match_names((reload)->from->things, (reload)->from->n_##things,                    \
			(reload)->to->things, (reload)->to->n_##things,                            \
			sizeof(*(reload)->to->things), arena);                                     \
	})

/* True for each of the old instances that a new one goes on from. */
static bool *reload_kept(const VrrpReload *reload)
{
	bool *kept = mem_alloc(reload->from->n_instances, sizeof(*kept));

	for (size_t i = 0; i < reload->to->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			kept[reload->instances[i]] = true;
	return kept;
}

/* `told` has the names. */
static void match_told(VrrpReload *reload)
{
	_cleanup_free_ bool *kept = reload_kept(reload);

	for (size_t i = 0; i < reload->to->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			reload->told[i] = reload->instances[i];
		else if (reload->told[i] != VRRP_NEW && kept[reload->told[i]])
			reload->told[i] = VRRP_NEW;
}

VrrpReload vrrp_reload_match(const VrrpConfig *from, const VrrpConfig *to, Arena *arena)
{
	VrrpReload reload = { .from = from, .to = to };

	reload.instances = arena_alloc(arena, to->n_instances, sizeof(uint32_t));
	match_instances(&reload);
	reload.told = MATCH_NAMES(&reload, instances, arena);
	match_told(&reload);
	reload.scripts = MATCH_NAMES(&reload, scripts, arena);
	reload.files = MATCH_NAMES(&reload, files, arena);
	reload.processes = MATCH_NAMES(&reload, processes, arena);
	reload.links = MATCH_NAMES(&reload, link_delays, arena);
	reload.groups = MATCH_NAMES(&reload, groups, arena);
	return reload;
}

void vrrp_engine_retire(VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out)
{
	const VrrpInput in = { .kind = VRRP_IN_DELETE };
	_cleanup_free_ bool *kept = reload_kept(reload);

	/* Who has stopped has said so. */
	if (!old->running)
		return;
	for (size_t i = 0; i < reload->from->n_instances; i++)
		if (!kept[i]) {
			/* Not vrrp_engine_step(): a group does not follow a member that is gone. */
			vrrp_fsm_step(&old->routers[i], &in, now, out);
			vrrp_notify_deleted(old, &old->routers[i], out);
		}
}

/* What a router says of its state must not speak of a configuration that is gone. */
static TraceRecord reload_cause(VrrpEngine *e, const VrrpRouter *r, const TraceRecord *cause)
{
	TraceRecord t = *cause;

	t.subject = r->config->name;
	if (t.object)
		t.object = arena_strdup(&e->kept, t.object);
	return t;
}

static bool reload_has_vip(const VrrpInstanceConfig *c, const AddrSpec *vip)
{
	for (size_t i = 0; i < c->n_vips; i++)
		if (ip_equal(&c->vips[i].ip, &vip->ip) &&
			c->vips[i].prefix_len == vip->prefix_len &&
			!strcmp(c->vips[i].dev, vip->dev))
			return true;
	return false;
}

/* What was taken out is traced; what is new is announced, with all the others (behaviour 66). */
static void reload_vips(VrrpRouter *r, const VrrpInstanceConfig *was, Instant now, Effects *out)
{
	const VrrpInstanceConfig *c = r->config;
	bool added = false, changed = c->n_advertised != was->n_advertised;

	for (size_t i = 0; i < was->n_vips; i++)
		if (!reload_has_vip(c, &was->vips[i])) {
			changed = true;
			effects_trace(out,
				(TraceRecord){ .reason = TRACE_VIP_NO_LONGER,
					.subject = c->name,
					.object = arena_strdup(&out->scratch, was->vips[i].dev),
					.ip = was->vips[i].ip });
		}
	for (size_t i = 0; i < c->n_vips; i++)
		added |= !reload_has_vip(was, &c->vips[i]);
	if (c->n_vips)
		effects_add(out, (Effect){ .kind = EFFECT_ADDR_WANT,
					 .addr_want = { .owner = r->id, .on = true } });
	if (added)
		effects_add(out, (Effect){ .kind = EFFECT_ANNOUNCE,
					 .announce = { .owner = r->id, .plan = c->garp } });
	/* The others hear at once of which addresses we speak now. */
	if (added || changed)
		r->due = now;
}

static void reload_router(
	VrrpEngine *e, VrrpRouter *r, const VrrpRouter *was, Instant now, Effects *out)
{
	const VrrpInstanceConfig *before = was->config, *c = r->config;
	const uint32_t id = r->id;
	Span down;

	*r = *was;
	r->config = c;
	r->id = id;
	r->cause = reload_cause(e, r, &was->cause);
	if (strcmp(before->name, c->name) != 0)
		effects_trace(out, (TraceRecord){ .reason = TRACE_ROUTER_RENAMED,
					   .subject = c->name,
					   .object = arena_strdup(&out->scratch, before->name) });
	if (c->version == 2 || r->state == VRRP_MASTER || r->master.family == IP_NONE)
		r->master_advert_usec = c->advert_usec;
	/* Found anew: the map of who is where is that of this engine. */
	r->ifindex = 0;
	vrrp_engine_bind(e, r, out);
	if (was->deaf && r->ifindex) {
		r->deaf = r->listens = true;
		e->hears = now;
	}
	if (r->state == VRRP_MASTER) {
		r->due = MIN(r->due, instant_add(now, c->advert_usec));
		reload_vips(r, before, now, out);
	} else if (r->wishes) {
		r->wishes = false; /* its group may be another one: it wishes anew */
		r->due = now;
	} else if (r->state == VRRP_BACKUP) {
		down = vrrp_master_down_usec(was);
		r->due = r->due - MIN(r->due, down) + vrrp_master_down_usec(r);
	}
	timerq_set(&e->timers, r->id, r->due);
}

/* A result stays true over a reload; a check that has changed gives its next one at once. */
static void reload_script(
	VrrpEngine *e, TrackScript *s, const TrackScript *was, Instant now, Effects *out)
{
	const TrackScriptConfig *c = s->config;
	const uint32_t index = s->index;

	if (c->disabled || was->config->disabled) {
		/* What is known of one that did not run is nothing, and of one that must not. */
		track_script_start(s, now);
		if (was->running)
			effects_add(out, (Effect){ .kind = EFFECT_JOB_CANCEL,
						 .job = { .key = { JOB_CHECK, index } } });
		timerq_set(&e->checks, index, s->due);
		return;
	}
	*s = *was;
	s->config = c;
	s->index = index;
	if (job_same(&c->job, &was->config->job)) {
		s->due = MIN(s->due, instant_add(now, c->interval_usec));
	} else {
		if (s->running)
			effects_add(out, (Effect){ .kind = EFFECT_JOB_CANCEL,
						 .job = { .key = { JOB_CHECK, index } } });
		s->running = false;
		s->due = now;
	}
	timerq_set(&e->checks, index, s->due);
}

static void reload_scripts(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out)
{
	for (uint32_t i = 0; i < e->config->n_scripts; i++) {
		if (reload->scripts[i] != VRRP_NEW) {
			reload_script(
				e, &e->scripts[i], &old->scripts[reload->scripts[i]], now, out);
			continue;
		}
		track_script_start(&e->scripts[i], now);
		timerq_set(&e->checks, i, e->scripts[i].due);
	}
}

/* Each master has said its will anew under its new index: what stands under others is void. */
static void reload_wills(const VrrpEngine *e, const VrrpEngine *old, Effects *out)
{
	for (uint32_t i = 0; i < old->config->n_instances; i++) {
		const bool rewritten =
			i < e->config->n_instances && e->routers[i].state == VRRP_MASTER;

		if (old->routers[i].state == VRRP_MASTER && !rewritten)
			effects_add(out, (Effect){ .kind = EFFECT_WILL, .send = { .owner = i } });
	}
}

void vrrp_engine_adopt(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out)
{
	e->running = old->running;
	e->deaf_until = old->deaf_until;
	e->unknown_vrid = old->unknown_vrid;
	e->malformed = old->malformed;
	if (!e->running)
		return;
	vrrp_notify_reload(e, reload->from, out);
	for (uint32_t i = 0; i < e->config->n_groups; i++)
		if (reload->groups[i] != VRRP_NEW) {
			const VrrpGroupConfig *config = e->groups[i].config;

			e->groups[i] = old->groups[reload->groups[i]];
			e->groups[i].config = config;
		}
	reload_scripts(e, old, reload, now, out);
	vrrp_trackers_adopt(e, old, reload, now, out);
	for (uint32_t i = 0; i < e->config->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			reload_router(
				e, &e->routers[i], &old->routers[reload->instances[i]], now, out);
	for (uint32_t i = 0; i < e->config->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			e->routers[i].fault = vrrp_health_fault(e, &e->routers[i], 0);
		else
			vrrp_engine_prepare(e, &e->routers[i], out);
	for (uint32_t i = 0; i < e->config->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			vrrp_engine_health(e, &e->routers[i], now, out);
		else
			vrrp_engine_begin(e, &e->routers[i], now, out);
	vrrp_groups_settle(e, now, out);
	for (uint32_t i = 0; i < old->config->n_instances; i++) {
		const VrrpRouter *was = &old->routers[i];

		if (was->ifindex && vrrp_router_hears(was)->family != IP_NONE)
			vrrp_engine_unlisten(e, was->ifindex, vrrp_router_hears(was), out);
	}
	reload_wills(e, old, out);
	if (e->config->fifo_states_on_reload)
		vrrp_notify_all_states(e, out);
}
