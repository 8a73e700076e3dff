/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>

static const TrackLink *dump_delayed(const VrrpEngine *e, const char *name)
{
	for (size_t i = 0; i < e->config->n_link_delays; i++)
		if (!strcmp(e->config->link_delays[i].name, name))
			return &e->links_delayed[i];
	return NULL;
}

static void dump_delays(const VrrpEngine *e, const char *name, StrBuf *out)
{
	const TrackLink *t = dump_delayed(e, name);

	strbuf_printf(out, "   Delayed state change running = %s\n",
		t && t->due != INSTANT_NEVER ? "true" : "false");
	strbuf_printf(out, "   Up debounce timer = %" PRIu64 "us\n", t ? t->config->up_usec : 0);
	strbuf_printf(
		out, "   Down debounce timer = %" PRIu64 "us\n", t ? t->config->down_usec : 0);
}

static void dump_user(const char *instance, int weight, bool reverse, size_t *n, StrBuf *out)
{
	if (!(*n)++)
		strbuf_add(out, "   Tracking VRRP instances :\n");
	strbuf_printf(out, "     %s, weight %d%s\n", instance, weight, reverse ? " reverse" : "");
}

/* Whose own interface it is, and who tracks it. */
static void dump_users(const VrrpConfig *c, const char *name, StrBuf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_instances; i++) {
		const VrrpInstanceConfig *in = &c->instances[i];

		if (!in->dont_track_primary && !strcmp(in->interface, name))
			dump_user(in->name, 0, false, &n, out);
		for (size_t j = 0; j < in->n_interfaces; j++)
			if (!strcmp(in->interfaces[j].name, name))
				dump_user(in->name, in->interfaces[j].weight,
					in->interfaces[j].reverse, &n, out);
	}
}

static void dump_link(const VrrpEngine *e, const Link *l, StrBuf *out)
{
	static const uint8_t no_hw[sizeof(l->hw)];
	const IpAddr *v4 = link_source(l, IP_V4), *v6 = link_source(l, IP_V6);
	char ip[IP_TEXT_SIZE];

	strbuf_printf(out, " Name = %s\n   index = %u\n", l->name, l->ifindex);
	strbuf_printf(out, "   IPv4 address = %s\n", v4 ? ip_text(v4, ip) : "(none)");
	if (v6)
		strbuf_printf(out, "   IPv6 address = %s\n", ip_text(v6, ip));
	if (memcmp(l->hw, no_hw, sizeof(no_hw)))
		strbuf_printf(out, "   MAC = %02x:%02x:%02x:%02x:%02x:%02x\n", l->hw[0], l->hw[1],
			l->hw[2], l->hw[3], l->hw[4], l->hw[5]);
	strbuf_printf(out, "   State = %s%s\n", l->up ? "UP, RUNNING" : "not RUNNING",
		l->noarp ? ", no arp" : "");
	dump_delays(e, l->name, out);
	strbuf_printf(out, "   MTU = %u\n", l->mtu);
	dump_users(e->config, l->name, out);
}

void vrrp_dump_links(const VrrpEngine *e, StrBuf *out)
{
	strbuf_add(out, "------< Interfaces >------\n");
	vec_foreach(l, &e->links->links)
		dump_link(e, l, out);
}
