/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>

static const char *dump_yes(bool yes)
{
	return yes ? "yes" : "no";
}

static const char *dump_true(bool is)
{
	return is ? "true" : "false";
}

static const char *dump_enabled(bool is)
{
	return is ? "enabled" : "disabled";
}

static Span dump_whole_seconds(Span span)
{
	return span / USEC_PER_SEC;
}

void vrrp_dump_command(const char *const *argv, StrBuf *out)
{
	for (size_t i = 0; argv && argv[i]; i++)
		strbuf_printf(out, "%s'%s'", i ? " " : "", argv[i]);
}

void vrrp_dump_address(const AddrSpec *a, bool set, StrBuf *out)
{
	char ip[IP_TEXT_SIZE];

	strbuf_add(out, ip_text(&a->ip, ip));
	if (a->prefix_len != ip_bits(a->ip.family))
		strbuf_printf(out, "/%u", a->prefix_len);
	if (a->has_broadcast)
		strbuf_printf(out, " brd %s", ip_text(&a->broadcast, ip));
	strbuf_printf(out, " dev %s scope ", a->dev);
	switch (a->scope) {
	case 0: strbuf_add(out, "global"); break;
	case 200: strbuf_add(out, "site"); break;
	case 253: strbuf_add(out, "link"); break;
	case 254: strbuf_add(out, "host"); break;
	default: strbuf_printf(out, "%u", a->scope); break;
	}
	if (a->label)
		strbuf_printf(out, " label %s", a->label);
	if (set)
		strbuf_add(out, " set");
}

void vrrp_dump_seconds(Span span, StrBuf *out)
{
	Span fraction = span % USEC_PER_SEC;
	int digits = 6;

	strbuf_printf(out, "%" PRIu64, dump_whole_seconds(span));
	if (!fraction)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	strbuf_printf(out, ".%0*" PRIu64, digits, fraction);
}

uint64_t vrrp_dump_real_usec(const VrrpDumpTime *t, Instant at)
{
	const Span ago = instant_since(t->now, at);

	if (!at || at == INSTANT_NEVER)
		return 0;
	return at > t->now ? t->real_usec + (at - t->now) : t->real_usec - MIN(ago, t->real_usec);
}

VrrpState vrrp_dump_want(const VrrpEngine *e, const VrrpRouter *r)
{
	if (r->state == VRRP_FAULT && e->running &&
		vrrp_health_fault(e, r, 0).reason == TRACE_FAULT_SCRIPT_PENDING)
		return r->config->want_master ? VRRP_MASTER : VRRP_BACKUP;
	return r->state;
}

/* "1795383080.071582 (Sun Nov 22 21:31:20.071582 2026)", as ctime(3) names days. */
static void dump_time(const VrrpDumpTime *t, Instant at, StrBuf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const uint64_t real = vrrp_dump_real_usec(t, at);
	const time_t seconds = (time_t)(real / USEC_PER_SEC);
	const unsigned usec = (unsigned)(real % USEC_PER_SEC);
	struct tm tm = { 0 };

	strbuf_printf(out, "%lld.%06u", (long long)seconds, usec);
	if (t->local(&seconds, &tm))
		strbuf_printf(out, " (%.3s %.3s %2d %02d:%02d:%02d.%06u %d)",
			days + (size_t)tm.tm_wday * 3, months + (size_t)tm.tm_mon * 3, tm.tm_mday,
			tm.tm_hour, tm.tm_min, tm.tm_sec, usec, tm.tm_year + 1900);
	strbuf_add(out, "\n");
}

static void dump_script(const char *what, const JobSpec *job, StrBuf *out)
{
	if (!job)
		return;
	strbuf_printf(out, "   %s state transition script = ", what);
	vrrp_dump_command(job->argv, out);
	strbuf_printf(out, ", uid:gid %u:%u\n", job->uid, job->gid);
}

static void dump_scripts(const VrrpNotifyConfig *n, StrBuf *out)
{
	dump_script("Backup", n->backup, out);
	dump_script("Master", n->master, out);
	dump_script("Fault", n->fault, out);
	dump_script("Stop", n->stop, out);
	dump_script("Deleted", n->deleted, out);
	dump_script("Generic", n->any, out);
	dump_script("Master rx lower pri", n->master_rx_lower_pri, out);
}

static void dump_faults(const VrrpEngine *e, const VrrpRouter *r, StrBuf *out)
{
	size_t config = 0, faults = 0, pending = 0;
	TraceRecord f;

	for (size_t i = 0; e->running && (f = vrrp_health_fault(e, r, i)).reason; i++) {
		config += f.reason == TRACE_FAULT_NO_PEER;
		pending += f.reason == TRACE_FAULT_SCRIPT_PENDING;
		faults++;
	}
	strbuf_printf(out, "   Number of config faults = %zu\n", config);
	strbuf_printf(out, "   Number of interface and track script faults = %zu\n",
		faults - config - pending);
	strbuf_printf(out, "   Number of track scripts init = %zu\n", pending);
}

/* Only the first has a line of its own; the others still keep "none" away. */
static void dump_flags(const VrrpInstanceConfig *c, StrBuf *out)
{
	if (c->n_peers)
		strbuf_add(out, "   Flags:\n     Using unicast\n");
	else
		strbuf_printf(
			out, "   Flags:%s\n", c->nopreempt || c->dont_track_primary ? "" : " none");
}

static void dump_standing(const VrrpDump *d, const VrrpRouter *r, StrBuf *out)
{
	const VrrpInstanceConfig *c = r->config;
	char ip[IP_TEXT_SIZE];

	strbuf_printf(out, " VRRP Instance = %s\n   VRRP Version = %u\n", c->name, c->version);
	if (c->family == IP_V6)
		strbuf_add(out, "   Using Native IPv6\n");
	if (c->sync_group)
		strbuf_printf(out, "   Sync group = %s\n", c->sync_group->name);
	strbuf_printf(out, "   State = %s\n", vrrp_state_name(r->state));
	if (r->state == VRRP_BACKUP && r->master.family) {
		strbuf_printf(out, "   Master router = %s\n", ip_text(&r->master, ip));
		strbuf_printf(out, "   Master priority = %u\n", r->master_priority);
		if (c->version == 3)
			strbuf_printf(out, "   Master advert int = %" PRIu64 ".%02" PRIu64 " sec\n",
				dump_whole_seconds(r->master_advert_usec),
				r->master_advert_usec % USEC_PER_SEC / USEC_PER_CSEC);
	}
	dump_flags(c, out);
	strbuf_printf(out, "   Wantstate = %s\n", vrrp_state_name(vrrp_dump_want(d->engine, r)));
	dump_faults(d->engine, r, out);
	strbuf_add(out, "   Last transition = ");
	dump_time(&d->time, r->changed, out);
	strbuf_add(out, "   Read timeout = ");
	if (r->due == INSTANT_NEVER)
		strbuf_add(out, "DISABLED\n");
	else
		dump_time(&d->time, r->due, out);
	strbuf_printf(out, "   Master down timer = %" PRIu64 " usecs\n", vrrp_master_down_usec(r));
	strbuf_printf(out, "   Interface = %s\n", c->interface);
	if (c->dont_track_primary)
		strbuf_add(out, "   VRRP interface tracking disabled\n");
	if (r->source.family || c->has_source)
		strbuf_printf(out, "   Using src_ip = %s%s\n",
			ip_text(c->has_source ? &c->source : &r->source, ip),
			c->has_source ? " (from configuration)" : "");
	if (!c->n_peers && c->group.family == IP_V6)
		strbuf_printf(out, "   Multicast address %s, ifindex %u\n", ip_text(&c->group, ip),
			r->ifindex);
	else if (!c->n_peers)
		strbuf_printf(out, "   Multicast address %s\n", ip_text(&c->group, ip));
}

static void dump_garp(const VrrpInstanceConfig *c, StrBuf *out)
{
	const struct {
		const char *what;
		Span value;
	} lines[] = {
		{ "delay", dump_whole_seconds(c->garp.delay_usec) },
		{ "repeat", c->garp.repeat },
		{ "refresh", dump_whole_seconds(c->garp.refresh_usec) },
		{ "refresh repeat", c->garp.refresh_repeat },
		{ "lower priority delay", dump_whole_seconds(c->garp_lower_prio.delay_usec) },
		{ "lower priority repeat", c->garp_lower_prio.repeat },
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		strbuf_printf(
			out, "   Gratuitous ARP %s = %" PRIu64 "\n", lines[i].what, lines[i].value);
}

static void dump_interval(const char *what, unsigned version, Span usec, StrBuf *out)
{
	strbuf_printf(out, "   %s = %" PRIu64 " %s\n", what,
		usec / (version == 3 ? USEC_PER_MSEC : USEC_PER_SEC),
		version == 3 ? "milli-sec" : "sec");
}

static void dump_election(const VrrpRouter *r, StrBuf *out)
{
	const VrrpInstanceConfig *c = r->config;

	strbuf_printf(out, "   Down timer adverts = %u\n", c->down_timer_adverts);
	strbuf_printf(out, "   Send advert after receive lower priority advert = %s\n",
		dump_true(!c->lower_prio_no_advert));
	strbuf_printf(out, "   Send advert after receive higher priority advert = %s\n",
		dump_true(c->higher_prio_send_advert));
	strbuf_printf(out, "   Virtual Router ID = %u\n", c->vrid);
	strbuf_printf(out, "   Priority = %u\n", c->priority);
	strbuf_printf(out, "   Effective priority = %u\n", r->priority);
	dump_interval("Advert interval", c->version, c->advert_usec, out);
	if (c->version == 3 && r->state == VRRP_BACKUP)
		dump_interval("Master advert interval", 3, r->master_advert_usec, out);
	strbuf_add(out, "   Accept = enabled\n");
	strbuf_printf(out, "   Preempt = %s\n", dump_enabled(!c->nopreempt));
	if (c->preempt_delay_usec) {
		strbuf_add(out, "   Preempt delay = ");
		vrrp_dump_seconds(c->preempt_delay_usec, out);
		strbuf_add(out, " secs\n");
	}
	strbuf_add(out, "   Promote_secondaries = disabled\n");
	if (c->auth_type == VRRP_AUTH_PASS)
		strbuf_add(out, "   Authentication type = SIMPLE_PASSWORD\n"
				"   Password = " VRRP_DUMP_PASSWORD "\n");
	else if (c->version == 2)
		strbuf_add(out, "   Authentication type = none\n");
}

static void dump_addresses(const VrrpDump *d, const VrrpRouter *r, StrBuf *out)
{
	const VrrpInstanceConfig *c = r->config;

	if (c->n_advertised)
		strbuf_printf(out, "   Virtual IP (%zu):\n", c->n_advertised);
	for (size_t i = 0; i < c->n_vips; i++) {
		if (i == c->n_advertised)
			strbuf_add(out, "   Virtual IP Excluded :\n");
		strbuf_add(out, "     ");
		vrrp_dump_address(&c->vips[i], d->has_addr(d->data, r->id, i), out);
		strbuf_add(out, "\n");
	}
}

static void dump_unicast(const VrrpInstanceConfig *c, StrBuf *out)
{
	char ip[IP_TEXT_SIZE];

	if (!c->n_peers)
		return;
	strbuf_printf(out, "   Unicast TTL = %u\n", c->unicast_ttl);
	strbuf_printf(out, "   Check unicast src : %s\n", dump_yes(c->check_unicast_src));
	strbuf_add(out, "   Unicast Peer :\n");
	for (size_t i = 0; i < c->n_peers; i++)
		strbuf_printf(out, "     %s min_ttl %u max_ttl %u\n", ip_text(&c->peers[i].ip, ip),
			c->peers[i].min_ttl, c->peers[i].max_ttl);
}

static void dump_tracked(const char *what, const char *comma, const char *name, size_t i,
	int weight, bool reverse, StrBuf *out)
{
	if (!i)
		strbuf_printf(out, "   Tracked %s :\n", what);
	strbuf_printf(
		out, "     %s%s weight %d%s\n", name, comma, weight, reverse ? " reverse" : "");
}

static void dump_tracks(const VrrpConfig *all, const VrrpInstanceConfig *c, StrBuf *out)
{
	for (size_t i = 0; i < c->n_interfaces; i++)
		dump_tracked("interfaces", "", c->interfaces[i].name, i, c->interfaces[i].weight,
			c->interfaces[i].reverse, out);
	for (size_t i = 0; i < c->n_scripts; i++)
		dump_tracked("scripts", "", all->scripts[c->scripts[i].index].name, i,
			c->scripts[i].weight, c->scripts[i].reverse, out);
	for (size_t i = 0; i < c->n_files; i++)
		dump_tracked("files", ",", all->files[c->files[i].index].name, i,
			c->files[i].weight, c->files[i].reverse, out);
	for (size_t i = 0; i < c->n_processes; i++)
		dump_tracked("processes", ",", all->processes[c->processes[i].index].name, i,
			c->processes[i].weight, c->processes[i].reverse, out);
}

static void dump_router(const VrrpDump *d, const VrrpRouter *r, StrBuf *out)
{
	const VrrpNotifyConfig *n = &r->config->notify;

	dump_standing(d, r, out);
	dump_garp(r->config, out);
	dump_election(r, out);
	dump_addresses(d, r, out);
	dump_unicast(r->config, out);
	dump_tracks(d->engine->config, r->config, out);
	strbuf_printf(out, "   Using smtp notification = %s\n", dump_yes(n->mail));
	strbuf_printf(out, "   Notify deleted = %s\n", n->has_deleted ? "Deleted" : "Fault");
	dump_scripts(n, out);
	strbuf_printf(out, "   Notify priority changes = %s\n", dump_true(n->priority_changes));
}

static void dump_group(const VrrpEngine *e, const VrrpGroup *g, StrBuf *out)
{
	const VrrpGroupConfig *c = g->config;
	size_t faults = 0, starting = 0;

	for (size_t i = 0; i < c->n_members; i++) {
		const VrrpRouter *r = &e->routers[c->members[i]];

		faults += r->state == VRRP_FAULT && vrrp_dump_want(e, r) == VRRP_FAULT;
		starting += r->state == VRRP_FAULT && vrrp_dump_want(e, r) != VRRP_FAULT;
	}
	strbuf_printf(out, " VRRP Sync Group = %s, %s\n", c->name, vrrp_state_name(g->state));
	strbuf_printf(out, "   Num member fault %zu, num member init %zu\n", faults, starting);
	strbuf_add(out, "   VRRP member instances :\n");
	for (size_t i = 0; i < c->n_members; i++)
		strbuf_printf(out, "     %s\n", e->config->instances[c->members[i]].name);
	strbuf_printf(out, "   Using smtp notification = %s\n", dump_yes(c->notify.mail));
	if (c->notify.priority_changes)
		strbuf_add(out, "   Notify priority changes = yes\n");
	dump_scripts(&c->notify, out);
}

void vrrp_dump_data(const VrrpDump *d, StrBuf *out)
{
	const VrrpEngine *e = d->engine;

	vrrp_dump_global(e->config, out);
	strbuf_add(out, "------< VRRP Topology >------\n");
	for (size_t i = 0; i < e->config->n_instances; i++)
		dump_router(d, &e->routers[i], out);
	if (e->config->n_groups)
		strbuf_add(out, "------< VRRP Sync groups >------\n");
	for (size_t i = 0; i < e->config->n_groups; i++)
		dump_group(e, &e->groups[i], out);
	vrrp_dump_trackers(e, out);
	vrrp_dump_links(e, out);
}
