/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>

VrrpDumpStats vrrp_dump_errors(const VrrpCounters *c)
{
	return (VrrpDumpStats){
		.length = c->rejected[VRRP_REJECT_SHORT] + c->rejected[VRRP_REJECT_LONG] +
			  c->rejected[VRRP_REJECT_IP_LENGTH],
		.ttl = c->rejected[VRRP_REJECT_TTL],
		.type = c->rejected[VRRP_REJECT_TYPE],
		.interval = c->rejected[VRRP_REJECT_INTERVAL],
		.address_list = c->address_list,
		.auth_type = c->rejected[VRRP_REJECT_AUTH_TYPE],
		.auth_mismatch = c->rejected[VRRP_REJECT_AUTH_MISMATCH],
		.auth_failure = c->rejected[VRRP_REJECT_PASSWORD],
	};
}

static void stats_line(const char *what, uint64_t n, StrBuf *out)
{
	strbuf_printf(out, "  %s: %" PRIu64 "\n", what, n);
}

static void stats_router(const VrrpRouter *r, StrBuf *out)
{
	const VrrpCounters *c = &r->counters;
	const VrrpDumpStats errors = vrrp_dump_errors(c);

	strbuf_printf(out, "VRRP Instance: %s\n  Advertisements:\n", r->config->name);
	stats_line("  Received", c->adverts_received, out);
	stats_line("  Sent", c->adverts_sent, out);
	stats_line("Became master", c->became_master, out);
	stats_line("Released master", c->released_master, out);
	strbuf_add(out, "  Packet Errors:\n");
	stats_line("  Length", errors.length, out);
	stats_line("  TTL", errors.ttl, out);
	stats_line("  Invalid Type", errors.type, out);
	stats_line("  Advertisement Interval", errors.interval, out);
	stats_line("  Address List", errors.address_list, out);
	strbuf_add(out, "  Authentication Errors:\n");
	stats_line("  Invalid Type", errors.auth_type, out);
	stats_line("  Type Mismatch", errors.auth_mismatch, out);
	stats_line("  Failure", errors.auth_failure, out);
	strbuf_add(out, "  Priority Zero:\n");
	stats_line("  Received", c->zero_received, out);
	stats_line("  Sent", c->zero_sent, out);
}

void vrrp_dump_stats(const VrrpEngine *e, StrBuf *out)
{
	for (size_t i = 0; i < e->config->n_instances; i++)
		stats_router(&e->routers[i], out);
}

void vrrp_stats_clear(VrrpEngine *e)
{
	for (size_t i = 0; i < e->config->n_instances; i++)
		e->routers[i].counters = (VrrpCounters){ 0 };
}
