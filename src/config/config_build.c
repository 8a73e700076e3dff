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

int64_t config_build_number(const ConfigValue *a, const ConfigValue *b, int64_t standard)
{
	return config_given(a) ? a->number : b && config_given(b) ? b->number : standard;
}

int64_t config_version(const ConfigDraft *d, const ConfigInstanceDraft *i)
{
	return config_build_number(&i->version, i->family == IP_V6 ? NULL : &d->global.version,
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
	const int64_t delay = config_build_number(&g->garp_delay, NULL, min ? 0 : 5);
	const int64_t repeat = config_build_number(&g->garp_repeat, NULL, min ? 1 : 5);
	const Span interval = (Span)config_build_number(&g->garp_interval, NULL, 0);

	to->garp = (AnnouncePlan){
		.repeat = (uint32_t)config_build_number(&i->garp_repeat, NULL, repeat),
		.delay_usec = (Span)config_build_number(&i->garp_delay, NULL, delay) * USEC_PER_SEC,
		.refresh_usec = (Span)config_build_number(&i->garp_refresh, &g->garp_refresh, 0) *
				USEC_PER_SEC,
		.refresh_repeat = (uint32_t)config_build_number(
			&i->garp_refresh_repeat, &g->garp_refresh_repeat, min ? 0 : 1),
		.interval_usec = interval,
	};
	/* Seen in 2.2.7: these follow the global values, not those of the instance. */
	to->garp_lower_prio = (AnnouncePlan){
		.repeat = (uint32_t)config_build_number(
			&i->garp_lower_repeat, &g->garp_lower_repeat, repeat),
		.delay_usec = (Span)config_build_number(
				      &i->garp_lower_delay, &g->garp_lower_delay, delay) *
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

/* The source address and the peers. Unicast and multicast have one source: what was written last
 * counts. */
static void build_unicast(const ConfigGlobalDraft *g, const ConfigInstanceDraft *i, Arena *arena,
	VrrpInstanceConfig *to)
{
	const ConfigValue *a = &i->unicast_src_ip, *b = &i->mcast_src_ip;
	const bool both = config_given(a) && config_given(b) && a->pos.file == b->pos.file;
	const ConfigValue *source = both	      ? (a->pos.line < b->pos.line ? b : a)
				    : config_given(a) ? a
						      : b;

	to->has_source = config_given(source);
	to->source = source->ip;
	to->track_source = to->has_source && config_given(&i->track_src_ip);
	to->peers = arena_copy(arena, i->peers.items, i->peers.n, sizeof(*i->peers.items));
	to->n_peers = i->peers.n;
	to->unicast_fault_no_peer =
		!i->peers.n && config_given(&i->unicast_fault_no_peer) && config_means_unicast(i);
	to->check_unicast_src = i->peers.n && (i->peer_ttl || config_given(&i->check_unicast_src) ||
						      config_given(&g->check_unicast_src));
	to->unicast_ttl = (uint8_t)config_build_number(&i->unicast_ttl, NULL, 255);
}

static void build_instance(
	const ConfigDraft *d, ConfigInstanceDraft *i, Arena *arena, VrrpInstanceConfig *to)
{
	const ConfigGlobalDraft *g = &d->global;

	*to = (VrrpInstanceConfig){
		.name = i->name,
		.interface = i->interface.text,
		.vrid = (uint8_t)i->vrid.number,
		.priority = (uint8_t)config_priority(i),
		.version = (uint8_t)config_version(d, i),
		.family = i->family ? i->family : IP_V4,
		.want_master = config_wants_master(i),
		.advert_usec = (Span)config_build_number(&i->advert_int, NULL, USEC_PER_SEC),
		.down_timer_adverts = (uint32_t)config_build_number(
			&i->down_timer_adverts, &g->down_timer_adverts, 3),
		.nopreempt = config_given(&i->nopreempt),
		.preempt_delay_usec = (Span)config_build_number(&i->preempt_delay, NULL, 0),
		.group = config_group(d, i),
		.dont_track_primary = config_given(&i->dont_track_primary),
		.lower_prio_no_advert =
			config_build_number(&i->lower_prio_no_advert, &g->lower_prio_no_advert, 0),
		.higher_prio_send_advert = config_build_number(
			&i->higher_prio_send_advert, &g->higher_prio_send_advert, 0),
	};
	if (config_given(&i->auth_type) && config_given(&i->auth_pass)) {
		to->auth_type = VRRP_AUTH_PASS;
		memcpy(to->auth_data, i->auth_pass.text,
			strnlen(i->auth_pass.text, VRRP_AUTH_SIZE));
	}
	build_garp(g, i, to);
	build_addresses(i, arena, to);
	build_unicast(g, i, arena, to);
	config_build_trackers(d, &i->trackers, arena, to);
}

static void build_group(const ConfigDraft *d, ConfigNamedDraft *n, Arena *arena, VrrpConfig *to)
{
	VrrpGroupConfig *group = &to->groups[to->n_groups];

	*group = (VrrpGroupConfig){
		.name = n->name,
		.members = arena_copy(
			arena, n->members.items, n->members.n, sizeof(*n->members.items)),
		.n_members = n->members.n,
	};
	config_build_notify(d, &n->notify, &to->mail, arena, &group->notify);
	for (size_t i = 0; i < group->n_members; i++)
		to->instances[group->members[i]].sync_group = group;
	to->n_groups++;
}

void config_build(ConfigDraft *d, const ConfigWorld *world, Arena *arena, VrrpConfig *ret_config)
{
	const ConfigGlobalDraft *g = &d->global;
	VrrpConfig *to = ret_config;

	*to = (VrrpConfig){
		.router_id = g->router_id.text	? g->router_id.text
			     : world->host_name ? world->host_name(world->data, arena)
						: NULL,
		.mcast_group4 = global_group(d),
		.dynamic_interfaces = config_given(&g->dynamic_interfaces),
		.log_unknown_vrids = config_given(&g->log_unknown_vrids),
		.startup_delay_usec = (Span)config_build_number(&g->startup_delay, NULL, 0),
		.instances = arena_alloc(arena, d->instances.n, sizeof(*to->instances)),
		.groups = arena_alloc(arena, d->named.n, sizeof(*to->groups)),
	};
	config_build_things(d, arena, to);
	config_build_mail(d, world, arena, &to->mail);
	config_build_fifos(d, arena, to);
	vec_foreach(p, &d->instances) {
		VrrpInstanceConfig *i = &to->instances[to->n_instances++];

		build_instance(d, *p, arena, i);
		config_build_notify(d, &(*p)->notify, &to->mail, arena, &i->notify);
		config_build_floating(*p, (uint32_t)to->n_instances - 1, arena, i);
	}
	vec_foreach(p, &d->named)
		if ((*p)->kind == NAMED_SYNC_GROUP)
			build_group(d, *p, arena, to);
}
