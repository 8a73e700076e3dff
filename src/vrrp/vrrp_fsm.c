/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_fsm.h"

#define TRACE_OF(r, why, ...)                                                                      \
	((TraceRecord){ .reason = (why), .subject = (r)->config->name, __VA_ARGS__ })

void vrrp_router_init(VrrpRouter *r, const VrrpInstanceConfig *config, uint32_t id)
{
	*r = (VrrpRouter){
		.config = config,
		.id = id,
		.state = VRRP_INIT,
		.priority = config->priority,
		.due = INSTANT_NEVER,
		.n_advertised = config->n_advertised,
		.master_advert_usec = config->advert_usec,
		.preempt_at = INSTANT_NEVER,
		.next = VRRP_NOBODY,
	};
}

const IpAddr *vrrp_router_hears(const VrrpRouter *r)
{
	return r->config->n_peers ? &r->source : &r->config->group;
}

const char *vrrp_state_name(VrrpState state)
{
	switch (state) {
	case VRRP_INIT: return "INIT";
	case VRRP_BACKUP: return "BACKUP";
	case VRRP_MASTER: return "MASTER";
	case VRRP_FAULT: return "FAULT";
	case VRRP_DELETED: return "DELETED";
	case VRRP_STOP: return "STOP";
	}
	assert(false);
}

Span vrrp_skew_usec(const VrrpRouter *r, uint8_t priority)
{
	const Span part = r->config->version == 2 ? USEC_PER_SEC : r->master_advert_usec;

	return (256 - (Span)priority) * part / 256;
}

Span vrrp_master_down_usec(const VrrpRouter *r)
{
	return r->config->down_timer_adverts * r->master_advert_usec +
	       vrrp_skew_usec(r, r->priority);
}

static void fsm_trace(const VrrpRouter *r, TraceReason reason, Effects *out)
{
	effects_trace(out, TRACE_OF(r, reason));
}

/* What goes to the group, or one copy for each peer, one after the other. */
static EffectSend fsm_packets(const VrrpRouter *r, uint8_t priority, uint16_t ip_id, Effects *out)
{
	const VrrpInstanceConfig *c = r->config;
	const size_t size = VRRP_IP_HEADER + VRRP_HEADER + 4 * r->n_advertised + VRRP_AUTH_SIZE;
	const size_t n = MAX(c->n_peers, (size_t)1);
	ByteWriter w = { .start = arena_alloc(&out->scratch, n * size, 1), .cap = size };

	vrrp_packet_encode(c, r->n_advertised, &r->source, priority, ip_id, &w);
	assert(!w.bad);
	for (size_t i = 1; i < n; i++) {
		memcpy(w.start + i * w.n, w.start, w.n);
		vrrp_packet_readdress(w.start + i * w.n, w.n, &c->peers[i].ip);
	}
	return (EffectSend){ .owner = r->id,
		.ifindex = r->ifindex,
		.dst = c->n_peers ? c->peers[0].ip : c->group,
		.bytes = w.start,
		.len = n * w.n,
		.n = (uint32_t)n };
}

static void fsm_send(const VrrpRouter *r, uint8_t priority, Effects *out)
{
	Effect e = { .kind = EFFECT_ADVERT, .send = fsm_packets(r, priority, r->ip_id, out) };

	if (e.send.n > 1)
		e.send.len /= e.send.n;
	for (size_t i = 0; i < e.send.n; i++, e.send.bytes += e.send.len) {
		if (i)
			e.send.dst = r->config->peers[i].ip;
		effects_add(out, e);
	}
}

static void fsm_advert(VrrpRouter *r, uint8_t priority, Effects *out)
{
	/* Without a link or a source there is nothing to send from. */
	if (!r->ifindex || r->source.family == IP_NONE)
		return;
	r->ip_id++;
	fsm_send(r, priority, out);
	r->counters.adverts_sent++;
	if (priority == VRRP_PRIORITY_STOP) {
		r->counters.zero_sent++;
		fsm_trace(r, TRACE_ZERO_SENT, out);
	}
}

static void fsm_addresses(const VrrpRouter *r, bool on, Effects *out)
{
	if (!r->config->n_vips)
		return;
	fsm_trace(r, on ? TRACE_VIPS_SET : TRACE_VIPS_REMOVED, out);
	effects_add(out,
		(Effect){ .kind = EFFECT_ADDR_WANT, .addr_want = { .owner = r->id, .on = on } });
}

static void fsm_announce(const VrrpRouter *r, const AnnouncePlan *plan, Effects *out)
{
	if (!r->config->n_vips || !plan->repeat)
		return;
	effects_trace(out, TRACE_OF(r, TRACE_GARP_QUEUED, .a = (int64_t)r->config->n_vips));
	effects_add(out,
		(Effect){ .kind = EFFECT_ANNOUNCE, .announce = { .owner = r->id, .plan = *plan } });
}

/* What the supervisor says for us should this process die as MASTER. */
static void fsm_will(const VrrpRouter *r, bool on, Effects *out)
{
	Effect e = { .kind = EFFECT_WILL, .send = { .owner = r->id } };

	if (on && r->ifindex && r->source.family != IP_NONE)
		e.send = fsm_packets(r, VRRP_PRIORITY_STOP, (uint16_t)(r->ip_id + 1), out);
	effects_add(out, e);
}

static void fsm_enter(VrrpRouter *r, VrrpState state, const TraceRecord *cause, Instant now)
{
	if (state == VRRP_MASTER)
		r->counters.became_master++;
	if (r->state == VRRP_MASTER)
		r->counters.released_master++;
	r->state = state;
	r->changed = now;
	r->cause = *cause;
	r->traced_rejects = 0;
	r->traced_lower = r->traced_list = r->traced_interval = false;
	r->preempt_at = INSTANT_NEVER;
	r->wishes = false;
}

/* RFC 9568, 6.4.1 and 6.4.2 (115): advert first, then the addresses, then the announcements. */
static void fsm_become_master(VrrpRouter *r, const TraceRecord *cause, Instant now, Effects *out)
{
	fsm_enter(r, VRRP_MASTER, cause, now);
	r->master_advert_usec = r->config->advert_usec;
	r->master = r->source;
	r->master_priority = r->priority;
	r->resigned = r->lower_heard = false;
	r->due = instant_add(now, r->config->advert_usec);
	fsm_trace(r, TRACE_ENTER_MASTER, out);
	fsm_advert(r, r->priority, out);
	fsm_addresses(r, true, out);
	fsm_announce(r, &r->config->garp, out);
	fsm_will(r, true, out);
}

void vrrp_fsm_moved(const VrrpRouter *r, Effects *out)
{
	if (r->state == VRRP_MASTER)
		fsm_will(r, true, out);
}

/* BACKUP waits for a master; `wait` is the first wait. */
static void fsm_wait(VrrpRouter *r, Span wait, Instant now)
{
	r->due = instant_add(MAX(now, r->deaf_until), wait);
	r->down_since = now;
	r->wishes = false;
}

static void fsm_leave_master(VrrpRouter *r, bool resign, Effects *out)
{
	if (resign)
		fsm_advert(r, VRRP_PRIORITY_STOP, out);
	fsm_addresses(r, false, out);
	fsm_will(r, false, out);
}

static void fsm_to_backup(
	VrrpRouter *r, const TraceRecord *cause, Span wait, Instant now, Effects *out)
{
	const bool first = r->state == VRRP_INIT;

	r->lower_heard = r->resigned = false;
	fsm_enter(r, VRRP_BACKUP, cause, now);
	fsm_wait(r, wait, now);
	fsm_trace(r, first ? TRACE_ENTER_BACKUP_INIT : TRACE_ENTER_BACKUP, out);
}

static bool fsm_is_owner(const VrrpRouter *r)
{
	return r->config->want_master && r->config->priority == VRRP_PRIORITY_OWNER;
}

/* From INIT or FAULT: nobody is known as master. An owner does not wait (RFC 9568, 6.4.1). */
static void fsm_begin(VrrpRouter *r, const TraceRecord *cause, Instant now, Effects *out)
{
	const bool first = r->state == VRRP_INIT;
	Span wait;

	r->master = (IpAddr){ 0 };
	r->master_advert_usec = r->config->advert_usec;
	wait = vrrp_master_down_usec(r);
	if (fsm_is_owner(r))
		wait = 0;
	else if (first && r->config->want_master && r->config->sync_group)
		/* Behaviour 13: only here does `state MASTER` shorten anything. */
		wait = r->config->advert_usec + vrrp_skew_usec(r, VRRP_PRIORITY_OWNER);
	fsm_to_backup(r, cause, wait, now, out);
	if (first)
		fsm_addresses(r, false, out); /* left behind by an earlier run (behaviour 37) */
}

bool vrrp_fault_pending(TraceReason reason)
{
	return reason == TRACE_FAULT_SCRIPT_PENDING || reason == TRACE_FAULT_FILE_PENDING ||
	       reason == TRACE_FAULT_PROCESS_PENDING;
}

static void fsm_to_fault(VrrpRouter *r, const TraceRecord *cause, Instant now, Effects *out)
{
	const bool first = r->state == VRRP_INIT;
	const bool silent = vrrp_fault_pending(cause->reason);

	effects_trace(out, *cause);
	if (r->state == VRRP_MASTER)
		fsm_leave_master(r, true, out);
	if (first)
		fsm_addresses(r, false, out);
	fsm_enter(r, VRRP_FAULT, cause, now);
	r->due = INSTANT_NEVER;
	if (!silent)
		fsm_trace(r, first ? TRACE_ENTER_FAULT_INIT : TRACE_ENTER_FAULT, out);
}

static void fsm_end(VrrpRouter *r, VrrpState state, TraceReason why, Instant now, Effects *out)
{
	const TraceRecord cause = TRACE_OF(r, why);

	if (r->state == VRRP_MASTER)
		fsm_leave_master(r, true, out);
	fsm_enter(r, state, &cause, now);
	r->due = INSTANT_NEVER;
}

static void fsm_stop(VrrpRouter *r, Instant now, Effects *out)
{
	fsm_end(r, VRRP_STOP, TRACE_STOPPING, now, out);
	fsm_trace(r, TRACE_ENTER_STOP, out);
}

static void fsm_delete(VrrpRouter *r, Instant now, Effects *out)
{
	fsm_trace(r, TRACE_ROUTER_DELETED, out);
	fsm_end(r, VRRP_DELETED, TRACE_ROUTER_DELETED, now, out);
}

/* The master fell silent: why we take over, in one record. */
static TraceRecord fsm_takeover_cause(const VrrpRouter *r, Instant now)
{
	if (fsm_is_owner(r) && r->master.family == IP_NONE)
		return TRACE_OF(r, TRACE_OWNER);
	if (r->resigned)
		return TRACE_OF(r, TRACE_MASTER_RESIGNED, .ip = r->master);
	if (r->lower_heard)
		return TRACE_OF(r, TRACE_PREEMPTING, .ip = r->master, .a = r->master_priority,
			.b = r->priority);
	if (r->master.family != IP_NONE)
		return TRACE_OF(r, TRACE_MASTER_SILENT, .ip = r->master,
			.a = (int64_t)instant_since(now, r->master_heard));
	return TRACE_OF(r, TRACE_NOBODY_HEARD, .a = (int64_t)instant_since(now, r->down_since));
}

static void fsm_note_master(VrrpRouter *r, const VrrpAdvert *a, Instant now, Effects *out)
{
	if (r->master.family == IP_NONE)
		effects_trace(out, TRACE_OF(r, TRACE_MASTER_SET, .ip = a->src));
	else if (!ip_equal(&r->master, &a->src))
		effects_trace(
			out, TRACE_OF(r, TRACE_MASTER_CHANGED, .ip = a->src, .ip2 = r->master));
	if (!ip_equal(&r->master, &a->src)) {
		r->traced_rejects = 0;
		r->traced_lower = r->traced_list = r->traced_interval = false;
	}
	r->master = a->src;
	r->master_priority = a->priority;
	r->master_heard = now;
}

/* Version 3: a backup counts in the master's interval (RFC 9568, 6.4.2, (430)). */
static void fsm_learn_interval(VrrpRouter *r, const VrrpAdvert *a, Effects *out)
{
	if (r->config->version == 2 || r->master_advert_usec == a->advert_usec)
		return;
	effects_trace(out, TRACE_OF(r, TRACE_INTERVAL_LEARNED,
				   .a = (int64_t)(r->master_advert_usec / USEC_PER_CSEC),
				   .b = (int64_t)(a->advert_usec / USEC_PER_CSEC)));
	r->master_advert_usec = a->advert_usec;
}

/* preempt_delay: a lower master is put up with until it runs out (behaviour 18). */
static bool fsm_preempt_delayed(VrrpRouter *r, Instant now, Effects *out)
{
	const Span delay = r->config->preempt_delay_usec;

	if (!delay)
		return false;
	if (r->preempt_at == INSTANT_NEVER) {
		r->preempt_at = instant_add(now, delay);
		effects_trace(out, TRACE_OF(r, TRACE_PREEMPT_DELAY_START, .a = (int64_t)delay));
	}
	return now < r->preempt_at;
}

/* RFC 9568, 6.4.2, (420) to (450). */
static void fsm_backup_advert(VrrpRouter *r, const VrrpAdvert *a, Instant now, Effects *out)
{
	if (a->priority == VRRP_PRIORITY_STOP) {
		fsm_trace(r, TRACE_ZERO_AS_BACKUP, out);
		r->resigned = true;
		r->master = a->src;
		r->master_heard = now;
		fsm_wait(r, vrrp_skew_usec(r, r->priority), now);
		return;
	}
	if (a->priority >= r->priority) {
		if (r->preempt_at != INSTANT_NEVER) {
			r->preempt_at = INSTANT_NEVER;
			fsm_trace(r, TRACE_PREEMPT_DELAY_STOP, out);
		}
	} else if (!r->config->nopreempt && !fsm_preempt_delayed(r, now, out)) {
		/* Not accepted: the wait that is running goes on (behaviour 16). */
		fsm_note_master(r, a, now, out);
		r->lower_heard = true;
		r->resigned = false;
		if (!r->traced_lower)
			effects_trace(out,
				TRACE_OF(r, TRACE_LOWER_DISCARDED, .ip = a->src, .a = a->priority));
		r->traced_lower = true;
		return;
	}
	fsm_note_master(r, a, now, out);
	fsm_learn_interval(r, a, out);
	r->lower_heard = r->resigned = false;
	fsm_wait(r, vrrp_master_down_usec(r), now);
}

static void fsm_master_gives_way(
	VrrpRouter *r, const VrrpAdvert *a, TraceReason why, Instant now, Effects *out)
{
	const TraceRecord cause =
		TRACE_OF(r, why, .ip = a->src, .a = a->priority, .b = r->priority);

	effects_trace(out, cause);
	if (r->config->higher_prio_send_advert)
		fsm_advert(r, r->priority, out);
	fsm_leave_master(r, false, out);
	fsm_to_backup(r, &cause, 0, now, out);
	r->master = (IpAddr){ 0 };
	fsm_note_master(r, a, now, out);
	fsm_learn_interval(r, a, out);
	fsm_wait(r, vrrp_master_down_usec(r), now);
}

static void fsm_master_insists(VrrpRouter *r, const VrrpAdvert *a, Instant now, Effects *out)
{
	const bool advert = !r->config->lower_prio_no_advert;
	const TraceReason why = advert ? TRACE_LOWER_NEW_ELECTION : TRACE_LOWER_IGNORED;

	if (!r->traced_lower)
		effects_trace(
			out, TRACE_OF(r, why, .ip = a->src, .a = a->priority, .b = r->priority));
	r->traced_lower = true;
	if (advert) {
		fsm_advert(r, r->priority, out);
		r->due = instant_add(now, r->config->advert_usec);
	}
	fsm_announce(r, &r->config->garp_lower_prio, out);
}

/* RFC 9568, 6.4.3, (700) to (770). */
static void fsm_master_advert(VrrpRouter *r, const VrrpAdvert *a, Instant now, Effects *out)
{
	const int order = ip_compare(&a->src, &r->source);

	if (a->priority == VRRP_PRIORITY_STOP) {
		fsm_trace(r, TRACE_ZERO_AS_MASTER, out);
		fsm_advert(r, r->priority, out);
		r->due = instant_add(now, r->config->advert_usec);
	} else if (a->priority > r->priority) {
		fsm_master_gives_way(r, a, TRACE_HIGHER_PRIORITY, now, out);
	} else if (a->priority < r->priority) {
		fsm_master_insists(r, a, now, out);
	} else if (!order) {
		if (!r->traced_lower)
			fsm_trace(r, TRACE_OWN_ADDRESS_HEARD, out);
		r->traced_lower = true;
	} else {
		if (a->priority == VRRP_PRIORITY_OWNER && !r->traced_lower)
			effects_trace(out, TRACE_OF(r, TRACE_TWO_OWNERS, .ip = a->src));
		if (order > 0)
			fsm_master_gives_way(r, a, TRACE_HIGHER_ADDRESS, now, out);
		else
			fsm_master_insists(r, a, now, out);
	}
}

static void fsm_advert_timer(VrrpRouter *r, Instant now, Effects *out)
{
	const Span interval = r->config->advert_usec;

	fsm_advert(r, r->priority, out);
	/* Keep the rhythm, but do not catch up on adverts that were missed. */
	r->due = instant_since(now, r->due) < interval ? r->due + interval
						       : instant_add(now, interval);
}

static void fsm_wish(VrrpRouter *r, Effects *out)
{
	r->wishes = true;
	r->due = INSTANT_NEVER;
	effects_trace(out, (TraceRecord){ .reason = TRACE_GROUP_WAITS,
				   .subject = r->config->sync_group->name,
				   .object = r->config->name });
}

/* Priority 0, and a new election after the skew. */
static void fsm_resign(VrrpRouter *r, const TraceRecord *cause, Instant now, Effects *out)
{
	fsm_leave_master(r, true, out);
	fsm_to_backup(r, cause, vrrp_skew_usec(r, r->priority), now, out);
	r->master = (IpAddr){ 0 };
}

static void fsm_priority(VrrpRouter *r, uint8_t priority, Effects *out)
{
	const Span before = vrrp_skew_usec(r, r->priority), after = vrrp_skew_usec(r, priority);

	if (priority == r->priority)
		return;
	effects_trace(out, TRACE_OF(r, TRACE_PRIORITY_CHANGED, .a = r->priority, .b = priority));
	r->priority = priority;
	/* The wait that is running is moved by the difference in skew (behaviour 7). */
	if (r->state == VRRP_BACKUP && !r->wishes)
		r->due = after > before ? instant_add(r->due, after - before)
					: r->due - MIN(r->due, before - after);
}

static void fsm_init_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	switch (in->kind) {
	case VRRP_IN_START:
		if (in->cause.reason) {
			fsm_to_fault(r, &in->cause, now, out);
		} else {
			const TraceRecord cause = TRACE_OF(r, TRACE_STARTED);

			fsm_begin(r, &cause, now, out);
		}
		break;
	case VRRP_IN_STOP: fsm_stop(r, now, out); break;
	case VRRP_IN_DELETE: fsm_delete(r, now, out); break;
	case VRRP_IN_PRIORITY: r->priority = in->priority; break;
	case VRRP_IN_TIMER:
	case VRRP_IN_ADVERT:
	case VRRP_IN_FAULT:
	case VRRP_IN_CLEAR:
	case VRRP_IN_VIP_LOST:
	case VRRP_IN_GROUP_WAIT:
	case VRRP_IN_GROUP_MASTER:
	case VRRP_IN_GROUP_BACKUP:
	case VRRP_IN_GROUP_RESIGN:
	case VRRP_IN_GROUP_ANNOUNCE: break;
	}
}

static void fsm_backup_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	switch (in->kind) {
	case VRRP_IN_TIMER: {
		const TraceRecord cause = fsm_takeover_cause(r, now);

		fsm_trace(r, TRACE_ADVERT_TIMEOUT, out);
		effects_trace(out, cause);
		fsm_become_master(r, &cause, now, out);
		break;
	}
	case VRRP_IN_GROUP_WAIT: fsm_wish(r, out); break;
	case VRRP_IN_GROUP_MASTER: fsm_become_master(r, &in->cause, now, out); break;
	case VRRP_IN_ADVERT: fsm_backup_advert(r, in->advert, now, out); break;
	case VRRP_IN_FAULT: fsm_to_fault(r, &in->cause, now, out); break;
	case VRRP_IN_PRIORITY: fsm_priority(r, in->priority, out); break;
	case VRRP_IN_STOP: fsm_stop(r, now, out); break;
	case VRRP_IN_DELETE: fsm_delete(r, now, out); break;
	case VRRP_IN_START:
	case VRRP_IN_CLEAR:
	case VRRP_IN_VIP_LOST:
	case VRRP_IN_GROUP_BACKUP:
	case VRRP_IN_GROUP_RESIGN:
	case VRRP_IN_GROUP_ANNOUNCE: break;
	}
}

static void fsm_master_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	switch (in->kind) {
	case VRRP_IN_TIMER: fsm_advert_timer(r, now, out); break;
	case VRRP_IN_ADVERT: fsm_master_advert(r, in->advert, now, out); break;
	case VRRP_IN_FAULT: fsm_to_fault(r, &in->cause, now, out); break;
	case VRRP_IN_PRIORITY: fsm_priority(r, in->priority, out); break;
	case VRRP_IN_VIP_LOST:
		/* Resign, withdraw the rest, and stand again after the skew (behaviour 39). */
		effects_trace(out, in->cause);
		fsm_resign(r, &in->cause, now, out);
		break;
	case VRRP_IN_GROUP_RESIGN: fsm_resign(r, &in->cause, now, out); break;
	case VRRP_IN_GROUP_ANNOUNCE: fsm_announce(r, &r->config->garp_lower_prio, out); break;
	case VRRP_IN_GROUP_BACKUP:
		fsm_leave_master(r, false, out);
		fsm_to_backup(r, &in->cause,
			vrrp_master_down_usec(r) + (in->later ? r->config->advert_usec : 0), now,
			out);
		r->master = (IpAddr){ 0 };
		break;
	case VRRP_IN_STOP: fsm_stop(r, now, out); break;
	case VRRP_IN_DELETE: fsm_delete(r, now, out); break;
	case VRRP_IN_START:
	case VRRP_IN_CLEAR:
	case VRRP_IN_GROUP_WAIT:
	case VRRP_IN_GROUP_MASTER: break;
	}
}

static void fsm_fault_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	switch (in->kind) {
	case VRRP_IN_CLEAR: {
		const TraceRecord cause = TRACE_OF(r, TRACE_FAULTS_CLEARED);

		fsm_begin(r, &cause, now, out);
		break;
	}
	case VRRP_IN_FAULT:
		/* The first fault is another one now; what was awaited is bad. */
		if (vrrp_fault_pending(r->cause.reason) && !vrrp_fault_pending(in->cause.reason))
			fsm_to_fault(r, &in->cause, now, out);
		else
			r->cause = in->cause;
		break;
	case VRRP_IN_PRIORITY: fsm_priority(r, in->priority, out); break;
	case VRRP_IN_STOP: fsm_stop(r, now, out); break;
	case VRRP_IN_DELETE: fsm_delete(r, now, out); break;
	case VRRP_IN_START:
	case VRRP_IN_TIMER:
	case VRRP_IN_ADVERT:
	case VRRP_IN_VIP_LOST:
	case VRRP_IN_GROUP_WAIT:
	case VRRP_IN_GROUP_MASTER:
	case VRRP_IN_GROUP_BACKUP:
	case VRRP_IN_GROUP_RESIGN:
	case VRRP_IN_GROUP_ANNOUNCE: break;
	}
}

void vrrp_fsm_step(VrrpRouter *r, const VrrpInput *in, Instant now, Effects *out)
{
	switch (r->state) {
	case VRRP_INIT: fsm_init_step(r, in, now, out); break;
	case VRRP_BACKUP: fsm_backup_step(r, in, now, out); break;
	case VRRP_MASTER: fsm_master_step(r, in, now, out); break;
	case VRRP_FAULT: fsm_fault_step(r, in, now, out); break;
	case VRRP_DELETED:
	case VRRP_STOP: break;
	}
}
