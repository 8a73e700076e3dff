/* SPDX-License-Identifier: MIT */
#include "config/config_build.h"

bool config_wants_master(const ConfigInstanceDraft *i)
{
	/* behaviour 9 */
	return config_given(&i->state) ? i->state.number
				       : config_priority(i) == VRRP_PRIORITY_OWNER;
}

int64_t config_priority(const ConfigInstanceDraft *i)
{
	if (config_given(&i->priority))
		return i->priority.number;
	/* behaviour 8 */
	return config_given(&i->state) && i->state.number ? VRRP_PRIORITY_OWNER
							  : VRRP_PRIORITY_DEFAULT;
}

/* The first that was given. */
static int64_t number(const ConfigValue *a, const ConfigValue *b, int64_t standard)
{
	return config_given(a) ? a->number : b && config_given(b) ? b->number : standard;
}

int64_t config_version(const ConfigDraft *d, const ConfigInstanceDraft *i)
{
	return number(&i->version, i->family == IP_V6 ? NULL : &d->global.version,
		i->family == IP_V6 ? 3 : 2);
}

static IpAddr global_group(const ConfigDraft *d)
{
	return config_given(&d->global.mcast_group4)
		       ? d->global.mcast_group4.ip
		       : ip_from_bytes(IP_V4, (const uint8_t[]){ 224, 0, 0, 18 });
}

IpAddr config_group(const ConfigDraft *d, const ConfigInstanceDraft *i)
{
	return config_given(&i->mcast_dst_ip) ? i->mcast_dst_ip.ip : global_group(d);
}

/* vrrp_min_garp changes what holds when nothing is given (behaviour 65). */
static void build_garp(
	const ConfigGlobalDraft *g, const ConfigInstanceDraft *i, VrrpInstanceConfig *to)
{
	const bool min = config_given(&g->min_garp) && g->min_garp.number;
	const int64_t delay = number(&g->garp_delay, NULL, min ? 0 : 5);
	const int64_t repeat = number(&g->garp_repeat, NULL, min ? 1 : 5);
	const Span interval = (Span)number(&g->garp_interval, NULL, 0);

	to->garp = (AnnouncePlan){
		.repeat = (uint32_t)number(&i->garp_repeat, NULL, repeat),
		.delay_usec = (Span)number(&i->garp_delay, NULL, delay) * USEC_PER_SEC,
		.refresh_usec = (Span)number(&i->garp_refresh, &g->garp_refresh, 0) * USEC_PER_SEC,
		.refresh_repeat = (uint32_t)number(
			&i->garp_refresh_repeat, &g->garp_refresh_repeat, min ? 0 : 1),
		.interval_usec = interval,
	};
	/* Seen in 2.2.7: these follow the global values, not those of the instance. */
	to->garp_lower_prio = (AnnouncePlan){
		.repeat = (uint32_t)number(&i->garp_lower_repeat, &g->garp_lower_repeat, repeat),
		.delay_usec = (Span)number(&i->garp_lower_delay, &g->garp_lower_delay, delay) *
			      USEC_PER_SEC,
		.interval_usec = interval,
	};
}

static void build_addresses(ConfigInstanceDraft *i, Arena *arena, VrrpInstanceConfig *to)
{
	size_t n = 0;

	to->n_vips = i->vips.n + i->excluded.n;
	to->n_advertised = MIN(i->vips.n, (size_t)LIMIT_ADVERT_ADDRS);
	to->vips = arena_alloc(arena, to->n_vips, sizeof(*to->vips));
	vec_foreach(a, &i->vips)
		to->vips[n++] = a->spec;
	vec_foreach(a, &i->excluded)
		to->vips[n++] = a->spec;
}

static void build_trackers(
	const ConfigDraft *d, ConfigInstanceDraft *i, Arena *arena, VrrpInstanceConfig *to)
{
	to->interfaces = arena_alloc(arena, i->interfaces.n, sizeof(*to->interfaces));
	vec_foreach(t, &i->interfaces)
		to->interfaces[to->n_interfaces++] = (VrrpTrackInterface){
			.name = t->name,
			.pos = t->pos,
			.weight = (int)number(&t->weight, NULL, 0),
			.reverse = t->reverse && !t->noreverse,
		};
	to->scripts = arena_alloc(arena, i->scripts.n, sizeof(*to->scripts));
	vec_foreach(t, &i->scripts) {
		const ConfigScriptDraft *s = d->scripts.items[t->script];

		to->scripts[to->n_scripts++] = (VrrpTrack){
			.index = s->index,
			.pos = t->pos,
			.weight = (int)number(&t->weight, &s->weight, 0),
			.reverse = !t->noreverse && (t->reverse || s->weight.reverse),
		};
	}
}

static void build_instance(
	const ConfigDraft *d, ConfigInstanceDraft *i, Arena *arena, VrrpInstanceConfig *to)
{
	const ConfigGlobalDraft *g = &d->global;

	*to = (VrrpInstanceConfig){
		.name = i->name,
		.pos = i->pos,
		.interface = i->interface.text,
		.interface_pos = i->interface.pos,
		.vrid = (uint8_t)i->vrid.number,
		.priority = (uint8_t)config_priority(i),
		.version = (uint8_t)config_version(d, i),
		.family = i->family ? i->family : IP_V4,
		.want_master = config_wants_master(i),
		.advert_usec = (Span)number(&i->advert_int, NULL, USEC_PER_SEC),
		.down_timer_adverts =
			(uint32_t)number(&i->down_timer_adverts, &g->down_timer_adverts, 3),
		.nopreempt = config_given(&i->nopreempt),
		.preempt_delay_usec = (Span)number(&i->preempt_delay, NULL, 0),
		.has_source = config_given(&i->mcast_src_ip),
		.source = i->mcast_src_ip.ip,
		.group = config_group(d, i),
		.dont_track_primary = config_given(&i->dont_track_primary),
		.lower_prio_no_advert =
			number(&i->lower_prio_no_advert, &g->lower_prio_no_advert, 0),
		.higher_prio_send_advert =
			number(&i->higher_prio_send_advert, &g->higher_prio_send_advert, 0),
	};
	if (config_given(&i->auth_type) && config_given(&i->auth_pass)) {
		to->auth_type = VRRP_AUTH_PASS;
		memcpy(to->auth_data, i->auth_pass.text,
			strnlen(i->auth_pass.text, VRRP_AUTH_SIZE));
	}
	build_garp(g, i, to);
	build_addresses(i, arena, to);
	build_trackers(d, i, arena, to);
}

static void build_script(const ConfigScriptDraft *s, TrackScriptConfig *to)
{
	const Span interval = (Span)number(&s->interval, NULL, USEC_PER_SEC);

	*to = (TrackScriptConfig){
		.name = s->name,
		.pos = s->pos,
		.job = { .name = s->name,
			.argv = s->argv,
			.uid = s->uid,
			.gid = s->gid,
			.timeout_usec = (Span)number(&s->timeout, NULL, (int64_t)interval) },
		.interval_usec = interval,
		.rise = (uint32_t)number(&s->rise, NULL, 1),
		.fall = (uint32_t)number(&s->fall, NULL, 1),
		.weight = (int)number(&s->weight, NULL, 0),
		.reverse = s->weight.reverse,
	};
}

void config_build(ConfigDraft *d, Arena *arena, VrrpConfig *ret_config)
{
	const ConfigGlobalDraft *g = &d->global;
	VrrpConfig *to = ret_config;

	*to = (VrrpConfig){
		.router_id = g->router_id.text,
		.mcast_group4 = global_group(d),
		.dynamic_interfaces = config_given(&g->dynamic_interfaces),
		.log_unknown_vrids = config_given(&g->log_unknown_vrids),
		.startup_delay_usec = (Span)number(&g->startup_delay, NULL, 0),
		.scripts = arena_alloc(arena, d->scripts.n, sizeof(*to->scripts)),
		.instances = arena_alloc(arena, d->instances.n, sizeof(*to->instances)),
	};
	vec_foreach(p, &d->scripts) {
		if (!(*p)->used)
			continue;
		(*p)->index = (uint32_t)to->n_scripts;
		build_script(*p, &to->scripts[to->n_scripts++]);
	}
	vec_foreach(p, &d->instances)
		build_instance(d, *p, arena, &to->instances[to->n_instances++]);
}
