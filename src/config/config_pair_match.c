/* SPDX-License-Identifier: MIT */
#include "config/config_pair_rules.h"

/* Instances of one side by some key, those of the same key in the order of the file. */
typedef struct Bucket {
	Map map;	    /* key -> the first that may be free */
	VEC(uint32_t) next; /* of the same key; NONE: the last */
	VEC(uint32_t) last; /* by the first of the key */
} Bucket;

enum { NONE = UINT32_MAX };

typedef struct RouterKey {
	char interface[LIMIT_IFNAME]; /* empty: any */
	uint8_t family, vrid;
} RouterKey;

static uint8_t instance_family(const ConfigInstanceDraft *i)
{
	return i->vips.n ? i->vips.items[0].spec.ip.family : (uint8_t)IP_V4;
}

static bool router_key(const ConfigInstanceDraft *i, bool interface, RouterKey *ret_key)
{
	if (!config_given(&i->vrid) || (interface && !config_given(&i->interface)))
		return false;
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->vrid = (uint8_t)i->vrid.number;
	ret_key->family = instance_family(i);
	if (interface)
		memcpy(ret_key->interface, i->interface.text,
			strnlen(i->interface.text, LIMIT_IFNAME - 1));
	return true;
}

static void bucket_free(Bucket *b)
{
	map_free(&b->map);
	vec_free(&b->next);
	vec_free(&b->last);
}

static void bucket_fill(Bucket *b, const ConfigDraft *d, bool interface)
{
	RouterKey key;
	uint32_t first;

	for (uint32_t n = 0; n < d->instances.n; n++) {
		vec_push(&b->next, NONE);
		vec_push(&b->last, n);
		if (!router_key(d->instances.items[n], interface, &key))
			continue;
		if (map_get(&b->map, &key, &first)) {
			b->next.items[b->last.items[first]] = n;
			b->last.items[first] = n;
		} else {
			map_put(&b->map, &key, n);
		}
	}
}

/* The first of the key that has no partner; it is taken out. */
static uint32_t bucket_take(Bucket *b, const RouterKey *key, const uint32_t *partner)
{
	uint32_t n;

	if (!map_get(&b->map, key, &n))
		return NONE;
	while (n != NONE && partner[n] != NONE)
		n = b->next.items[n];
	map_put(&b->map, key, n);
	return n;
}

static void match_routers(Pair *p, bool interface, uint32_t *of_a, uint32_t *of_b)
{
	_cleanup_(bucket_free) Bucket bucket = { .map = MAP_INIT(sizeof(RouterKey)) };
	RouterKey key;

	bucket_fill(&bucket, p->b, interface);
	for (uint32_t n = 0; n < p->a->instances.n; n++) {
		uint32_t other;

		if (of_a[n] != NONE || !router_key(p->a->instances.items[n], interface, &key))
			continue;
		other = bucket_take(&bucket, &key, of_b);
		if (other == NONE)
			continue;
		of_a[n] = other;
		of_b[other] = n;
	}
}

static void match_names(Pair *p, uint32_t *of_a, uint32_t *of_b)
{
	for (uint32_t n = 0; n < p->a->instances.n; n++) {
		uint32_t other;

		if (of_a[n] != NONE ||
			!config_names_get(
				&p->b->instance_names, p->a->instances.items[n]->name, &other) ||
			of_b[other] != NONE)
			continue;
		of_a[n] = other;
		of_b[other] = n;
	}
}

static uint32_t *no_partners(const ConfigDraft *d)
{
	uint32_t *partner = mem_alloc(MAX(d->instances.n, 1u), sizeof(*partner));

	for (size_t n = 0; n < d->instances.n; n++)
		partner[n] = NONE;
	return partner;
}

static void alone(Pair *p, const ConfigDraft *d, const char *other_path, const uint32_t *partner)
{
	for (size_t n = 0; n < d->instances.n; n++) {
		const ConfigInstanceDraft *i = d->instances.items[n];

		if (partner[n] != NONE)
			continue;
		config_warning(p->report, i->pos,
			"`%s` is on this node only: when it fails, nobody takes over",
			SHORT(i->name));
		if (config_given(&i->vrid))
			config_hint(p->report, "no instance in %s has virtual_router_id %d",
				other_path, (int)i->vrid.number);
		else
			config_hint(p->report, "no instance in %s has its name", other_path);
	}
}

void config_pair_match(Pair *p)
{
	_cleanup_free_ uint32_t *of_a = no_partners(p->a), *of_b = no_partners(p->b);

	match_routers(p, true, of_a, of_b);
	match_routers(p, false, of_a, of_b);
	match_names(p, of_a, of_b);
	for (size_t n = 0; n < p->a->instances.n; n++)
		if (of_a[n] != NONE)
			config_pair_rules(p, &(PairNode){ p->a, p->a->instances.items[n] },
				&(PairNode){ p->b, p->b->instances.items[of_a[n]] });
	alone(p, p->a, p->path_b, of_a);
	alone(p, p->b, p->path_a, of_b);
}
