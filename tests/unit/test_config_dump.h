/* SPDX-License-Identifier: MIT */
#pragma once

/* A typed configuration as text, places in the file left out: two are the same when their texts
 * are. */

#include "base/strbuf.h"
#include "vrrp/vrrp_config.h"

static inline void dump_plan(StrBuf *out, const AnnouncePlan *p)
{
	strbuf_printf(out, "  garp %u %llu %llu %u %llu\n", p->repeat,
		(unsigned long long)p->delay_usec, (unsigned long long)p->refresh_usec,
		p->refresh_repeat, (unsigned long long)p->interval_usec);
}

static inline void dump_addr(StrBuf *out, const AddrSpec *a)
{
	char ip[IP_TEXT_SIZE], broadcast[IP_TEXT_SIZE];

	strbuf_printf(out, "  addr %s/%u %s dev %s label %s scope %u\n", ip_text(&a->ip, ip),
		a->prefix_len, a->has_broadcast ? ip_text(&a->broadcast, broadcast) : "-",
		a->dev ?: "-", a->label ?: "-", a->scope);
}

static inline void dump_instance(StrBuf *out, const VrrpInstanceConfig *i)
{
	char source[IP_TEXT_SIZE], group[IP_TEXT_SIZE];

	strbuf_printf(out, "instance %s %s %u %u %u %d %d %llu %u %d %llu\n", i->name,
		i->interface ?: "-", i->vrid, i->priority, i->version, (int)i->family,
		i->want_master, (unsigned long long)i->advert_usec, i->down_timer_adverts,
		i->nopreempt, (unsigned long long)i->preempt_delay_usec);
	strbuf_printf(out, "  auth %d %.8s source %s group %s flags %d %d %d\n", (int)i->auth_type,
		(const char *)i->auth_data, i->has_source ? ip_text(&i->source, source) : "-",
		ip_text(&i->group, group), i->dont_track_primary, i->lower_prio_no_advert,
		i->higher_prio_send_advert);
	dump_plan(out, &i->garp);
	dump_plan(out, &i->garp_lower_prio);
	for (size_t n = 0; n < i->n_vips; n++)
		dump_addr(out, &i->vips[n]);
	strbuf_printf(out, "  advertised %zu\n", i->n_advertised);
	for (size_t n = 0; n < i->n_interfaces; n++)
		strbuf_printf(out, "  interface %s %d %d\n", i->interfaces[n].name,
			i->interfaces[n].weight, i->interfaces[n].reverse);
	for (size_t n = 0; n < i->n_scripts; n++)
		strbuf_printf(out, "  script %u %d %d\n", i->scripts[n].index,
			i->scripts[n].weight, i->scripts[n].reverse);
}

static inline void dump_script(StrBuf *out, const TrackScriptConfig *s)
{
	strbuf_printf(out, "script %s %u:%u %llu %llu %u %u %d %d\n", s->name, s->job.uid,
		s->job.gid, (unsigned long long)s->job.timeout_usec,
		(unsigned long long)s->interval_usec, s->rise, s->fall, s->weight, s->reverse);
	for (const char *const *a = s->job.argv; a && *a; a++)
		strbuf_printf(out, "  [%s]\n", *a);
}

static inline void dump_config(StrBuf *out, const VrrpConfig *c)
{
	char group[IP_TEXT_SIZE];

	strbuf_printf(out, "router_id %s group %s %d %d %llu\n", c->router_id ?: "-",
		ip_text(&c->mcast_group4, group), c->dynamic_interfaces, c->log_unknown_vrids,
		(unsigned long long)c->startup_delay_usec);
	for (size_t i = 0; i < c->n_scripts; i++)
		dump_script(out, &c->scripts[i]);
	for (size_t i = 0; i < c->n_instances; i++)
		dump_instance(out, &c->instances[i]);
}
