/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

#include <stdio.h>

static void status_trace(Status *out, const char *key, const TraceRecord *t)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char *s;

	trace_text(t, &text);
	s = strbuf_text(&text);
	/* The instance stands above: "(VI_1) " or "(VI_1): " is not said again. */
	if (*s == '(' && t->subject) {
		s += strlen(t->subject) + 2;
		s += *s == ':';
		s += *s == ' ';
	}
	status_string(out, key, s);
}

static void status_addresses(
	const VrrpRouter *r, VrrpHasAddr *has_addr, const void *data, Status *out)
{
	Status *list = status_list(out, "addresses");

	for (size_t i = 0; i < r->config->n_vips; i++) {
		const AddrSpec *a = &r->config->vips[i];
		Status *one = status_object(list, NULL);
		char text[ADDR_TEXT_SIZE];

		status_string(one, "address", addr_spec_text(a, text));
		status_string(one, "dev", a->dev);
		if (a->label)
			status_string(one, "label", a->label);
		status_bool(one, "present", has_addr(data, r->id, i));
	}
}

/* Unicast: from where to whom. */
static void status_peers(const VrrpRouter *r, Status *out)
{
	char ip[IP_TEXT_SIZE];
	Status *list;

	status_string(out, "source", ip_text(&r->source, ip));
	list = status_list(out, "peers");
	for (size_t i = 0; i < r->config->n_peers; i++)
		status_string(list, NULL, ip_text(&r->config->peers[i].ip, ip));
}

static void status_counters(const VrrpRouter *r, Status *out)
{
	static const char *const names[VRRP_REJECTS] = {
		[VRRP_REJECT_SHORT] = "too_short",
		[VRRP_REJECT_LONG] = "too_long",
		[VRRP_REJECT_IP_LENGTH] = "ip_length",
		[VRRP_REJECT_TTL] = "ttl",
		[VRRP_REJECT_VERSION] = "version",
		[VRRP_REJECT_AUTH_TYPE] = "auth_type",
		[VRRP_REJECT_AUTH_MISMATCH] = "auth_mismatch",
		[VRRP_REJECT_PASSWORD] = "password",
		[VRRP_REJECT_INTERVAL] = "interval",
		[VRRP_REJECT_TYPE] = "packet_type",
		[VRRP_REJECT_CHECKSUM] = "checksum",
		[VRRP_REJECT_UNICAST] = "unicast",
		[VRRP_REJECT_PEER] = "no_peer",
		[VRRP_REJECT_PEER_TTL] = "peer_ttl",
	};
	const VrrpCounters *c = &r->counters;
	Status *s = status_object(out, "counters");
	uint64_t rejected = 0;

	for (size_t i = 1; i < VRRP_REJECTS; i++)
		rejected += c->rejected[i];
	status_number(s, "adverts_received", (int64_t)c->adverts_received);
	status_number(s, "adverts_sent", (int64_t)c->adverts_sent);
	status_number(s, "became_master", (int64_t)c->became_master);
	status_number(s, "released_master", (int64_t)c->released_master);
	status_number(s, "zero_received", (int64_t)c->zero_received);
	status_number(s, "zero_sent", (int64_t)c->zero_sent);
	status_number(s, "address_list_differs", (int64_t)c->address_list);
	status_number(s, "rejected", (int64_t)rejected);
	for (size_t i = 1; i < VRRP_REJECTS; i++)
		if (c->rejected[i]) {
			char key[32];

			(void)snprintf(key, sizeof(key), "rejected_%s", names[i]);
			status_number(s, key, (int64_t)c->rejected[i]);
		}
}

static void status_since(Status *out, Span since)
{
	status_milli(out, "since", (int64_t)(since / USEC_PER_MSEC));
}

static void status_router(const VrrpEngine *e, const VrrpRouter *r, Instant now,
	VrrpHasAddr *has_addr, const void *data, Status *out)
{
	const VrrpInstanceConfig *c = r->config;
	TraceRecord fault;
	char ip[IP_TEXT_SIZE];
	Status *faults;

	status_string(out, "name", c->name);
	status_string(out, "state", vrrp_state_name(r->state));
	status_since(out, instant_since(now, r->changed));
	status_trace(out, "reason", &r->cause);
	faults = status_list(out, "faults");
	for (size_t i = 0; e->running && (fault = vrrp_health_fault(e, r, i)).reason; i++)
		status_trace(faults, NULL, &fault);
	for (size_t i = 0; e->running && (fault = vrrp_group_fault(e, r, i)).reason; i++)
		status_trace(faults, NULL, &fault);
	if (c->sync_group)
		status_string(out, "sync_group", c->sync_group->name);
	if (r->wishes)
		status_bool(out, "waits_for_sync_group", true);
	status_string(out, "interface", c->interface);
	status_number(out, "vrid", c->vrid);
	status_number(out, "version", c->version);
	status_number(out, "priority", r->priority);
	status_number(out, "base_priority", c->priority);
	status_milli(out, "advert_interval", (int64_t)(c->advert_usec / USEC_PER_MSEC));
	status_string(out, "master", ip_text(&r->master, ip));
	if (c->n_peers)
		status_peers(r, out);
	status_addresses(r, has_addr, data, out);
	status_counters(r, out);
}

static void status_group(const VrrpEngine *e, const VrrpGroup *g, Status *out)
{
	Status *members;

	status_string(out, "name", g->config->name);
	status_string(out, "state", vrrp_state_name(g->state));
	members = status_list(out, "members");
	for (size_t i = 0; i < g->config->n_members; i++)
		status_string(members, NULL, e->config->instances[g->config->members[i]].name);
}

static void status_notify(const VrrpNotifyConfig *c, JobKey key, Instant now, VrrpJobStatus *jobs,
	const void *data, Status *out)
{
	if (vrrp_notify_configured(c))
		jobs(data, key, now, status_object(out, "notify"));
}

void vrrp_engine_status(const VrrpEngine *e, Instant now, VrrpHasAddr *has_addr,
	VrrpJobStatus *jobs, const void *data, Status *out)
{
	Status *list = status_list(out, "instances");

	for (uint32_t i = 0; i < e->config->n_instances; i++) {
		Status *one = status_object(list, NULL);

		status_router(e, &e->routers[i], now, has_addr, data, one);
		status_notify(&e->config->instances[i].notify, (JobKey){ JOB_NOTIFY, i }, now, jobs,
			data, one);
	}
	list = status_list(out, "groups");
	for (uint32_t i = 0; i < e->config->n_groups; i++) {
		Status *one = status_object(list, NULL);

		status_group(e, &e->groups[i], one);
		status_notify(&e->config->groups[i].notify, (JobKey){ JOB_NOTIFY_GROUP, i }, now,
			jobs, data, one);
	}
	vrrp_status_track(e, now, out);
	vrrp_notify_status(e, now, jobs, data, out);
	status_number(out, "unknown_vrid_packets", (int64_t)e->unknown_vrid);
	status_number(out, "malformed_packets", (int64_t)e->malformed);
}
