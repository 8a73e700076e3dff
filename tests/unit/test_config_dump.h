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

static inline void dump_job(StrBuf *out, const char *what, const JobSpec *j)
{
	if (!j)
		return;
	strbuf_printf(out, "  %s %s %u:%u %llu", what, j->name, j->uid, j->gid,
		(unsigned long long)j->timeout_usec);
	for (size_t n = 0; n < j->n_groups; n++)
		strbuf_printf(out, ",%u", j->groups[n]);
	for (const char *const *a = j->argv; a && *a; a++)
		strbuf_printf(out, " [%s]", *a);
	strbuf_add(out, "\n");
}

static inline void dump_notify(StrBuf *out, const VrrpNotifyConfig *n)
{
	dump_job(out, "master", n->master);
	dump_job(out, "backup", n->backup);
	dump_job(out, "fault", n->fault);
	dump_job(out, "stop", n->stop);
	dump_job(out, "deleted", n->deleted);
	dump_job(out, "any", n->any);
	dump_job(out, "lower", n->master_rx_lower_pri);
	strbuf_printf(out, "  notify %d %d %d\n", n->has_deleted, n->priority_changes, n->mail);
}

static inline void dump_tracks(StrBuf *out, const char *what, const VrrpTrack *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_printf(out, "  %s %u %d %d\n", what, t[i].index, t[i].weight, t[i].reverse);
}

static inline void dump_unicast(StrBuf *out, const VrrpInstanceConfig *i)
{
	char ip[IP_TEXT_SIZE];

	strbuf_printf(out, "  unicast %d %d %d %u\n", i->track_source, i->unicast_fault_no_peer,
		i->check_unicast_src, i->unicast_ttl);
	for (size_t n = 0; n < i->n_peers; n++)
		strbuf_printf(out, "  peer %s %u %u\n", ip_text(&i->peers[n].ip, ip),
			i->peers[n].min_ttl, i->peers[n].max_ttl);
}

static inline void dump_floating(StrBuf *out, const FloatingConfig *f)
{
	const char *const words[] = { f->address, f->token_file, f->url, f->metadata_url,
		f->ca_file, f->server, f->id, f->owner_url, f->owner_pointer, f->assign_url,
		f->assign_method, f->assign_body };

	strbuf_printf(out, "  floating %u %u %u %u", f->owner, f->provider, f->port, f->penalty);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		strbuf_printf(out, " %s", words[i] ?: "-");
	for (size_t i = 0; f->script && f->script->argv[i]; i++)
		strbuf_printf(out, " `%s`", f->script->argv[i]);
	strbuf_printf(out, " %u\n", f->script ? f->script->uid : 0);
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
	dump_tracks(out, "script", i->scripts, i->n_scripts);
	dump_tracks(out, "file", i->files, i->n_files);
	dump_tracks(out, "process", i->processes, i->n_processes);
	dump_unicast(out, i);
	dump_notify(out, &i->notify);
	for (size_t n = 0; n < i->n_floating; n++)
		dump_floating(out, &i->floating[n]);
	strbuf_printf(out, "  group %s\n", i->sync_group ? i->sync_group->name : "-");
}

static inline void dump_script(StrBuf *out, const TrackScriptConfig *s)
{
	strbuf_printf(out, "script %s %llu %u %u %d %d %d %d\n", s->name,
		(unsigned long long)s->interval_usec, s->rise, s->fall, s->weight, s->reverse,
		s->init_fail, s->disabled);
	dump_job(out, "job", &s->job);
}

static inline void dump_file(StrBuf *out, const TrackFileConfig *f)
{
	strbuf_printf(out, "file %s %u %s %d %s %d %d %d\n", f->name, f->watch.file, f->watch.path,
		f->watch.on, f->watch.init ?: "-", f->watch.overwrite, f->weight, f->reverse);
}

static inline void dump_process(StrBuf *out, const TrackProcessConfig *p)
{
	strbuf_printf(out, "process %s %d %d %u %d %u %llu %llu %d %d", p->name, p->full_command,
		(int)p->param_match, p->quorum, p->has_quorum_max, p->quorum_max,
		(unsigned long long)p->fork_delay_usec, (unsigned long long)p->terminate_delay_usec,
		p->weight, p->reverse);
	for (const char *const *a = p->argv; *a; a++)
		strbuf_printf(out, " [%s]", *a);
	strbuf_add(out, "\n");
}

static inline void dump_group(StrBuf *out, const VrrpGroupConfig *g)
{
	strbuf_printf(out, "group %s", g->name);
	for (size_t n = 0; n < g->n_members; n++)
		strbuf_printf(out, " %u", g->members[n]);
	strbuf_add(out, "\n");
	dump_notify(out, &g->notify);
}

/* What is of the whole daemon: mail, FIFOs, links. */
static inline void dump_outlets(StrBuf *out, const VrrpConfig *c)
{
	const VrrpMailConfig *m = &c->mail;

	strbuf_printf(out, "mail %s:%u helo %s from %s %llu %d to", m->host ?: "-", m->port,
		m->helo, m->from, (unsigned long long)m->timeout_usec, m->no_faults);
	for (size_t n = 0; n < m->n_to; n++)
		strbuf_printf(out, " %s", m->to[n]);
	strbuf_add(out, "\n");
	for (size_t n = 0; n < VRRP_FIFOS; n++) {
		strbuf_printf(out, "fifo %s %u:%u\n", c->fifos[n].path ?: "-", c->fifos[n].uid,
			c->fifos[n].gid);
		dump_job(out, "reader", c->fifos[n].reader);
	}
	strbuf_printf(out, "on reload %d\n", c->fifo_states_on_reload);
	for (size_t n = 0; n < c->n_link_delays; n++)
		strbuf_printf(out, "link %s %llu %llu\n", c->link_delays[n].name,
			(unsigned long long)c->link_delays[n].down_usec,
			(unsigned long long)c->link_delays[n].up_usec);
}

static inline void dump_config(StrBuf *out, const VrrpConfig *c)
{
	char group[IP_TEXT_SIZE];

	strbuf_printf(out, "router_id %s group %s %d %d %llu\n", c->router_id ?: "-",
		ip_text(&c->mcast_group4, group), c->dynamic_interfaces, c->log_unknown_vrids,
		(unsigned long long)c->startup_delay_usec);
	for (size_t i = 0; i < c->n_scripts; i++)
		dump_script(out, &c->scripts[i]);
	for (size_t i = 0; i < c->n_files; i++)
		dump_file(out, &c->files[i]);
	for (size_t i = 0; i < c->n_processes; i++)
		dump_process(out, &c->processes[i]);
	for (size_t i = 0; i < c->n_instances; i++)
		dump_instance(out, &c->instances[i]);
	for (size_t i = 0; i < c->n_groups; i++)
		dump_group(out, &c->groups[i]);
	dump_outlets(out, c);
}
