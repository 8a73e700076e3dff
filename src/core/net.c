/* SPDX-License-Identifier: MIT */
#include "core/net.h"

#include <stdio.h>

const char *addr_spec_text(const AddrSpec *a, char buffer[static ADDR_TEXT_SIZE])
{
	char ip[IP_TEXT_SIZE];

	(void)snprintf(buffer, ADDR_TEXT_SIZE, "%s/%u", ip_text(&a->ip, ip), a->prefix_len);
	return buffer;
}

void link_table_free(LinkTable *t)
{
	vec_foreach(l, &t->links)
		vec_free(&l->addrs);
	vec_free(&t->links);
}

Link *link_table_set(LinkTable *t, const Link *seen)
{
	Link *l = link_by_name(t, seen->name);

	if (!l) {
		if (t->links.n >= LIMIT_LINKS)
			return NULL;
		l = vec_add(&t->links);
		memcpy(l->name, seen->name, sizeof(l->name));
	}
	l->stale = false;
	l->ifindex = seen->ifindex;
	l->up = seen->up;
	l->noarp = seen->noarp;
	l->mtu = seen->mtu;
	memcpy(l->hw, seen->hw, sizeof(l->hw));
	return l;
}

void link_table_del(LinkTable *t, Link *l)
{
	vec_free(&l->addrs);
	*l = t->links.items[--t->links.n];
}

Link *link_by_index(const LinkTable *t, uint32_t ifindex)
{
	vec_foreach(l, &t->links)
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

Link *link_by_name(const LinkTable *t, const char *name)
{
	vec_foreach(l, &t->links)
		if (!strncmp(l->name, name, LIMIT_IFNAME))
			return l;
	return NULL;
}

/* Where the address stands, or addrs.n. The same address may be there with two lengths, as while a
 * netmask is changed. */
static size_t link_find_addr(const Link *l, const IpAddr *ip, uint8_t prefix_len)
{
	size_t i = 0;

	while (i < l->addrs.n && !(ip_equal(&l->addrs.items[i].ip, ip) &&
					 l->addrs.items[i].prefix_len == prefix_len))
		i++;
	return i;
}

void link_add_addr(Link *l, const IpAddr *ip, uint8_t prefix_len)
{
	if (link_find_addr(l, ip, prefix_len) == l->addrs.n && l->addrs.n < LIMIT_LINK_ADDRS)
		vec_push(&l->addrs, ((LinkAddr){ *ip, prefix_len }));
}

void link_del_addr(Link *l, const IpAddr *ip, uint8_t prefix_len)
{
	const size_t i = link_find_addr(l, ip, prefix_len);

	if (i == l->addrs.n)
		return;
	memmove(&l->addrs.items[i], &l->addrs.items[i + 1],
		(l->addrs.n - i - 1) * sizeof(*l->addrs.items));
	l->addrs.n--;
}

const IpAddr *link_source(const Link *l, IpFamily family)
{
	vec_foreach(a, &l->addrs)
		if (a->ip.family == family)
			return &a->ip;
	return NULL;
}
