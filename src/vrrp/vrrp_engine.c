/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

enum { ENGINE_LISTEN_AGAIN_USEC = 30000000 };

typedef struct EngineKey {
	uint32_t ifindex;
	uint8_t vrid;
	uint8_t family;
	uint8_t zero[2];
} EngineKey;

void vrrp_engine_init(VrrpEngine *e, const VrrpConfig *config, const LinkTable *links)
{
	const size_t n = config->n_instances, m = config->n_scripts;

	*e = (VrrpEngine){
		.config = config,
		.links = links,
		.routers = mem_alloc(n, sizeof(*e->routers)),
		.scripts = mem_alloc(m, sizeof(*e->scripts)),
		.by_key = MAP_INIT(sizeof(EngineKey)),
		.listen_again = INSTANT_NEVER,
		.hears = INSTANT_NEVER,
	};
	timerq_init(&e->timers, (uint32_t)n);
	timerq_init(&e->checks, (uint32_t)m);
	for (uint32_t i = 0; i < n; i++)
		vrrp_router_init(&e->routers[i], &config->instances[i], i);
	for (uint32_t i = 0; i < m; i++)
		track_script_init(&e->scripts[i], &config->scripts[i], i);
	e->groups = mem_alloc(config->n_groups, sizeof(*e->groups));
	for (uint32_t i = 0; i < config->n_groups; i++)
		e->groups[i].config = &config->groups[i];
	vrrp_trackers_init(e);
}

void vrrp_engine_free(VrrpEngine *e)
{
	timerq_free(&e->timers);
	timerq_free(&e->checks);
	map_free(&e->by_key);
	free(e->routers);
	free(e->scripts);
	free(e->groups);
	vrrp_trackers_free(e);
	arena_free(&e->kept);
	*e = (VrrpEngine){ 0 };
}

void vrrp_engine_step(VrrpEngine *e, VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	const VrrpState before = r->state;
	VrrpInput wait;

	if (in->kind == VRRP_IN_TIMER && before == VRRP_BACKUP && !vrrp_group_ready(e, r)) {
		wait = (VrrpInput){ .kind = VRRP_IN_GROUP_WAIT };
		in = &wait;
	}
	vrrp_fsm_step(r, in, now, out);
	timerq_set(&e->timers, r->id, r->due);
	if (r->state != r->notified)
		vrrp_notify_state(e, r, out);
	if (r->state != before)
		vrrp_group_follow(e, r, before, now, out);
}

static void engine_check_timer(VrrpEngine *e, TrackScript *s)
{
	timerq_set(&e->checks, s->index, s->due);
}

/* What keeps the router from being MASTER: its own trouble, else that of its group. */
static TraceRecord engine_fault(const VrrpEngine *e, const VrrpRouter *r)
{
	return r->fault.reason ? r->fault : vrrp_group_fault(e, r, 0);
}

/* Links, addresses or checks have changed: has the router a fault, and what is its priority? */
void vrrp_engine_health(VrrpEngine *e, VrrpRouter *r, Instant now, Effects *out)
{
	VrrpInput in = { .kind = VRRP_IN_PRIORITY, .priority = vrrp_health_priority(e, r) };
	const bool was_fault = r->state == VRRP_FAULT;

	if (in.priority != r->priority) {
		vrrp_engine_step(e, r, &in, now, out);
		vrrp_notify_priority(e, r, out);
	}
	r->fault = vrrp_health_fault(e, r, 0);
	in = (VrrpInput){ .kind = VRRP_IN_FAULT, .cause = engine_fault(e, r) };
	if (was_fault && !in.cause.reason)
		in.kind = VRRP_IN_CLEAR;
	if (in.kind == VRRP_IN_CLEAR || in.cause.reason)
		vrrp_engine_step(e, r, &in, now, out);
	if (was_fault && r->state == VRRP_FAULT)
		vrrp_group_refresh(e, r, now, out);
}

static void engine_listen(const VrrpRouter *r, Effects *out)
{
	effects_add(
		out, (Effect){ .kind = EFFECT_LISTEN,
			     .listen = { .ifindex = r->ifindex, .group = *vrrp_router_hears(r) } });
}

void vrrp_engine_unlisten(VrrpEngine *e, uint32_t ifindex, const IpAddr *group, Effects *out)
{
	for (size_t i = 0; i < e->config->n_instances; i++)
		if (e->routers[i].ifindex == ifindex &&
			ip_equal(vrrp_router_hears(&e->routers[i]), group))
			return;
	effects_add(out, (Effect){ .kind = EFFECT_LISTEN,
				 .listen = { .ifindex = ifindex, .group = *group, .off = true } });
}

static EngineKey engine_key(const VrrpRouter *r)
{
	return (EngineKey){
		.ifindex = r->ifindex, .vrid = r->config->vrid, .family = (uint8_t)r->config->family
	};
}

/* Where the number of the router is kept, or of the one behind which it belongs: they stand in the
 * order of the configuration. NULL: it is the first. */
static VrrpRouter *engine_before(VrrpEngine *e, uint32_t first, uint32_t id)
{
	VrrpRouter *before = NULL;

	while (first < id) {
		before = &e->routers[first];
		first = before->next;
	}
	return before;
}

static void engine_forget(VrrpEngine *e, VrrpRouter *r)
{
	const EngineKey key = engine_key(r);
	uint32_t first = VRRP_NOBODY;
	VrrpRouter *before;

	if (!r->ifindex || !map_get(&e->by_key, &key, &first))
		return;
	before = engine_before(e, first, r->id);
	if (before)
		before->next = r->next;
	else if (r->next != VRRP_NOBODY)
		map_put(&e->by_key, &key, r->next);
	else
		map_del(&e->by_key, &key);
	r->next = VRRP_NOBODY;
}

static void engine_know(VrrpEngine *e, VrrpRouter *r)
{
	const EngineKey key = engine_key(r);
	uint32_t first = VRRP_NOBODY;
	VrrpRouter *before;

	(void)map_get(&e->by_key, &key, &first);
	before = engine_before(e, first, r->id);
	r->next = before ? before->next : first;
	if (before)
		before->next = r->id;
	else
		map_put(&e->by_key, &key, r->id);
}

/* Interface and source address as they are now. True when anything of it changed. */
static bool engine_place(VrrpEngine *e, VrrpRouter *r, const Link *l, Effects *out)
{
	const VrrpInstanceConfig *c = r->config;
	const uint32_t ifindex = l ? l->ifindex : 0;
	const bool moved = ifindex != r->ifindex;
	const IpAddr before = r->source, heard = *vrrp_router_hears(r);
	const IpAddr *source = NULL;

	if (moved) {
		engine_forget(e, r);
		r->ifindex = ifindex;
		if (ifindex)
			engine_know(e, r);
	}
	if (!l)
		return moved;
	source = c->has_source ? &c->source : link_source(l, c->family);
	r->has_source = source;
	/* A source that is gone stays known: the goodbye still carries it. */
	if (source)
		r->source = *source;
	if (vrrp_router_hears(r)->family != IP_NONE &&
		(moved || !ip_equal(&heard, vrrp_router_hears(r)))) {
		r->deaf = r->listens = false;
		engine_listen(r, out);
		if (!moved && heard.family != IP_NONE)
			vrrp_engine_unlisten(e, ifindex, &heard, out);
	}
	return moved || !ip_equal(&before, &r->source);
}

/* Where the router stands now: index, source address, room in its adverts. */
void vrrp_engine_bind(VrrpEngine *e, VrrpRouter *r, Effects *out)
{
	const VrrpInstanceConfig *c = r->config;
	const Link *l = link_by_name(e->links, c->interface);
	const bool changed = engine_place(e, r, l, out);
	size_t room;

	/* A reload may have left fewer than there were. */
	if (!l) {
		r->n_advertised = MIN(r->n_advertised, c->n_advertised);
		return;
	}
	room = vrrp_packet_room(c, l->mtu);
	if (room < c->n_advertised && r->n_advertised != room)
		effects_trace(out, (TraceRecord){ .reason = TRACE_VIP_EXTRA,
					   .subject = c->name,
					   .a = (int64_t)room,
					   .b = (int64_t)(c->n_advertised - room) });
	r->n_advertised = MIN(room, c->n_advertised);
	if (changed)
		vrrp_fsm_moved(r, out);
}

void vrrp_engine_prepare(VrrpEngine *e, VrrpRouter *r, Effects *out)
{
	r->deaf_until = e->deaf_until;
	vrrp_engine_bind(e, r, out);
	r->priority = vrrp_health_priority(e, r);
	r->fault = vrrp_health_fault(e, r, 0);
}

void vrrp_engine_begin(VrrpEngine *e, VrrpRouter *r, Instant now, Effects *out)
{
	const VrrpInput in = { .kind = VRRP_IN_START, .cause = engine_fault(e, r) };

	vrrp_engine_step(e, r, &in, now, out);
}

void vrrp_engine_start(VrrpEngine *e, Instant now, Effects *out)
{
	e->running = true;
	e->deaf_until = instant_add(now, e->config->startup_delay_usec);
	vrrp_notify_start(e, out);
	vrrp_trackers_start(e, out);
	for (size_t i = 0; i < e->config->n_scripts; i++) {
		track_script_start(&e->scripts[i], now);
		engine_check_timer(e, &e->scripts[i]);
	}
	for (size_t i = 0; i < e->config->n_instances; i++)
		vrrp_engine_prepare(e, &e->routers[i], out);
	vrrp_groups_start(e, out);
	for (size_t i = 0; i < e->config->n_instances; i++)
		vrrp_engine_begin(e, &e->routers[i], now, out);
}

void vrrp_engine_stop(VrrpEngine *e, Instant now, Effects *out)
{
	const VrrpInput in = { .kind = VRRP_IN_STOP };
	const bool ran = e->running;

	e->running = false;
	e->listen_again = e->hears = INSTANT_NEVER;
	for (size_t i = 0; i < e->config->n_instances; i++)
		vrrp_engine_step(e, &e->routers[i], &in, now, out);
	vrrp_groups_stop(e, out);
	for (size_t i = 0; i < e->config->n_scripts; i++) {
		e->scripts[i].due = INSTANT_NEVER;
		engine_check_timer(e, &e->scripts[i]);
		effects_add(out, (Effect){ .kind = EFFECT_JOB_CANCEL,
					 .job = { .key = { JOB_CHECK, (uint32_t)i } } });
	}
	vrrp_trackers_stop(e, out);
	if (ran)
		vrrp_notify_stop(e, out);
}

bool vrrp_router_uses_link(const VrrpRouter *r, const char *name)
{
	const VrrpInstanceConfig *c = r->config;

	if (!strcmp(c->interface, name))
		return true;
	for (size_t i = 0; i < c->n_interfaces; i++)
		if (!strcmp(c->interfaces[i].name, name))
			return true;
	for (size_t i = 0; i < c->n_vips; i++)
		if (!strcmp(c->vips[i].dev, name))
			return true;
	return false;
}

bool vrrp_engine_uses_link(const VrrpEngine *e, const char *name)
{
	for (size_t i = 0; i < e->config->n_instances; i++)
		if (vrrp_router_uses_link(&e->routers[i], name))
			return true;
	return false;
}

void vrrp_engine_link(VrrpEngine *e, const char *name, Instant now, Effects *out)
{
	if (!e->running)
		return;
	vrrp_trackers_link(e, name, now);
	for (size_t i = 0; i < e->config->n_instances; i++) {
		VrrpRouter *r = &e->routers[i];

		if (!vrrp_router_uses_link(r, name))
			continue;
		vrrp_engine_bind(e, r, out);
		r->fault = vrrp_health_fault(e, r, 0);
	}
	/* Members of one group are told of their own trouble, not of each other's. */
	for (size_t i = 0; i < e->config->n_instances; i++)
		if (vrrp_router_uses_link(&e->routers[i], name))
			vrrp_engine_health(e, &e->routers[i], now, out);
}

/* What is wrong with the way that a packet came. */
static TraceReason engine_wrong_way(const VrrpRouter *r, const IpAddr *dst)
{
	if (!r->config->n_peers)
		return TRACE_REJECT_UNICAST;
	return ip_multicast(dst) ? TRACE_REJECT_MULTICAST : TRACE_REJECT_DESTINATION;
}

static void engine_rejected(
	VrrpRouter *r, VrrpReject why, const VrrpPeek *peek, VrrpMismatch mismatch, Effects *out)
{
	static const TraceReason reasons[VRRP_REJECTS] = {
		[VRRP_REJECT_SHORT] = TRACE_REJECT_SHORT,
		[VRRP_REJECT_LONG] = TRACE_REJECT_LONG,
		[VRRP_REJECT_IP_LENGTH] = TRACE_REJECT_IP_LENGTH,
		[VRRP_REJECT_TTL] = TRACE_REJECT_TTL,
		[VRRP_REJECT_VERSION] = TRACE_REJECT_VERSION,
		[VRRP_REJECT_AUTH_TYPE] = TRACE_REJECT_AUTH_TYPE,
		[VRRP_REJECT_AUTH_MISMATCH] = TRACE_REJECT_AUTH_MISMATCH,
		[VRRP_REJECT_PASSWORD] = TRACE_REJECT_PASSWORD,
		[VRRP_REJECT_INTERVAL] = TRACE_REJECT_INTERVAL,
		[VRRP_REJECT_TYPE] = TRACE_REJECT_TYPE,
		[VRRP_REJECT_CHECKSUM] = TRACE_REJECT_CHECKSUM,
		[VRRP_REJECT_PEER] = TRACE_REJECT_PEER,
		[VRRP_REJECT_PEER_TTL] = TRACE_REJECT_PEER_TTL,
	};
	const TraceReason reason =
		why == VRRP_REJECT_UNICAST ? engine_wrong_way(r, &peek->dst) : reasons[why];

	r->counters.rejected[why]++;
	if (r->traced_rejects & 1u << why)
		return;
	r->traced_rejects |= 1u << why;
	effects_trace(out, (TraceRecord){ .reason = reason,
				   .subject = r->config->name,
				   .ip = peek->src,
				   .ip2 = peek->dst,
				   .a = mismatch.got,
				   .b = mismatch.want });
}

/* Accepted, but not as we would have it: told once for each master. */
static void engine_differences(VrrpRouter *r, const VrrpAdvert *a, Effects *out)
{
	if (!a->same_addresses) {
		r->counters.address_list++;
		if (!r->traced_list)
			effects_trace(out, (TraceRecord){ .reason = TRACE_ADDRESS_LIST,
						   .subject = r->config->name,
						   .ip = a->src,
						   .a = a->n_addresses,
						   .b = (int64_t)r->n_advertised });
		r->traced_list = true;
	}
	if (a->advert_usec != r->config->advert_usec) {
		if (!r->traced_interval)
			effects_trace(out,
				(TraceRecord){ .reason = TRACE_INTERVAL_DIFFERS,
					.subject = r->config->name,
					.ip = a->src,
					.a = (int64_t)(a->advert_usec / USEC_PER_CSEC),
					.b = (int64_t)(r->config->advert_usec / USEC_PER_CSEC) });
		r->traced_interval = true;
	}
}

static void engine_unknown_vrid(VrrpEngine *e, const EventPacket *p, uint8_t vrid, Effects *out)
{
	const Link *l = link_by_index(e->links, p->ifindex);

	e->unknown_vrid++;
	if (e->config->log_unknown_vrids)
		effects_trace(out, (TraceRecord){ .reason = TRACE_UNKNOWN_VRID,
					   .object = l ? l->name : NULL,
					   .a = vrid });
}

/* Of those with this interface and VRID the one that listens to `dst`; if none does, the first finds
 * fault with the packet. */
static VrrpRouter *engine_addressee(
	const VrrpEngine *e, uint32_t first, const IpAddr *dst, bool *ret_ours)
{
	for (uint32_t id = first; id != VRRP_NOBODY; id = e->routers[id].next)
		if (ip_equal(vrrp_router_hears(&e->routers[id]), dst)) {
			*ret_ours = true;
			return &e->routers[id];
		}
	*ret_ours = false;
	return &e->routers[first];
}

/* Of the order of masters: is it one that has to give way to us? */
static bool engine_is_lower(const VrrpRouter *r, const VrrpAdvert *a)
{
	if (a->priority == VRRP_PRIORITY_STOP || a->priority > r->priority)
		return false;
	return a->priority < r->priority || ip_compare(&a->src, &r->source) < 0;
}

void vrrp_engine_packet(VrrpEngine *e, const EventPacket *p, Instant now, Effects *out)
{
	EngineKey key = { .ifindex = p->ifindex, .family = IP_V4 };
	VrrpAdvert advert;
	VrrpMismatch mismatch;
	VrrpReject why;
	VrrpRouter *r;
	VrrpPeek peek;
	uint32_t first;
	bool ours, master;

	if (!e->running || now < e->deaf_until)
		return;
	if (!vrrp_packet_peek(p->bytes, p->len, &peek)) {
		e->malformed++;
		return;
	}
	key.vrid = peek.vrid;
	if (!map_get(&e->by_key, &key, &first)) {
		engine_unknown_vrid(e, p, key.vrid, out);
		return;
	}
	r = engine_addressee(e, first, &peek.dst, &ours);
	why = vrrp_packet_decode(r->config, r->n_advertised, p->bytes, p->len, &advert, &mismatch);
	if (!why && !ours)
		why = VRRP_REJECT_UNICAST;
	if (why) {
		engine_rejected(r, why, &peek, mismatch, out);
		return;
	}
	r->counters.adverts_received++;
	r->counters.zero_received += advert.priority == VRRP_PRIORITY_STOP;
	master = r->state == VRRP_MASTER;
	vrrp_engine_step(e, r, &(VrrpInput){ .kind = VRRP_IN_ADVERT, .advert = &advert }, now, out);
	if (master && r->state == VRRP_MASTER && engine_is_lower(r, &advert)) {
		vrrp_notify_lower_priority(e, r, out);
		vrrp_group_announce(e, r, now, out);
	}
	vrrp_group_heard(e, r, now, out);
	engine_differences(r, &advert, out);
}

void vrrp_engine_penalty(VrrpEngine *e, uint32_t id, uint8_t penalty, Instant now, Effects *out)
{
	VrrpRouter *r = &e->routers[id];

	if (r->penalty == penalty)
		return;
	r->penalty = penalty;
	if (e->running)
		vrrp_engine_health(e, r, now, out);
}

void vrrp_engine_deaf(
	VrrpEngine *e, uint32_t ifindex, const IpAddr *group, Instant now, Effects *out)
{
	bool waits = false;

	e->listen_again = instant_add(now, ENGINE_LISTEN_AGAIN_USEC);
	for (size_t i = 0; i < e->config->n_instances; i++) {
		VrrpRouter *r = &e->routers[i];

		if (r->ifindex == ifindex && ip_equal(vrrp_router_hears(r), group)) {
			r->deaf = true;
			r->listens = false;
			if (e->running)
				vrrp_engine_health(e, r, now, out);
		}
		waits |= r->listens;
	}
	if (!waits)
		e->hears = INSTANT_NEVER;
}

/* If it cannot be done this time either, vrrp_engine_deaf() says so before any time goes by. */
static void engine_listen_again(VrrpEngine *e, Instant now, Effects *out)
{
	e->listen_again = INSTANT_NEVER;
	for (size_t i = 0; i < e->config->n_instances; i++) {
		VrrpRouter *r = &e->routers[i];

		if (!r->deaf || !r->ifindex)
			continue;
		r->listens = true;
		e->hears = now;
		engine_listen(r, out);
	}
}

static void engine_hears(VrrpEngine *e, Instant now, Effects *out)
{
	e->hears = INSTANT_NEVER;
	for (size_t i = 0; i < e->config->n_instances; i++) {
		VrrpRouter *r = &e->routers[i];

		if (!r->listens)
			continue;
		r->deaf = r->listens = false;
		vrrp_engine_health(e, r, now, out);
	}
}

void vrrp_engine_timer(VrrpEngine *e, Instant now, Effects *out)
{
	const VrrpInput in = { .kind = VRRP_IN_TIMER };
	uint32_t id;

	for (size_t i = 0; i < LIMIT_STEP_TIMERS && timerq_next(&e->timers, &id) <= now; i++)
		vrrp_engine_step(e, &e->routers[id], &in, now, out);
	for (size_t i = 0; i < LIMIT_STEP_CHECKS && timerq_next(&e->checks, &id) <= now; i++) {
		track_script_step(&e->scripts[id], now, out);
		engine_check_timer(e, &e->scripts[id]);
	}
	if (now >= e->hears)
		engine_hears(e, now, out);
	if (now >= e->listen_again)
		engine_listen_again(e, now, out);
	vrrp_trackers_timer(e, now, out);
}

void vrrp_engine_check_done(
	VrrpEngine *e, uint32_t script, const JobResult *result, Instant now, Effects *out)
{
	if (!e->running || !track_script_done(&e->scripts[script], result, out))
		return;
	for (size_t i = 0; i < e->config->n_instances; i++)
		for (size_t j = 0; j < e->config->instances[i].n_scripts; j++)
			if (e->config->instances[i].scripts[j].index == script) {
				vrrp_engine_health(e, &e->routers[i], now, out);
				break;
			}
}

void vrrp_engine_addr_lost(
	VrrpEngine *e, uint32_t id, const AddrSpec *addr, Instant now, Effects *out)
{
	VrrpRouter *r = &e->routers[id];
	const VrrpInput in = { .kind = VRRP_IN_VIP_LOST,
		.cause = { .reason = TRACE_VIP_LOST,
			.subject = r->config->name,
			.object = addr->dev,
			.ip = addr->ip } };

	if (e->running)
		vrrp_engine_step(e, r, &in, now, out);
}

Instant vrrp_engine_next_due(VrrpEngine *e)
{
	const Instant due = MIN(timerq_next(&e->timers, NULL), timerq_next(&e->checks, NULL));

	return MIN(MIN(due, MIN(e->hears, e->listen_again)), vrrp_trackers_next_due(e));
}
