/* SPDX-License-Identifier: MIT */
#include "addr/addr_manager.h"

#include <errno.h>

typedef struct AddrKey {
	uint32_t dev;
	IpAddr ip;
	uint8_t prefix_len;
	uint8_t zero[2];
} AddrKey;

static_assert(sizeof(AddrKey) == 4 + sizeof(IpAddr) + 3, "AddrKey has no padding");

void addr_manager_init(AddrManager *m, size_t n_owners)
{
	*m = (AddrManager){
		.owners = mem_alloc(n_owners, sizeof(*m->owners)),
		.n_owners = n_owners,
		.by_key = MAP_INIT(sizeof(AddrKey)),
	};
}

void addr_manager_free(AddrManager *m)
{
	for (size_t i = 0; i < m->n_owners; i++)
		free(m->owners[i].entries);
	free(m->owners);
	vec_free(&m->entries);
	vec_free(&m->devs);
	vec_free(&m->queue);
	map_free(&m->by_key);
}

static uint32_t addr_dev(AddrManager *m, const char *name)
{
	vec_foreach(d, &m->devs)
		if (!strcmp(d->name, name))
			return (uint32_t)(d - m->devs.items);
	vec_push(&m->devs, ((AddrDev){ .name = name }));
	return (uint32_t)(m->devs.n - 1);
}

void addr_manager_own(AddrManager *m, uint32_t owner, const AddrSpec *specs, size_t n)
{
	AddrOwner *o = &m->owners[owner];

	assert(owner < m->n_owners && !o->entries);
	*o = (AddrOwner){ .specs = specs, .n = n, .entries = mem_alloc(n, sizeof(*o->entries)) };
	for (size_t i = 0; i < n; i++) {
		AddrKey key = { .dev = addr_dev(m, specs[i].dev),
			.ip = specs[i].ip,
			.prefix_len = specs[i].prefix_len };

		if (map_get(&m->by_key, &key, &o->entries[i]))
			continue;
		o->entries[i] = (uint32_t)m->entries.n;
		vec_push(&m->entries, ((AddrEntry){ .spec = &specs[i], .dev = key.dev }));
		map_put(&m->by_key, &key, o->entries[i]);
	}
}

static void addr_enqueue(AddrManager *m, uint32_t entry)
{
	AddrEntry *e = &m->entries.items[entry];

	if (e->queued || (e->wants > 0) == e->seen || !m->devs.items[e->dev].ifindex)
		return;
	e->queued = true;
	vec_push(&m->queue, entry);
}

void addr_manager_want(AddrManager *m, uint32_t owner, bool on)
{
	AddrOwner *o = &m->owners[owner];

	for (size_t i = 0; i < o->n; i++) {
		AddrEntry *e = &m->entries.items[o->entries[i]];

		if (on && !o->wanted)
			e->wants++;
		else if (!on && o->wanted)
			e->wants--;
		addr_enqueue(m, o->entries[i]);
	}
	o->wanted = on;
}

void addr_manager_link(AddrManager *m, const char *name, uint32_t ifindex)
{
	vec_foreach(d, &m->devs) {
		if (strcmp(d->name, name) || d->ifindex == ifindex)
			continue;
		d->ifindex = ifindex;
		for (uint32_t i = 0; i < m->entries.n; i++) {
			AddrEntry *e = &m->entries.items[i];

			if (e->dev != (uint32_t)(d - m->devs.items))
				continue;
			e->seen = e->stale = false;
			e->dels = 0;
			addr_enqueue(m, i);
		}
	}
}

static bool addr_find(const AddrManager *m, uint32_t ifindex, const IpAddr *ip, uint8_t prefix_len,
	uint32_t *ret_entry)
{
	vec_foreach(d, &m->devs) {
		const AddrKey key = {
			.dev = (uint32_t)(d - m->devs.items), .ip = *ip, .prefix_len = prefix_len
		};

		if (d->ifindex == ifindex)
			return map_get(&m->by_key, &key, ret_entry);
	}
	return false;
}

AddrSeen addr_manager_seen(AddrManager *m, const EventAddr *a, bool present, uint32_t *ret_entry)
{
	AddrEntry *e;

	if (!addr_find(m, a->ifindex, &a->ip, a->prefix_len, ret_entry))
		return ADDR_FOREIGN;
	e = &m->entries.items[*ret_entry];
	if (a->self && !present && e->dels) {
		e->dels--; /* taken into account when it was asked for */
		return ADDR_MANAGED;
	}
	if (a->self && present)
		return ADDR_MANAGED;
	e->stale = false;
	if (present && e->dels)
		return ADDR_MANAGED; /* older than our removal, whose report is still to come */
	/* It stays `seen`: whether it is there again (the report may be older than our last change)
	 * is left to the removal that follows. */
	if (!present && !a->self && e->wants)
		return ADDR_LOST;
	e->seen = present;
	/* A removal of ours took it along: it was a secondary of the one removed. */
	if (!present)
		addr_enqueue(m, *ret_entry);
	return ADDR_MANAGED;
}

void addr_manager_resync(AddrManager *m)
{
	vec_foreach(e, &m->entries) {
		e->stale = e->seen;
		e->dels = 0;
	}
}

bool addr_manager_next_stale(AddrManager *m, uint32_t *entry)
{
	for (; *entry < m->entries.n; ++*entry) {
		AddrEntry *e = &m->entries.items[*entry];

		if (!e->stale)
			continue;
		e->stale = e->seen = false;
		if (e->wants)
			return true;
	}
	return false;
}

bool addr_manager_owner_wants(const AddrManager *m, uint32_t owner, uint32_t entry)
{
	const AddrOwner *o = &m->owners[owner];

	for (size_t i = 0; o->wanted && i < o->n; i++)
		if (o->entries[i] == entry)
			return true;
	return false;
}

bool addr_manager_failed(AddrManager *m, const EventOpFailed *f)
{
	const bool adding = f->what == OP_FAILED_ADDR_ADD;
	uint32_t entry;
	AddrEntry *e;

	if (addr_find(m, f->ifindex, &f->ip, f->prefix_len, &entry)) {
		e = &m->entries.items[entry];
		/* A refusal that comes after the contrary was asked for changes nothing. */
		e->seen = adding && e->seen && f->error == EEXIST;
		e->dels -= !adding && e->dels;
	}
	if (adding)
		return f->error == EEXIST;
	return f->error == EADDRNOTAVAIL || f->error == ENODEV;
}

void addr_manager_step(AddrManager *m, Ops *out)
{
	for (size_t n = 0; n < LIMIT_STEP_ADDR_OPS && addr_manager_busy(m); n++) {
		AddrEntry *e = &m->entries.items[m->queue.items[m->queue_head++]];
		const uint32_t ifindex = m->devs.items[e->dev].ifindex;

		e->queued = false;
		if ((e->wants > 0) == e->seen || !ifindex)
			continue;
		e->seen = e->wants > 0;
		e->dels += !e->seen;
		ops_add(out, (Op){ .kind = e->seen ? OP_ADDR_ADD : OP_ADDR_DEL,
				     .addr = { .ifindex = ifindex, .spec = e->spec } });
	}
	if (!addr_manager_busy(m)) {
		vec_clear(&m->queue);
		m->queue_head = 0;
	}
}

bool addr_manager_busy(const AddrManager *m)
{
	return m->queue_head < m->queue.n;
}

static bool addr_same_attributes(const AddrSpec *a, const AddrSpec *b)
{
	return a->scope == b->scope && a->has_broadcast == b->has_broadcast &&
	       (!a->has_broadcast || ip_equal(&a->broadcast, &b->broadcast)) &&
	       !strcmp(a->label ?: "", b->label ?: "");
}

void addr_manager_adopt(AddrManager *m, const AddrManager *old, Ops *out)
{
	vec_foreach(was, &old->entries) {
		const uint32_t ifindex = old->devs.items[was->dev].ifindex;
		AddrEntry *e = NULL;
		uint32_t entry;

		if (addr_find(m, ifindex, &was->spec->ip, was->spec->prefix_len, &entry)) {
			e = &m->entries.items[entry];
			e->seen = was->seen;
			e->dels = was->dels;
			e->stale = was->stale;
			if (addr_same_attributes(e->spec, was->spec))
				continue;
		}
		if (!was->seen || !ifindex)
			continue;
		ops_add(out, (Op){ .kind = OP_ADDR_DEL,
				     .addr = { .ifindex = ifindex, .spec = was->spec } });
		if (e) {
			e->seen = false;
			e->dels++;
		}
	}
}

void addr_manager_settle(AddrManager *m)
{
	for (uint32_t i = 0; i < m->entries.n; i++)
		addr_enqueue(m, i);
}

bool addr_manager_present(const AddrManager *m, uint32_t owner, size_t i)
{
	return m->entries.items[m->owners[owner].entries[i]].seen;
}

uint32_t addr_manager_ifindex(const AddrManager *m, uint32_t owner, size_t i)
{
	return m->devs.items[m->entries.items[m->owners[owner].entries[i]].dev].ifindex;
}
