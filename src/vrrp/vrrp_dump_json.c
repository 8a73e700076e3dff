/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>

/* The next value, in an object under its key. */
static void json_next(const char *key, StrBuf *out)
{
	const char last = out->s[out->n - 1];

	if (last != '{' && last != '[')
		strbuf_add(out, ",");
	if (key)
		strbuf_printf(out, "\"%s\":", key);
}

static void json_number(const char *key, uint64_t n, StrBuf *out)
{
	json_next(key, out);
	strbuf_printf(out, "%" PRIu64, n);
}

static void json_bool(const char *key, bool is, StrBuf *out)
{
	json_next(key, out);
	strbuf_add(out, is ? "true" : "false");
}

static void json_seconds(const char *key, Span span, StrBuf *out)
{
	json_next(key, out);
	vrrp_dump_seconds(span, out);
}

/* Slashes are escaped, as keepalived's are: some take the line apart with sed. */
static void json_text(const char *key, const char *s, StrBuf *out)
{
	_cleanup_(strbuf_free) StrBuf plain = { 0 };
	const char *p, *slash;

	json_next(key, out);
	status_json_string(s, &plain);
	for (p = plain.s; (slash = strchr(p, '/')); p = slash + 1) {
		strbuf_addn(out, p, (size_t)(slash - p));
		strbuf_add(out, "\\/");
	}
	strbuf_add(out, p);
}

static void json_command(const char *key, const JobSpec *job, StrBuf *out)
{
	_cleanup_(strbuf_free) StrBuf command = { 0 };

	if (!job)
		return;
	vrrp_dump_command(job->argv, &command);
	json_text(key, strbuf_text(&command), out);
}

static void json_addresses(const VrrpDump *d, const VrrpRouter *r, const char *key, size_t from,
	size_t to, StrBuf *out)
{
	if (from == to)
		return;
	json_next(key, out);
	strbuf_add(out, "[");
	for (size_t i = from; i < to; i++) {
		_cleanup_(strbuf_free) StrBuf text = { 0 };

		vrrp_dump_address(&r->config->vips[i], d->has_addr(d->data, r->id, i), &text);
		json_text(NULL, strbuf_text(&text), out);
	}
	strbuf_add(out, "]");
}

static void json_tracks(const VrrpConfig *all, const VrrpInstanceConfig *c, StrBuf *out)
{
	if (c->n_interfaces) {
		json_next("track_ifp", out);
		strbuf_add(out, "[");
		for (size_t i = 0; i < c->n_interfaces; i++)
			json_text(NULL, c->interfaces[i].name, out);
		strbuf_add(out, "]");
	}
	if (c->n_scripts) {
		json_next("track_script", out);
		strbuf_add(out, "[");
		/* The command, not the name: seen in 2.2.7. */
		for (size_t i = 0; i < c->n_scripts; i++)
			json_command(NULL, &all->scripts[c->scripts[i].index].job, out);
		strbuf_add(out, "]");
	}
}

static void json_notify(const VrrpNotifyConfig *n, StrBuf *out)
{
	json_bool("smtp_alert", n->mail, out);
	json_bool("notify_deleted", n->has_deleted, out);
	json_command("script_backup", n->backup, out);
	json_command("script_master", n->master, out);
	json_command("script_fault", n->fault, out);
	json_command("script_stop", n->stop, out);
	json_command("script_deleted", n->deleted, out);
	json_command("script", n->any, out);
	json_command("script_master_rx_lower_pri", n->master_rx_lower_pri, out);
}

static void json_garp(const VrrpInstanceConfig *c, StrBuf *out)
{
	json_number("garp_delay", c->garp.delay_usec / USEC_PER_SEC, out);
	json_number("garp_refresh", c->garp.refresh_usec / USEC_PER_SEC, out);
	json_number("garp_rep", c->garp.repeat, out);
	json_number("garp_refresh_rep", c->garp.refresh_repeat, out);
	json_number("garp_lower_prio_delay", c->garp_lower_prio.delay_usec / USEC_PER_SEC, out);
	json_number("garp_lower_prio_rep", c->garp_lower_prio.repeat, out);
}

/* strict_mode, vmac_ifname, promote_secondaries, accept and skip_check_adv_addr are not to be had
 * otherwise here. */
static void json_data(const VrrpDump *d, const VrrpRouter *r, StrBuf *out)
{
	const VrrpInstanceConfig *c = r->config;
	const bool backup = r->state == VRRP_BACKUP && r->master.family;
	const bool learned = backup && c->version == 3 && r->master_advert_usec;
	const uint64_t changed = vrrp_dump_real_usec(&d->time, r->changed);

	json_text("iname", c->name, out);
	json_number("dont_track_primary", c->dont_track_primary, out);
	json_number("skip_check_adv_addr", 0, out);
	json_number("strict_mode", 0, out);
	json_text("vmac_ifname", "", out);
	json_text("ifp_ifname", c->interface, out);
	json_number("master_priority", backup ? r->master_priority : 0, out);
	json_next("last_transition", out);
	strbuf_printf(
		out, "%" PRIu64 ".%06" PRIu64, changed / USEC_PER_SEC, changed % USEC_PER_SEC);
	json_garp(c, out);
	json_number("lower_prio_no_advert", c->lower_prio_no_advert, out);
	json_number("higher_prio_send_advert", c->higher_prio_send_advert, out);
	json_number("vrid", c->vrid, out);
	json_number("base_priority", c->priority, out);
	json_number("effective_priority", r->priority, out);
	json_bool("vipset", r->state == VRRP_MASTER, out);
	json_bool("promote_secondaries", false, out);
	json_seconds("adver_int", c->advert_usec, out);
	json_seconds("master_adver_int", learned ? r->master_advert_usec : c->advert_usec, out);
	json_number("accept", 1, out);
	json_bool("nopreempt", c->nopreempt, out);
	json_seconds("preempt_delay", c->preempt_delay_usec, out);
	json_number("state", r->state, out);
	json_number("wantstate", vrrp_dump_want(d->engine, r), out);
	json_number("version", c->version, out);
	json_notify(&c->notify, out);
	json_addresses(d, r, "vips", 0, c->n_advertised, out);
	json_addresses(d, r, "evips", c->n_advertised, c->n_vips, out);
	json_tracks(d->engine->config, c, out);
	json_number("auth_type", c->auth_type, out);
	if (c->auth_type)
		json_text("auth_data", VRRP_DUMP_PASSWORD, out);
}

static void json_stats(const VrrpCounters *c, StrBuf *out)
{
	const VrrpDumpStats errors = vrrp_dump_errors(c);

	json_number("advert_rcvd", c->adverts_received, out);
	json_number("advert_sent", c->adverts_sent, out);
	json_number("become_master", c->became_master, out);
	json_number("release_master", c->released_master, out);
	json_number("packet_len_err", errors.length, out);
	json_number("advert_interval_err", errors.interval, out);
	json_number("ip_ttl_err", errors.ttl, out);
	json_number("invalid_type_rcvd", errors.type, out);
	json_number("addr_list_err", errors.address_list, out);
	json_number("invalid_authtype", errors.auth_type, out);
	json_number("authtype_mismatch", errors.auth_mismatch, out);
	json_number("auth_failure", errors.auth_failure, out);
	json_number("pri_zero_rcvd", c->zero_received, out);
	json_number("pri_zero_sent", c->zero_sent, out);
}

void vrrp_dump_json(const VrrpDump *d, StrBuf *out)
{
	const VrrpEngine *e = d->engine;

	strbuf_add(out, "[");
	for (size_t i = 0; i < e->config->n_instances; i++) {
		json_next(NULL, out);
		strbuf_add(out, "{\"data\":{");
		json_data(d, &e->routers[i], out);
		strbuf_add(out, "},\"stats\":{");
		json_stats(&e->routers[i].counters, out);
		strbuf_add(out, "}}");
	}
	strbuf_add(out, "]\n");
}
